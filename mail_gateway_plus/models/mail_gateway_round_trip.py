# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import email.policy
from datetime import UTC, datetime, timedelta

from odoo import api, fields, models
from odoo.fields import NO_ACCESS
from odoo.tools import format_datetime

from ..core.delivery import roundtrip
from ..core.smtp import fault
from ..net import smtp_surveys
from .posting import Posting
from .sender_survey import WORDS
from .server_locks import RELAYS, ServerLocks

#: How long a message may be on its way before it counts as lost; a setting.
MINUTES_SETTING = "mail_gateway_plus.round_trip_minutes"
MINUTES = 15
#: Seconds for one server where nobody waits.
CRON_S = 60.0
CRON = "mail_gateway_plus.ir_cron_round_trips"
#: When to try again to send where nothing could be sent.
PUT_OFF_MINUTES = 30
KEPT_DAYS = 365


class MailGatewayRoundTrip(models.Model):
    """A test message from one address: sent through a server, awaited in a mailbox.

    What comes back is recognised in ``mail_gateway_round_trip_arrival``.
    """

    _name = "mail.gateway.round.trip"
    _description = "Round Trip"
    _rec_name = "email"
    _order = "id desc"

    permission_id = fields.Many2one(
        "mail.gateway.permission",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    mail_server_id = fields.Many2one(
        related="permission_id.mail_server_id", store=True, index=True
    )
    email = fields.Char("From", required=True, readonly=True)
    recipient = fields.Char("To", required=True, readonly=True)
    mailbox_id = fields.Many2one(
        "fetchmail.server",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    state = fields.Selection(
        [
            ("waiting", "To be sent"),
            ("sent", "On the way"),
            ("unsent", "Not sent"),
            ("refused", "Refused"),
            ("returned", "Come back"),
            ("bounced", "Bounced"),
            ("missing", "Not come back"),
        ],
        required=True,
        readonly=True,
        default="waiting",
        index=True,
    )
    # Whoever reads it here could not forge a message: the token itself is not kept.
    token_digest = fields.Char(readonly=True, index="btree_not_null", groups=NO_ACCESS)
    sent_on = fields.Datetime(readonly=True)
    due_on = fields.Datetime("Awaited until", readonly=True)
    reply = fields.Char("The Server Said", readonly=True)
    incoming_id = fields.Many2one(
        "mail.gateway.incoming",
        "Incoming Message",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    arrived_on = fields.Datetime("Arrived", readonly=True)
    seconds = fields.Integer("Seconds on the Way", compute="_compute_seconds")
    arrived_from = fields.Char("From Address", readonly=True)
    added_sender = fields.Char("Sender Added", readonly=True)
    return_path = fields.Char(readonly=True)
    spf = fields.Char("SPF", readonly=True)
    dkim = fields.Char("DKIM", readonly=True)
    dmarc = fields.Char("DMARC", readonly=True)
    checked_by = fields.Char(readonly=True)
    encryption = fields.Char("Encryption of the Last Hop", readonly=True)
    came_from = fields.Char("Sending IP Address", readonly=True)
    came_encrypted = fields.Selection([("yes", "Yes"), ("no", "No")], readonly=True)
    signatures = fields.Json(readonly=True, help="{keys: [[domain, selector]]}")

    @api.depends("sent_on", "arrived_on")
    def _compute_seconds(self):
        """Two clocks may disagree by a little."""
        for trip in self:
            ended = trip.arrived_on and trip.sent_on
            passed = ended and (trip.arrived_on - trip.sent_on).total_seconds()
            trip.seconds = max(0, round(passed or 0))

    def _expected(self):
        """What is to come, in words; False where nothing is."""
        if self.state == "waiting":
            return self.env._(
                "A test message from this address is to be sent to %s, within the"
                " limits of the server.",
                self.recipient,
            )
        if self.state != "sent":
            return False
        return self.env._(
            "A test message from this address is on its way to %(recipient)s. It is"
            " awaited until %(moment)s.",
            recipient=self.recipient,
            moment=format_datetime(self.env, self.due_on, dt_format="medium"),
        )

    # --- sending

    @api.model
    def _minutes(self, mailbox):
        """How long to wait for a message: a mailbox is looked into now and then."""
        stored = self.env["ir.config_parameter"].sudo().get_param(MINUTES_SETTING) or ""
        minutes = int(stored) if stored.strip().isdecimal() else MINUTES
        return max(minutes, 2 * mailbox.fetch_interval)

    def _post(self, budget_s):
        """Send those that wait, each server's over one connection and within its
        limits; commits.

        :param budget_s: seconds for each server
        :return: those that are still to be sent
        """
        waiting = self.sudo().filtered(lambda trip: trip.state == "waiting")
        with ServerLocks(self.env.registry, RELAYS) as locks:
            mine = (s for s in waiting.mail_server_id if locks.take(s.id))
            postings = [waiting._prepared(server, budget_s) for server in mine]
            asked = [posting for posting in postings if posting.question]
            answers = iter(smtp_surveys.ask_all([one.question for one in asked]))
            for posting in postings:
                posting.take(next(answers) if posting.question else None)
        self._awake()
        return self.sudo().exists().filtered(lambda trip: trip.state == "waiting")

    def _prepared(self, server, budget_s):
        """The portion of a server. From here on its messages may come back at any
        time. What the login hook has written stays, too, and the transaction does not
        wait for the network, nor for the next server's hook."""
        trips = self.exists().filtered(lambda trip: trip.mail_server_id == server)
        # Somebody else may have sent them before the server was locked.
        trips = trips.filtered(lambda trip: trip.state == "waiting")
        posting = Posting(server, trips, budget_s)
        self.env.cr.commit()  # pylint: disable=invalid-commit
        return posting

    def _awake(self):
        """Look for them soon, and for the last time when they are due; commits."""
        trips = self.sudo().exists()
        on_the_way = trips.filtered(lambda trip: trip.state == "sent")
        moments = [*on_the_way.mapped("due_on")]
        if waiting := trips.filtered(lambda trip: trip.state == "waiting"):
            # Nothing went: the limit of a day is reached, or somebody else is sending.
            minutes = 1 if trips - waiting else PUT_OFF_MINUTES
            moments.append(fields.Datetime.now() + timedelta(minutes=minutes))
        if moments:
            self.env.ref(CRON).sudo()._trigger(at=sorted(set(moments)))
        self.env.cr.commit()  # pylint: disable=invalid-commit
        # Whoever fetches from a mailbox now writes on it, and fetches anyway.
        mailboxes = on_the_way.mailbox_id.try_lock_for_update()
        if mailboxes:
            mailboxes.next_fetch = False
            self.env.ref("mail.ir_cron_mail_gateway_action").sudo()._trigger()
            self.env.cr.commit()  # pylint: disable=invalid-commit

    def _message(self, token):
        """The bytes of the message (RFC 5322), which says what it is. Nobody's absence
        note is to come back (RFC 3834, 5), nor Exchange's."""
        self.ensure_one()
        server = self.mail_server_id
        body = self.env._(
            "Odoo sent this message as %(sender)s through the outgoing server"
            " “%(server)s”, to see how it arrives. It is recognised when it is fetched"
            " from the mailbox, and there is nothing to do about it.\n\n"
            "If you read this in a junk folder, tell the provider of the mailbox that"
            " it is no junk: mail of this sender ends there as well.",
            sender=self.email,
            server=server.name,
        )
        headers = {
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
            roundtrip.FIELD: token,
        }
        built = server._build_email__(
            self.email,
            [self.recipient],
            self._subject(),
            body,
            headers=headers,
            message_id=roundtrip.message_id(token, self.email),
        )
        return built.as_bytes(policy=email.policy.SMTP)

    def _subject(self):
        # In ASCII: of long encoded words Python loses the blanks between.
        return self.env._("Round trip of %s", self.email)

    def _taken(self, verdict):
        """What the server said when it was given the message."""
        self.ensure_one()
        self.reply = verdict.reply
        if verdict.at:
            taken = datetime.fromtimestamp(int(verdict.at), UTC)
            self.sent_on = taken.replace(tzinfo=None)
        # It may have come back meanwhile, and where nobody knows, it still may.
        is_awaited = verdict.meaning is None or verdict.meaning.code == fault.UNCERTAIN
        if is_awaited or self.state != "sent":
            return
        state = roundtrip.refused(verdict.meaning, verdict.stage)
        self.state = "refused" if state == "refused" else "unsent"
        depth = "content" if verdict.stage == "data" else "envelope"
        self._tell(state, verdict.reply, verdict.meaning.code, verdict.stage, depth)

    def _put_back(self):
        """There was no time for it."""
        nothing = dict.fromkeys(("token_digest", "sent_on", "due_on"), False)
        self.write({"state": "waiting", **nothing})

    def _not_sent(self, meaning):
        """There is no way to the server."""
        said = meaning.text[:WORDS]
        self.write({"state": "unsent", "reply": said})
        self._tell("unknown", said, meaning.code, "auth")

    def _tell(self, state, evidence, code, stage="", depth="content"):
        """Note on the permission what is known now."""
        params = self._params(evidence) | {"stage": stage}
        permission = self.permission_id.sudo()
        values = permission._values(state, evidence, code, params, depth)
        is_outdated = code == roundtrip.MISSING and roundtrip.outdates(permission.state)
        if is_outdated or permission._is_replaced(values):
            permission._update(values)
            permission.checked_on = values["checked_on"]

    def _params(self, said=""):
        server = self.mail_server_id.sudo()
        host, port, _security = server._place()
        return {
            "host": host,
            "port": str(port),
            "user": server._credentials()[0] or "",
            "server": server.name or "",
            "sender": self.email,
            "recipient": self.recipient,
            "mailbox": self.mailbox_id.sudo().name or "",
            "arrived": self.arrived_from or "",
            "reply": said or "",
        }

    # --- from time to time

    @api.model
    def _cron_round_trips(self):
        """Send what the limits have put off, and give up what does not come back."""
        self._give_up()
        self._forget()
        self.env.cr.commit()  # pylint: disable=invalid-commit
        waiting = self.search([("state", "=", "waiting")], order="id")
        waiting._post(CRON_S)

    @api.model
    def _give_up(self):
        """What has not come back in time: nobody knows what became of it."""
        late = [("state", "=", "sent"), ("due_on", "<=", fields.Datetime.now())]
        for trip in self.search(late).try_lock_for_update():
            trip.state = "missing"
            trip._tell("unknown", trip.reply, roundtrip.MISSING, "after")

    @api.model
    def _forget(self):
        before = fields.Datetime.now() - timedelta(days=KEPT_DAYS)
        self.search([("create_date", "<", before)]).unlink()
