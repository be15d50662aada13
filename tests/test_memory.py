# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Memory stays flat, however many large messages there are."""

import base64
import random

import pytest

from .live import engine, mail
from .weighing import scales

SIZE = 25 * 1024 * 1024
#: More than after the first three, in MB.
GROWTH_MB = 30
#: Delivered at once, so that two hundred do not fill the disk.
PORTION = 12

BOTH = pytest.mark.parametrize("protocol", ["imap", "pop"])


@pytest.fixture
def live(stack):
    with engine(stack) as made:
        made.alias("sales", "crm.lead")
        yield made


@pytest.fixture
def login(stack):
    name = "large@demo.example"
    stack.empty(name)
    yield name
    stack.empty(name)


@pytest.fixture(scope="module")
def attachment():
    """In lines of base64, of what no program can make smaller."""
    data = base64.encodebytes(random.Random(1).randbytes(SIZE // 77 * 57))
    return data.replace(b"\n", b"\r\n")


def large(number, attachment):
    """A message with a file of 25 MB, as it is on its way."""
    whole = mail("sales@demo.example", f"Large {number}", MIME_Version="1.0")
    head = whole.replace(b"text/plain", b"multipart/mixed; boundary=b", 1)
    text = b"--b\r\nContent-Type: text/plain\r\n\r\nThe plan.\r\n"
    kind = b"--b\r\nContent-Type: application/pdf; name=plan.pdf\r\n"
    encoding = b"Content-Transfer-Encoding: base64\r\n\r\n"
    head = head.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    return b"".join([head, text, kind, encoding, attachment, b"--b--\r\n"])


def grown(live, login, protocol, attachment, count):
    """MB between the peak after three messages and that after ``count``."""
    stack = live.stack
    mailbox = live.mailbox(protocol, login)
    peaks = {}
    with scales(stack, live.database, mailbox) as weigh:
        done = 0
        for upto in [3, *range(PORTION, count, PORTION), count]:
            stack.empty(login)
            for number in range(done, upto):
                stack.deliver(login, large(number, attachment))
            peaks[upto] = weigh()
            done = upto
    states = live.ledger(mailbox, "state")
    assert states == [("routed",)] * count
    return peaks[count] - peaks[3]


@BOTH
def test_twelve_large_messages_take_no_more_than_three(
    live, login, protocol, attachment
):
    assert grown(live, login, protocol, attachment, 12) <= GROWTH_MB


@BOTH
@pytest.mark.soak
def test_two_hundred_large_messages(live, login, protocol, attachment):
    assert grown(live, login, protocol, attachment, 200) <= GROWTH_MB
