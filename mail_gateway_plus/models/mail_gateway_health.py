# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.tools import SQL

from ..core import finding as core_finding
from ..core import health
from .ir_mail_server_configured import CONFIGURED

#: The scheduled actions without which mail stands still.
ACTIONS = (
    "mail.ir_cron_mail_gateway_action",
    "mail_gateway_plus.ir_cron_process",
    "mail.ir_cron_mail_scheduler_action",
)
FETCH = ACTIONS[0]
#: Those without which nobody hears of a fault. They are no queues, and show only while
#: something is the matter with them.
CHECKS = (
    "mail_gateway_plus.ir_cron_domains",
    "mail_gateway_plus.ir_cron_server_health",
    "mail_gateway_plus.ir_cron_health",
)
WATCHED = (*ACTIONS, *CHECKS)
#: Kind -> the model of what is looked after.
MODELS = {
    "mailbox": "fetchmail.server",
    "server": "ir.mail_server",
    "identity": "mail.gateway.identity",
    "domain": "mail.gateway.domain",
    "queue": "ir.cron",
}
#: Findings that are over and shown on the form.
PAST = 20
#: The rows of each model: its id as ``res_id``, name, company, when it was looked at,
#: since when it is there, and whether it is at rest, so that no finding counts. None is
#: of a personal server.
SUBJECTS = {
    "mailbox": """
        SELECT id AS res_id, name, company_id, create_date AS made_on,
               CASE WHEN state = 'done' AND server_type <> 'local'
                    THEN date
                END AS checked_on,
               state <> 'done' AND server_type <> 'local' AS at_rest,
               server_type = 'local' AS is_piped
          FROM fetchmail_server
         WHERE active
    """,
    "server": """
        SELECT id, name, NULL::integer, create_date, health_checked_on, FALSE, FALSE
          FROM ir_mail_server
         WHERE owner_user_id IS NULL
           AND (active OR id = %(configured)s)
    """,
    "identity": """
        SELECT id, name || ' <' || email || '>', company_id, create_date,
               asked.checked_on, FALSE, FALSE
          FROM mail_gateway_identity
          LEFT JOIN (
               SELECT identity_id, max(checked_on) AS checked_on
                 FROM mail_gateway_permission
                WHERE state <> 'unknown'
             GROUP BY identity_id
               ) AS asked ON asked.identity_id = id
         WHERE active
    """,
    "domain": """
        SELECT id, name, company_id, create_date, checked_on, FALSE, FALSE
          FROM mail_gateway_domain
         WHERE active
    """,
    "queue": """
        SELECT cron.id, cron.cron_name, NULL::integer, cron.create_date, cron.lastcall,
               FALSE, FALSE
          FROM ir_cron AS cron
         WHERE cron.id = ANY(%(actions)s)
           AND (cron.id <> %(fetch)s OR EXISTS (
               SELECT 1
                 FROM fetchmail_server
                WHERE active AND state = 'done' AND server_type <> 'local'
               ))
           AND (cron.id <> ALL(%(checks)s) OR EXISTS (
               SELECT 1
                 FROM mail_gateway_finding
                WHERE res_model = 'ir.cron' AND res_id = cron.id AND closed_on IS NULL
               ))
    """,
}


class MailGatewayHealth(models.Model):
    """Everything that mail depends on, each with its light and the one next thing to
    do. Nothing is stored here: the lights follow from the open findings."""

    _name = "mail.gateway.health"
    _description = "Mail Health"
    _auto = False
    _order = "rank, kind_rank, since, id"
    _depends = {
        "mail.gateway.finding": ["code", "weight", "opened_on", "closed_on", "res_id"],
        "fetchmail.server": ["active", "company_id", "date", "name", "state"],
        "ir.mail_server": ["active", "health_checked_on", "name", "owner_user_id"],
        "mail.gateway.identity": ["active", "company_id", "email", "name"],
        "mail.gateway.permission": ["checked_on", "identity_id", "state"],
        "mail.gateway.domain": ["active", "checked_on", "company_id", "name"],
        "ir.cron": ["cron_name", "lastcall"],
    }

    kind = fields.Selection(
        [
            ("queue", "Queue"),
            ("mailbox", "Mailbox"),
            ("server", "Outgoing Server"),
            ("identity", "Sender Identity"),
            ("domain", "Mail Domain"),
        ],
        readonly=True,
    )
    light = fields.Selection(
        [
            ("red", "Broken"),
            ("yellow", "Attention"),
            ("grey", "Not Checked"),
            ("green", "Well"),
        ],
        readonly=True,
    )
    rank = fields.Integer(readonly=True)
    kind_rank = fields.Integer(readonly=True)
    name = fields.Char(readonly=True)
    res_model = fields.Char(readonly=True)
    res_id = fields.Many2oneReference(model_field="res_model", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    finding_id = fields.Many2one("mail.gateway.finding", readonly=True)
    code = fields.Char(readonly=True, help="Of the worst finding.")
    open_count = fields.Integer(
        "Open", readonly=True, help="How many things there are to do."
    )
    since = fields.Datetime(readonly=True, help="Since when the light is this one.")
    checked_on = fields.Datetime("Last Checked", readonly=True)
    title = fields.Char(
        "What Is the Matter", compute="_compute_words", search="_search_title"
    )
    cause = fields.Text(compute="_compute_words")
    remedy = fields.Text("What to Do", compute="_compute_words")
    next_step = fields.Char("Next Thing to Do", compute="_compute_words")
    place = fields.Char(compute="_compute_place")
    finding_ids = fields.Many2many(
        "mail.gateway.finding",
        string="All that Is Open",
        compute="_compute_finding_ids",
    )
    past_ids = fields.Many2many(
        "mail.gateway.finding", string="What Was", compute="_compute_finding_ids"
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT subject.*, worst.finding_id,
                   coalesce(counted.open_count, 0) AS open_count,
                   CASE WHEN worst.finding_id IS NOT NULL THEN worst.code
                        WHEN checked_on IS NULL AND is_piped THEN %(piped)s
                        WHEN checked_on IS NULL THEN %(unchecked)s || kind
                    END AS code,
                   light.name AS light,
                   array_position(%(lights)s, light.name) AS rank,
                   array_position(%(kinds)s, kind) AS kind_rank,
                   CASE WHEN worst.finding_id IS NOT NULL THEN worst.opened_on
                        WHEN checked_on IS NULL THEN made_on
                        ELSE coalesce(counted.mended_on, made_on)
                    END AS since
              FROM (%(subjects)s) AS subject
              LEFT JOIN (%(worst)s) AS worst
                ON worst.res_model = subject.res_model
               AND worst.res_id = subject.res_id
               AND NOT at_rest
              LEFT JOIN (%(counted)s) AS counted
                ON counted.res_model = subject.res_model
               AND counted.res_id = subject.res_id
             CROSS JOIN LATERAL (SELECT coalesce(
                   %(light)s, CASE WHEN checked_on IS NULL THEN 'grey' ELSE 'green' END
                   )) AS light(name)
            """,
            piped=health.UNCHECKED["piped"],
            unchecked=UNCHECKED_PREFIX,
            lights=list(health.LIGHTS),
            kinds=list(health.KINDS),
            subjects=self._subjects_sql(),
            worst=WORST,
            counted=COUNTED,
            light=LIGHT,
        )

    @api.model
    def _subjects_sql(self):
        """All that is looked after; ids stay those of the records, told apart by their
        kind."""
        named = self.env["ir.model.data"].sudo()._xmlid_to_res_id
        known = {
            "actions": [number for name in WATCHED if (number := named(name))],
            "checks": [number for name in CHECKS if (number := named(name))],
            "fetch": named(FETCH) or 0,
            "configured": self._configured_id(),
        }
        return SQL(" UNION ALL ").join(
            SQL(
                "SELECT res_id * %s + %s AS id, %s AS kind, %s AS res_model, one.*"
                " FROM (%s) AS one"
                " (res_id, name, company_id, made_on, checked_on, at_rest, is_piped)",
                len(MODELS),
                number,
                kind,
                MODELS[kind],
                SQL(text, **known) if "%(" in text else SQL(text),
            )
            for number, (kind, text) in enumerate(SUBJECTS.items())
        )

    @api.model
    def _configured_id(self):
        """That of the configuration file's server; 0 where it has no record."""
        if not self.env["ir.mail_server"]._has_configured():
            return 0
        return self.env["ir.model.data"].sudo()._xmlid_to_res_id(CONFIGURED)

    @api.depends("code", "finding_id")
    @api.depends_context("lang")
    def _compute_words(self):
        Advice = self.env["mail.gateway.advice"]
        for row in self:
            # A mailbox may have gone to another company since.
            params = row.sudo().finding_id.params or {}
            words = Advice._words(row.code, params) if row.code else ("", "", "")
            row.title, row.cause, row.remedy = words
            row.next_step = health.first_step(row.remedy or "")

    @api.model
    def _search_title(self, operator, value):
        """By the words of a fault, or by what it is about."""
        Advice, Finding = (
            self.env["mail.gateway.advice"],
            self.env["mail.gateway.finding"],
        )
        codes = Advice.search([("title", operator, value)]).mapped("code")
        about = [("closed_on", "=", False), ("subject", operator, value)]
        found = Finding.search(about)
        return ["|", ("code", "in", codes), ("finding_id", "in", found.ids)]

    @api.depends("code", "kind")
    def _compute_place(self):
        for row in self:
            row.place = health.place(row.kind, row.code or "")

    @api.depends("res_model", "res_id")
    def _compute_finding_ids(self):
        Finding = self.env["mail.gateway.finding"]
        for row in self:
            about = [("res_model", "=", row.res_model), ("res_id", "=", row.res_id)]
            opened = Finding.search([*about, ("closed_on", "=", False)])
            past = [*about, ("closed_on", "!=", False)]
            row.finding_ids = opened._worst_first()
            row.past_ids = Finding.search(past, limit=PAST)


#: The names of health.UNCHECKED are this and a kind.
UNCHECKED_PREFIX = "health_unchecked_"
TOLD = tuple(core_finding.SEVERITIES.index(severity) for severity in health.LIGHT_OF)
WORST = SQL(
    """
    SELECT DISTINCT ON (res_model, res_id) res_model, res_id, id AS finding_id, code,
           weight, opened_on
      FROM mail_gateway_finding
     WHERE closed_on IS NULL AND weight IN %s
  ORDER BY res_model, res_id, weight DESC, opened_on, id
    """,
    TOLD,
)
COUNTED = SQL(
    """
    SELECT res_model, res_id, max(closed_on) AS mended_on,
           count(*) FILTER (WHERE closed_on IS NULL) AS open_count
      FROM mail_gateway_finding
     WHERE weight IN %s
  GROUP BY res_model, res_id
    """,
    TOLD,
)


#: Of a finding, by its ``weight``; NULL of one that is not told.
LIGHT = SQL(
    "CASE weight %s END",
    SQL(" ").join(
        SQL("WHEN %s THEN %s", weight, light)
        for weight, light in zip(TOLD, health.LIGHT_OF.values(), strict=True)
    ),
)
