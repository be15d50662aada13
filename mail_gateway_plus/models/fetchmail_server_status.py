# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain

from ..core import health
from ..core.mailbox import setting

#: Set to "True" while no mailbox is fetched; absent else.
PAUSED = "mail_gateway_plus.fetch_paused"
#: What the findings about a mailbox follow from.
SETTINGS = {"connection_security", "server_type", "server", "port", "company_id"}


class FetchmailServer(models.Model):
    """How the mailbox is doing, for the form and the list."""

    _inherit = "fetchmail.server"

    fetching_paused = fields.Boolean(
        "All Fetching is Paused", compute="_compute_fetch_status"
    )
    fetch_status = fields.Selection(
        [
            ("local", "Mail is piped in"),
            ("draft", "Not confirmed"),
            ("paused", "Paused"),
            ("failing", "Failing"),
            ("working", "Working"),
        ],
        "Fetching",
        compute="_compute_fetch_status",
        search="_search_fetch_status",
    )
    fetch_progress = fields.Char(
        compute="_compute_fetch_progress", help="How far a long fetch is."
    )
    finding_ids = fields.One2many(
        "mail.gateway.finding",
        "res_id",
        "Findings",
        domain=[("res_model", "=", "fetchmail.server"), ("closed_on", "=", False)],
        readonly=True,
    )
    finding_count = fields.Integer("Notes", compute="_compute_finding_count")
    finding_severity = fields.Selection(
        [
            ("ok", "In order"),
            ("info", "Notice"),
            ("warning", "Warning"),
            ("error", "Error"),
        ],
        "Attention",
        compute="_compute_finding_count",
    )
    finding_text = fields.Html(compute="_compute_finding_text", sanitize=False)

    @api.model
    def get_empty_list_help(self, help_message):
        """In place of stock's, which says only that there is nothing."""
        title = self.env._("No mailbox is fetched yet")
        text = self.env._(
            "Name the server and the account of a mailbox, and press Test & Confirm:"
            " each stage shows what the server answered, and where a setting is wrong,"
            " which one would work. From then on new messages are fetched by"
            " themselves."
        )
        shown = Markup("<p class='o_view_nocontent_smiling_face'>%s</p><p>%s</p>")
        return super().get_empty_list_help(shown % (title, text))

    @api.model
    def _is_paused(self):
        """Whether the switch in General Settings is off."""
        return self.env["ir.config_parameter"].sudo().get_param(PAUSED) == "True"

    @api.depends("state", "server_type", "error_date")
    def _compute_fetch_status(self):
        paused = self._is_paused()
        for server in self:
            server.fetching_paused = paused
            server.fetch_status = server._status(paused)

    def _status(self, paused):
        if self.server_type == "local":
            return "local"
        if self.state != "done":
            return "draft"
        if paused:
            return "paused"
        return "failing" if self.error_date else "working"

    def _search_fetch_status(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain.OR(self._status_domain(status) for status in value)

    def _status_domain(self, status):
        """Says the same as ``_status``."""
        local = Domain("server_type", "=", "local")
        confirmed = ~local & Domain("state", "=", "done")
        error = Domain("error_date", "!=", False)
        fetched = Domain.FALSE if self._is_paused() else confirmed
        return {
            "local": local,
            "draft": ~local & Domain("state", "!=", "done"),
            "paused": confirmed if self._is_paused() else Domain.FALSE,
            "failing": fetched & error,
            "working": fetched & ~error,
        }.get(status, Domain.FALSE)

    def _compute_fetch_progress(self):
        groups = self.env["mail.gateway.incoming"]._read_group(
            [("server_id", "in", self.ids), ("state", "=", "received")],
            ["server_id"],
            ["__count"],
        )
        received = dict(groups)
        for server in self:
            server.fetch_progress = server._progress_text(received.get(server, 0))

    def _progress_text(self, received):
        """“120 of 800 fetched, 30 waiting to be processed”; empty when all is done."""
        folders = self.sudo().folder_ids
        total = sum(folders.mapped("listed"))
        left = sum(folders.mapped("waiting"))
        texts = []
        if left:
            texts.append(
                self.env._(
                    "%(done)s of %(total)s fetched", done=total - left, total=total
                )
            )
        if received:
            texts.append(self.env._("%s waiting to be processed", received))
        return ", ".join(texts)

    @api.depends("finding_ids.severity")
    def _compute_finding_count(self):
        Finding = self.env["mail.gateway.finding"]
        for server in self:
            server.finding_count = len(server.finding_ids)
            server.finding_severity = Finding._worst(
                server.finding_ids.mapped("severity")
            )

    @api.depends("finding_ids.code", "finding_ids.params")
    @api.depends_context("lang")
    def _compute_finding_text(self):
        """What is the matter with a mailbox that works; a fault has its own place."""
        shown = Markup("<div><strong>%s</strong><div>%s</div><div>%s</div></div>")
        for server in self:
            server.finding_text = Markup().join(
                shown % (found.title, found.cause, found.remedy)
                for found in server.finding_ids
                if found.code in setting.CODES | {health.CERTIFICATE}
            )

    @api.model_create_multi
    def create(self, vals_list):
        servers = super().create(vals_list)
        servers._renew_findings()
        return servers

    def write(self, vals):
        result = super().write(vals)
        if "company_id" in vals:
            self.sudo().finding_ids.company_id = vals["company_id"]
        # Stock's own field stands for the security too.
        if (SETTINGS | {"is_ssl"}) & vals.keys():
            self._renew_findings()
        return result

    def unlink(self):
        self.env["mail.gateway.finding"]._forget(self)
        return super().unlink()

    def _renew_findings(self):
        """What speaks against the settings of these mailboxes."""
        for server in self:
            where = f"{server.server or ''}:{server.port}"
            remote = server.server_type != "local" and server.server
            found = remote and setting.findings(server.connection_security, where)
            self.env["mail.gateway.finding"]._renew(server, found or [], setting.CODES)
        self.invalidate_recordset(["finding_ids"])
