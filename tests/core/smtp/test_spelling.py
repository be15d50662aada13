# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import pytest

from odoo.addons.mail_gateway_plus.core.mailbox import spelling
from odoo.addons.mail_gateway_plus.core.mailbox.account import SECURITIES
from odoo.addons.mail_gateway_plus.core.smtp.spelling import (
    SMTP,
    fitting_port,
    settings,
)

HOST = "mail.example.com"


def becomes(text, security="none", **more):
    """(host, port, security) of a text; 0 and "" for what stays."""
    found = dict(settings(spelling.read(text, SMTP), security, **more))
    names = ("smtp_port", 0), ("smtp_encryption", "")
    return found["smtp_host"], *(found.get(*name) for name in names)


@pytest.mark.parametrize(
    "text, port, security",
    [
        (HOST, 0, ""),
        (f"{HOST}:25", 25, "none"),
        (f"{HOST}:465", 465, "ssl_strict"),
        (f"{HOST}:587", 587, "starttls_strict"),
        (f"{HOST}:2465", 2465, "ssl_strict"),
        (f"{HOST}:2525", 2525, "none"),
        (f"{HOST}:2587", 2587, "starttls_strict"),
        (f"{HOST}:10587", 10587, ""),
        (f"{HOST} 587", 587, "starttls_strict"),
        (f"ssl://{HOST}", 465, "ssl_strict"),
        (f"ssl://{HOST}:465", 465, "ssl_strict"),
        (f"ssl://{HOST}:587", 587, "ssl_strict"),
        (f"tls://{HOST}", 587, "starttls_strict"),
        (f"tls://{HOST}:25", 25, "starttls_strict"),
        (f"tls://{HOST}:465", 465, "ssl_strict"),
        (f"tls://{HOST}:2465", 2465, "ssl_strict"),
        (f"tsl://{HOST}:587", 587, "starttls_strict"),
        (f"starttls://{HOST}:2525", 2525, "starttls_strict"),
        (f"smtp://{HOST}", 0, ""),
        (f"smtp://{HOST}:587", 587, "starttls_strict"),
        (f"smtp://{HOST}:25", 25, "none"),
        (f"smtps://{HOST}", 465, "ssl_strict"),
        (f"smtps://{HOST}:10465", 10465, "ssl_strict"),
        (f"submission://{HOST}", 587, "starttls_strict"),
        (f"submissions://{HOST}", 465, "ssl_strict"),
        (f"imaps://{HOST}:993", 0, ""),
        (f"https://{HOST}/webmail", 0, ""),
        (f"{{{HOST}:465/ssl/novalidate-cert}}", 465, "ssl"),
        (f"<SMTPS://{HOST}/>", 465, "ssl_strict"),
    ],
)
def test_spelling_of_an_outgoing_server(text, port, security):
    assert becomes(text) == (HOST, port, security)


@pytest.mark.parametrize(
    "text, present, security",
    [
        (f"{HOST}:25", "ssl", "starttls_strict"),
        (f"{HOST}:25", "starttls", "starttls"),
        (f"{HOST}:587", "starttls", "starttls"),
        (f"tls://{HOST}", "starttls", "starttls"),
        (f"ssl://{HOST}", "starttls", "ssl_strict"),
        (f"smtp://{HOST}:10025", "ssl", ""),
    ],
)
def test_present_security_counts(text, present, security):
    assert becomes(text, present)[2] == security


def test_user_in_the_name_fills_the_empty_field():
    read = spelling.read("smtps://ann%40h.example:secret@h.example", SMTP)
    assert settings(read, "none")["smtp_user"] == "ann@h.example"
    assert "smtp_user" not in settings(read, "none", "bob")
    assert "secret" not in str(settings(read, "none"))


@pytest.mark.parametrize("text", ["", "ldap://h", "smtp://", "h:port", "two words"])
def test_nobody_guesses(text):
    assert spelling.read(text, SMTP) is None


def test_mailboxes_take_only_the_host_of_a_submission_server():
    read = spelling.read("submission://h.example:587")
    assert (read.host, read.port, read.kind) == ("h.example", 0, "")


@pytest.mark.parametrize(
    "port, ports",
    [
        (0, {"none": 25, "starttls": 587, "ssl": 465}),
        (25, {"none": 25, "starttls": 25, "ssl": 465}),
        (2525, {"none": 2525, "starttls": 2525, "ssl": 465}),
        (587, {"none": 25, "starttls": 587, "ssl": 465}),
        (465, {"none": 25, "starttls": 587, "ssl": 465}),
        (10025, {"none": 10025, "starttls": 10025, "ssl": 10025}),
    ],
)
def test_port_follows_the_security_unless_somebody_chose_it(port, ports):
    for security in SECURITIES:
        assert fitting_port(port, security) == ports[spelling.kind_of(security)]


@pytest.mark.parametrize(
    "typed, host",
    [
        ("bücher.example", "bücher.example"),
        ("ssl://BÜCHER.example:465", "BÜCHER.example"),
        ("faß.example", "xn--fa-hia.example"),
        ("mail.βόλος.example:587", "mail.xn--nxasmm1c.example"),
        ("über_uns.example", "über_uns.example"),
    ],
)
def test_password_goes_to_the_host_that_is_meant(typed, host):
    """To Python's sockets faß.example is fass.example, which is somebody else's."""
    assert spelling.read(typed, SMTP).host == host
