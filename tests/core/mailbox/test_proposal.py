# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import itertools

import pytest

from odoo.addons.mail_gateway_plus.core.account import SECURITIES
from odoo.addons.mail_gateway_plus.core.finding import Finding
from odoo.addons.mail_gateway_plus.core.mailbox.proposal import doors
from odoo.addons.mail_gateway_plus.core.proposal import (
    STRENGTH,
    Answer,
    Door,
    Setting,
    proposals,
)

BAD = Finding("mailbox_certificate_untrusted")
CHOSEN = Setting("ssl_strict", 993)


def settings(found):
    return [(one.setting.security, one.setting.port, one.weaker) for one in found]


def test_each_security_has_its_strength():
    assert set(STRENGTH) == set(SECURITIES)
    for security, (implicit, starttls, verified) in SECURITIES.items():
        assert STRENGTH[security] == (implicit or starttls) + verified


@pytest.mark.parametrize(
    "protocol, port, expected",
    [
        ("imap", 993, [(993, True), (993, False), (143, False)]),
        ("imap", 143, [(143, True), (143, False), (993, True)]),
        ("pop", 1110, [(1110, True), (1110, False), (995, True), (110, False)]),
    ],
)
def test_doors_are_the_chosen_port_both_ways_and_the_usual_ones(
    protocol, port, expected
):
    assert [(door.port, door.implicit) for door in doors(protocol, port)] == expected


def test_chosen_port_comes_first_and_tls_from_the_first_byte_before_starttls():
    answers = [
        Answer(Door(143, False), encrypted=True, clear=True),
        Answer(Door(993, True), encrypted=True),
        Answer(Door(1143, False), encrypted=True),
        Answer(Door(1143, True)),
    ]
    found = proposals(answers, Setting("ssl_strict", 1143))
    assert settings(found) == [
        ("starttls_strict", 1143, False),
        ("ssl_strict", 993, False),
        ("starttls_strict", 143, False),
    ]


def test_what_protects_less_is_marked_and_only_where_nothing_better_is():
    unverified = Answer(Door(993, True), encrypted=True, fault=BAD)
    clear = Answer(Door(143, False), clear=True)
    found = proposals([unverified, clear], CHOSEN)
    assert settings(found) == [("ssl", 993, True)]
    assert found[0].fault is BAD
    assert settings(proposals([clear], CHOSEN)) == [("none", 143, True)]
    verified = Answer(Door(143, False), encrypted=True, clear=True)
    found = proposals([unverified, clear, verified], CHOSEN)
    assert settings(found) == [("starttls_strict", 143, False)]


def test_nothing_is_proposed_in_place_of_what_works_as_well():
    answers = [
        Answer(Door(993, True), encrypted=True),
        Answer(Door(143, False), encrypted=True, clear=True),
    ]
    assert proposals(answers, CHOSEN, works=True) == ()
    assert proposals([], CHOSEN) == ()
    safer = proposals(answers, Setting("none", 143), works=True)
    assert settings(safer)[0] == ("starttls_strict", 143, False)


def test_whatever_is_found_nothing_weaker_goes_unmarked():
    """All answers of two doors, against each choice."""
    states = [
        {},
        {"clear": True},
        {"encrypted": True},
        {"encrypted": True, "fault": BAD},
        {"encrypted": True, "fault": BAD, "clear": True},
    ]
    choices = [Setting(security, 993) for security in SECURITIES]
    for first, second, chosen, works in itertools.product(
        states, states, choices, (False, True)
    ):
        answers = [Answer(Door(993, True), **first), Answer(Door(143, False), **second)]
        found = proposals(answers, chosen, works=works)
        assert chosen not in [one.setting for one in found]
        for one in found:
            assert one.weaker == (one.setting.strength < chosen.strength)
            assert not (works and one.setting.strength <= chosen.strength)
            assert (one.fault is not None) == (one.setting.strength == 1)
