# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models, tools
from odoo.tools.mail import email_split_tuples

from ..core.delivery.sender import Letter, Rules, called, leaving, may_use
from .ir_mail_server_connection import OAUTH

#: What decides whether a server has rules of its own.
SENDER_FIELDS = {"active", "sender_policy", "from_mode", "owner_user_id"}


class SenderRules:
    """What a connection knows of the server that it is for; the server's record may
    be gone from memory when a mail is written.

    :param listed: its ``from_filter``
    :param place: through whom its mail comes, "" where each mail says that
    """

    def __init__(self, rules, listed, place):
        self.rules, self.listed, self.place = rules, listed, place


class IrMailServer(models.Model):
    """Under which address mail leaves a server."""

    _inherit = "ir.mail_server"

    # Neither is required: stock makes a server by SQL when it neutralizes a database.
    sender_policy = fields.Selection(
        [
            ("any", "Any address"),
            ("account", "Only the account's own"),
            ("listed", "Only the listed ones"),
        ],
        "May Send as",
        default="any",
        help="What the provider lets this account use as From address and return path."
        " A mail from another address leaves from the account's own, and answers to it"
        " go to its author.\n"
        "Any address: nothing is changed, as Odoo does without this setting.\n"
        "Only the account's own: the mailbox's or the address in Username; where that"
        " is none, the first address in FROM Filtering.\n"
        "Only the listed ones: the addresses and domains in FROM Filtering, too.",
    )
    from_mode = fields.Selection(
        [
            ("keep", "The author's address, where it may"),
            ("account", "The account's address"),
            ("via", "The account's address, naming the department"),
        ],
        "Send from",
        default="keep",
        help="What recipients see as sender. In both cases of the account's address"
        " answers go to the author.\n"
        "The author's address: as Odoo writes it.\n"
        "The account's address: “Ann Smith” <account>.\n"
        "Naming the department: “Ann Smith via Sales” <account>, with the department"
        " of the mailbox, else the author's, else the company.",
    )

    def _connected(self, connection):
        if self._has_sender_rules():
            connection.mail_gateway_sender = self._sender_rules()
        return super()._connected(connection)

    def _has_sender_rules(self):
        """Personal servers keep stock's."""
        return not self._rules("").changes_nothing and not self.owner_user_id

    @api.model
    def _any_has_sender_rules(self):
        return any(one._has_sender_rules() for one in self.sudo().search([]))

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        if not vals.keys().isdisjoint(SENDER_FIELDS):
            self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    def _rules(self, account):
        return Rules(self.sender_policy or "any", self.from_mode or "keep", account)

    def _sender_rules(self):
        rules = self._rules(self._account_address())
        department = self.sudo().mailbox_id.department_id
        return SenderRules(rules, self.from_filter, department.name or "")

    def _moved(self, emails):
        """Those of the addresses whose mail leaves from the account instead."""
        if not self._has_sender_rules():
            return set()
        known = self._sender_rules()
        if not known.rules.account:
            return set()
        return {
            email
            for email in emails
            if not may_use(known.rules, email, lambda a: self._is_listed(known, a))
        }

    def _account_address(self):
        """The address that is this server's own; "" where none is known."""
        self.ensure_one()
        server = self.sudo()
        kind = server.smtp_authentication
        user = tools.config["smtp_user"] if kind == "cli" else server.smtp_user
        listed = self._parse_from_filter(server.from_filter)
        places = [
            kind == "mailbox" and server.mailbox_id.user,
            # Their modules list the login, unless it writes for a shared mailbox.
            *(listed if kind in OAUTH else ()),
            user,
            *listed,
            self.env.context.get("domain_notifications_email"),
            self._get_default_from_address(),
        ]
        return next(filter(None, map(tools.email_normalize, places)), "")

    def _get_test_email_from(self):
        """The address that all mail leaves from, where there is one."""
        account = self._has_sender_rules() and self._account_address()
        return account or super()._get_test_email_from()

    def _prepare_email_message__(self, message, smtp_session):  # noqa: PLW3201
        author = _address(message["From"])
        envelope, recipients, message = super()._prepare_email_message__(
            message, smtp_session
        )
        known = getattr(smtp_session, "mail_gateway_sender", None)
        if isinstance(known, SenderRules):
            envelope = self._leave_as(known, author, envelope, message)
        return envelope, recipients, message

    def _leave_as(self, known, author, envelope, message):
        """Put the addresses into a message; returns its return path."""
        letter = Letter(
            author,
            _address(message["From"]),
            envelope,
            bool(message["Reply-To"]),
            self._via(author, known.place) if known.rules.mode == "via" else "",
        )
        found = leaving(known.rules, letter, lambda a: self._is_listed(known, a))
        # Of several authors the first one counts, here as in stock's own lists.
        if found.sender != letter.sender or len(_addresses(message["From"])) > 1:
            message.replace_header("From", tools.formataddr(found.sender))
        if found.reply_to:
            message["Reply-To"] = tools.formataddr(found.reply_to)
        if found.envelope == envelope:
            return envelope
        # RFC 5321, 4.1.2: without SMTPUTF8 the domain is ASCII.
        envelope = tools.formataddr(("", found.envelope), "ascii")
        if message["Return-Path"]:
            message.replace_header("Return-Path", envelope)
        return envelope

    def _is_listed(self, known, address):
        """Stock takes an empty list for one with all addresses."""
        return bool(known.listed) and self._match_from_filter(address, known.listed)

    def _via(self, author, place):
        """“Ann Smith via Sales”"""
        employee = self._author_employee(author[1])
        # The queue is worked off by one user for all companies.
        company = employee.company_id or self._author_user(author[1]).company_id
        company = company or self.env.company
        place = place or employee.department_id.name or company.name
        if not author[1]:
            return place
        return self._in_name_of(called(author), place)

    def _in_name_of(self, name, place):
        return self.env._("%(name)s via %(place)s", name=name, place=place)

    def _author_user(self, email):
        same = [("email_normalized", "=", tools.email_normalize(email) or "")]
        return self.env["res.users"].sudo().search(same, limit=1)

    def _author_employee(self, email):
        Employee = self.env["hr.employee"].sudo()
        email = tools.email_normalize(email)
        if not email:
            return Employee
        same = [
            "|",
            ("user_id.email_normalized", "=", email),
            ("work_email", "=ilike", tools.sql.escape_psql(email)),
        ]
        return Employee.search(same, limit=1)


def _address(field):
    """(name, address) of a From field; the first one counts."""
    return next(iter(_addresses(field)), ("", ""))


def _addresses(field):
    return email_split_tuples(str(field or ""))
