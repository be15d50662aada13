# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The mail of the plan: into the mailboxes, and out of them by Fetch Now."""

from datetime import UTC, datetime

from . import company, letters
from .plan import BOXES, ROWS


def planned(env):
    """(row, mailbox, raw bytes) of each message of the plan."""
    since = env["ir.config_parameter"].sudo().get_param(company.SINCE)
    now = datetime.fromisoformat(since).replace(tzinfo=UTC)
    sent = {
        word: company.known(env, f"sent_{word}").message_id
        for word in ("offer", "typo", "ticket")
    }
    return [
        (row, company.known(env, f"mailbox_{row.box}"), letters.make(row, now, sent))
        for row in ROWS
    ]


def deliver(env, stack):
    """Put into the mailboxes what neither they nor the ledger have."""
    Incoming = env["mail.gateway.incoming"].with_context(active_test=False)
    for _row, server, raw in planned(env):
        stored = Incoming.search_count(
            [("server_id", "=", server.id), ("digest", "=", letters.digest(raw))]
        )
        if not stored and raw not in stack.messages(server.user):
            stack.deliver(server.user, raw)


def press_fetch_now(registry):
    """Mailbox after mailbox, in the order of the plan."""
    for box in BOXES:
        with company.admin(registry) as env:
            company.known(env, f"mailbox_{box.name}").fetch_mail()
