# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Messages put into the ledger without a mailbox, and what became of them."""

import itertools

uids = itertools.count(1)


def sender(name):
    return f"{name}@customer.example"


class Ledger:
    """Puts messages into the ledger without a mailbox, and looks at them."""

    def __init__(self, live):
        self.live = live

    def receive(self, raw, mailbox_id=None):
        [row_id] = self.receive_all([raw], mailbox_id)
        return row_id

    def receive_all(self, raws, mailbox_id=None):
        with self.live.env() as env:
            mailbox_id = mailbox_id or self.live.mailbox_id
            server = env["fetchmail.server"].browse(mailbox_id)
            arrivals = [(str(next(uids)), raw) for raw in raws]
            Incoming = env["mail.gateway.incoming"]
            return Incoming._receive(server, "INBOX", "1", arrivals).ids

    def process(self):
        with self.live.env() as env:
            return env["mail.gateway.incoming"]._process_received()

    def end(self, raw, mailbox_id=None):
        """The row's id once the message has been processed."""
        row_id = self.receive(raw, mailbox_id)
        self.process()
        return row_id

    def read(self, row_id, *names):
        with self.live.env() as env:
            row = env["mail.gateway.incoming"].browse(row_id)
            values = tuple(row[name] for name in names)
        return values[0] if len(values) == 1 else values

    def answers(self, subject):
        """(state, recipient) of what was written to the sender."""
        with self.live.env() as env:
            mails = env["mail.mail"].search([("subject", "=", f"Re: {subject}")])
            return [(found.state, found.email_to) for found in mails]
