# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import contextlib
import ipaddress
import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..core.dns import name as dns_name
from ..net.resolver import ascii_name

#: What stands before the last dot, and after it.
NAME = re.compile(r"[a-z0-9_.-]+\.[a-z][a-z0-9-]*")


class MailGatewayDomain(models.Model):
    """A domain that Odoo sends from or receives at, and what its records should be.

    Where it comes from is in ``mail_gateway_domain_source``, what is asked in
    ``mail_gateway_domain_subject``, the check in ``mail_gateway_domain_check``.
    """

    _name = "mail.gateway.domain"
    _description = "Mail Domain"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "weight desc, name"

    name = fields.Char("Domain", required=True, index=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index=True)
    used_by = fields.Char(
        "Used for", readonly=True, help="What of Odoo sends from it or receives at it."
    )
    addresses = fields.Char(
        "Sending IP Addresses",
        help="Addresses that its mail comes from besides those of the providers, as of"
        " a server of your own: separated by blanks. They are put into the SPF record"
        " and looked at themselves.",
    )
    selectors = fields.Char(
        "DKIM Selectors",
        help="Names of its DKIM keys besides those of the providers and those seen in"
        " real messages: separated by blanks.",
    )
    report_email = fields.Char(
        "Reports to",
        help="Where receivers may send their DMARC reports. It is put into the record"
        " where that names nobody.",
    )
    volume_day = fields.Integer(
        "Mails a Day",
        help="How many leave in its name on a busy day, where Odoo cannot count them:"
        " from 5,000 on large receivers demand more. 0: as counted.",
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        domain=[("share", "=", False)],
        tracking=True,
        help="Who is told when something about it changes; nobody: the administrator.",
    )
    finding_ids = fields.One2many(
        "mail.gateway.finding",
        "res_id",
        "Findings",
        domain=[("res_model", "=", "mail.gateway.domain"), ("closed_on", "=", False)],
        readonly=True,
    )
    record_ids = fields.One2many(
        "mail.gateway.domain.record", "domain_id", "Records", readonly=True
    )
    severity = fields.Selection(
        [
            ("ok", "In order"),
            ("info", "Notice"),
            ("warning", "Warning"),
            ("error", "Error"),
        ],
        "State",
        readonly=True,
        copy=False,
    )
    weight = fields.Integer(readonly=True, copy=False, help="The worst come first.")
    since = fields.Datetime(
        readonly=True, copy=False, help="Since when the state is this one."
    )
    checked_on = fields.Datetime("Checked", readonly=True, copy=False)
    next_check = fields.Datetime(readonly=True, copy=False, index=True)
    changes = fields.Json(readonly=True, copy=False)
    next_step = fields.Char(compute="_compute_next_step")
    to_publish = fields.Integer("Records to Publish", compute="_compute_next_step")

    _name_unique = models.Constraint("UNIQUE(name)", "This domain is there already.")

    @api.constrains("name")
    def _check_name(self):
        for domain in self:
            if not dns_name.is_name(domain.name) or not NAME.fullmatch(domain.name):
                raise ValidationError(
                    self.env._(
                        "“%s” is no domain. Write one such as example.com, without the"
                        " name of a server or of a person.",
                        domain.name,
                    )
                )

    @api.constrains("addresses")
    def _check_addresses(self):
        self._check_ips(self.mapped("addresses"))

    @api.model
    def _check_ips(self, texts):
        for address in " ".join(filter(None, texts)).split():
            try:
                ipaddress.ip_address(address)
            except ValueError as error:
                raise ValidationError(
                    self.env._(
                        "“%s” is no IP address. Write one such as 192.0.2.1.", address
                    )
                ) from error

    @api.depends("finding_ids.code", "finding_ids.params", "record_ids.status")
    @api.depends_context("lang")
    def _compute_next_step(self):
        """The one thing to do."""
        for domain in self:
            wrong = domain.record_ids.filtered(lambda record: record.status != "ok")
            domain.to_publish = len(wrong)
            worst = domain.finding_ids._worst_first()[:1]
            is_open = worst.severity in ("warning", "error")
            domain.next_step = is_open and (wrong[:1].why or worst.title)

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._normalised(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._normalised(vals))

    @api.model
    def _normalised(self, vals):
        if not vals.get("name"):
            return vals
        name = vals["name"].strip()
        with contextlib.suppress(UnicodeError):
            name = ascii_name(name)
        return {**vals, "name": dns_name.plain(name)}

    def unlink(self):
        self.env["mail.gateway.finding"]._forget(self)
        return super().unlink()
