# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
from datetime import timedelta

import psycopg2

from odoo import api, fields, models

from ..core.message import head
from .keeping import keep_days
from .mail_gateway_tally import DELETED, FETCHED
from .server_locks import ServerLocks

_logger = logging.getLogger(__name__)

#: (states, setting for their content, setting for their rows). What waits to be
#: processed is never purged; its content is what a worker locks.
RETENTION = (
    (
        ("routed", "bounce", "ignored", "duplicate"),
        "mail_gateway_plus.keep_content_days",
        "mail_gateway_plus.keep_row_days",
    ),
    (("rejected",), None, "mail_gateway_plus.keep_rejected_days"),
    (("quarantined",), None, "mail_gateway_plus.keep_quarantined_days"),
)
#: Messages whose time is over that one transaction takes.
BATCH = 200


class MailGatewayIncoming(models.Model):
    """How long what is kept: first the content goes, then the row."""

    _inherit = "mail.gateway.incoming"

    _retention_index = models.Index("(state, state_since)")

    @api.model
    def _domain_expired(self, states, setting):
        """None when they are kept for ever."""
        days = setting and keep_days(self.env, setting)
        if not days:
            return None
        before = fields.Datetime.now() - timedelta(days=days)
        return [("state", "in", states), ("state_since", "<", before)]

    @api.model
    def _cron_purge(self):
        """Remove what is no longer to be kept, a portion a transaction."""
        jobs = list(self._purges())
        left = sum(self.search_count(domain) for domain, _purge in jobs)
        self.env["ir.cron"]._commit_progress(remaining=left)
        self.env["mail.gateway.tally"]._compact()
        self.env["mail.gateway.rule.hit"]._compact()
        self.env["mail.gateway.answered"]._forget()
        for domain, purge in jobs:
            if not self._purge_all(domain, purge):
                return

    @api.model
    def _purges(self):
        """(domain, method that purges its rows)"""
        for states, content, row in RETENTION:
            expired = self._domain_expired(states, content)
            if expired:
                yield [*expired, ("raw_purged", "=", False)], "_purge_content"
            expired = self._domain_expired(states, row)
            if expired:
                yield expired, "_purge_rows"

    @api.model
    def _purge_all(self, domain, purge):
        """Mailbox by mailbox, for a mailbox that is just being fetched waits for the
        next time: both write what is remembered of its folders.

        :return: whether there was time for all
        """
        servers = [server for (server,) in self._read_group(domain, ["server_id"])]
        with ServerLocks(self.env.registry) as locks:
            for server in servers:
                of_server = [*domain, ("server_id", "=", server.id)]
                if not server or locks.take(server.id):
                    if not self._purge_portions(of_server, purge):
                        return False
                    locks.give_back(server.id)
        return True

    @api.model
    def _purge_portions(self, domain, purge):
        """:return: whether there was time for all"""
        while rows := self.search(domain, limit=BATCH):
            getattr(rows, purge)()
            if not self.env["ir.cron"]._commit_progress(len(rows)):
                return False
        return True

    def _purge_rows(self):
        _logger.info("%s messages of the ledger were kept long enough", len(self))
        self.unlink()

    def _purge_content(self):
        """Leave the headers; the first chunk has them."""
        Chunk = self.env["mail.gateway.chunk"]
        for row in self:
            Chunk._cut(row.id, head.unmended(Chunk._load(row.id, limit=1)))
        self.write({"raw_purged": True})

    # --- counts of what came and went

    @api.model_create_multi
    def create(self, vals_list):
        rows = super().create(vals_list)
        self.env["mail.gateway.tally"].sudo()._add(rows, lambda row: FETCHED)
        return rows

    def unlink(self):
        self.check_access("unlink")
        rows = self.sudo()
        rows._hand_on_activities()
        self.env["mail.gateway.tally"].sudo()._add(rows, _counted_as)
        if not self.env.su:
            _logger.info("User %s deletes messages %s", self.env.uid, self.ids)
        return super().unlink()


def _counted_as(row):
    """What is deleted before anything came of it has no outcome to count."""
    return DELETED if row.state in ("received", "quarantined") else row.state


class MailGatewayChunk(models.Model):
    _inherit = "mail.gateway.chunk"

    @api.model
    def _cut(self, incoming_id, head):
        """Keep only the head of a message."""
        self.env.cr.execute(
            """
            DELETE FROM mail_gateway_chunk WHERE incoming_id = %(id)s AND sequence > 0;
            UPDATE mail_gateway_chunk SET data = %(head)s WHERE incoming_id = %(id)s
            """,
            {"id": incoming_id, "head": psycopg2.Binary(head)},
        )
