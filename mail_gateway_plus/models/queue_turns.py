# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mails that were claimed and wait until their server has room; the map of the queue is
in ``queue_task``."""

from collections import deque
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Place:
    """Where a mail leaves; see stock's ``_split_by_mail_configuration``."""

    server: object
    alias_domain_id: int
    smtp_from: str


@dataclass(frozen=True)
class Turn:
    """``followers``: what stock's ``_prepare_outgoing_list`` wants to know of them."""

    mail_id: int
    is_mass: bool
    place: Place
    followers: dict

    @property
    def server(self):
        return self.place.server

    def through(self, server):
        """The same mail, through another server."""
        return replace(self, place=replace(self.place, server=server))


class Turns:
    """By server, each in its order: one that is slow holds up no other."""

    def __init__(self):
        self._queues = {}

    def __len__(self):
        return sum(map(len, self._queues.values()))

    def servers(self):
        """Ids of those that have mail; 0 for the one of the configuration file."""
        return [server_id for server_id, queue in self._queues.items() if queue]

    def of(self, server_id):
        return self._queues.setdefault(server_id or 0, deque())

    def add(self, turn):
        self.of(turn.server.id).append(turn)

    def put_back(self, turns):
        """To where they came from, as if they had never gone."""
        for turn in reversed(turns):
            self.of(turn.server.id).appendleft(turn)

    def clear(self):
        """Ids of the mails that were there."""
        ids = [turn.mail_id for queue in self._queues.values() for turn in queue]
        self._queues.clear()
        return ids
