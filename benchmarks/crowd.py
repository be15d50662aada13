# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Many mailboxes, some of them black holes: how long do the others wait?

Stock looks into one mailbox after the other and gives each hole 60 s. So two of its
holes are measured, one of each kind, and the others are reckoned like these; with
``--patient`` it gets them all.
"""

from collections.abc import Iterator, Sequence

from sandbox.say import Missing, step
from sandbox.stack import Stack

from .holes import black_holes
from .job import Crowd, Waited
from .messages import DOMAIN, NEW, several
from .side import Side
from .table import Figure

MAILBOXES, HOLES, EACH = 50, 5, 4
MEASURED_OF_STOCK = 2
NAME = f"IMAP, {MAILBOXES} mailboxes, {HOLES} of them black holes"
PATIENT = f"stock waits for all {HOLES} black holes: five minutes"
#: Seconds after which the others shall be fetched.
TARGET = "20 s"


def run(
    stack: Stack, sides: Sequence[Side], short: bool, patient: bool
) -> Iterator[Figure]:
    others = EACH if short else MAILBOXES - HOLES
    waited = {}
    for side in sides:
        apart = side.name == "stock" and not patient
        holes = 1 if short else MEASURED_OF_STOCK if apart else HOLES
        waited[side.name] = _once(stack, side, others, holes, apart)
    stock, addon = waited["stock"], waited["addon"]
    reckoned = stock.processed_s + HOLES * stock.hole_s
    yield Figure(NAME, "others fetched", "s", [reckoned], [addon.fetched_s], TARGET)
    yield Figure(NAME, "and processed", "s", [reckoned], [addon.processed_s])


def _once(stack: Stack, side: Side, others: int, holes: int, apart: bool) -> Waited:
    logins = tuple(f"crowd{number}@{DOMAIN}" for number in range(others))
    with step(f"{NAME}: {side.name}"), black_holes(holes) as ports:
        _deliver(stack, logins)
        side.refresh()
        port = stack.ports["imaps"]
        place = (stack.host, port, stack.password)
        answer = side.ask(Crowd(side.name, *place, logins, ports, EACH, apart))
    _check(stack, logins)
    return Waited(**answer)


def _deliver(stack: Stack, logins: Sequence[str]) -> None:
    messages = several(NEW, len(logins) * EACH)
    for login in logins:
        stack.empty(login)
        for _number in range(EACH):
            stack.deliver(login, next(messages).raw)


def _check(stack: Stack, logins: Sequence[str]) -> None:
    for login in logins:
        unseen = [flags for flags in stack.flags(login) if "S" not in flags]
        if unseen:
            raise Missing(f"{NAME}: {len(unseen)} messages of {login} not fetched")
        stack.empty(login)
