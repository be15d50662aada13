# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Where stock's queue hands over to ours; the map of it is in ``queue_task``."""

import logging
import smtplib

from odoo import SUPERUSER_ID, api, fields, models, modules
from odoo.modules.registry import Registry

from .queue_run import Run

_logger = logging.getLogger(__name__)

PAUSED = "mail_gateway_plus.sending_paused"
#: What a mail waits for may no longer concern it once one of these has changed.
_ROUTE = ("mail_server_id", "email_from", "reply_to")
#: In the context: mail that is created is mass mailing.
MASS = "mail_gateway_mass"

#: Addons whose ways of sending our run knows: it calls the same hooks.
_KNOWN = ("base", "mail", "mass_mailing", "google_gmail", "microsoft_outlook")
_KNOWN = tuple(f"odoo.addons.{name}." for name in (*_KNOWN, "mail_gateway_plus"))
#: Methods that our run does without.
_REPLACED = {
    "ir.mail_server": ("_connect__", "send_email"),
    "mail.mail": ("_send", "send"),
}


class MailMail(models.Model):
    _inherit = "mail.mail"

    attempts = fields.Integer(
        readonly=True, copy=False, help="Attempts that the queue has spent on it."
    )
    first_attempt = fields.Datetime(readonly=True, copy=False)
    failure_class = fields.Char("Class of Failure", readonly=True, copy=False)
    failure_code = fields.Char("Code of Failure", readonly=True, copy=False)
    is_mass = fields.Boolean(
        "Mass Mailing",
        readonly=True,
        help="It waits until the mail of people has left.",
    )
    hold_id = fields.Many2one(
        "mail.gateway.hold",
        "Waits for",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )

    _queue_index = models.Index("(is_mass, id) WHERE state = 'outgoing'")

    @api.model_create_multi
    def create(self, vals_list):
        is_mass = bool(self.env.context.get(MASS))
        for vals in vals_list:
            vals.setdefault("is_mass", is_mass or bool(vals.get("mailing_id")))
        return super().create(vals_list)

    def write(self, vals):
        if vals.get("state") == "outgoing":
            # Somebody puts it into the queue: it begins anew.
            vals = {**self._queue_fresh(), **vals}
            refused = [("mail_id", "in", self.ids), ("is_final", "=", True)]
            self.env["mail.gateway.delivery"].sudo().search(refused).is_final = False
        elif not vals.keys().isdisjoint(_ROUTE):
            vals = {"hold_id": False, **vals}
        return super().write(vals)

    @api.model
    def _queue_fresh(self):
        fresh = {"attempts": 0, "first_attempt": False, "hold_id": False}
        return fresh | {"failure_class": False, "failure_code": False}

    # --- stock's ways in

    @api.model
    def process_email_queue(self, email_ids=(), batch_size=1000):
        if not self._queue_is_ours():
            return super().process_email_queue(email_ids, batch_size)
        param = self.env["ir.config_parameter"].sudo().get_param
        most = int(param("mail.mail.queue.batch.size", batch_size)) or batch_size
        most = most * 10 if email_ids else most
        return self._queue_run(most=most, ids=email_ids)

    def send_after_commit(self):
        """As stock's (19.0), but by the queue's run."""
        by_queue = self.env.context.get("mail_gateway_queue_only")
        if by_queue or modules.module.current_test or not self._queue_is_ours():
            return super().send_after_commit()
        ids, dbname, context = self.ids, self.env.cr.dbname, self.env.context

        @self.env.cr.postcommit.add
        def send_emails_with_new_cursor():
            with Registry(dbname).cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, context)
                env["mail.mail"]._queue_run(most=len(ids), ids=ids, is_now=True)

        return None

    @api.model
    def _queue_run(self, **limits):
        """Send what is due.

        In the context, ``mail_gateway_clock`` gives the time (UTC, naive).
        """
        if self._queue_is_paused():
            _logger.info("Sending is paused by the switch in the General Settings")
            return None
        try:
            Run(self.env, **limits).go()
        except Exception:
            # As stock: what is done is done, the rest is for the next run.
            _logger.exception("Failed processing mail queue")
        return True

    @api.model
    def _queue_is_paused(self):
        """Whether the switch in General Settings is off."""
        return self.env["ir.config_parameter"].sudo().get_param(PAUSED) == "True"

    # --- whose it is

    @api.model
    def _queue_is_ours(self):
        """Whether nobody has put something else in place of what our run replaces:
        another addon that sends in its own way, or a test."""
        servers = self.env["ir.mail_server"]
        if modules.module.current_test or servers._disable_send():
            return False
        if smtplib.SMTP.__module__ != "smtplib":
            return False
        return all(
            _is_known(self.env.registry[model], name)
            for model, names in _REPLACED.items()
            for name in names
        )


def _is_known(model_class, name):
    found = (vars(cls)[name] for cls in model_class.__mro__ if name in vars(cls))
    return all(getattr(one, "__module__", "").startswith(_KNOWN) for one in found)
