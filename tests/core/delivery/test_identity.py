# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Forty stories: who writes, who may stand on the ladder, what the server lets through;
and what the recipient sees of it."""

import itertools
from dataclasses import dataclass, field, replace

import pytest

from odoo.addons.mail_gateway_plus.core.delivery.identity import choose
from odoo.addons.mail_gateway_plus.core.delivery.ladder import (
    ANY_SENDER,
    CODES,
    REPLY_MODES,
    SEVERITY,
    STANDINGS,
    STEPS,
    Author,
    Candidate,
    Mail,
    Server,
)
from odoo.addons.mail_gateway_plus.core.delivery.sender import (
    MODES,
    POLICIES,
    Rules,
    may_use,
)

ANN = ("Ann", "ann@h.example")
ODO = ('Ó Dónaill, Seán "Séan"', "sean@h.example")
IDN = ("Zoë", "zoe@bücher.example")
UTF = ("Zoë", "zoë@h.example")
OUT = ("Pat", "pat@customer.example")
ERP, BOUNCE = "erp@h.example", "bounce+7@h.example"
NOTIFY = ("Ann", "notifications@h.example")
THREAD = ("H Ltd", "ticket+7@h.example")
BILLING = Candidate(("Billing", "billing@h.example"), identity=1)
SUPPORT = Candidate(("Support", "support@h.example"), identity=2)
SALES = Candidate(("Sales", "sales@h.example"), identity=3)
INFO = Candidate(("H Ltd", "info@h.example"), identity=4)
PRESS = ("Press", "press@h.example")
ALL = {"rule": BILLING, "record_department": SUPPORT, "author_department": SALES,
       "company": INFO}  # fmt: skip


def without(*steps):
    return {step: who for step, who in ALL.items() if step not in steps}


def via(name, place):
    return f"{name} via {place}"


@dataclass(frozen=True)
class Story:
    """``sees``: From, return path, Reply-To (None: as it is), reason, passed over."""

    told: str
    sees: tuple
    ladder: dict = field(default_factory=lambda: ALL)
    author: Author = field(default_factory=lambda: Author(ANN, may_send=True))
    states: dict = field(default_factory=dict)
    rules: Rules = ANY_SENDER
    listed: tuple = ()
    utf8: bool | None = None
    mail: dict = field(default_factory=dict)


ACCOUNT = Rules("account", "keep", ERP)
LISTED = Rules("listed", "keep", ERP)
OWN_OK = {ANN[1]: "allowed"}
OWN_NO = {ANN[1]: "refused"}
BOTH = (ANN, THREAD)
NOBODY = ("", "")
PORTAL, ARCHIVED = Author(OUT, "portal", may_send=True), Author(ANN, "archived", True)


def sees(sender, reply_to, reason, *passed, path=BOUNCE):
    return sender, path, reply_to, f"identity_{reason}", passed


STORIES = [
    # 1. The ladder, from the top
    Story("an explicit sender stays", sees(PRESS, None, "explicit"),
          mail={"explicit": PRESS}),
    Story("also one that the server refuses, with a word about it",
          sees(PRESS, None, "explicit", "refused"), mail={"explicit": PRESS},
          states={PRESS[1]: "refused"}),
    Story("an invoice leaves from billing", sees(BILLING.address, BOTH, "rule")),
    Story("a ticket from its department",
          sees(SUPPORT.address, BOTH, "record_department"), without("rule")),
    Story("the author's own address, where the server is known to allow it",
          sees(ANN, BOTH, "author"), without("rule", "record_department"),
          states=OWN_OK),
    Story("not where nobody has asked the server",
          sees(SALES.address, BOTH, "author_department", "unchecked"),
          without("rule", "record_department")),
    Story("nor without the right to it",
          sees(SALES.address, BOTH, "author_department", "no_right"),
          without("rule", "record_department"), Author(ANN), OWN_OK),
    Story("the company's, where nobody is nearer",
          sees(INFO.address, BOTH, "company", "no_right"), {"company": INFO},
          Author(ANN)),
    Story("stock's, where there is nothing of ours",
          sees(NOTIFY, None, "stock", "no_right"), {}, Author(ANN)),
    Story("rules are asked before the author, who may send, too",
          sees(BILLING.address, BOTH, "rule"), states=OWN_OK),
    # 2. What the server refuses
    Story("support speaks for an author that is refused",
          sees(("Ann via Support", SUPPORT.address[1]), BOTH, "via", "refused"),
          {"author_department": SUPPORT}, states=OWN_NO),
    Story("or whose address would be rewritten",
          sees(("Ann via Support", SUPPORT.address[1]), BOTH, "via", "rewritten"),
          {"author_department": SUPPORT}, states={ANN[1]: "rewritten"}),
    Story("the next identity speaks for one that is refused",
          sees(("Ann via Support", SUPPORT.address[1]), BOTH, "via", "refused"),
          states={BILLING.address[1]: "refused"}),
    Story("and the one after that",
          sees(("Ann via Sales", SALES.address[1]), BOTH, "via", "refused", "refused",
               "unchecked"),
          states={BILLING.address[1]: "refused", SUPPORT.address[1]: "refused"}),
    Story("the author's own address in place of an identity's",
          sees(ANN, BOTH, "author", "refused"),
          {"rule": BILLING}, states={BILLING.address[1]: "refused", **OWN_OK}),
    Story("the account, where only it is left",
          sees(("Ann", ERP), BOTH, "account", "not_listed", "not_listed",
               path=ERP), {}, rules=ACCOUNT),
    Story("the account for a department names the department",
          sees(("Ann via Support", ERP), BOTH, "account", "not_listed", "not_listed",
               "not_listed", path=ERP), {"record_department": SUPPORT}, rules=ACCOUNT),
    Story("an account that is refused is not used either",
          sees(NOTIFY, None, "stuck", "refused", "refused"), {},
          states={ANN[1]: "refused", NOTIFY[1]: "refused", ERP: "refused"},
          rules=Rules("any", "keep", ERP)),
    Story("without a known account stock's From has to do",
          sees(NOTIFY, None, "stuck", "refused", "refused"), {},
          states={ANN[1]: "refused", NOTIFY[1]: "refused"}),
    Story("stock's notifications address speaks for a refused author",
          sees(("Ann via H Ltd", NOTIFY[1]), BOTH, "via", "refused"), {},
          states=OWN_NO),
    # 3. What is set on the server
    Story("all from one address: Reply-To is the author",
          sees(("Ann", ERP), BOTH, "server"), rules=Rules("any", "account", ERP)),
    Story("the same, naming the place",
          sees(("Ann via H Ltd", ERP), BOTH, "server"),
          rules=Rules("any", "via", ERP)),
    Story("a listed identity leaves as it is",
          sees(SUPPORT.address, BOTH, "record_department"), without("rule"),
          rules=LISTED, listed=(SUPPORT.address[1], BOUNCE)),
    Story("a listed author needs no other evidence",
          sees(ANN, BOTH, "author"), {}, rules=LISTED, listed=(ANN[1], BOUNCE)),
    Story("an explicit sender obeys the server, which would refuse it",
          sees(("Press", ERP), (PRESS, THREAD), "server", "not_listed", path=ERP),
          rules=ACCOUNT, mail={"explicit": PRESS}),
    Story("a personal server is its owner's affair",
          sees(NOTIFY, None, "personal"), mail={"is_personal": True}),
    # 4. Where answers go
    Story("to the department", sees(SUPPORT.address, (SUPPORT.address, THREAD),
          "record_department"),
          {"record_department": replace(SUPPORT, reply_mode="identity")}),
    Story("to the record alone", sees(SUPPORT.address, (THREAD,), "record_department"),
          {"record_department": replace(SUPPORT, reply_mode="alias")}),
    Story("to the sender itself, where a record has no address: no Reply-To",
          sees(SUPPORT.address, (), "record_department"),
          {"record_department": replace(SUPPORT, reply_mode="alias")},
          mail={"thread": NOBODY}),
    Story("where somebody has chosen, there", sees(BILLING.address, None, "rule"),
          mail={"has_reply_to": True}),
    Story("to a refused department, through the account",
          sees(("Ann via Support", ERP), (SUPPORT.address, THREAD), "account",
               "refused", "refused", "refused"),
          {"record_department": replace(SUPPORT, reply_mode="identity")},
          states={SUPPORT.address[1]: "refused", ANN[1]: "refused",
                  NOTIFY[1]: "refused"}, rules=Rules("any", "keep", ERP)),
    # 5. Who writes
    Story("a portal user's address is not ours to send from",
          sees(SALES.address, (OUT, THREAD), "author_department", "no_right"),
          without("rule", "record_department"), PORTAL, {OUT[1]: "allowed"}),
    Story("who has left reads no answers",
          sees(INFO.address, (INFO.address, THREAD), "company", "no_right"),
          {"company": INFO}, ARCHIVED, OWN_OK),
    Story("an author without an address",
          sees(INFO.address, (INFO.address, THREAD), "company", "no_address"),
          {"company": INFO}, Author(("Ann", ""), may_send=True)),
    Story("a program has no name to speak in",
          sees(("Billing via Support", SUPPORT.address[1]), (BILLING.address, THREAD),
               "via", "refused"), author=Author(standing="program"),
          states={BILLING.address[1]: "refused"}),
    Story("a name with a comma and quotes stays one name",
          sees((f"{ODO[0]} via Support", SUPPORT.address[1]), (ODO, THREAD), "via",
               "refused"), {"company": SUPPORT}, Author(ODO, may_send=True),
          {ODO[1]: "refused"}),
    # 6. Letters of all the world
    Story("a domain with an umlaut is sent in ASCII, and so no trouble",
          sees(IDN, (IDN, THREAD), "author"), {},
          Author(IDN, may_send=True), {IDN[1]: "allowed"}, utf8=False),
    Story("an address with an umlaut needs SMTPUTF8",
          sees(("Zoë via Support", SUPPORT.address[1]), (UTF, THREAD), "via",
               "not_ascii"), {"company": SUPPORT}, Author(UTF, may_send=True),
          {UTF[1]: "allowed"}, utf8=False),
    Story("and leaves where the server has it", sees(UTF, (UTF, THREAD), "author"), {},
          Author(UTF, may_send=True), {UTF[1]: "allowed"}, utf8=True),
    # 7. Two companies
    Story("another company's identity is not ours",
          sees(INFO.address, BOTH, "company", "other_company", "no_right"),
          {"rule": replace(BILLING, company=2), "company": replace(INFO, company=1)},
          Author(ANN)),
    # 8. The return path
    Story("a return path that is refused gives way to the sender's",
          sees(BILLING.address, BOTH, "rule", path=BILLING.address[1]),
          states={BOUNCE: "refused"}),
    Story("one that is the refused author's goes with it",
          sees(("Ann via Support", SUPPORT.address[1]), BOTH, "via", "refused",
               path=SUPPORT.address[1]), {"company": SUPPORT}, states=OWN_NO,
          mail={"envelope": "Ann@H.example"}),
]  # fmt: skip


def chosen(story):
    values = {"stock": NOTIFY, "envelope": BOUNCE, "thread": THREAD, "company": 1}
    mail = Mail(story.author, **{**values, "place": "H Ltd", **story.mail})
    server = Server(
        story.rules,
        lambda address: story.states.get(address, "unknown"),
        lambda address: address in story.listed,
        story.utf8,
    )
    return choose(mail, story.ladder, lambda _candidate: server, via)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.told)
def test_story(story):
    found = chosen(story)
    passed = tuple(one.code.removeprefix("identity_") for one in found.passed_over)
    assert (
        found.sender, found.envelope, found.reply_to, found.reason.code, passed
    ) == story.sees  # fmt: skip


def test_there_are_forty():
    assert len({story.told for story in STORIES}) >= 40


def test_each_reason_has_its_story():
    found = [chosen(story) for story in STORIES]
    told = {one.reason.code for one in found}
    told |= {passed.code for one in found for passed in one.passed_over}
    assert told == CODES
    assert {one.reason.severity for one in found} == {"ok", "warning", "error"}
    assert set(SEVERITY) <= CODES


STATES = ("allowed", "refused", "rewritten", "unknown")


@pytest.mark.parametrize("standing", STANDINGS)
@pytest.mark.parametrize("policy, mode", itertools.product(POLICIES, MODES))
def test_nothing_that_is_known_to_be_refused_is_chosen(policy, mode, standing):
    """All ladders of three, in all states: it is used only where it was explicit, or
    where there is nothing else."""
    addresses = (ANN[1], SUPPORT.address[1], NOTIFY[1], ERP)
    rules = Rules(policy, mode, ERP)
    for states in itertools.product(STATES, repeat=len(addresses)):
        known = dict(zip(addresses, states, strict=True))
        author, listed = Author(ANN, standing, may_send=True), (SUPPORT.address[1],)
        story = Story("", (), {"company": SUPPORT}, author, known, rules, listed)
        found = chosen(story)
        is_open = known[found.sender[1]] in ("allowed", "unknown")
        is_moved = found.reason.code == "identity_server"
        assert is_open or is_moved or found.reason.code == "identity_stuck"
        if found.reason.code != "identity_stuck":
            assert may_use(rules, found.sender[1], listed.__contains__)
        if found.step == "author":
            assert standing == "user"


@pytest.mark.parametrize("mode", REPLY_MODES)
@pytest.mark.parametrize("standing", STANDINGS)
@pytest.mark.parametrize("step", [step for step in STEPS if step in ALL])
def test_answers_reach_the_thread_whoever_sends(mode, standing, step):
    for state in STATES:
        who = replace(ALL[step], reply_mode=mode)
        story = Story("", (), {step: who}, Author(ANN, standing),
                      {who.address[1]: state, NOTIFY[1]: "refused"})  # fmt: skip
        found = chosen(replace(story, rules=Rules("any", "keep", ERP)))
        assert THREAD in found.reply_to
        assert len(found.reply_to) == (1 if mode == "alias" else 2)


def test_the_ladder_is_asked_no_further_than_needed():
    class Watched(dict):
        asked = []

        def get(self, step):
            self.asked.append(step)
            return super().get(step)

    story = Story("", (), Watched(ALL))
    assert chosen(story).step == "rule"
    assert Watched.asked == ["rule"]
