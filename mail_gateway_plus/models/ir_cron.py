# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import contextlib
import time
from contextvars import ContextVar

from odoo import api, models

#: Seconds between two calls while a batch is in work.
BETWEEN_S = 1.0

_batch = ContextVar("mail_gateway_wake_ups", default=None)


class _WakeUps:
    """When the workers were last called, and whether they are to be called again."""

    def __init__(self):
        self.called, self.owed = float("-inf"), False


@contextlib.contextmanager
def gathering_wake_ups(env):
    """Within a batch, call the workers that run scheduled actions once a second and
    at the end.

    A lead has Odoo look up its sender's company, each in a scheduled action that is
    to run now. For each of them it opens a connection to the database ``postgres``
    that it does not keep: 3 to 6 ms a message. What is to run is in the database in
    any case, where the workers look each minute.
    """
    wake_ups = _WakeUps()
    token = _batch.set(wake_ups)
    try:
        yield
    finally:
        _batch.reset(token)
        if wake_ups.owed:
            env["ir.cron"]._notifydb()


class IrCron(models.Model):
    _inherit = "ir.cron"

    @api.model
    def _notifydb(self):
        wake_ups = _batch.get()
        if wake_ups is not None:
            now = time.monotonic()
            wake_ups.owed = now - wake_ups.called < BETWEEN_S
            if wake_ups.owed:
                return None
            wake_ups.called = now
        return super()._notifydb()
