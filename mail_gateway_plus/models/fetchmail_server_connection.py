# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from dataclasses import replace

from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.mail.models import fetchmail

from ..core.mailbox import account, spelling
from ..net import tls
from ..net.deadline import FETCH
from ..net.recorder import Recorder

DEFAULT_SECURITY = "ssl_strict"
#: What ``_account_name`` is made of.
ACCOUNT_FIELDS = {"server", "user", "server_type"}
#: Server types of Odoo's mail module itself.
OWN_TYPES = ("imap", "pop", "local")
HIGHEST_PORT = 65535


class FetchmailServer(models.Model):
    """How a mailbox is reached: security, login, and stock's own connection."""

    _inherit = "fetchmail.server"

    connection_security = fields.Selection(
        [
            ("none", "None"),
            ("starttls", "TLS (STARTTLS), certificate not verified"),
            ("starttls_strict", "TLS (STARTTLS)"),
            ("ssl", "SSL/TLS, certificate not verified"),
            ("ssl_strict", "SSL/TLS"),
        ],
        required=True,
        default=DEFAULT_SECURITY,
        help="SSL/TLS encrypts from the first byte (IMAP 993, POP3 995). STARTTLS"
        " starts in clear text and switches (IMAP 143, POP3 110). Without"
        " verification of the certificate anybody on the way can read along.",
    )

    # Kept in step with the field above; stock's forms and addons know only this one.
    is_ssl = fields.Boolean(default=True)

    @api.model_create_multi
    def create(self, vals_list):
        new = self.browse()
        return super().create(
            [new._in_step(new._spelled_out(vals)) for vals in vals_list]
        )

    def write(self, vals):
        if len(self) > 1 and {"server", "is_ssl"} & vals.keys():
            # What these mean depends on what each mailbox has now.
            for server in self:
                server.write(vals)
            return True
        vals = self._spelled_out(vals)
        written = self if ACCOUNT_FIELDS & vals.keys() else self.browse()
        before = {server: server._account_name() for server in written}
        result = super().write(self._in_step(vals))
        # Another account has other messages under the same UIDs, so what is remembered
        # of the old one goes.
        others = written.filtered(lambda s: s._account_name() != before[s])
        others.folder_ids.sudo()._forget_all()
        return result

    def _spelled_out(self, vals):
        """``vals`` with what the server's name says besides in its own fields."""
        self._check_port(vals)
        spelled = spelling.read(vals.get("server") or "")
        if not spelled:
            return vals
        kind = vals.get("server_type", self.server_type or "imap")
        if kind == "local":
            return vals
        security = vals.get("connection_security") or self.connection_security
        found = spelling.settings(
            spelled,
            kind if kind in OWN_TYPES else "",
            security or self._security_for(vals.get("is_ssl", True)),
            vals.get("user", self.user) or "",
        )
        self._check_port(found)
        return {**self._spelled_folder(spelled), **vals, **found}

    def _spelled_folder(self, spelled):
        """Values for a folder named behind the server, unless some are chosen."""
        if self.folder_ids or spelled.folder.upper() in ("", "INBOX"):
            return {}
        return {"folder_ids": [Command.create({"name": spelled.folder})]}

    def _check_port(self, vals):
        port = int(vals.get("port") or 0)
        if not 0 <= port <= HIGHEST_PORT:
            raise ValidationError(
                self.env._(
                    "There is no port %(port)s: ports are numbers from 1 to"
                    " %(highest)s. Usual are 993 and 143 for IMAP, 995 and 110 for"
                    " POP3.",
                    port=port,
                    highest=HIGHEST_PORT,
                )
            )

    def _in_step(self, vals):
        """``vals`` with ``is_ssl`` and ``connection_security`` saying the same; where
        only stock's field is given, one that verifies is chosen."""
        security = vals.get("connection_security")
        if not security and "is_ssl" in vals:
            security = self._security_for(vals["is_ssl"])
        if not security:
            if self:
                return vals
            # Code that makes a Gmail or Outlook mailbox has to ask for SSL: their
            # modules refuse one that does not, and go on doing so.
            known = vals.get("server_type", "imap") in OWN_TYPES
            security = DEFAULT_SECURITY if known else "none"
        is_ssl = account.SECURITIES[security][0]
        return {**vals, "connection_security": security, "is_ssl": is_ssl}

    def _security_for(self, is_ssl):
        """The present security where it agrees with ``is_ssl``, else a strict one."""
        present = self.connection_security
        if present and account.SECURITIES[present][0] == bool(is_ssl):
            return present
        return DEFAULT_SECURITY if is_ssl else "none"

    @api.onchange("server")
    def _onchange_server(self):
        """Take apart what was typed or pasted: ``ssl://host:port`` and the like."""
        spelled = spelling.read(self.server or "")
        if not spelled or self.server_type == "local":
            return
        security = self.connection_security or DEFAULT_SECURITY
        kind = self.server_type if self.server_type in OWN_TYPES else ""
        found = spelling.settings(spelled, kind, security, self.user or "")
        is_ssl = account.SECURITIES[found.get("connection_security", security)][0]
        self.update({**self._spelled_folder(spelled), **found, "is_ssl": is_ssl})

    @api.onchange("connection_security")
    def _onchange_connection_security(self):
        """Follow with the port, unless somebody chose an unusual one."""
        security = self.connection_security or "none"
        self.is_ssl = account.SECURITIES[security][0]
        if not self._has_port_of_its_own():
            kind = self._get_connection_type()
            self.port = account.default_port(kind, security)

    @api.onchange("server_type", "is_ssl", "object_id")
    def onchange_server_type(self):
        """Stock resets the port, also when the document type changes, and switches
        SSL on for Gmail and Outlook."""
        port = self.port if self._has_port_of_its_own() else 0
        result = super().onchange_server_type()
        if self.is_ssl != account.SECURITIES[self.connection_security or "none"][0]:
            self.connection_security = self._security_for(self.is_ssl)
        self.port = port or self.port
        return result

    def _has_port_of_its_own(self):
        return self.port not in (0, *account.PORTS.values())

    def _account_name(self):
        """What tells this mailbox from another that was reached by the same record
        before."""
        self.ensure_one()
        kind = self._get_connection_type()
        return f"{kind}:{self.user or ''}@{self.server or ''}".lower()

    def _account(self, allow_archived=False):
        """How to reach the mailbox, as ``net`` wants it. The login hooks of the Gmail
        and Outlook modules run here, for they need the environment."""
        self.ensure_one()
        self._check_active(allow_archived)
        self._check_server()
        protocol = self._get_connection_type()
        recorder = Recorder()
        if protocol == "imap":
            self._imap_login__(recorder)
        else:
            recorder.login(self.user, self.password)
        credentials = recorder.credentials
        if credentials and not credentials.user:
            # A token holds the user's name where only the server looks for it.
            credentials = replace(credentials, user=self.user or "")
        return account.Account(
            key=self._account_name(),
            protocol=protocol,
            host=self.server or "",
            port=self.port,
            security=self.connection_security,
            credentials=credentials,
        )

    def _connect__(self, allow_archived=False):  # noqa: PLW3201
        """For other code that wants a connection of stock's make; our fetch has its
        own. Replaces stock's method (19.0) where TLS is set, for that verifies no
        certificate and knows no STARTTLS."""
        self.ensure_one()
        implicit, starttls, verified = account.SECURITIES[self.connection_security]
        if not implicit and not starttls:
            return super()._connect__(allow_archived=allow_archived)
        self._check_active(allow_archived)
        if self._get_connection_type() == "pop":
            return self._connect_pop(tls.context(verified), implicit)
        return self._connect_imap(tls.context(verified), implicit)

    def _check_active(self, allow_archived):
        if not allow_archived and not self.active:
            raise UserError(
                self.env._("The mailbox “%s” is archived.", self.display_name)
            )

    def _check_server(self):
        if not (self.server or "").strip():
            raise ValidationError(
                self.env._("Mailbox “%s”: the field Server Name is empty.", self.name)
            )

    def _connect_imap(self, context, implicit):
        where = {"host": self.server, "port": self.port, "timeout": FETCH.command_s}
        if implicit:
            connection = fetchmail.OdooIMAP4_SSL(**where, ssl_context=context)
        else:
            connection = fetchmail.OdooIMAP4(**where)
            connection.starttls(context)
        self._imap_login__(connection)
        return connection

    def _connect_pop(self, context, implicit):
        where = {"host": self.server, "port": self.port, "timeout": FETCH.command_s}
        if implicit:
            connection = fetchmail.OdooPOP3_SSL(**where, context=context)
        else:
            connection = fetchmail.OdooPOP3(**where)
            connection.stls(context)
        connection.user(self.user)
        connection.pass_(self.password)
        return connection

    def _connects_elsewhere(self):
        """Whether somebody replaced ``_connect__``, as tests do: a connection of
        foreign make is for stock's fetch."""
        return type(self)._connect__ is not FetchmailServer._connect__
