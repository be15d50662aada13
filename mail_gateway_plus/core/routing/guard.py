# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which messages go round in a circle.

What people write is left to Odoo's own limit for one sender, and may be as much as they
like. Stopped are our own mail that others send back, what has passed too many servers,
and programs that answer programs.

>>> stopped(Coming(automatic="replied", rounds=1))
'loop_rounds'
>>> stopped(Coming(automatic="replied", rounds=0, from_pair=19))
''
"""

from collections.abc import Callable
from dataclasses import dataclass

#: Kinds of automatic mail (``automatic.KINDS``) that may be half of a circle: reports
#: and lists answer nothing, and each has limits of its own.
ANSWERING = ("replied",)
#: The limit for all that one sender's programs write is so many times that for one
#: recipient: an absent colleague writes to many.
SENDER_FACTOR = 5


@dataclass(frozen=True)
class Limits:
    """In ``minutes``. The first round of two autoresponders passes, for the first
    answer of a program may be news to somebody; ``pair`` and ``sender`` are as many
    messages as pass from one sender to one recipient, and to all."""

    minutes: int = 120
    rounds: int = 1
    pair: int = 20
    sender: int = 20 * SENDER_FACTOR


@dataclass(frozen=True)
class Coming:
    """A message and what came before it. ``sign`` is the code of a sign of a loop,
    ``addressed`` tells that we wrote the message to an address of ours ourselves, as
    Odoo's users do to an alias. ``sure`` is unset where nothing but the subject speaks
    for a program. ``allowed`` senders may write as often as they like.

    The numbers are of automatic messages from the same sender within the limits' time,
    without this one: in the same conversation, to the same recipient, to all.
    """

    sign: str = ""
    addressed: bool = False
    automatic: str = ""
    sure: bool = True
    allowed: bool = False
    rounds: int = 0
    from_pair: int = 0
    from_sender: int = 0


def is_counted(automatic: str) -> bool:
    """Whether the numbers of ``Coming`` matter for such a message."""
    return automatic in ANSWERING


def _returned(coming: Coming, _limits: Limits) -> bool:
    return coming.sign == "loop_trace" and not coming.addressed


def _hops(coming: Coming, _limits: Limits) -> bool:
    return coming.sign == "loop_hops"


def _rounds(coming: Coming, limits: Limits) -> bool:
    counted = is_counted(coming.automatic) and coming.sure
    return counted and coming.rounds >= limits.rounds


def _pair(coming: Coming, limits: Limits) -> bool:
    return coming.sure and _rated(coming) and coming.from_pair >= limits.pair


def _sender(coming: Coming, limits: Limits) -> bool:
    return coming.sure and _rated(coming) and coming.from_sender >= limits.sender


def _unsure(coming: Coming, limits: Limits) -> bool:
    many = coming.from_pair >= limits.pair or coming.from_sender >= limits.sender
    return not coming.sure and _rated(coming) and many


def _rated(coming: Coming) -> bool:
    return is_counted(coming.automatic) and not coming.allowed


#: Read from the top; the code is the step's and the reason's.
RULES: tuple[tuple[str, Callable[[Coming, Limits], bool]], ...] = (
    ("loop_trace", _returned),
    ("loop_hops", _hops),
    ("loop_rounds", _rounds),
    ("loop_pair", _pair),
    ("loop_sender", _sender),
    # People write such subjects as well, so that somebody decides.
    ("loop_unsure", _unsure),
)

CODES = tuple(code for code, _applies in RULES)


def stopped(coming: Coming, limits: Limits | None = None) -> str:
    """Why a message is not taken, one of ``CODES``; "" for one that is."""
    limits = limits or Limits()
    return next((code for code, applies in RULES if applies(coming, limits)), "")
