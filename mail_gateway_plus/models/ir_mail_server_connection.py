# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.exceptions import ValidationError

from ..core.mailbox import spelling
from ..core.smtp.spelling import SMTP, fitting_port, settings
from .fetchmail_server_connection import HIGHEST_PORT

#: Kinds of authentication whose modules insist on an encryption of theirs.
OAUTH = ("gmail", "outlook")
#: In the context: what remembers which server a connection is for.
USED = "mail_gateway_used_server"


class Used:
    """Equal to itself alone: environments with equal contexts are taken for one."""

    server = None


class IrMailServer(models.Model):
    """How an outgoing server is reached."""

    _inherit = "ir.mail_server"

    @api.model_create_multi
    def create(self, vals_list):
        new = self.browse()
        return super().create([new._spelled_out(vals) for vals in vals_list])

    def write(self, vals):
        if len(self) > 1 and vals.get("smtp_host"):
            # What its name says depends on what each server has now.
            for server in self:
                server.write(vals)
            return True
        return super().write(self._spelled_out(vals))

    def _spelled_out(self, vals):
        """``vals`` with what the server's name says besides in its own fields."""
        self._check_port(vals)
        if not vals.get("smtp_host"):
            return vals
        found = self._spelled_settings(
            vals["smtp_host"],
            vals.get("smtp_authentication", self.smtp_authentication),
            vals.get("smtp_encryption", self.smtp_encryption),
            vals.get("smtp_user", self.smtp_user),
        )
        self._check_port(found)
        return {**vals, **found}

    def _spelled_settings(self, host, authentication, encryption, user):
        spelled = spelling.read(host or "", SMTP)
        if not spelled:
            return {}
        if authentication in OAUTH:
            return {"smtp_host": spelled.host}
        return settings(spelled, encryption or "none", user or "")

    def _check_port(self, vals):
        port = int(vals.get("smtp_port") or 0)
        if not 0 <= port <= HIGHEST_PORT:
            raise ValidationError(
                self.env._(
                    "There is no port %(port)s: ports are numbers from 1 to"
                    " %(highest)s. Usual are 465 with SSL/TLS, 587 with STARTTLS, and"
                    " 25 between servers.",
                    port=port,
                    highest=HIGHEST_PORT,
                )
            )

    @api.onchange("smtp_host")
    def _onchange_smtp_host(self):
        """Take apart what was typed or pasted: ``ssl://host:port`` and the like."""
        self.update(
            self._spelled_settings(
                self.smtp_host,
                self.smtp_authentication,
                self.smtp_encryption,
                self.smtp_user,
            )
        )

    @api.onchange("smtp_encryption")
    def _onchange_encryption(self):
        """Stock puts 25 for all but SSL without verification; a port that goes with
        the encryption, or that somebody chose, stays."""
        port = self.smtp_port
        result = super()._onchange_encryption()
        if self.smtp_authentication not in OAUTH:
            self.smtp_port = fitting_port(port, self.smtp_encryption or "none")
        return result

    def _connect__(self, *args, **kwargs):  # noqa: PLW3201
        """Remembers which server stock chooses, for what follows from its settings."""
        used = Used()
        noting = self.with_context(**{USED: used})
        connection = super(IrMailServer, noting)._connect__(*args, **kwargs)
        if connection and used.server:
            used.server._connected(connection)
        return connection

    def _find_mail_server(self, email_from, mail_servers=None):
        found, sender = super()._find_mail_server(email_from, mail_servers)
        self._note_used(found)
        return found, sender

    def _check_forced_mail_server(self, mail_server, allow_archived, smtp_from):
        found = super()._check_forced_mail_server(
            mail_server, allow_archived, smtp_from
        )
        self._note_used(mail_server)
        return found

    def _note_used(self, server):
        if (used := self.env.context.get(USED)) and server:
            used.server = server.sudo()

    def _connected(self, connection):
        """For what is to be done with each new connection of this server."""
        self.ensure_one()
