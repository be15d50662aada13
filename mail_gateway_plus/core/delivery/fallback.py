# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""When another server takes over, and when the first has its mail back.

>>> up = Health()
>>> down = after(after(up, "fault", limit=2), "fault", limit=2)
>>> down
Health(state='down', faults=2)
>>> way(down, is_due=False, has_fallback=True), way(down, is_due=True)
('fallback', 'first')
>>> after(down, "answered", limit=2)
Health(state='up', faults=0)
"""

from dataclasses import dataclass

#: up: it answers. doubted: it did not, but not often enough. down: too often.
STATES = ("up", "doubted", "down")
#: answered: it took a login, or a mail, or refused one. fault: a connection did not
#: come about, or was lost.
EVENTS = ("answered", "fault")

#: (state, event, whether there are too many faults now) -> state
TRANSITIONS = {
    ("up", "answered", False): "up",
    ("up", "fault", False): "doubted",
    ("up", "fault", True): "down",
    ("doubted", "answered", False): "up",
    ("doubted", "fault", False): "doubted",
    ("doubted", "fault", True): "down",
    ("down", "answered", False): "up",
    # The number was raised meanwhile: what is down is not up for that.
    ("down", "fault", False): "down",
    ("down", "fault", True): "down",
}

#: (state, whether its next attempt is due, whether the fallback may take the mail) ->
#: through which server a mail goes now, or "wait". The first is asked again by one mail
#: when it is due, while the fallback takes the others.
WAYS = {
    ("up", False, False): "first",
    ("up", False, True): "first",
    ("up", True, False): "first",
    ("up", True, True): "first",
    ("doubted", False, False): "wait",
    ("doubted", False, True): "wait",
    ("doubted", True, False): "first",
    ("doubted", True, True): "first",
    ("down", False, False): "wait",
    ("down", False, True): "fallback",
    ("down", True, False): "first",
    ("down", True, True): "first",
}


@dataclass(frozen=True)
class Health:
    """Of one server; ``faults`` of connections since it last answered."""

    state: str = "up"
    faults: int = 0


def after(health: Health, event: str, limit: int) -> Health:
    """:param limit: so many faults in a row are too many; at least one is"""
    faults = health.faults + 1 if event == "fault" else 0
    is_too_many = faults >= max(limit, 1)
    return Health(TRANSITIONS[health.state, event, is_too_many], faults)


def way(health: Health, *, is_due: bool, has_fallback: bool = False) -> str:
    """Where a mail goes: "first", "fallback" or "wait".

    :param is_due: the moment of the first server's next attempt has come
    :param has_fallback: there is one, it is up, and its policy allows the sender
    """
    return WAYS[health.state, is_due, has_fallback]
