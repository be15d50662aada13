# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mail that waits is sent, by the sides in turn, to a server that takes all."""

import contextlib
from collections.abc import Iterator, Sequence

from sandbox.say import Missing, step

from .cases import Post
from .delay import Delay
from .job import Outbox, Result, Results
from .side import Side
from .sink import PIPELINING, Sink


def run(sides: Sequence[Side], post: Post) -> Results:
    results: Results = {side.name: [] for side in sides}
    for number in range(1, post.times + 1):
        for side in sides:
            with step(f"{post.name}: {side.name} {number} of {post.times}"):
                results[side.name].append(_once(side, post))
        stock, addon = (results[side.name][-1].made for side in sides)
        if stock != addon:
            raise Missing(f"{post.name}: stock made {stock}, the addon {addon}")
    return results


def _once(side: Side, post: Post) -> Result:
    side.refresh()
    capabilities = (PIPELINING,) if post.is_piped else ()
    with Sink(capabilities) as sink, _port(sink, post) as port:
        result = side.run(Outbox(side.name, post.count, port))
    taken = [count for to, count in sink.taken.items() if to.startswith("person")]
    if taken != [1] * post.count:
        raise Missing(f"{post.name}: {sum(taken)} of {post.count} mails arrived")
    return result


@contextlib.contextmanager
def _port(sink: Sink, post: Post) -> Iterator[int]:
    if not post.one_way_s:
        yield sink.port
        return
    with Delay(sink.port, post.one_way_s) as proxy:
        yield proxy.port
