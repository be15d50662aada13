# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
import uuid
from typing import NamedTuple

from odoo import api, fields, models, tools
from odoo.tools import SQL

from ..core.routing import condition, rule
from . import lookups
from .mail_gateway_topic import DOCUMENT_TYPES

_logger = logging.getLogger(__name__)

#: Where the version of all rules stands.
VERSION = "mail_gateway_plus.rules_version"


class Book(NamedTuple):
    """Rules ready to be asked, {id: name} of them, and the ids of those that belong to
    one company."""

    rules: tuple
    names: dict
    own: frozenset


class MailGatewayRule(models.Model):
    """One line of the routing table: conditions, and what becomes of a message that
    meets them."""

    _name = "mail.gateway.rule"
    _description = "Routing Rule"
    _order = "sequence, id"

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        index=True,
        # Without its company it would be a rule for all of them.
        ondelete="cascade",
        help="Only messages of this company; without one, messages of all companies.",
    )
    before_replies = fields.Boolean(
        help="Ask this rule before looking whether a message answers one that Odoo"
        " knows. Otherwise answers go to their documents, whatever rules say."
    )
    match = fields.Selection(
        [("all", "All conditions"), ("any", "Any condition")],
        required=True,
        default="all",
    )
    condition_ids = fields.One2many(
        "mail.gateway.rule.condition", "rule_id", "Conditions", copy=True
    )
    action = fields.Selection(
        [
            ("alias", "Send to an alias"),
            ("new", "Make a new record"),
            ("record", "Add to a record"),
            ("department", "Send to a department"),
            ("forward", "Forward"),
            ("bounce", "Answer that it was not accepted"),
            ("ignore", "Ignore"),
            ("quarantine", "Put into quarantine"),
            ("mark", "Only set department, tags and identity"),
        ],
        required=True,
        default="new",
    )
    goes_on = fields.Boolean(
        "Go On",
        compute="_compute_goes_on",
        store=True,
        help="The rules behind this one are asked as well.",
    )
    alias_id = fields.Many2one(
        "mail.alias", ondelete="set null", index="btree_not_null"
    )
    topic_id = fields.Many2one(
        "mail.gateway.topic", "Help Topic", ondelete="set null", index="btree_not_null"
    )
    res_model_id = fields.Many2one(
        "ir.model",
        "Document Type",
        # Without its module the rule waits for somebody to choose another one.
        ondelete="set null",
        domain=DOCUMENT_TYPES,
    )
    res_model = fields.Char("Model", related="res_model_id.model", store=True)
    res_id = fields.Many2oneReference("Record", model_field="res_model")
    forward_to = fields.Char(
        help="An address outside of this gateway. The message goes there as an"
        " attachment, and answers go to its author."
    )
    template_id = fields.Many2one(
        "mail.template",
        "Answer",
        ondelete="set null",
        domain=[("model", "=", "mail.gateway.incoming")],
        help="What the sender is told; without a template, that the message could not"
        " be delivered. Lists, programs and no-reply addresses get no answer.",
    )
    hour_limit = fields.Integer(
        "Most an Hour",
        default=100,
        help="As many messages as it forwards or answers within an hour. What it would"
        " forward beyond that waits in quarantine; a sender is told once an hour.",
    )
    department_id = fields.Many2one(
        "hr.department",
        help="The department that the message belongs to from here on.",
    )
    tags = fields.Char(help="Names of tags for the record, separated by commas.")
    identity_id = fields.Many2one(
        "mail.gateway.identity",
        "Sender Identity",
        help="The name and address that answers leave under.",
    )
    conditions = fields.Char(
        "Conditions in Words", compute="_compute_conditions", help="All of them."
    )
    note = fields.Text(help="Why this rule is there, for colleagues.")
    hit_ids = fields.One2many("mail.gateway.rule.hit", "rule_id")
    hit_count = fields.Integer("Hits", compute="_compute_hits")
    last_hit = fields.Datetime(compute="_compute_hits", search="_search_last_hit")
    slow_on = fields.Datetime(
        "Slow the Last Time",
        compute="_compute_hits",
        search="_search_slow_on",
        help="When its regular expressions took long the last time.",
    )

    _hour_limit_positive = models.Constraint(
        "CHECK(hour_limit >= 1)", "Write at least one message an hour."
    )

    @api.depends("action")
    def _compute_goes_on(self):
        for one in self:
            one.goes_on = one.action == "mark"

    @api.depends("condition_ids", "match")
    @api.depends_context("lang")
    def _compute_conditions(self):
        Trace = self.env["mail.gateway.trace"]
        for one in self:
            joint = self.env._(" or ") if one.match == "any" else self.env._(" and ")
            words = [Trace._condition(line._core()) for line in one.condition_ids]
            one.conditions = joint.join(words) or self.env._("Every message")

    def _compute_hits(self):
        Hit = self.env["mail.gateway.rule.hit"].sudo()
        groups = Hit._read_group(
            [("rule_id", "in", self.ids)],
            ["rule_id"],
            ["count:sum", "date:max", "slow_on:max"],
        )
        sums = {found.id: values for found, *values in groups}
        for one in self:
            found = sums.get(one.id, (0, False, False))
            one.hit_count, one.last_hit, one.slow_on = found

    @api.model
    def _search_last_hit(self, operator, value):
        return self._search_date("date", operator, value)

    @api.model
    def _search_slow_on(self, operator, value):
        return self._search_date("slow_on", operator, value)

    @api.model
    def _search_date(self, name, operator, value):
        Hit = self.env["mail.gateway.rule.hit"].sudo()
        if operator in ("in", "not in") and set(value) == {False}:
            never = operator == "in"
            hit = Hit._search([(name, "!=", False)]).subselect("rule_id")
            return [("id", "not in" if never else "in", hit)]
        hit = Hit._search([(name, operator, value)]).subselect("rule_id")
        return [("id", "in", hit)]

    # --- the rules as core has them

    def _core(self):
        """The rule as core has it."""
        return rule.Rule(
            id=self.id,
            conditions=tuple(one._core() for one in self.condition_ids),
            any_of=self.match == "any",
            goes_on=self.goes_on,
        )

    @api.model
    def _book(self, observation, before_replies):
        """The rules that count for messages of the observation's company, in order."""
        version = self._version()
        company_id = observation.company_id if self._is_by_company(version) else 0
        return self._book_of(version, company_id, before_replies)

    @api.model
    @tools.ormcache("version")
    def _is_by_company(self, version):
        """Whether it matters which company a message is of."""
        return bool(self.sudo().search_count([("company_id", "!=", False)], limit=1))

    @api.model
    @tools.ormcache("version", "company_id", "before_replies")
    def _book_of(self, version, company_id, before_replies):
        # For Python 0 is False, and a search for both is one for neither.
        companies = [company_id, False] if company_id else [False]
        domain = [
            ("company_id", "in", companies),
            ("before_replies", "=", before_replies),
        ]
        found = self.sudo().search(domain)
        ready = tuple(ready for one in found for ready in one._ready())
        own = frozenset(found.filtered("company_id").ids)
        return Book(ready, {one.id: one.name for one in found}, own)

    def _ready(self):
        core = self._core()
        if any(map(condition.faults, core.conditions)):
            # It came by an import that checks nothing.
            _logger.warning("Rule %s cannot be used", self.id)
            return ()
        return rule.compiled([core])

    @api.model
    def _version(self):
        """What changes with each change of any rule, in the transaction that changes
        it. A cache that is told of changes after their commit is told late, and a
        worker may process for minutes before it listens."""
        return lookups.once(self.env, lookups.RULES, VERSION, self._read_version)

    @api.model
    def _read_version(self):
        self.flush_model()
        query = SQL("SELECT value FROM ir_config_parameter WHERE key = %s", VERSION)
        return next((value for (value,) in self.env.execute_query(query)), "")

    @api.model
    def _changed(self):
        """Random and not counted: a number would come again after a rollback."""
        lookups.stop(self.env, lookups.RULES)
        self.env.cr.execute(
            """
            INSERT INTO ir_config_parameter (key, value) VALUES (%s, %s)
            ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value
            """,
            [VERSION, str(uuid.uuid4())],
        )

    @api.model_create_multi
    def create(self, vals_list):
        self._changed()
        # Programs give none.
        unnamed = {"name": self.env._("Routing Rule")}
        return super().create([unnamed | values for values in vals_list])

    def write(self, vals):
        self._changed()
        return super().write(vals)

    def unlink(self):
        self._changed()
        return super().unlink()
