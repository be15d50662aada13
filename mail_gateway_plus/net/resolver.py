# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Questions to the Domain Name System, each with its deadline, a round at once."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

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
from .deadline import Deadline, Limits

#: For a button: ``connect_s`` until the next name server is asked, ``command_s`` for a
#: round.
LOOKUP = Limits(connect_s=1.5, command_s=4.0, total_s=5.0)

#: Questions of a round that are under way at the same time; the others come after.
AT_ONCE = 32

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
    "TXT": lambda record: (b"".join(record.strings),),
}


class Resolver:
    """Asks the name servers of the machine, or those given as ``address`` or
    ``address:port``, with brackets around an IPv6 address that has a port.

    It may be used for ``limits.total_s`` from its making.
    """

    def __init__(self, servers: Sequence[str] = (), limits: Limits = LOOKUP) -> None:
        self._servers = servers
        self._deadline = Deadline(limits)

    def ask(self, questions: Sequence[Question]) -> tuple[Answer, ...]:
        """The answers, in the order of the questions; raises nothing for what it finds.

        What does not fit into a packet is asked for again over TCP (RFC 7766).
        """
        unchecked = self._unprepared()
        if unchecked or not questions:
            return (unchecked,) * len(questions) if unchecked else ()
        self._deadline.command()
        with ThreadPoolExecutor(min(len(questions), AT_ONCE), "dns") as pool:
            return tuple(pool.map(self._answer, questions))

    def answered(self, rounds: Rounds[Result]) -> Result:
        """What a decision of ``core`` returns once all its questions are answered."""
        try:
            questions = next(rounds)
            while True:
                questions = rounds.send(self.ask(questions))
        except StopIteration as end:
            found: Result = end.value
            return found

    def _unprepared(self) -> Answer | None:
        """The answer to all questions, where none can be asked."""
        try:
            self._resolver = self._made()
        except (dns.exception.DNSException, ValueError, OSError):
            return Answer(UNCHECKED, why="no_server")
        return None

    def _made(self) -> dns.resolver.Resolver:
        resolver = dns.resolver.Resolver(configure=not self._servers)
        if self._servers:
            places = [_place(server) for server in self._servers]
            for host, _port in places:
                dns.inet.af_for_address(host)
            resolver.nameservers = [dns.nameserver.Do53Nameserver(*p) for p in places]
        resolver.timeout = self._deadline.limits.connect_s
        return resolver

    def _answer(self, question: Question) -> Answer:
        values = _VALUES[question.kind]
        try:
            found = self._resolver.resolve(
                _ascii(question.name),
                question.kind,
                lifetime=self._deadline.remaining(),
                search=False,
            )
            # In an order of their own, for name servers shuffle them.
            return Answer(FOUND, tuple(sorted(values(record) for record in found)))
        except dns.resolver.NXDOMAIN:
            return Answer(NO_NAME)
        except dns.resolver.NoAnswer:
            return Answer(NO_DATA)
        except (dns.exception.DNSException, OSError, UnicodeError) as error:
            return Answer(UNCHECKED, why=_why(error))


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


def _ascii(name: str) -> str:
    """RFC 5891; dnspython by itself would take faß.de for fass.de."""
    labels = name.removesuffix(".").split(".")
    if not all(labels):
        raise UnicodeError("a label is empty")
    return ".".join(
        one if one.isascii() else idna.encode(one, uts46=True).decode()
        for one in labels
    )
