# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A look at a port of a mail server: what it speaks, without logging in."""

import contextlib
import ssl
from collections.abc import Iterator
from dataclasses import replace

from ..core.account import Credentials
from ..core.mailbox.account import Account
from ..core.proposal import Answer, Door
from . import certificate, imap_line, pop, tls
from .around import Knock
from .deadline import Deadline, Limits
from .refusal import Refusal, explained

LINES: dict[str, type[imap_line.Connection] | type[pop.Connection]] = {
    "imap": imap_line.Connection,
    "pop": pop.Connection,
}

#: Beside the test, whose limits are longer: a server that is there answers at once.
KNOCK = Limits(connect_s=4.0, command_s=4.0, total_s=5.0)


def at(account: Account, door: Door, limits: Limits = KNOCK) -> Knock:
    """What the server of ``account`` does at a door; raises nothing for what it finds.

    A second connection is made where the certificate fails its check, to see what it
    says and whether all else is well.
    """
    deadline = Deadline(limits)
    kind = "ssl" if door.implicit else "starttls"
    # Whatever happens here, there is no secret to be sent.
    there = replace(account, port=door.port, credentials=Credentials("", ""))
    answer, fault = Answer(door), None
    for security in (f"{kind}_strict", kind):
        try:
            with _line(replace(there, security=security), deadline) as line:
                if not door.implicit:
                    answer = replace(answer, clear=line.takes_clear_login())
                    with explained(there, "starttls"):
                        line.secure(tls.context(fault is None, deadline))
                facts = certificate.facts(line.sock)
                return Knock(replace(answer, encrypted=True, fault=fault), facts)
        except Refusal as refusal:
            if not isinstance(refusal.__cause__, ssl.SSLCertVerificationError):
                break
            fault = refusal.finding
    return Knock(answer)


@contextlib.contextmanager
def _line(
    account: Account, deadline: Deadline
) -> Iterator[imap_line.Connection | pop.Connection]:
    with explained(account, "greeting"):
        line = LINES[account.protocol](account, deadline)
        try:
            yield line
        finally:
            line.hang_up()
