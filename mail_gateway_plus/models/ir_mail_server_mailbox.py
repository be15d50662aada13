# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import smtplib

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..core.smtp.address import with_ascii_domain

#: Types of mailboxes that have a password to lend.
LENDING = ("imap", "pop")


class IrMailServer(models.Model):
    """The kind of authentication that takes a mailbox's credentials."""

    _inherit = "ir.mail_server"

    smtp_authentication = fields.Selection(
        selection_add=[("mailbox", "Same as mailbox")],
        ondelete={"mailbox": "set default"},
    )
    mailbox_id = fields.Many2one(
        "fetchmail.server",
        index="btree_not_null",
        domain=[("server_type", "in", LENDING)],
        help="The incoming mail server whose user name and password this one uses. They"
        " are read there each time, so a new password is entered once.",
    )

    login_hint = fields.Char(compute="_compute_login_hint", groups="base.group_system")

    @api.depends("smtp_authentication", "mailbox_id.user")
    def _compute_login_hint(self):
        """The user name that counts where none is filled in."""
        for server in self:
            is_twin = server.smtp_authentication == "mailbox"
            server.login_hint = is_twin and server.mailbox_id.user

    @api.depends("smtp_authentication")
    def _compute_smtp_authentication_info(self):
        """Stock empties the kinds that it does not know."""
        lent = self.filtered(lambda server: server.smtp_authentication == "mailbox")
        lent.smtp_authentication_info = self.env._(
            "Log in with the user name and the password of an incoming mail server.\n"
            "Fill in a Username where the provider wants another one for sending, as"
            " Microsoft 365 does for shared mailboxes."
        )
        return super(IrMailServer, self - lent)._compute_smtp_authentication_info()

    @api.constrains("smtp_authentication", "mailbox_id")
    def _check_mailbox(self):
        for server in self.filtered(lambda s: s.smtp_authentication == "mailbox"):
            server._check_lending()

    def _check_lending(self):
        if not self.mailbox_id:
            raise ValidationError(
                self.env._(
                    "Outgoing server “%s”: choose the mailbox whose user name and"
                    " password it uses, or another kind under Authenticate with.",
                    self.name,
                )
            )
        if self.mailbox_id.server_type not in LENDING:
            raise ValidationError(
                self.env._(
                    "Outgoing server “%(server)s”: the mailbox “%(mailbox)s” has no"
                    " password to use here. Choose one of the type IMAP or POP; for"
                    " Gmail and Outlook choose their OAuth Authentication under"
                    " Authenticate with, and connect the account here.",
                    server=self.name,
                    mailbox=self.mailbox_id.name,
                )
            )

    def _credentials(self):
        """(user name, password) with which it logs in; "" for what it has not."""
        self.ensure_one()
        server = self.sudo()
        if server.smtp_authentication == "mailbox":
            mailbox = server.mailbox_id
            return server.smtp_user or mailbox.user or "", mailbox.password or ""
        return server.smtp_user or "", server.smtp_pass or ""

    def _smtp_login__(self, connection, smtp_user, smtp_password):  # noqa: PLW3201
        if len(self) == 1 and self.smtp_authentication == "mailbox":
            self._check_lending()
            smtp_password = self._credentials()[1]
        return super()._smtp_login__(connection, smtp_user, smtp_password)

    def _connected(self, connection):
        """Stock (19.0) logs in only where the server itself has a user name."""
        super()._connected(connection)
        if self.smtp_authentication != "mailbox" or self.smtp_user:
            return
        self._check_lending()
        name = with_ascii_domain(self._credentials()[0])
        try:
            self._smtp_login__(connection, name, "")
        except smtplib.SMTPException:
            connection.close()
            raise
