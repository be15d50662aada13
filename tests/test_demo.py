# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The demo's mail ends as its plan says, and nothing of it twice."""

import unicodedata
from types import SimpleNamespace

import pytest

from sandbox.demo import company, mail, results, table
from sandbox.demo.plan import BOXES, ROWS

from .live import engine


@pytest.fixture(scope="module")
def demo(stack):
    """A database in which the demo was brought up, and its results."""
    with engine(stack) as made:
        play(made, stack)
        with company.admin(made.registry) as env:
            found = results.read(env)
        yield SimpleNamespace(registry=made.registry, found=found)
    for box in BOXES:
        stack.empty(box.login)


def play(made, stack):
    with company.admin(made.registry) as env:
        company.bring(env, stack)
    with company.admin(made.registry) as env:
        mail.deliver(env, stack)
    mail.press_fetch_now(made.registry)


@pytest.fixture
def env(demo):
    with company.admin(demo.registry) as env:
        yield env


def ledger(env, planned_row):
    """The row of a message of the plan."""
    for row, server, raw in mail.planned(env):
        if row == planned_row:
            digest = mail.letters.digest(raw)
            domain = [("server_id", "=", server.id), ("digest", "=", digest)]
            return env["mail.gateway.incoming"].search(domain)
    raise AssertionError(planned_row)


def of_file(env, name):
    return ledger(env, next(row for row in ROWS if row.file == name))


@pytest.mark.parametrize("planned", ROWS, ids=[f"{r.box}-{r.file}" for r in ROWS])
def test_message_ends_as_planned(env, planned):
    row = ledger(env, planned)
    assert len(row) == 1
    assert (row.state, row.reason_code) == (planned.state, planned.reason), row.steps
    assert tuple(sorted(row.outcome_ids.mapped("res_model"))) == planned.reached


def test_every_state_is_in_the_plan():
    assert {row.state for row in ROWS} == set(table.FINAL)


def test_sum_adds_up(demo):
    assert len(demo.found) == len(ROWS)
    assert all(result.is_expected for result in demo.found)
    counts = {state: sum(row.state == state for row in ROWS) for state in table.FINAL}
    parts = " + ".join(f"{state} {count}" for state, count in counts.items())
    assert table.total(demo.found) == f"fetched {len(ROWS)} = {parts}"


def test_ledger_has_what_was_delivered_byte_for_byte(env, stack):
    for planned, server, raw in mail.planned(env):
        assert raw in stack.messages(server.user), planned
        row = ledger(env, planned)
        if row.state in ("quarantined", "rejected"):
            assert row._raw() == raw, planned


def test_replies_are_on_the_documents_they_answer(env):
    for name, document in (
        ("offer_reply", "lead_library"),
        ("offer_out_of_office", "lead_library"),
        ("ticket_reply", "task_door"),
        ("to_record", "department_administration"),
    ):
        record = company.known(env, document)
        outcome = of_file(env, name).outcome_ids
        assert (outcome.res_model, outcome.res_id) == (record._name, record.id)


def test_bounce_is_noted_on_the_mail_that_bounced(env):
    notification = company.known(env, "sent_typo").notification_ids
    assert notification.mapped("notification_status") == ["bounce"]
    assert company.known(env, "lead_canteen").message_bounce == 1


def test_broken_alias_is_marked_and_the_sound_ones_are_not(env):
    assert company.known(env, "alias_claims").alias_status == "invalid"
    sales = env.ref("sales_team.team_sales_department").alias_id
    assert sales.alias_status == "valid"


def test_only_the_refused_are_told(env):
    told = env["mail.mail"].sudo().search([("author_id", "=", False)])
    refused = [row for row in ROWS if row.state == "rejected"]
    assert len(told) == len(refused) + 1, "and the one that was routed in part"
    quarantined = [of_file(env, r.file) for r in ROWS if r.state == "quarantined"]
    senders = {row.email_from for row in quarantined}
    assert not senders & set(told.mapped("email_to"))


def test_names_of_senders_and_subjects_are_readable(env):
    assert (
        of_file(env, "order_umlauts").subject == "Bestellung: 12 Stühle „Birke“, grün"
    )
    assert of_file(env, "enquiry_japanese").email_from.startswith("星野 花子")


def test_nothing_asks_servers_of_the_world(env):
    crons = [env.ref(name) for name in company.TALKATIVE]
    assert not any(cron.active for cron in crons)


def test_second_run_adds_nothing(demo, stack):
    def state_of_things():
        with company.admin(demo.registry) as env:
            models = ("crm.lead", "project.task", "mail.alias", "mail.message")
            counts = {name: env[name].search_count([]) for name in models}
        return counts, [len(stack.messages(box.login)) for box in BOXES]

    before = state_of_things()
    play(demo, stack)
    assert state_of_things() == before
    with company.admin(demo.registry) as env:
        assert results.read(env) == demo.found


def test_table_fits_a_terminal(demo):
    def width(line):
        return sum(
            2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in line
        )

    lines = table.text(demo.found).splitlines()
    assert max(map(width, lines)) <= 120
    assert sum(line.endswith("✓") for line in lines) == len(ROWS)
    assert lines[-1] == f"{len(ROWS)} of {len(ROWS)} messages ended as expected"


def test_table_tells_what_went_wrong(demo):
    lost = results.Result(1, "sales", "", "missing", "Not fetched", "", False)
    waiting = results.Result(2, "sales", "x", "received", "Waiting", "", False)
    text = table.text([lost, waiting, *demo.found[2:]])
    assert f"fetched {len(ROWS) - 1} = " in text and " + waiting 1" in text
    assert f"{len(ROWS) - 2} of {len(ROWS)} messages" in text
