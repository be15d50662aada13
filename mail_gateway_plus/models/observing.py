# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which observation, if any, the methods of stock report to just now.

A context variable and not a key of the environment's context: stock opens cursors
and environments of its own on the way, and what observes must not leak into jobs or
caches that outlive the message.
"""

import contextlib
from contextvars import ContextVar

_current = ContextVar("mail_gateway_observation", default=None)


def current():
    """The observation of the message in processing; None for direct callers of
    ``message_process``, who get stock's behaviour."""
    return _current.get()


def deciding():
    """The same while our stages decide where a message goes; None also for what
    people route by hand, which has its destination."""
    observation = current()
    return observation if observation is not None and observation.letter else None


@contextlib.contextmanager
def observing(observation):
    token = _current.set(observation)
    try:
        yield observation
    finally:
        _current.reset(token)
