# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Runs the sides in turn, A B A B A B, each time on a fresh database and mailbox."""

import contextlib
import itertools
from collections.abc import Iterator, Sequence

from sandbox.say import Missing, step
from sandbox.stack import Stack

from .cases import Case
from .delay import Delay
from .job import Job, Result, Results
from .messages import DOMAIN, Kind, Message, several
from .side import Side

_numbers = itertools.count(1)


def run(stack: Stack, sides: Sequence[Side], case: Case, times: int) -> Results:
    results: Results = {side.name: [] for side in sides}
    messages = list(several(case.mix, case.count, case.size))
    for number in range(1, times + 1):
        for side in sides:
            with step(f"{case.name}: {side.name} {number} of {times}"):
                results[side.name].append(_once(stack, case, side, messages))
        _compare(case, *(results[side.name][-1].made for side in sides))
    return results


def _once(stack: Stack, case: Case, side: Side, messages: list[Message]) -> Result:
    login = f"bench{next(_numbers)}@{DOMAIN}"
    stack.empty(login)
    for message in messages:
        stack.deliver(login, message.raw)
    side.refresh()
    with _port(stack, case) as port:
        result = side.run(_job(stack, case, side, login, port))
    _check_mailbox(stack, case, login)
    stack.empty(login)
    return result


@contextlib.contextmanager
def _port(stack: Stack, case: Case) -> Iterator[int]:
    port = stack.ports[case.protocol]
    if not case.one_way_s:
        yield port
        return
    with Delay(port, case.one_way_s) as proxy:
        yield proxy.port


def _job(stack: Stack, case: Case, side: Side, login: str, port: int) -> Job:
    return Job(
        side=side.name,
        count=case.count,
        protocol=case.protocol,
        host=stack.host,
        port=port,
        login=login,
        password=stack.password,
    )


# --- a comparison is worth nothing unless both sides did all of the work


def _check_mailbox(stack: Stack, case: Case, login: str) -> None:
    # Over POP3 stock deletes what it fetched and the addon remembers it.
    is_pop = case.protocol.startswith("pop3")
    unseen = [] if is_pop else [f for f in stack.flags(login) if "S" not in f]
    if unseen:
        raise Missing(f"{case.name}: {len(unseen)} messages were not fetched")


def _compare(case: Case, stock: dict[str, int], addon: dict[str, int]) -> None:
    for name, count in stock.items():
        if addon[name] != count:
            raise Missing(
                f"{case.name}: stock made {count} {name}, the addon {addon[name]}"
            )
    kinds = [message.kind for message in several(case.mix, case.count)]
    new, lost = (kinds.count(kind) for kind in (Kind.NEW, Kind.NOBODY))
    ended = {"crm.lead": new, "ledger: received": 0, "ledger: quarantined": lost}
    for name, count in ended.items():
        if addon.get(name, 0) != count:
            raise Missing(f"{case.name}: {addon.get(name, 0)} {name}, not {count}")
