# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What would become of a message under today's rules, with nothing written.

Stock's ``message_route`` (19.0) writes and sends on its way, so it is not called here:
what it looks for is looked for in the same order, and our stages are asked by the same
methods as in processing. Whatever a method of others writes all the same is undone.
"""

import ast
import contextlib
import email
import email.policy

import psycopg2

from odoo import SUPERUSER_ID, api
from odoo.tools import email_split
from odoo.tools.mail import unfold_references

from ..core.message import bounds, facts, loop, repair
from ..core.routing import chain
from ..core.routing.observation import Guise, Observation, Reached
from .observing import observing
from .routing_call import Call

#: As many references as stock looks for.
_REFERENCES = 32


def forecast(row, raw):
    """What would be observed.

    :param row: a row of the ledger, or a new one that stands for none, with its mailbox
    :param raw: the message, byte for byte
    :return: an Observation with the destinations as ``reached``; a record that would
        be made has the id 0
    """
    observation = Observation(dry=True)
    with _undone(row.env), observing(observation):
        context = {"mail_gateway_queue_only": True}
        row = row.with_env(api.Environment(row.env.cr, SUPERUSER_ID, context))
        row = row.with_company(row.company_id) if row.company_id else row
        _Forecast(row, raw, observation).run()
        row._autorespond(observation)
    return observation


@contextlib.contextmanager
def _undone(env):
    savepoint = env.cr.savepoint()
    try:
        yield
    finally:
        savepoint.close(rollback=True)


class _Forecast:
    def __init__(self, row, raw, observation):
        self.row, self.raw, self.observation = row, raw, observation
        self.env, self.thread = row.env, row.env["mail.thread"]

    def run(self):
        readable = repair.repaired(self.raw)
        finding = bounds.exceeded(readable)
        if finding:
            self.observation.note(finding.code, **finding.params)
            return
        row, observation = self.row, self.observation
        recipients = self._recipients()
        observation.guise = Guise(recipients=recipients)
        row._observe(observation, row._letter(self.raw, recipients))
        try:
            self._parse(readable)
            routes = self._routes()
        except psycopg2.Error:
            raise
        except Exception as problem:  # as in processing, where it ends in quarantine
            if not observation.noted("route_invalid"):
                code = "model_failed" if observation.noted("parsed") else "parse_failed"
                said = " ".join(str(problem).split())[:300]
                observation.note(code, error=said, kind=type(problem).__name__)
            return
        self._reach(routes or ())

    def _recipients(self):
        """Those that the ledger has or would have of the message."""
        if self.row.id:
            return self.row._delivery().recipients
        return tuple(filter(None, facts.read(self.raw).recipients.split(", ")))

    def _parse(self, readable):
        try:
            self.parsed = self._read(readable)
        except psycopg2.Error:
            raise
        except Exception:  # as in processing, which has a plainer copy for these
            self.parsed = self._read(repair.rebuilt(self.raw))
        self.observation.call = Call(self.thread, self.message, self.parsed)

    def _read(self, readable):
        known = loop.outside(readable)
        self.message = email.message_from_bytes(known, policy=email.policy.SMTP)
        return self.thread.message_parse(self.message)

    def _reach(self, routes):
        if routes and self.thread._detect_loop_sender(
            self.message, self.parsed, routes
        ):
            return
        rule_id = self.observation.rule_id
        self.observation.reached += [
            Reached(model, res_id or 0, alias.id if alias else 0, rule_id)
            for model, res_id, _values, _user, alias in routes
        ]

    # --- the chain, in its order; each stage gives routes or None

    def _routes(self):
        self._note_known()
        if self.thread._detect_loop_headers(self.parsed):
            return []
        if self.parsed.get("is_bounce"):
            self.thread._mail_gateway_note_bounce(self.parsed)
            return []
        self.written = email_split(self.parsed["recipients"].lower())
        addressed = self.thread._mail_gateway_addressed(self.parsed["recipients"])
        self.valid = email_split(addressed.lower())
        stages = (
            *(self._after_bounce, self._reply, self._catchall_alone),
            *(self._aliases, self._default_model, self._catchall_among),
        )
        for stage in stages:
            routes = stage()
            if routes is not None:
                return routes
        self.observation.note("no_route", to=self.parsed.get("to") or "")
        return []

    def _note_known(self):
        """Of a message that came before it is to be known what would be if it came
        for the first time."""
        same = [("message_id", "=", self.parsed["message_id"])]
        if not self.row.id and self.env["mail.message"].search_count(same, limit=1):
            self.observation.note("known_already", message_id=self.parsed["message_id"])

    def _ask(self, stages, catchall=False):
        return self.thread._mail_gateway_ask(self.observation, stages, catchall)

    def _after_bounce(self):
        return self._ask(chain.AFTER_BOUNCE)

    def _reply(self):
        answered = self._answered()
        if not answered.model:
            return None
        if answered.res_id and self._is_forward(answered.model):
            return None
        alias = self.env["mail.alias"].search(
            [("alias_model_id.model", "=", answered.model)] + self._to(self.valid),
            limit=1,
        )
        user = self.thread._mail_find_user_for_gateway(
            self.parsed["email_from"], alias=alias
        )
        route = (answered.model, answered.res_id, None, user.id or self.env.uid, alias)
        route = self.thread._routing_check_route(
            self.message, self.parsed, route, raise_exception=False
        )
        if route:
            return self._noted([route])
        return [] if route is False else None

    def _answered(self):
        """The message that this one answers."""
        references = self.parsed["references"] or self.parsed["in_reply_to"]
        ids = [r.strip() for r in unfold_references(references) if "reply_to" not in r]
        return (
            self.env["mail.message"]
            .sudo()
            .search(
                [("message_id", "in", ids[-_REFERENCES:])], limit=1, order="id desc"
            )
        )

    def _is_forward(self, model):
        """Whether it is written to an alias of another model than it answers; then
        only such recipients count."""
        written_to = email_split((self.parsed["to"] or "").lower())
        others = self.env["mail.alias"].search(
            [("alias_model_id.model", "!=", model)] + self._to(written_to)
        )
        if others:
            names = set(others.mapped("alias_full_name"))
            local = others.filtered("alias_incoming_local").mapped("alias_name")
            self.valid = [
                to for to in self.valid if to in names or to.partition("@")[0] in local
            ]
        return bool(others)

    def _catchall_alone(self):
        self.observation.no_reply = True
        self.parsed.pop("parent_id", None)
        found = self.thread.with_context(
            mail_gateway_forecast=True
        )._detect_write_to_catchall(self.parsed)
        routes = self._ask(chain.AFTER_REPLY, found)
        return [] if found and routes is None else routes

    def _aliases(self):
        aliases = self.env["mail.alias"].search(self._to(self.valid))
        if not aliases:
            return None
        routes = []
        for alias in aliases:
            model = alias.alias_model_id.model
            defaults = ast.literal_eval(alias.alias_defaults)
            thread_id = alias.alias_force_thread_id
            routes += self.observation.call.route(model, thread_id, defaults, alias)
        return self._noted(routes)

    def _default_model(self):
        model = self.row.server_id.object_id.model
        if not model:
            return None
        return self._noted(self.observation.call.route(model, None, None)) or None

    def _catchall_among(self):
        if not self.written:
            return None
        found = self.thread.with_context(
            mail_gateway_forecast=True, mail_catchall_write_any_to=True
        )._detect_write_to_catchall(self.parsed)
        routes = self._ask(chain.AFTER_MODEL, found)
        return [] if found and routes is None else routes

    # --- small things

    def _noted(self, routes):
        self.thread._mail_gateway_note_stage(self.observation, routes)
        return routes

    def _to(self, addresses):
        return self.env["mail.alias"]._mail_gateway_routed(addresses)
