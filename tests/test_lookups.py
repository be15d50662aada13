# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is looked up once a message is right for that message and gone for the next."""

import contextlib
import time

import pytest

import odoo.sql_db

from odoo.addons.mail_gateway_plus.core.routing.observation import Observation
from odoo.addons.mail_gateway_plus.models.observing import observing

from .ledger import sender
from .live import boxed, mail


@pytest.fixture(scope="module")
def live(stack):
    with boxed(stack) as made:
        yield made


@pytest.fixture
def alias(live):
    """An alias that makes leads; nothing is left of it for the next test."""
    alias_id = live.alias("desk", "crm.lead")
    yield alias_id
    with live.env() as env:
        env["mail.alias"].browse(alias_id).exists().unlink()
        env["mail.alias.domain"].search([]).name = "demo.example"


class Odoo:
    """Changes made in this process, the way people make them."""

    def __init__(self, live):
        self.live = live

    def set(self, model, record_id, **values):
        with self.live.env() as env:
            env[model].browse(record_id).write(values)

    def delete(self, model, record_id):
        with self.live.env() as env:
            env[model].browse(record_id).unlink()


class Elsewhere:
    """Changes by somebody whom this process knows nothing of, and who tells nobody."""

    def __init__(self, live):
        self.live = live

    def _execute(self, statement, *params):
        database = self.live.stack.databases.connect(self.live.database)
        with contextlib.closing(database):
            database.cursor().execute(statement, params)

    def set(self, model, record_id, **values):
        table = model.replace(".", "_")
        for column, value in values.items():
            statement = f"UPDATE {table} SET {column} = %s WHERE id = %s"
            self._execute(statement, value, record_id)
        if "alias_name" in values:
            full = f"{values['alias_name']}@demo.example"
            self.set(model, record_id, alias_full_name=full)
        if table == "mail_alias_domain" and "name" in values:
            self._execute(
                "UPDATE mail_alias SET alias_full_name = alias_name || '@' || %s"
                " WHERE alias_domain_id = %s",
                values["name"],
                record_id,
            )

    def delete(self, model, record_id):
        table = model.replace(".", "_")
        self._execute(f"DELETE FROM {table} WHERE id = %s", record_id)


@pytest.fixture(params=[Odoo, Elsewhere])
def change(request, live):
    return request.param(live)


def end(ledger, to, **headers):
    """(state, reason, models reached) of a message that is processed now."""
    row = ledger.end(mail(to, **headers))
    with ledger.live.env() as env:
        found = env["mail.gateway.incoming"].browse(row)
        models = found.outcome_ids.mapped("res_model")
        return found.state, found.reason_code, models


LEAD = ("routed", "routed", ["crm.lead"])
NOWHERE = ("quarantined", "no_route", [])


def test_alias_renamed(ledger, alias, change):
    assert end(ledger, "desk@demo.example") == LEAD
    assert end(ledger, "counter@demo.example") == NOWHERE
    change.set("mail.alias", alias, alias_name="counter")
    assert end(ledger, "desk@demo.example") == NOWHERE
    assert end(ledger, "counter@demo.example") == LEAD


def test_alias_of_another_model(live, ledger, alias, change):
    assert end(ledger, "desk@demo.example") == LEAD
    with live.env() as env:
        task = env["ir.model"]._get_id("project.task")
    change.set("mail.alias", alias, alias_model_id=task)
    assert end(ledger, "desk@demo.example") == ("routed", "routed", ["project.task"])


def test_alias_closed(ledger, alias, change):
    assert end(ledger, "desk@demo.example") == LEAD
    change.set("mail.alias", alias, alias_contact="followers")
    assert end(ledger, "desk@demo.example") == ("rejected", "alias_refused", [])


def test_alias_deleted(ledger, alias, change):
    assert end(ledger, "desk@demo.example") == LEAD
    change.delete("mail.alias", alias)
    assert end(ledger, "desk@demo.example") == NOWHERE


def test_domain_renamed(live, ledger, alias, change):
    assert end(ledger, "desk@demo.example") == LEAD
    with live.env() as env:
        domain = live.domain(env).id
    change.set("mail.alias.domain", domain, name="new.example")
    assert end(ledger, "desk@demo.example") == NOWHERE
    assert end(ledger, "desk@new.example") == LEAD


def test_bounce_address_changed(live, ledger, alias, change):
    to, by_program = "returns@demo.example", {"Auto-Submitted": "auto-generated"}
    assert end(ledger, to, **by_program) == NOWHERE
    with live.env() as env:
        domain = live.domain(env).id
    change.set("mail.alias.domain", domain, bounce_alias="returns")
    assert end(ledger, to, **by_program)[0] == "bounce"
    change.set("mail.alias.domain", domain, bounce_alias="bounce")
    assert end(ledger, to, **by_program) == NOWHERE


def test_sender_becomes_known(live, ledger, alias):
    for known in (False, True):
        row = ledger.end(mail("desk@demo.example", sender=sender("new")))
        with live.env() as env:
            outcome = env["mail.gateway.incoming"].browse(row).outcome_ids
            lead = env["crm.lead"].browse(outcome.res_id)
            assert bool(lead.message_ids.author_id) is known
            if not known:
                env["res.partner"].create({"name": "N", "email": sender("new")})


@pytest.mark.parametrize("model", ["res.partner", "crm.lead"])
def test_bounces_are_forgiven(live, ledger, alias, model):
    address = sender(f"bounced-{model}")
    with live.env() as env:
        email = "email" if model == "res.partner" else "email_from"
        values = {"name": "Bounced", email: address, "message_bounce": 3}
        bounced = env[model].create(values).id
    assert end(ledger, "desk@demo.example") == LEAD
    with live.env() as env:
        assert env[model].browse(bounced).message_bounce == 3
    assert end(ledger, "desk@demo.example", sender=address) == LEAD
    with live.env() as env:
        assert env[model].browse(bounced).message_bounce == 0


# --- within one transaction


def queries(env, work):
    before = env.cr.sql_log_count
    work()
    return env.cr.sql_log_count - before


def names(env):
    return (
        env["mail.alias"].search([("alias_name", "like", "desk%")]).mapped("alias_name")
    )


def test_one_query_for_one_question(live, alias):
    with live.env() as env, observing(Observation()):
        env["mail.alias"].search([("alias_name", "=", "desk")])

        def again():
            env["mail.alias"].search([("alias_name", "=", "desk")])

        assert queries(env, again) == 0
        assert queries(env, lambda: env["mail.alias"].search([], limit=1)) == 1


def test_direct_callers_ask_each_time(live, alias):
    with live.env() as env:
        for _time in range(2):
            assert queries(env, lambda: env["mail.alias"].search([])) == 1


def test_rights_of_people_are_asked_each_time(live, alias):
    with live.env() as env, observing(Observation()):
        user = env.ref("base.user_admin")
        aliases = env["mail.alias"].with_user(user)
        aliases.search([])
        assert queries(env, lambda: aliases.search([])) == 1


def test_own_change_is_seen(live, alias):
    with live.env() as env, observing(Observation()):
        assert names(env) == ["desk"]
        env["mail.alias"].browse(alias).alias_name = "desk-2"
        assert names(env) == ["desk-2"]
        env.cr.rollback()
        assert names(env) == ["desk"]


def test_own_change_taken_back_is_not_seen(live, alias):
    with live.env() as env, observing(Observation()):
        assert names(env) == ["desk"]
        with contextlib.suppress(ZeroDivisionError), env.cr.savepoint():
            env["mail.alias"].browse(alias).alias_name = "desk-2"
            assert names(env) == ["desk-2"]
            raise ZeroDivisionError
        assert names(env) == ["desk"]


def test_aliases_among_addresses(live, alias):
    asked = ["x@out.example", "desk@demo.example", "bounce@demo.example", "x@out"]
    with live.env() as env:
        stock = env["mail.alias.domain"]._find_aliases(asked)
        assert stock == ["desk@demo.example", "bounce@demo.example"]
        with observing(Observation()):
            find = env["mail.alias.domain"]._find_aliases
            assert find(asked) == find(asked) == stock
            assert find(asked[::-1]) == stock[::-1]


# --- in all


def total_queries(live, work):
    """How many queries ``work`` takes of this process, whatever cursor they use."""
    before = odoo.sql_db.sql_counter
    work()
    return odoo.sql_db.sql_counter - before


def test_no_more_queries_than_stock(live, ledger, alias):
    """Whoever sets up no rules, policies and autoresponders pays nothing for them: of
    an ordinary message the way through the ledger takes no more queries than stock
    alone does for the same message."""

    def directly():
        with live.env() as env:
            env["mail.thread"].message_process(None, mail("desk@demo.example"))

    counts = {}
    for _time in range(3):  # the first ones fill the caches
        counts["stock"] = total_queries(live, directly)
        row = ledger.receive(mail("desk@demo.example"))
        counts["ledger"] = total_queries(live, ledger.process)
        assert ledger.read(row, "state") == "routed"
    assert counts["ledger"] <= counts["stock"], counts


# --- the rest of what is done once


def test_name_of_a_record_is_the_subject(live, ledger):
    """Of a model whose ``message_new`` leaves the name to Odoo."""
    alias = live.alias("people", "res.partner")
    row = ledger.end(mail("people@demo.example", "Ann Other"))
    with live.env() as env:
        outcome = env["mail.gateway.incoming"].browse(row).outcome_ids
        partner = env["res.partner"].browse(outcome.res_id)
        assert partner.name == "Ann Other"
        env["mail.alias"].browse(alias).unlink()


def test_workers_are_called_once_a_batch(live, ledger, alias):
    """Each lead has Odoo look up its sender's company in a scheduled action."""
    for _number in range(5):
        ledger.receive(mail("desk@demo.example"))
    connection = live.stack.databases.connect("postgres")
    with contextlib.closing(connection):
        connection.cursor().execute("LISTEN cron_trigger")
        begin = time.monotonic()
        assert ledger.process() == 5
        seconds = time.monotonic() - begin
        connection.poll()
        called = [n for n in connection.notifies if n.payload == live.database]
    with live.env() as env:
        assert env["ir.cron.trigger"].search_count([]) >= 5
    # At most once a second, and at the end.
    assert 1 <= len(called) <= 2 + seconds
