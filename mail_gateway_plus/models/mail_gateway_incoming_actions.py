# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..core.finding import Finding
from ..core.message import answerable, head
from ..core.routing import verdict
from .mail_gateway_incoming_origin import TOO_LARGE

#: Steps after which the sender knows.
_ANSWERED = ("answered", "answered_by_hand")
OPERATOR = "mail_gateway_plus.group_operator"


class MailGatewayIncoming(models.Model):
    """What people do with messages, one or many at a time.

    Operators read the ledger and write nothing, so each action sees to it who asks
    and which messages it suits, and then goes on for them. What somebody did stands in
    the notes of the message, under their name.
    """

    _inherit = "mail.gateway.incoming"

    may_send_on = fields.Boolean(
        compute="_compute_may_send_on",
        help="It may be processed again, or sent to a record.",
    )

    def action_reprocess(self):
        """Route again, under today's aliases and settings."""
        again = self._to_send_on().filtered(lambda row: not row.raw_purged)
        again._told(self.env._("Processed again"))
        # Of what was too large there is only the header here.
        large = again.filtered("head_only")
        large.write({"state": "quarantined", "reason_code": TOO_LARGE})
        large._ask_for_all()
        whole = again - large
        whole.write({"state": "received", "reason_code": "received", "attempts": 0})
        self._processing_cron()._trigger()
        return self._left_over(again)

    def action_route_to(self):
        """Send to a record, or a new one of a model, that is chosen by hand."""
        return self._open_wizard(
            "mail.gateway.route.wizard",
            self.env._("Send to a Record"),
            self._to_send_on(),
        )

    def action_answer(self):
        """Tell the sender that the message could not be delivered."""
        return self._open_wizard(
            "mail.gateway.answer.wizard",
            self.env._("Answer the Sender"),
            self._to_treat(),
        )

    def action_try(self):
        """What would become of it under today's rules; nothing is written."""
        self.ensure_one()
        tried = self.env["mail.gateway.try"].create(
            {"kind": "incoming", "incoming_id": self.id}
        )
        return tried.action_try()

    def action_ignore(self):
        """Set aside: nothing is to come of it."""
        ignored = self._to_treat()
        ignored._settle_by_hand("ignored", "ignored_by_hand")
        ignored._told(self.env._("Marked as ignored"))
        return self._left_over(ignored)

    def action_delete(self):
        """Delete from the ledger; the form has nothing to show then."""
        self.unlink()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "mail_gateway_plus.mail_gateway_incoming_action"
            ),
            "target": "main",
        }

    @api.model
    def _domain_attention(self):
        """What waits for somebody: in quarantine, or failing again and again."""
        stuck = [("state", "=", "received"), ("attempts", ">", 2)]
        return ["|", ("state", "=", "quarantined"), "&", *stuck]

    @api.model
    def _check_operator(self):
        if not self.env.su and not self.env.user.has_group(OPERATOR):
            raise AccessError(
                self.env._("Incoming messages are treated by mail operators only.")
            )

    def _to_treat(self):
        """Those that still wait for somebody, with the rights of the gateway."""
        return self._to_send_on().filtered(lambda row: row.state in verdict.OPEN)

    def _to_send_on(self):
        """The same with what was ignored and may be wanted all the same."""
        self._check_operator()
        self.check_access("read")
        return self.sudo().filtered("may_send_on")

    @api.depends("state", "reason_code")
    def _compute_may_send_on(self):
        for row in self:
            row.may_send_on = verdict.is_open(row.state, row.reason_code)

    @api.model
    def _open_wizard(self, model, title, rows):
        if not rows:
            raise UserError(self._nothing_to_treat())
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": model,
            "view_mode": "form",
            "target": "new",
            "context": {"default_incoming_ids": rows.ids},
        }

    @api.model
    def _nothing_to_treat(self):
        return self.env._(
            "Only what waits in quarantine, was rejected or ignored can be treated;"
            " what has been selected is settled already."
        )

    def _left_over(self, treated):
        """True, or for many a word about those that did not suit."""
        left = len(self) - len(treated)
        if not left:
            return True
        text = self.env._(
            "%(done)s treated; %(left)s left as they are, for they are settled already"
            " or their content is no longer kept.",
            done=len(treated),
            left=left,
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "message": text,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _settle_by_hand(self, state, code, **params):
        """End in a state that somebody chose; the way up to there stays told."""
        params = {"user": self.env.user.name, **params}
        for row in self:
            step = {"step": code, "params": params}
            row.write(
                {
                    "state": state,
                    "reason_code": code,
                    "trace": {"version": 1, "steps": [*row._steps(), step]},
                    "next_attempt": False,
                }
            )

    def _told(self, text):
        """A note on each under the name of who acts; nobody is sent anything."""
        self._message_log_batch(bodies=dict.fromkeys(self.ids, text))

    # --- the activity about quarantine

    def write(self, vals):
        vals = dict(vals)
        if "state" in vals:
            vals["state_since"] = self.env.cr.now()
        leaves = vals.get("state", "quarantined") != "quarantined"
        left = self.filtered(lambda row: leaves and row.state == "quarantined")
        result = super().write(vals)
        left._hand_on_activities()
        return result

    def _hand_on_activities(self):
        """One activity tells of the quarantine of a mailbox: when its message is
        settled, it goes on to the next one; after the last one it closes."""
        if not self:
            return
        kind = self.env.ref("mail.mail_activity_data_warning", False)
        activities = self.sudo().activity_ids.filtered(
            lambda found: found.automated and found.activity_type_id == kind
        )
        for activity in activities:
            row = self.sudo().browse(activity.res_id)
            domain = [
                ("server_id", "=", row.server_id.id),
                ("state", "=", "quarantined"),
                ("id", "not in", self.ids),
            ]
            following = self.sudo().search(domain, order="id", limit=1)
            if following:
                activity.res_id = following.id
            else:
                activity.unlink()
            (row + following).invalidate_recordset(["activity_ids"])

    # --- answering

    def _head_read(self):
        """The header section as far as it is kept, mended where it is broken: what
        stands behind a broken line may forbid an answer."""
        self.ensure_one()
        chunk = self.env["mail.gateway.chunk"].sudo()._load(self.id, limit=1)
        return head.split(chunk)[0]

    def _unanswerable(self):
        """The finding that forbids an answer to the sender, None if one may go."""
        if any(step["step"] in _ANSWERED for step in self._steps()):
            return Finding("answer_already")
        return self._refused(self._head_read())

    @api.model
    def _refused(self, section):
        """The finding that forbids an answer to a message of this header section."""
        return answerable.refused(section, self._own(answerable.address(section)))

    @api.model
    def _own(self, sender):
        """The addresses that come back to this gateway, as far as the sender's may be
        one of them."""
        domains = self.env["mail.alias.domain"].sudo().search([])
        to_alias = [("alias_full_name", "=", sender)]
        aliases = self.env["mail.alias"].sudo().search(to_alias)
        mailboxes = self.env["fetchmail.server"].sudo().search([("user", "!=", False)])
        return {
            *domains.mapped("bounce_email"),
            *domains.mapped("catchall_email"),
            *domains.mapped("default_from_email"),
            *aliases.mapped("alias_full_name"),
            *(mailbox.user.lower() for mailbox in mailboxes),
        }
