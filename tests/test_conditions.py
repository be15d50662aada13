# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Every field of a condition with every operator that it takes and its opposite: asked
of one message in a try, and then of the same message as it is processed.

Each condition is a rule that only marks, with a tag of its own: the record that the
message becomes shows which of them held.
"""

import pytest

from odoo.fields import Command

from odoo.addons.mail_gateway_plus.core.routing import condition

from .live import boxed, mail

SENDER = "known@friend.example"
#: What the message says in the fields that take text.
TEXTS = {
    "mailbox": "Box",
    "folder": "INBOX",
    "recipient": "sales+vip@demo.example",
    "recipient_local": "sales+vip",
    "recipient_subaddress": "vip",
    "recipient_domain": "demo.example",
    "sender": SENDER,
    "sender_domain": "friend.example",
    "subject": "Großer [dringender] Auftrag",
    "header": "Order 12",
    "attachment_name": "Übersicht.pdf",
    "authentication": "dmarc=fail",
}
#: operator -> a value that holds for a text, and one that does not.
BY_TEXT = {
    "is": (lambda text: f" {text.upper()} ", lambda text: text[:-1]),
    "contains": (lambda text: text[1:-1].swapcase(), lambda text: text + "x"),
    "begins": (lambda text: text[:2], lambda text: text[1:]),
    "ends": (lambda text: text[-2:] + "\n", lambda text: text[:-1]),
    "wildcard": (lambda text: f"{text[0]}*?{text[-1]}", lambda text: text[:-1] + "?x"),
    "regex": (
        lambda text: f"^{text[0]}.+{text[-1]}$\n",
        lambda text: f"^{text[1]}{{9}}",
    ),
    "in_list": (lambda text: f"zoe@b.example\n{text};x", lambda text: f"{text}x, y"),
}
NUMBERS = {"size_kb": (0.2, 900), "attachments": (1, 2), "spam_score": (7.5, 7.6)}
FLAGS = ("sender_known", "sender_internal", "spam", "automatic")


def table():
    """(field, operator, value, whether it holds)."""
    for field, text in TEXTS.items():
        for operator, values in BY_TEXT.items():
            for value, holds in zip(values, (True, False), strict=True):
                yield field, operator, value(text), holds
    for field, (least, more) in NUMBERS.items():
        yield field, "at_least", str(least), True
        yield field, "at_least", str(more).replace(".", ","), False
        yield field, "at_most", str(more), True
        yield field, "at_most", str(least / 2), False
    for field in FLAGS:
        yield field, "is_set", "", True
    yield "header", "is_there", "", True
    yield "time", "between", "00:00-24:00", True
    yield "weekday", "in_list", "1, 2, 3, 4, 5, 6, 7", True


TABLE = tuple(table())


def test_the_table_has_every_operator_of_every_field():
    possible = {(f, o) for f, operators in condition.FIELDS.items() for o in operators}
    assert {(field, operator) for field, operator, *_rest in TABLE} == possible


@pytest.fixture(scope="module")
def live(stack):
    with boxed(stack, sales="crm.lead") as made:
        with made.env() as env:
            box = env["fetchmail.server"].browse(made.mailbox_id)
            box.trusted_hosts = "mx.demo.example"
            user = {"name": "Known", "login": "known", "email": SENDER}
            env["res.users"].create(user)
            env["mail.gateway.rule"].create(list(rules()))
        yield made


def rules():
    for number, (field, operator, value, _holds) in enumerate(TABLE):
        for negated in (False, True):
            asked = {
                "field": field,
                "operator": operator,
                "value": value,
                "negated": negated,
                "header": "X-SHOP" if field == "header" else False,
            }
            name = tag(number, negated)
            yield {
                "name": name,
                "tags": name,
                "action": "mark",
                "condition_ids": [Command.create(asked)],
            }


def tag(number, negated):
    field, operator, value, _holds = TABLE[number]
    said = " ".join(value.replace(",", " ").split())
    return f"{number} {'not ' * negated}{field} {operator} {said}".strip()


def rich():
    """A message with something to say in each field."""
    raw = mail(
        TEXTS["recipient"],
        TEXTS["subject"],
        sender=f"Somebody <{SENDER}>",
        X_Shop=TEXTS["header"],
        Precedence="bulk",
        X_Spam_Status="Yes, score=7.5 required=5.0",
        Authentication_Results="mx.demo.example; dmarc=fail",
    )
    head, _end, body = raw.partition(b"Content-Type")
    # Macintoshes write letters and their dots apart.
    name = b"filename*=utf-8''U%CC%88bersicht.pdf"
    return (
        head
        + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type'
        + body
        + b"\r\n--b\r\nContent-Type: application/pdf\r\n"
        + b"Content-Disposition: attachment; %s\r\n\r\n" % name
        + b"%PDF" * 100
        + b"\r\n--b--\r\n"
    )


def tags_of(live, subject):
    with live.env() as env:
        lead = env["crm.lead"].search([("name", "=", subject)], limit=1)
        return set(lead.tag_ids.mapped("name"))


def test_each_field_operator_and_opposite(live, ledger):
    raw = rich()
    expected = {
        tag(number, negated)
        for number, (*_asked, holds) in enumerate(TABLE)
        for negated in (False, True)
        if holds is not negated
    }
    with live.env() as env:
        tried = env["mail.gateway.rule"].explain(raw, live.mailbox_id)
    # A try knows of no folder.
    known = {one for one in expected if " folder " not in one}
    assert {one for one in tried["tags"] if " folder " not in one} == known
    row = ledger.end(raw)
    assert ledger.read(row, "state", "decided_by") == ("routed", "subaddress")
    assert tags_of(live, TEXTS["subject"]) == expected
    with live.env() as env:
        found = env["mail.gateway.rule"].search([])
        hit = found.filtered(lambda one: one.hit_count == 1 and one.last_hit)
        assert set(hit.mapped("name")) == expected
        never = env["mail.gateway.rule"].search([("last_hit", "=", False)])
        assert never == found - hit


def test_flags_that_are_not_set(live, ledger):
    raw = mail("sales@demo.example", "Plain", sender="stranger@far.example")
    ledger.end(raw)
    found = tags_of(live, "Plain")
    for number, (field, operator, *_rest) in enumerate(TABLE):
        if operator in condition.WITHOUT_VALUE:
            assert tag(number, True) in found, field
            assert tag(number, False) not in found, field
