# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the records of a domain say about the server for its outgoing mail.

>>> hosts([(20, "b.example"), (10, "A.example.")])
['a.example', 'b.example']
>>> questions = settings("h.example")
>>> next(questions)
('_submissions._tcp.h.example', 'SRV')
"""

from collections.abc import Generator, Sequence
from typing import Any

Question = tuple[str, str]
#: MX: (preference, host); SRV: (priority, weight, port, target); A: (address,)
Records = Sequence[tuple[Any, ...]]
Settings = dict[str, str | int]

#: Label -> the security that it stands for: RFC 8314, 5.1 and RFC 6186, 3.1; with
#: both, TLS from the first byte is preferred.
SERVICES = {
    "_submissions._tcp": "ssl_strict",
    "_submission._tcp": "starttls_strict",
}
#: What providers call it where they publish nothing.
USUAL = ("smtp", "mail")
SUBMISSION = 587


def hosts(records: Records) -> list[str]:
    """Those of MX records, preferred first; none for a null MX (RFC 7505)."""
    return [found for _, name in sorted(records) if (found := _host(name))]


def settings(domain: str) -> Generator[Question, Records, Settings]:
    """Asks one question after the other, and returns what ``ir.mail_server`` gets;
    nothing where nothing was found."""
    for label, security in SERVICES.items():
        records = yield f"{label}.{domain}", "SRV"
        if place := _best(records):
            return _as_settings(*place, security)
    for label in USUAL:
        name = f"{label}.{domain}"
        if (yield name, "A"):
            return _as_settings(name, SUBMISSION, "starttls_strict")
    return {}


def _best(records: Records) -> tuple[str, int] | None:
    """The target of the first priority with the greatest weight; one that is the root
    says that there is no such service (RFC 2782, RFC 6186, 3.4)."""
    for _, _, port, target in sorted(records, key=lambda r: (r[0], -r[1])):
        if host := _host(target):
            return host, port
    return None


def _host(name: str) -> str:
    return name.rstrip(".").lower()


def _as_settings(host: str, port: int, security: str) -> Settings:
    return {"smtp_host": host, "smtp_port": port, "smtp_encryption": security}
