# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What one attempt at a mail comes to, for its recipients, for the mail, for others.

>>> from ..smtp import fault
>>> from ..smtp.sending import Refusal
>>> unknown = fault.meaning("answer", "rcpt", "550 5.1.1 nobody here")
>>> full = fault.meaning("answer", "rcpt", "452 4.2.2 mailbox full")
>>> event(unknown), event(fault.meaning("closed", "data"))
('refuse', 'doubt')
>>> verdict([effect(unknown, "rcpt"), effect(full, "rcpt")], ["refused", "refused"])
'retry'
>>> verdict([effect(unknown, "rcpt")], ["accepted", "refused"])
'partial'
"""

from collections.abc import Iterable

from ..smtp.fault import UNCERTAIN
from ..smtp.reply import Meaning
from . import state
from .schedule import OTHERS, Effect, effect

__all__ = ("effect", "event", "gravest", "is_final", "verdict")

#: Effects on a mail that leave it in the queue; the first of them that one of its
#: recipients has.
_STAYS = ("retry", "wait")


def event(meaning: Meaning) -> str:
    """The event of ``state.TRANSITIONS`` that a refusal is."""
    if meaning.code == UNCERTAIN:
        return "doubt"
    return "refuse" if meaning.code_number else "lose"


def is_final(one: Effect) -> bool:
    """Whether who was refused is not tried again by itself."""
    return one.mail == "fail"


def verdict(effects: Iterable[Effect], states: Iterable[str]) -> str:
    """retry, wait, or what ``state.outcome`` says of a mail that is over.

    :param effects: of what was refused in this attempt
    :param states: of all recipients, ``state.NEW`` of those not begun
    """
    found = {one.mail for one in effects}
    for word in _STAYS:
        if word in found:
            return word
    return state.outcome(states)


def gravest(effects: Iterable[Effect]) -> str:
    """What it means for the other mails, one of ``schedule.OTHERS``."""
    found = {one.others for one in effects}
    order = ("stop_server", "stop_identity", "hold")
    assert set(order) | {""} == set(OTHERS)
    return next((one for one in order if one in found), "")
