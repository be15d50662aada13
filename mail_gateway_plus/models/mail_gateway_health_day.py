# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.tools import SQL

from .mail_gateway_health import LIGHT, MODELS, TOLD

#: As far back as the graph goes.
DAYS = 90
#: More than any finding has days there, for ids.
MOST = 1000


class MailGatewayHealthDay(models.Model):
    """What was open when: one row for each day of a finding."""

    _name = "mail.gateway.health.day"
    _description = "History of Mail Health"
    _auto = False
    _order = "day desc, id desc"
    _depends = {
        "mail.gateway.finding": [
            "code",
            "company_id",
            "weight",
            "opened_on",
            "closed_on",
        ]
    }

    day = fields.Date(readonly=True)
    kind = fields.Selection("_kinds", readonly=True)
    light = fields.Selection(
        [("red", "Broken"), ("yellow", "Attention")], readonly=True
    )
    finding_id = fields.Many2one("mail.gateway.finding", readonly=True)
    code = fields.Char(readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    title = fields.Char(related="finding_id.title", related_sudo=False)
    subject = fields.Char(related="finding_id.subject", related_sudo=False)
    opened_on = fields.Datetime(related="finding_id.opened_on", related_sudo=False)
    closed_on = fields.Datetime(related="finding_id.closed_on", related_sudo=False)

    @api.model
    def _kinds(self):
        return (
            self.env["mail.gateway.health"]
            ._fields["kind"]
            ._description_selection(self.env)
        )

    @property
    def _table_query(self):
        kinds = [SQL("WHEN %s THEN %s", model, kind) for kind, model in MODELS.items()]
        return SQL(
            """
            SELECT found.id::bigint * %(most)s + day.number AS id,
                   day.moment::date AS day,
                   CASE found.res_model %(kinds)s END AS kind,
                   %(light)s AS light,
                   found.id AS finding_id, found.code, found.company_id
              FROM mail_gateway_finding AS found
             CROSS JOIN LATERAL generate_series(
                       greatest(found.opened_on, %(now)s - interval '1 day' * %(days)s)
                           ::date,
                       coalesce(found.closed_on, %(now)s)::date,
                       interval '1 day'
                   ) WITH ORDINALITY AS day(moment, number)
             WHERE found.weight IN %(told)s
               AND found.res_model IN %(models)s
            """,
            most=MOST,
            kinds=SQL(" ").join(kinds),
            light=LIGHT,
            now=fields.Datetime.now(),
            days=DAYS,
            told=TOLD,
            models=tuple(MODELS.values()),
        )
