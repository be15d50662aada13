# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The connections of a run to one server, each in a thread of its own, so that bodies
are built while others are on the wire; the map of the queue is in ``queue_task``."""

import contextlib
import queue
import threading

from ..core.delivery import pace
from .server_locks import ServerLocks

#: Tells these locks from others; "mgs" in ASCII.
CONNECTIONS = 0x6D6773
#: Numbers of connections that a server may have.
EACH = 256
#: Mails that are given to a connection: one on the wire, and some that are ready, whose
#: outcomes are then written together.
AHEAD = 6
#: Bytes of all that is built: a few large mails fill the memory of a worker.
MOST_BYTES = 32 * 1024 * 1024


class Slots(ServerLocks):
    """Which connection of which server is whose, among all workers."""

    def __init__(self, registry):
        super().__init__(registry, CONNECTIONS)

    def take_one(self, server_id, most, ours):
        """A connection that is ours from now on, None when there is none.

        :param ours: those that are, for a lock may be taken twice
        """
        first = server_id * EACH
        free = (one for one in range(first, first + most) if one not in ours)
        return next((one for one in free if self.take(one)), None)


class Lines:
    """For the main thread. ``flying``: how many tasks the threads have.
    ``is_answering``: the server has taken a mail or said no to it. Until then there is
    one mail at a time, so that a server that is away costs one attempt of one."""

    def __init__(self, make, results, slots, server_id, most):
        """:param make: gives a ``Line``
        :param results: a queue, for what the threads are done with
        :param most: connections, of all workers; 0 for no limit
        """
        self._make, self._results = make, results
        self._slots, self._server_id = slots, server_id or 0
        self._most = min(most, EACH)
        self._tasks = queue.SimpleQueue()
        #: Of connections: the slot -> the thread; None for the slot where there is no
        #: limit, for then there is one.
        self._threads = {}
        self._bytes = 0
        self.flying = 0
        self.is_answering = False

    def room(self, waiting):
        """How many tasks may be given now; None when other workers have all
        connections that the server takes.

        :param waiting: mails that are there for it
        """
        self._open(waiting + self.flying)
        if not self._threads:
            return None
        if self.flying and self._bytes > MOST_BYTES:
            return 0
        ahead = AHEAD * len(self._threads) if self.is_answering else 1
        free = max(ahead - self.flying, 0)
        # Several are built at the cost of one.
        return free if free * 2 >= ahead else 0

    def _open(self, count):
        """As many more as the work is worth."""
        worth = pace.connections(count, self._most)
        while len(self._threads) < (worth if self.is_answering else min(worth, 1)):
            slot = None
            if self._most:
                slot = self._slots.take_one(self._server_id, self._most, self._threads)
                if slot is None:
                    return
            line = self._make()
            thread = threading.Thread(target=self._work, args=[slot, line], daemon=True)
            self._threads[slot] = thread
            thread.start()

    def give(self, task):
        self.flying += 1
        self._bytes += task.size()
        self._tasks.put(task)

    def take_back(self, task):
        """:return: tasks that are to be given again, for nobody has begun them"""
        self._less(task)
        if not task.unreached:
            self.is_answering = True
            return []
        del self._threads[task.slot]
        if task.slot is not None:
            self._slots.give_back(task.slot)
        if self._threads:
            # It lets us in, only not with so many connections.
            self._most = len(self._threads)
            return [task]
        self.is_answering = False
        return self._recall()

    def _less(self, task):
        self.flying -= 1
        self._bytes -= task.size()

    def _recall(self):
        """What was given and is not begun."""
        recalled = []
        with contextlib.suppress(queue.Empty):
            while True:
                recalled.append(self._tasks.get_nowait())
        for task in recalled:
            self._less(task)
        return recalled

    def close(self):
        """What was given and is not begun stays as it was."""
        self._recall()
        for _thread in self._threads:
            self._tasks.put(None)
        for thread in self._threads.values():
            thread.join()

    def _work(self, slot, line):
        """In a thread, which ends with its connection when the server is away."""
        try:
            while (task := self._tasks.get()) is not None:
                task.slot = slot
                try:
                    line.carry(task)
                except Exception as problem:
                    task.problem = problem
                self._results.put(task)
                if task.unreached:
                    return
        finally:
            with contextlib.suppress(OSError):
                line.close()
