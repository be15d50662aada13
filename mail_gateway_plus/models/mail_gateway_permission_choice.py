# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize


class MailGatewayPermission(models.Model):
    """What to do about an address that a server does not take."""

    _inherit = "mail.gateway.permission"

    is_account = fields.Boolean(
        compute="_compute_account", help="It is the address of the account itself."
    )
    is_moved = fields.Boolean(
        "Leaves from the Account",
        compute="_compute_account",
        help="Mail from there leaves from the address of the account, and answers go to"
        " its author.",
    )

    @api.depends("email", "mail_server_id")
    def _compute_account(self):
        for server, rows in self.grouped("mail_server_id").items():
            server = server.sudo()
            account = server._account_address()
            moved = server._moved(rows.mapped("email"))
            for found in rows:
                found.is_account = found.email == account
                found.is_moved = found.email in moved

    def action_check(self):
        """Ask the server again."""
        return self.mail_server_id._check_permissions(self.mapped("email"))

    def action_send_from_account(self):
        """All mail of the server leaves from its account, under the author's name and
        department; answers go to the author."""
        self.ensure_one()
        server = self.mail_server_id
        if self.is_account:
            raise UserError(
                self.env._(
                    "%(email)s is the address of the account of “%(server)s” itself:"
                    " the server has to let it send first.",
                    email=self.email,
                    server=server.name,
                )
            )
        if server.owner_user_id:
            raise UserError(
                self.env._(
                    "“%s” is somebody's personal outgoing server: its mail leaves from"
                    " its owner's address only.",
                    server.name,
                )
            )
        server.write({"sender_policy": "account", "from_mode": "via"})
        return self._told(
            self.env._(
                "Mail of “%(server)s” leaves from %(account)s now, under the name of"
                " its author; answers go to the author.",
                server=server.name,
                account=server._account_address(),
            )
        )

    def action_use_other_server(self):
        """Odoo chooses a server by the addresses in its FROM Filtering."""
        self.ensure_one()
        other = self.other_server_id
        if not other:
            raise UserError(
                self.env._(
                    "No other outgoing server is known to take %s. Check the"
                    " permissions of the others first.",
                    self.email,
                )
            )
        if self.identity_id:
            self.identity_id.mail_server_id = other
        self._take_out()
        listed = other._parse_from_filter(other.from_filter)
        if self.email not in map(email_normalize, listed):
            self._check_choosable(other)
            other.from_filter = ", ".join([*listed, self.email])
        return self._told(
            self.env._(
                "Mail from %(email)s leaves through “%(server)s” now.",
                email=self.email,
                server=other.name,
            )
        )

    def _check_choosable(self, other):
        """A list that was empty allowed all addresses: it must not shrink to one."""
        if other.from_filter:
            return
        raise UserError(
            self.env._(
                "“%(server)s” takes %(email)s, but its FROM Filtering is empty, so it"
                " is there for all addresses. List in it the domains and addresses"
                " that it is for, then try again.",
                server=other.name,
                email=self.email,
            )
        )

    def _take_out(self):
        """The address no longer stands in this server's own list, unless the list
        would be empty then, which means all addresses."""
        server = self.mail_server_id
        listed = server._parse_from_filter(server.from_filter)
        others = [one for one in listed if email_normalize(one) != self.email]
        if others and others != listed:
            server.from_filter = ", ".join(others)

    def action_open_server(self):
        """To its settings, and the steps at its provider."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "ir.mail_server",
            "res_id": self.mail_server_id.id,
            "views": [(False, "form")],
        }

    def _told(self, message):
        params = {
            "type": "success",
            "message": message,
            "next": {"type": "ir.actions.client", "tag": "soft_reload"},
        }
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": params,
        }
