# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import itertools

import pytest

from odoo.addons.mail_gateway_plus.core.delivery.sender import (
    MODES,
    POLICIES,
    Leaving,
    Letter,
    Rules,
    leaving,
    may_use,
)

ERP = "erp@h.example"
ANN = ("Ann", "ann@h.example")
BOB = ("Bob", "bob@away.example")
IDN = ("Ann", "ann@bücher.example")
BY_ERP = ("Ann", ERP)
NOTIFY = ("Ann", "notify@h.example")
BOUNCE = "bounce@h.example"


def is_listed(address):
    return address in (ANN[1], "listed@h.example")


def left(policy, mode, letter, account=ERP):
    return leaving(Rules(policy, mode, account), letter, is_listed)


# policy, mode, author, From of stock, return path -> From, return path, Reply-To
TABLE = [
    # stock's behaviour
    ("any", "keep", ANN, ANN, BOUNCE, ANN, BOUNCE, None),
    ("any", "keep", ANN, NOTIFY, BOUNCE, NOTIFY, BOUNCE, None),
    ("any", "keep", BOB, BOB, BOB[1], BOB, BOB[1], None),
    # all mail leaves from the account
    ("any", "account", ANN, ANN, BOUNCE, BY_ERP, BOUNCE, ANN),
    ("any", "account", ANN, NOTIFY, BOUNCE, BY_ERP, BOUNCE, ANN),
    ("any", "account", ANN, ANN, ANN[1], BY_ERP, ERP, ANN),
    ("any", "account", ANN, NOTIFY, NOTIFY[1], BY_ERP, ERP, ANN),
    ("any", "account", ("", ANN[1]), ANN, BOUNCE, ("ann", ERP), BOUNCE, ("", ANN[1])),
    ("any", "account", ("ERP", ERP), ("x", "n@h"), BOUNCE, ("ERP", ERP), BOUNCE, None),
    ("any", "account", IDN, IDN, "ann@xn--bcher-kva.example", BY_ERP, ERP, IDN),
    ("any", "via", ANN, ANN, BOUNCE, ("Ann via Us", ERP), BOUNCE, ANN),
    ("any", "via", ("ERP", "ERP@h.example"), ANN, BOUNCE, ("ERP", "ERP@h.example"),
     BOUNCE, None),
    # only the account's own
    ("account", "keep", ANN, ANN, BOUNCE, BY_ERP, ERP, ANN),
    ("account", "keep", ("E", ERP), ("E", ERP), BOUNCE, ("E", ERP), ERP, None),
    ("account", "keep", ("E", ERP), ("E", NOTIFY[1]), BOUNCE, ("E", ERP), ERP, None),
    ("account", "keep", ANN, BY_ERP, ERP.upper(), BY_ERP, ERP.upper(), ANN),
    ("account", "account", ANN, ANN, BOUNCE, BY_ERP, ERP, ANN),
    ("account", "via", BOB, BOB, BOUNCE, ("Ann via Us", ERP), ERP, BOB),
    # the account's own, and those of the list
    ("listed", "keep", ANN, ANN, ANN[1], ANN, ANN[1], None),
    ("listed", "keep", ANN, ANN, BOUNCE, ANN, ERP, None),
    ("listed", "keep", BOB, BOB, "listed@h.example", ("Bob", ERP), "listed@h.example",
     BOB),
    ("listed", "keep", BOB, BOB, BOB[1], ("Bob", ERP), ERP, BOB),
    ("listed", "account", ANN, ANN, ANN[1], BY_ERP, ERP, ANN),
    ("listed", "via", ANN, ANN, "listed@h.example", ("Ann via Us", ERP),
     "listed@h.example", ANN),
]  # fmt: skip


@pytest.mark.parametrize(
    "policy, mode, author, sender, envelope, by, path, reply", TABLE
)
def test_how_a_mail_leaves(policy, mode, author, sender, envelope, by, path, reply):
    letter = Letter(author, sender, envelope, via="Ann via Us")
    assert left(policy, mode, letter) == Leaving(by, path, reply)


@pytest.mark.parametrize("row", TABLE)
def test_reply_to_that_is_there_wins(row):
    policy, mode, author, sender, envelope, by, path, _reply = row
    letter = Letter(author, sender, envelope, has_reply_to=True, via="Ann via Us")
    assert left(policy, mode, letter) == Leaving(by, path, None)


@pytest.mark.parametrize("policy, mode", itertools.product(POLICIES, MODES))
def test_without_a_known_account_nothing_changes(policy, mode):
    letter = Letter(ANN, NOTIFY, BOUNCE)
    assert left(policy, mode, letter, account="") == Leaving(NOTIFY, BOUNCE)


@pytest.mark.parametrize("policy, mode", itertools.product(POLICIES, MODES))
@pytest.mark.parametrize("sender, envelope", itertools.product((ANN, NOTIFY, BOB), (
    BOUNCE, ANN[1], BOB[1], "", ERP)))  # fmt: skip
def test_no_address_leaves_that_the_server_refuses(policy, mode, sender, envelope):
    found = left(policy, mode, Letter(ANN, sender, envelope, via="x"))
    rules = Rules(policy, mode, ERP)
    assert may_use(rules, found.sender[1], is_listed)
    assert may_use(rules, found.envelope, is_listed)
    if mode != "keep":
        assert found.sender[1] == ERP


def test_only_the_default_is_stock():
    same = [p for p in itertools.product(POLICIES, MODES)
            if Rules(*p, ERP).changes_nothing]  # fmt: skip
    assert same == [("any", "keep")]
