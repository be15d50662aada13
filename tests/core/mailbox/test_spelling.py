# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.mail_gateway_plus.core.mailbox import spelling
from odoo.addons.mail_gateway_plus.core.mailbox.account import SECURITIES

HOST = "mail.example.com"


def said(text):
    """(host, port, kind, protocol) of a text."""
    read = spelling.read(text)
    return read and (read.host, read.port, read.kind, read.protocol)


@pytest.mark.parametrize(
    "text, port, kind, protocol",
    [
        (HOST, 0, "", ""),
        (f"{HOST}:993", 993, "ssl", "imap"),
        (f"{HOST}:995", 995, "ssl", "pop"),
        (f"{HOST}:143", 143, "plain", "imap"),
        (f"{HOST}:110", 110, "plain", "pop"),
        (f"{HOST}:10993", 10993, "", ""),
        (f"ssl://{HOST}", 0, "ssl", ""),
        (f"ssl://{HOST}:993", 993, "ssl", "imap"),
        (f"ssl://{HOST}:143", 143, "ssl", "imap"),
        (f"tls://{HOST}", 0, "starttls", ""),
        (f"tls://{HOST}:143", 143, "starttls", "imap"),
        (f"tls://{HOST}:110", 110, "starttls", "pop"),
        (f"tls://{HOST}:587", 587, "starttls", ""),
        (f"tls://{HOST}:993", 993, "ssl", "imap"),
        (f"tls://{HOST}:995", 995, "ssl", "pop"),
        (f"tsl://{HOST}:143", 143, "starttls", "imap"),
        (f"tsl://{HOST}:993", 993, "ssl", "imap"),
        (f"starttls://{HOST}", 0, "starttls", ""),
        (f"imap://{HOST}", 0, "", "imap"),
        (f"imap://{HOST}:993", 993, "ssl", "imap"),
        (f"imaps://{HOST}", 0, "ssl", "imap"),
        (f"imaps://{HOST}:1993", 1993, "ssl", "imap"),
        (f"pop://{HOST}", 0, "", "pop"),
        (f"pop3://{HOST}", 0, "", "pop"),
        (f"pops://{HOST}", 0, "ssl", "pop"),
        (f"pop3s://{HOST}:995", 995, "ssl", "pop"),
        (f"https://{HOST}/webmail?x=1#y", 0, "", ""),
        (f"https://{HOST}:8443/", 0, "", ""),
        (f"smtps://{HOST}:465", 0, "", ""),
    ],
)
def test_spelling_is_taken_apart(text, port, kind, protocol):
    assert said(text) == (HOST, port, kind, protocol)
    assert said(text.upper()) == (HOST.upper(), port, kind, protocol)


@pytest.mark.parametrize(
    "text",
    [
        f"  {HOST}\t\n",
        f"{HOST}/",
        f"{HOST}/mail/inbox",
        f"{HOST}.",
        f"<{HOST}>",
        f'"{HOST}",',
        f"\u00a0{HOST}\u200b",
        f"//{HOST}",
        f"ann@{HOST}",
    ],
)
def test_what_stands_around_the_name_goes(text):
    assert said(text) == (HOST, 0, "", "")


@pytest.mark.parametrize(
    "text", [f"{HOST} : 993", f"{HOST}: 993", f"{HOST} 993", f"{HOST}:0993"]
)
def test_port_after_a_blank(text):
    assert said(text) == (HOST, 993, "ssl", "imap")


@pytest.mark.parametrize("text", [f"imaps:/{HOST}", f"imaps:///{HOST}"])
def test_slashes_are_counted_by_nobody(text):
    assert said(text) == (HOST, 0, "ssl", "imap")


@pytest.mark.parametrize(
    "text, host, port",
    [
        ("2001:db8::1", "2001:db8::1", 0),
        ("[2001:db8::1]", "2001:db8::1", 0),
        ("[2001:db8::1]:993", "2001:db8::1", 993),
        ("imaps://[::1]:1993/", "::1", 1993),
        ("tls://ann@[::1]:143", "::1", 143),
        ("{[::1]:993/ssl}INBOX", "::1", 993),
    ],
)
def test_ipv6(text, host, port):
    assert said(text)[:2] == (host, port)


@pytest.mark.parametrize(
    "text, user, folder",
    [
        (f"imaps://ann@{HOST}", "ann", ""),
        (f"imaps://ann%40example.com@{HOST}", "ann@example.com", ""),
        (f"imaps://ann@example.com@{HOST}", "ann@example.com", ""),
        (f"imaps://ann:s3cret@{HOST}/", "ann", ""),
        (f"imap://ann;AUTH=*@{HOST}/Work/A%20B/;UIDVALIDITY=3", "ann", "Work/A B"),
        (f"pop3s://ann@{HOST}/x", "ann", ""),
        (f"{{{HOST}:993/imap/ssl/user=ann}}INBOX.Work", "ann", "INBOX.Work"),
        (f"{{{HOST}}}B&APw-ro &- Lager", "", "Büro & Lager"),
        (f"imap://{HOST}/B%C3%BCro", "", "Büro"),
    ],
)
def test_user_and_folder(text, user, folder):
    read = spelling.read(text)
    assert (read.host, read.user, read.folder) == (HOST, user, folder)
    assert "s3cret" not in repr(vars(read))


@pytest.mark.parametrize(
    "text, port, kind, protocol, verified",
    [
        (f"{{{HOST}}}", 0, "", "", None),
        (f"{{{HOST}:993/imap/ssl}}INBOX", 993, "ssl", "imap", None),
        (f"{{{HOST}:993/imap/ssl/novalidate-cert}}INBOX", 993, "ssl", "imap", False),
        (f"{{{HOST}:993/IMAP/SSL/validate-cert}}", 993, "ssl", "imap", True),
        (f"{{{HOST}:143/imap/tls}}", 143, "starttls", "imap", None),
        (f"{{{HOST}:143/imap/notls}}INBOX", 143, "none", "imap", None),
        (f"{{{HOST}:143/imap}}INBOX", 143, "plain", "imap", None),
        (f"{{{HOST}/pop3}}", 0, "", "pop", None),
        (f"{{{HOST}/service=pop3/ssl}}", 0, "ssl", "pop", None),
        (f"{{{HOST}:110/pop3/norsh/readonly}}", 110, "plain", "pop", None),
    ],
)
def test_notation_of_php(text, port, kind, protocol, verified):
    assert said(text) == (HOST, port, kind, protocol)
    assert spelling.read(text).verified is verified


@pytest.mark.parametrize(
    "text",
    ["", " ", "/", "ssl://", ":993", f"ftp://{HOST}", f"{HOST}:imap", "two words"]
    + ["[mail]:993", "1:2:3:", f"{{{HOST}", "{/imap}", "[::1]993"],
)
def test_what_nobody_can_make_sense_of_is_left_alone(text):
    assert spelling.read(text) is None


def test_port_that_does_not_exist_stays_one():
    assert spelling.read(f"{HOST}:70000").port == 70000
    assert spelling.read(f"{HOST}:{'9' * 900}").port > 65535


def settings(text, security="ssl_strict", protocol="imap", user=""):
    found = spelling.settings(spelling.read(text), protocol, security, user)
    assert found["server"] == HOST
    return {name: value for name, value in found.items() if name != "server"}


def test_plain_name_changes_nothing_else():
    for security in SECURITIES:
        assert settings(HOST, security) == {}
        assert settings(f"https://{HOST}/", security) == {}


@pytest.mark.parametrize(
    "text, present, security, port",
    [
        (f"imaps://{HOST}", "starttls_strict", "ssl_strict", 993),
        (f"imaps://{HOST}", "starttls", "ssl_strict", 993),
        (f"imaps://{HOST}", "none", "ssl_strict", 993),
        (f"imaps://{HOST}", "ssl", "ssl", 993),
        (f"tls://{HOST}", "ssl", "starttls_strict", 143),
        (f"tls://{HOST}", "starttls", "starttls", 143),
        (f"{HOST}:143", "ssl_strict", "starttls_strict", 143),
        (f"{HOST}:143", "starttls", "starttls", 143),
        (f"{HOST}:143", "none", "none", 143),
        (f"{HOST}:993", "none", "ssl_strict", 993),
        (f"{{{HOST}/ssl/novalidate-cert}}", "ssl_strict", "ssl", 993),
        (f"{{{HOST}/ssl/validate-cert}}", "ssl", "ssl_strict", 993),
        (f"{{{HOST}/notls}}", "ssl_strict", "none", 143),
    ],
)
def test_security_is_never_less_than_what_was_said(text, present, security, port):
    found = settings(text, present)
    assert found == {"connection_security": security, "port": port}


def test_protocol_brings_its_port():
    assert settings(f"pop3://{HOST}") == {"server_type": "pop", "port": 995}
    assert settings(f"pop3://{HOST}", "none") == {"server_type": "pop", "port": 110}
    assert settings(f"imap://{HOST}", protocol="imap") == {}


def test_type_of_a_server_with_oauth_stays():
    found = settings(f"pop3s://{HOST}", protocol="")
    assert "server_type" not in found


def test_user_that_is_known_stays():
    assert settings(f"imaps://ann@{HOST}")["user"] == "ann"
    assert "user" not in settings(f"imaps://ann@{HOST}", user="bob")


@given(st.text(), st.sampled_from(sorted(SECURITIES)))
def test_any_text_ends(text, security):
    read = spelling.read(text)
    if read:
        assert read.host
        found = spelling.settings(read, "imap", security)
        assert found.get("connection_security", security) in SECURITIES


@pytest.mark.parametrize(
    "text", ["a" * 10**7, "a:" * 10**6, " " * 10**7, "{" * 10**6, "a " * 10**6]
)
def test_long_text_costs_no_time(text):
    begin = time.process_time()
    spelling.read(text)
    assert time.process_time() - begin < 0.5
