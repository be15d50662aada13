# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Questions to the Domain Name System, each with its deadline.

They stand on dnspython; where that is not installed nothing is known.
"""

from collections.abc import Callable, Generator, Sequence
from typing import Any, TypeVar

import idna  # type: ignore[import-untyped]

from ..core.smtp.discovery import Question, Records
from .deadline import Deadline, Limits

#: For a form that fills itself in while a person types.
BRIEF = Limits(connect_s=1.0, command_s=1.0, total_s=3.0)

_VALUES: dict[str, Callable[[Any], tuple[Any, ...]]] = {
    "MX": lambda record: (record.preference, record.exchange.to_text()),
    "SRV": lambda record: (
        record.priority,
        record.weight,
        record.port,
        record.target.to_text(),
    ),
    "A": lambda record: (record.address,),
}

Result = TypeVar("Result")


class Resolver:
    """Asks the name servers of the machine, or those given as ``address`` or
    ``address:port`` (IPv4)."""

    def __init__(self, servers: Sequence[str] = (), limits: Limits = BRIEF) -> None:
        self._servers = servers
        self._deadline = Deadline(limits)

    def ask(self, name: str, kind: str) -> Records:
        """The records of a name; none where there are none, where nobody answers, or
        where ``name`` is no name.

        :param kind: one of MX, SRV, A
        """
        try:
            import dns.exception
        except ImportError:
            return []
        self._deadline.command()
        try:
            return [_VALUES[kind](found) for found in self._answer(name, kind)]
        except (dns.exception.DNSException, TimeoutError, OSError, UnicodeError):
            return []

    def _answer(self, name: str, kind: str) -> Any:
        import dns.nameserver
        import dns.resolver

        resolver = dns.resolver.Resolver(configure=not self._servers)
        if self._servers:
            resolver.nameservers = [
                dns.nameserver.Do53Nameserver(host, int(port or 53))
                for host, _, port in (one.partition(":") for one in self._servers)
            ]
        return resolver.resolve(
            _ascii(name), kind, lifetime=self._deadline.remaining(), search=False
        )

    def answered(self, questions: Generator[Question, Records, Result]) -> Result:
        """What a decision of ``core`` returns once all its questions are answered."""
        try:
            question = next(questions)
            while True:
                question = questions.send(self.ask(*question))
        except StopIteration as end:
            found: Result = end.value
            return found


def _ascii(name: str) -> str:
    """RFC 5891; dnspython by itself would take faß.de for fass.de."""
    labels = name.rstrip(".").split(".")
    return ".".join(
        one if one.isascii() else idna.encode(one, uts46=True).decode()
        for one in labels
    )
