# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from ..core.dns import demand, dmarc_path

#: What is known of something that is either so or not.
SAID = [("yes", "Yes"), ("no", "No"), ("unknown", "Not known")]
_SAID = {True: "yes", False: "no", None: "unknown"}


class MailGatewayDomainServer(models.Model):
    """What an outgoing server is worth to a domain in From, by the last check."""

    _name = "mail.gateway.domain.server"
    _description = "Outgoing Server of a Mail Domain"
    _inherit = ["mail.gateway.domain.part"]
    _rec_name = "server"

    server = fields.Char("Outgoing Server", readonly=True)
    bounce = fields.Char(
        "Envelope Domain",
        readonly=True,
        help="The domain of the return path, by which SPF is judged.",
    )
    addresses = fields.Char("Sending IP Addresses", readonly=True)
    signs = fields.Char("Signs for", readonly=True, help="The domains of its keys.")
    spf = fields.Selection(SAID, "SPF Passes", readonly=True)
    dkim = fields.Selection(SAID, "DKIM Passes", readonly=True)
    aligned = fields.Selection(
        SAID,
        "Speaks for the Domain",
        readonly=True,
        help="Whether SPF or DKIM passes for the domain in From: then DMARC does.",
    )
    finding_code = fields.Char(readonly=True)
    params = fields.Json(readonly=True)
    title = fields.Text("Result", compute="_compute_words")
    remedy = fields.Text("What to Do", compute="_compute_words")

    @api.depends("finding_code", "params")
    @api.depends_context("lang")
    def _compute_words(self):
        Advice = self.env["mail.gateway.advice"]
        for row in self:
            words = Advice._words(row.finding_code or "", row.params or {})
            row.title, row.remedy = words[0], words[2]


class MailGatewayDomainPoint(models.Model):
    """Something to check off: what a receiver demands, or what has to be true before
    DMARC is made stricter."""

    _name = "mail.gateway.domain.point"
    _description = "Point of a Check List"
    _inherit = ["mail.gateway.domain.part"]
    _rec_name = "code"

    kind = fields.Selection(
        [("demand", "Demand of a receiver"), ("dmarc", "Before a step of DMARC")],
        required=True,
        readonly=True,
    )
    party = fields.Char("For", readonly=True, help="A receiver, or a policy.")
    code = fields.Selection(
        [
            (demand.EITHER, "SPF or DKIM passes"),
            (demand.BOTH, "SPF and DKIM both pass"),
            (demand.DMARC, "There is a DMARC record, at least p=none"),
            (demand.ALIGNED, "SPF or DKIM speaks for the domain in From"),
            (demand.PTR, "Servers that deliver have a name that leads back to them"),
            (demand.TLS, "Mail leaves encrypted"),
            (demand.KEY, "DKIM keys have 1024 bits or more"),
            (demand.UNSUBSCRIBE, "Marketing is unsubscribed with one click"),
            (dmarc_path.REPORTS, "Somebody gets the reports"),
            (dmarc_path.TIME, "The policy before has stood long enough"),
            (dmarc_path.ALIGNED, "All servers pass, by SPF or DKIM"),
            (dmarc_path.SIGNED, "All servers pass by DKIM, which survives forwarding"),
        ],
        "What",
        required=True,
        readonly=True,
    )
    from_day = fields.Integer(
        "From Mails a Day", readonly=True, help="0: it is demanded of everybody."
    )
    state = fields.Selection(
        [
            ("yes", "Yes"),
            ("no", "No"),
            ("unknown", "Not known"),
            ("idle", "Not demanded yet"),
        ],
        required=True,
        readonly=True,
    )


class MailGatewayDomain(models.Model):
    """What follows from the check for each server and each receiver."""

    _inherit = "mail.gateway.domain"

    server_ids = fields.One2many(
        "mail.gateway.domain.server", "domain_id", "Outgoing Servers", readonly=True
    )
    demand_ids = fields.One2many(
        "mail.gateway.domain.point",
        "domain_id",
        "Demands of Receivers",
        domain=[("kind", "=", "demand")],
        readonly=True,
    )
    path_ids = fields.One2many(
        "mail.gateway.domain.point",
        "domain_id",
        "Before the Next Step of DMARC",
        domain=[("kind", "=", "dmarc")],
        readonly=True,
    )
    policy = fields.Char("DMARC Policy", readonly=True, copy=False)
    policy_since = fields.Datetime(
        readonly=True, copy=False, help="Since when it is known to be this one."
    )
    next_policy_record = fields.Char(
        "Record of the Next Step",
        readonly=True,
        copy=False,
        help="To publish at _dmarc, once all of this is true.",
    )
    counted_day = fields.Integer(
        "Counted Mails a Day",
        readonly=True,
        copy=False,
        help="On the busiest of the last seven days.",
    )

    def _take(self, report, is_told=False):
        result = super()._take(report, is_told)
        self._take_servers(report)
        self._take_points(report)
        values = {"next_policy_record": report.next_dmarc or False}
        # What nobody could say today is as it was.
        if report.policy and report.policy != self.policy:
            values |= {"policy": report.policy, "policy_since": fields.Datetime.now()}
        self.write(values)
        return result

    def _take_servers(self, report):
        values = [self._server_values(one) for one in report.standings]
        self.env["mail.gateway.domain.server"]._replace(self, values)

    def _server_values(self, standing):
        server, finding = standing.server, standing.alignment.finding
        domains = dict.fromkeys(one for one, _selector in server.signs or ())
        return {
            "server": server.name,
            "bounce": server.bounce,
            "addresses": ", ".join(server.addresses),
            "signs": ", ".join(domains),
            "spf": _SAID[standing.spf],
            "dkim": _SAID[standing.dkim],
            "aligned": _SAID[standing.is_aligned],
            "finding_code": finding.code,
            "params": dict(finding.params),
        }

    def _take_points(self, report):
        volume = max(self.volume_day, self.counted_day)
        demands = [
            {
                "kind": "demand",
                "party": one.receiver,
                "code": one.code,
                "from_day": one.from_day,
                "state": _SAID[one.is_met] if volume >= one.from_day else "idle",
            }
            for one in report.demands
        ]
        path = [
            {
                "kind": "dmarc",
                "party": one.policy,
                "code": one.code,
                "state": _SAID[one.is_met],
            }
            for one in report.path
        ]
        self.env["mail.gateway.domain.point"]._replace(self, demands + path)
