# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The life of one SMTP message to one recipient: what is never sent a second time.

``begin`` is committed before the first byte, the outcome right after the reply. So a
worker that dies between the two leaves ``sending``, which nobody repeats: it becomes
``uncertain``, and a person chooses.

>>> after(after(NEW, "begin"), "accept")
'accepted'
>>> after("accepted", "begin")
Traceback (most recent call last):
...
odoo.addons.mail_gateway_plus.core.delivery.state.Forbidden: accepted: begin
>>> outcome(["accepted", "refused"])
'partial'
"""

from collections.abc import Iterable

#: Nothing was begun.
NEW = ""
STATES = ("sending", "accepted", "refused", "uncertain")

#: (state, event) -> state; what is not here is forbidden.
#: begin: a worker is about to speak of it. accept, refuse: the server has. lose: the
#: line broke before the server could have it whole. doubt: it broke after that, or the
#: worker died. resend, settle: a person says that it is to go again, or that it is
#: there. A refusal that may pass is a refusal, until the schedule begins anew.
TRANSITIONS = {
    (NEW, "begin"): "sending",
    ("sending", "accept"): "accepted",
    ("sending", "refuse"): "refused",
    ("sending", "lose"): "refused",
    ("sending", "doubt"): "uncertain",
    ("refused", "begin"): "sending",
    ("uncertain", "resend"): "refused",
    ("uncertain", "settle"): "accepted",
}
EVENTS = tuple(dict.fromkeys(event for _state, event in TRANSITIONS))
#: What only a person may decide.
CHOICES = ("resend", "settle")
#: What may be begun.
OPEN = tuple(state for state, event in TRANSITIONS if event == "begin")


class Forbidden(ValueError):
    """A transition that is not in the table: a fault of ours."""


def after(state: str, event: str) -> str:
    """The state after an event; raises ``Forbidden``."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise Forbidden(f"{state or 'new'}: {event}") from None


def may(state: str, event: str) -> bool:
    return (state, event) in TRANSITIONS


#: What became of a mail of several messages: the first of these that one of them is.
#: Who waits is not failed, and what is uncertain is never taken for sent.
_WORST = (("uncertain", "uncertain"), ("sending", "sending"), (NEW, "waiting"))


def outcome(states: Iterable[str]) -> str:
    """What became of a whole mail, of which nothing that was refused is tried again:
    sent, waiting, failed, partial (some were refused), uncertain or sending.

    :param states: of its messages, ``NEW`` for those not begun
    """
    known = set(states)
    for state, word in _WORST:
        if state in known:
            return word
    if "refused" not in known:
        return "sent"
    return "partial" if "accepted" in known else "failed"
