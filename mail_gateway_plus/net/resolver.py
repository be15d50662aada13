# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Questions to the Domain Name System, each with its deadline, a round at once.

Many are under way at the same time in one thread: a round takes as long as its slowest
answer. What was answered is kept for as long as it may be, and asked once however many
decisions of a run want to know it.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import dns.asyncbackend
import dns.asyncresolver
import dns.exception
import dns.inet
import dns.name
import dns.nameserver
import dns.resolver
import idna  # type: ignore[import-untyped]

from ..core.dns.answer import (
    FOUND,
    NO_DATA,
    NO_NAME,
    UNCHECKED,
    Answer,
    Question,
    Result,
    Rounds,
)
from ..core.dns.mta_sts import POLICY
from . import web
from .deadline import Deadline, Limits

#: For a button: ``connect_s`` until the next name server is asked, ``command_s`` for a
#: round.
LOOKUP = Limits(connect_s=1.5, command_s=4.0, total_s=5.0)
#: For all that is to be known of a domain.
CHECK = Limits(connect_s=1.5, command_s=5.0, total_s=20.0)

#: Questions that are under way at the same time, each on a socket of its own, and
#: decisions; the others come after.
AT_ONCE = 256
DECISIONS_AT_ONCE = 8
#: Seconds for which it is believed that something is not there.
NEGATIVE_S = 30.0

Got = TypeVar("Got")

_VALUES: dict[str, Callable[[Any], tuple[Any, ...]]] = {
    "MX": lambda record: (record.preference, record.exchange.to_text()),
    "SRV": lambda record: (
        record.priority,
        record.weight,
        record.port,
        record.target.to_text(),
    ),
    "A": lambda record: (record.address,),
    "AAAA": lambda record: (record.address,),
    "PTR": lambda record: (record.target.to_text(),),
    "CNAME": lambda record: (record.target.to_text(),),
    "TXT": lambda record: (b"".join(record.strings),),
    "SPF": lambda record: (b"".join(record.strings),),
}


class Resolver:
    """Asks the name servers of the machine, or those given as ``address`` or
    ``address:port``, with brackets around an IPv6 address that has a port.

    ``ask`` and ``answered`` may be used for ``limits.total_s`` from its making; with
    ``answered_all`` each decision has as long.

    :param web_port: of the web servers that policies are fetched from
    """

    def __init__(
        self,
        servers: Sequence[str] = (),
        limits: Limits = LOOKUP,
        web_port: int = web.PORT,
    ) -> None:
        self._servers = servers
        self._limits = limits
        self._web_port = web_port
        self._deadline = Deadline(limits)
        #: question -> (answer, until when it may be kept)
        self._known: dict[Question, tuple[Answer, float]] = {}

    def ask(self, questions: Sequence[Question]) -> tuple[Answer, ...]:
        """The answers, in the order of the questions; raises nothing for what it finds.

        What does not fit into a packet is asked for again over TCP (RFC 7766).
        """
        return self._run(lambda: self._round(questions, self._deadline))

    def answered(self, rounds: Rounds[Result]) -> Result:
        """What a decision of ``core`` returns once all its questions are answered."""
        return self._run(lambda: self._decided(rounds, self._deadline))

    def answered_all(self, several: Sequence[Rounds[Result]]) -> list[Result]:
        """What each of several decisions returns, made at the same time."""
        return self._run(lambda: self._all(several))

    def _run(self, start: Callable[[], Coroutine[Any, Any, Got]]) -> Got:
        """In a thread of its own: the caller's may have a loop that runs already."""
        self._unprepared = self._prepare()
        self._under_way: dict[Question, asyncio.Task[Answer]] = {}
        self._places = asyncio.Semaphore(AT_ONCE)
        with ThreadPoolExecutor(1, "dns") as pool:
            return pool.submit(lambda: asyncio.run(start())).result()

    def _prepare(self) -> Answer | None:
        """The answer to all questions, where none can be asked."""
        try:
            self._resolver = self._made()
        except (dns.exception.DNSException, ValueError, OSError):
            return Answer(UNCHECKED, why="no_server")
        return None

    def _made(self) -> dns.asyncresolver.Resolver:
        resolver = dns.asyncresolver.Resolver(configure=not self._servers)
        if self._servers:
            places = [_place(server) for server in self._servers]
            for host, _port in places:
                dns.inet.af_for_address(host)
            resolver.nameservers = [dns.nameserver.Do53Nameserver(*p) for p in places]
        resolver.timeout = self._limits.connect_s
        return resolver

    async def _all(self, several: Sequence[Rounds[Result]]) -> list[Result]:
        turn = asyncio.Semaphore(DECISIONS_AT_ONCE)

        async def one(rounds: Rounds[Result]) -> Result:
            async with turn:
                return await self._decided(rounds, Deadline(self._limits))

        return await asyncio.gather(*map(one, several))

    async def _decided(self, rounds: Rounds[Result], deadline: Deadline) -> Result:
        try:
            questions = next(rounds)
            while True:
                questions = rounds.send(await self._round(questions, deadline))
        except StopIteration as end:
            found: Result = end.value
            return found

    async def _round(
        self, questions: Sequence[Question], deadline: Deadline
    ) -> tuple[Answer, ...]:
        if self._unprepared:
            return (self._unprepared,) * len(questions)
        deadline.command()
        every = (self._answer(question, deadline) for question in questions)
        return tuple(await asyncio.gather(*every))

    async def _answer(self, question: Question, deadline: Deadline) -> Answer:
        answer, until = self._known.get(question, (None, 0.0))
        if answer and until > time.time():
            return answer
        task = self._under_way.get(question)
        if task is None or task.done():
            task = asyncio.create_task(self._resolved(question))
            self._under_way[question] = task
        try:
            # Another decision may wait for the same longer than this one can.
            return await asyncio.wait_for(asyncio.shield(task), deadline.remaining())
        except TimeoutError:
            return Answer(UNCHECKED, why="timeout")

    async def _resolved(self, question: Question) -> Answer:
        if question.kind == POLICY:
            answer, until = await self._fetched(question.name)
        else:
            async with self._places:
                answer, until = await self._asked(question)
        self._known[question] = answer, until
        return answer

    async def _fetched(self, host: str) -> tuple[Answer, float]:
        """In a thread, which ends with its deadline."""
        kinds = [Question(host, kind) for kind in ("A", "AAAA")]
        deadline = Deadline(self._limits)
        said = await asyncio.gather(*(self._answer(one, deadline) for one in kinds))
        addresses = [record[0] for one in said for record in one.records]
        answer = await asyncio.to_thread(
            web.policy, host, addresses, self._limits, self._web_port
        )
        return answer, 0.0

    async def _asked(self, question: Question) -> tuple[Answer, float]:
        """The answer, and until when it may be kept; what nobody could say is not."""
        values = _VALUES[question.kind]
        try:
            found = await self._resolver.resolve(
                ascii_name(question.name),
                question.kind,
                lifetime=self._limits.command_s,
                search=False,
                backend=dns.asyncbackend.get_backend("asyncio"),
            )
            # In an order of their own, for name servers shuffle them.
            records = tuple(sorted(values(record) for record in found))
            return Answer(FOUND, records), found.expiration
        except dns.resolver.NXDOMAIN:
            return Answer(NO_NAME), time.time() + NEGATIVE_S
        except dns.resolver.NoAnswer:
            return Answer(NO_DATA), time.time() + NEGATIVE_S
        except (dns.exception.DNSException, OSError, UnicodeError) as error:
            return Answer(UNCHECKED, why=_why(error)), 0.0


def _why(error: Exception) -> str:
    """One of ``REASONS``."""
    if isinstance(error, (dns.exception.Timeout, TimeoutError)):
        return "timeout"
    if isinstance(
        error, (UnicodeError, dns.name.NameTooLong, dns.exception.SyntaxError)
    ):
        return "bad_name"
    if isinstance(error, dns.resolver.NoNameservers):
        said = [str(one[3]) for one in error.kwargs.get("errors", ())]
        return "refused" if said and set(said) == {"REFUSED"} else "failed"
    return "failed"


def _place(server: str) -> tuple[str, int]:
    """(address, port); raises ValueError for a port that is no number."""
    host, bracket, rest = server.removeprefix("[").partition("]")
    if not bracket and server.count(":") == 1:
        host, _, rest = server.partition(":")
    return host, int(rest.removeprefix(":") or 53)


def ascii_name(name: str) -> str:
    """A name as it is asked for (RFC 5891); raises UnicodeError for what is none.

    dnspython by itself would take faß.de for fass.de.
    """
    labels = name.removesuffix(".").split(".")
    if not all(labels):
        raise UnicodeError("a label is empty")
    return ".".join(
        one if one.isascii() else idna.encode(one, uts46=True).decode()
        for one in labels
    )
