# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import email
import email.policy

import pytest

from odoo.addons.mail_gateway_plus.core.message import policy

RAW = b"""From: =?utf-8?Q?J=C3=B6rg?= <joerg@out.example>
To: Sales <sales@in.example>,
 jobs@in.example
Cc: broken <<a@b.example>
Subject: =?x-unknown?Q?what?= is =?utf-8?B?w7zDvA==?=
Message-ID: <1@out.example>
Content-Type: multipart/mixed; boundary="b"

--b
Content-Type: text/plain; charset=utf-8

Hello
--b
Content-Type: application/pdf; name="a.pdf"
Content-Disposition: attachment; filename*=utf-8''%C3%BC.pdf

x
--b--
"""


def read(remember):
    message = email.message_from_bytes(RAW, policy=email.policy.SMTP)
    if remember:
        policy.remember_headers(message)
    return message


def facts(message):
    return [
        (
            [(n, str(v), list(map(str, v.defects))) for n, v in part.items()],
            (part.get_content_type(), part.get_filename(), part.get_param("charset")),
        )
        for part in message.walk()
    ]


def test_fields_are_the_same():
    plain, remembering = read(False), read(True)
    assert facts(remembering) == facts(plain)
    # As well when they come from memory.
    assert facts(remembering) == facts(plain)
    assert remembering.as_bytes() == plain.as_bytes()
    assert remembering["to"].addresses == plain["to"].addresses


def test_what_is_changed_is_read_anew():
    message = read(True)
    for part in message.walk():
        part.get_content_type()
    first, second = message.iter_parts()
    first.replace_header("Content-Type", "text/html")
    second.set_param("name", "b.pdf")
    assert first.get_content_type() == "text/html"
    assert second.get_param("name") == "b.pdf"
    del message["To"]
    message["To"] = "other@in.example"
    assert str(message["To"]) == "other@in.example"


def test_a_policy_of_somebodys_own_stays():
    message = email.message_from_bytes(RAW, policy=email.policy.HTTP)
    policy.remember_headers(message)
    assert message.policy is email.policy.HTTP


@pytest.mark.parametrize("name", ["to", "TO", "To"])
def test_names_in_any_case(name):
    message = read(True)
    assert message[name] == message["To"]
