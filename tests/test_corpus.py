# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Hundreds of real messages, odd and broken ones among them, out of real mailboxes:
each has an outcome and a reason, and what is in quarantine is what was handed out."""

import collections
import imaplib
import logging
import poplib
import ssl
import time
from pathlib import Path

import pytest

from .live import engine

CORPUS = Path(__file__).resolve().parents[2] / "shared/corpus"
ENDS = {"routed", "bounce", "ignored", "rejected", "duplicate", "quarantined"}
#: Of all messages together.
PATIENCE_S = 300
LOGINS = {"imap": "corpus-imap@demo.example", "pop": "corpus-pop@demo.example"}


@pytest.fixture(scope="module")
def messages():
    found = [path.read_bytes() for path in sorted(CORPUS.glob("*/*.eml"))]
    if not found:
        pytest.skip("shared material: no ../shared/corpus")
    return found


@pytest.fixture
def live(stack):
    for login in LOGINS.values():
        stack.empty(login)
    with engine(stack) as made:
        yield made
    for login in LOGINS.values():
        stack.empty(login)


def handed_out(stack, protocol, login):
    """What another program gets out of the mailbox, message by message."""
    context = ssl.create_default_context(cafile=stack.ca_file)
    return {"imap": over_imap, "pop": over_pop}[protocol](stack, login, context)


def over_imap(stack, login, context):
    other = imaplib.IMAP4_SSL(stack.host, stack.ports["imaps"], ssl_context=context)
    other.login(login, stack.password)
    other.select("INBOX", readonly=True)
    found = other.uid("FETCH", "1:*", "(BODY.PEEK[])")[1]
    other.logout()
    return [item[1] for item in found if isinstance(item, tuple)]


def over_pop(stack, login, context):
    """Bytes from the socket, for poplib has an idea of its own of a line."""
    other = poplib.POP3_SSL(stack.host, stack.ports["pop3s"], context=context)
    other.user(login)
    other.pass_(stack.password)
    found = [retrieved(other, n + 1) for n in range(other.stat()[0])]
    other.quit()
    return found


def retrieved(other, number):
    other._putcmd(f"RETR {number}")
    assert other.file.readline().startswith(b"+OK")
    lines = []
    while (line := other.file.readline()) != b".\r\n":
        lines.append(line[1:] if line.startswith(b".") else line)
    return b"".join(lines)


def runs(live, xmlid):
    with live.env() as env:
        env.ref(xmlid).method_direct_trigger()


def passes(live, boxes):
    """The scheduled actions, which take some seconds a run, until nothing waits."""
    runs(live, "mail.ir_cron_mail_gateway_action")
    stop = time.monotonic() + PATIENCE_S
    while states(live, boxes)["received"]:
        assert time.monotonic() < stop
        runs(live, "mail_gateway_plus.ir_cron_process")


def states(live, boxes):
    return collections.Counter(s for box in boxes for (s,) in live.ledger(box, "state"))


def test_every_message_of_the_corpus_ends_somewhere(live, stack, messages, caplog):
    for number, raw in enumerate(messages):
        stack.deliver(LOGINS["pop" if number % 2 else "imap"], raw)
    with live.env() as env:
        default = env["ir.model"]._get_id("crm.lead")
    boxes = {
        p: live.mailbox(p, login, object_id=default) for p, login in LOGINS.items()
    }
    with caplog.at_level(logging.INFO):
        passes(live, list(boxes.values()))
    judge_log(caplog.records)
    for protocol, box in boxes.items():
        there = handed_out(stack, protocol, LOGINS[protocol])
        assert len(there) == len(messages) // 2
        judge(live, box, there)


def judge_log(records):
    """No exception leaves the batch: those that are told belong to one message."""
    loud = [
        record.getMessage() for record in records if record.levelno > logging.WARNING
    ]
    assert loud == []
    for record in records:
        if record.exc_info:
            assert record.name.endswith("mail_gateway_plus.models.processing"), record
            assert record.getMessage().endswith("is not routed")


def judge(live, box, there):
    with live.env() as env:
        rows = env["mail.gateway.incoming"].search(
            [("server_id", "=", box)], order="id"
        )
        counts = {s: len(r) for s, r in rows.grouped("state").items()}
        assert set(counts) <= ENDS
        assert sum(counts.values()) == len(there), "fetched is the sum of all outcomes"
        assert all(row.advice_id for row in rows), "each reason is explained"
        for row, raw in zip(rows, there, strict=True):
            assert row._raw() == raw, row.state
