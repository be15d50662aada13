# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A server whose mails wait, or a sender of it whose mails wait: held until it is asked
again, or stopped until somebody has mended it. The map of the queue is in
``queue_task``."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import plaintext2html

from ..core.delivery import fallback, schedule


class MailGatewayHold(models.Model):
    """One row while it lasts; the mails that wait for it point to it."""

    _name = "mail.gateway.hold"
    _description = "Stopped Outgoing Mail"
    # An activity subscribes whom it is for.
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _rec_name = "title"
    _order = "state desc, since"

    mail_server_id = fields.Many2one(
        "ir.mail_server",
        "Outgoing Mail Server",
        readonly=True,
        ondelete="cascade",
        help="Empty for the server of the configuration file.",
    )
    sender = fields.Char(
        readonly=True, help="Whose mail waits; empty when all mail of the server does."
    )
    state = fields.Selection(
        [("held", "Waits for the Server"), ("stopped", "Stopped")],
        required=True,
        readonly=True,
        help="Waits for the Server: it is asked again at the next attempt.\n"
        "Stopped: until a test of the server, or of the sender, passes.",
    )
    faults = fields.Integer(readonly=True, help="Since it last answered.")
    connection_faults = fields.Integer(
        readonly=True, help="Connections in a row that did not come about."
    )
    health = fields.Selection(
        [("up", "Answers"), ("doubted", "In Doubt"), ("down", "Down")],
        readonly=True,
        help="Down: so many connections failed that the fallback server takes over.",
    )
    next_attempt = fields.Datetime(readonly=True)
    since = fields.Datetime(readonly=True)
    finding_code = fields.Char(readonly=True)
    params = fields.Json(readonly=True)
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    title = fields.Char(compute="_compute_words")
    cause = fields.Text(compute="_compute_words")
    remedy = fields.Text("What to Do", compute="_compute_words")

    _once = models.UniqueIndex("(coalesce(mail_server_id, 0), coalesce(sender, ''))")

    @api.depends("finding_code", "params")
    @api.depends_context("lang")
    def _compute_words(self):
        Advice = self.env["mail.gateway.advice"]
        for hold in self:
            words = ("", "", "")
            if hold.finding_code:
                words = Advice._words(hold.finding_code, hold.params or {})
            hold.title, hold.cause, hold.remedy = words

    @api.model
    def _of(self, server, sender=""):
        domain = [("mail_server_id", "=", server.id or False)]
        return self.sudo().search([*domain, ("sender", "=", sender or False)], limit=1)

    @api.model
    def _not_due(self, now):
        """Those whose mails are not to be touched now."""
        later = ["|", ("state", "=", "stopped"), ("next_attempt", ">", now)]
        return self.sudo().search(later)

    @api.model
    def _note(self, server, refusal, others, sender, now):
        """A fault of a server, or of a sender there.

        :param others: one of ``schedule.OTHERS``
        :param sender: the address, "" for the whole server
        :return: the hold
        """
        params = dict(refusal.finding.params)
        params |= {"sender": sender} if sender else {}
        is_stop = others != "hold"
        hold = self._of(server, sender)
        faults = hold.faults + 1
        delay_s = schedule.SERVER.delay_or_last_s(faults)
        values = {
            "state": "stopped" if is_stop else "held",
            "faults": faults,
            "next_attempt": False if is_stop else now + timedelta(seconds=delay_s),
            "finding_code": refusal.finding.code,
            "params": params,
            **self._note_health(hold, server, refusal, sender),
        }
        if hold:
            hold.write(values)
        else:
            place = {"mail_server_id": server.id, "sender": sender or False}
            about = {"since": now, "company_id": server._company().id}
            quiet = self.sudo().with_context(mail_create_nolog=True)
            hold = quiet.create({**place, **about, **values})
        if is_stop:
            hold._alert()
        return hold

    @api.model
    def _note_health(self, hold, server, refusal, sender):
        """Whether the server is so often away that its fallback takes over."""
        if sender:
            return {}
        event = "fault" if refusal.meaning.kind == "connection" else "answered"
        known = fallback.Health(hold.health or "up", hold.connection_faults)
        known = fallback.after(known, event, server.sudo().fallback_after)
        return {"health": known.state, "connection_faults": known.faults}

    def _has_fallback(self):
        return bool(self.mail_server_id.sudo().fallback_server_id)

    def _free(self):
        """Its mails may leave another way: ids of them, which are nobody's again."""
        self.env.cr.execute(
            "UPDATE mail_mail SET hold_id = NULL WHERE hold_id = ANY(%s) RETURNING id",
            [self.ids],
        )
        return {mail_id for (mail_id,) in self.env.cr.fetchall()}

    def _alert(self):
        """One activity as long as it is stopped."""
        user = self._responsible()
        if self.activity_ids or not user:
            return
        told = self.env._(
            "Mail waits, and none of it is lost: %(title)s\n%(cause)s\n%(remedy)s\nOnce"
            " that is done, press Test Connection on the form of the server, or check"
            " the sender there: a test that passes sends what waits.",
            title=self.title,
            cause=self.cause or "",
            remedy=self.remedy or "",
        )
        # Without "quick update" Odoo mails the assignee.
        self.with_context(mail_activity_quick_update=True).activity_schedule(
            "mail.mail_activity_data_warning",
            summary=self._summary(),
            note=plaintext2html(told),
            user_id=user.id,
        )

    def _summary(self):
        name = self.mail_server_id.name or self.env._("the configuration file")
        if self.sender:
            return self.env._(
                "Mail from %(sender)s waits: %(server)s refuses it",
                sender=self.sender,
                server=name,
            )
        return self.env._("Mail waits: the outgoing server “%s” is stopped", name)

    def _responsible(self):
        owner = self.mail_server_id.owner_user_id.filtered("active")
        return owner or self.env.ref("base.user_admin", raise_if_not_found=False)

    def _release(self):
        """What waited for it is due at once, in its order."""
        holds = self.sudo().exists()
        if not holds:
            return
        mails = self.env["mail.mail"].sudo().search([("hold_id", "in", holds.ids)])
        mails.write({"scheduled_date": False, "hold_id": False})
        holds.unlink()
        self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()

    def _told(self):
        """For the screen of the queue."""
        self.ensure_one()
        return {
            "id": self.id,
            "sender": self.sender or "",
            "state": self.state,
            "title": self.title or "",
            "remedy": self.remedy or "",
        }
