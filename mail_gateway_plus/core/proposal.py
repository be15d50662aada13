# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which other settings of a server would work, when the chosen ones do not.

``doors`` says where to look, ``net`` knocks there and brings an ``Answer`` from each,
``proposals`` says what follows for the administrator.

>>> open_door = Answer(Door(143, implicit=False), encrypted=True, clear=True)
>>> [one.setting for one in proposals([open_door], Setting("ssl_strict", 143))]
[Setting(security='starttls_strict', port=143)]
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .finding import Finding

#: How well a ``connection_security`` protects password and mail.
STRENGTH = {"none": 0, "starttls": 1, "ssl": 1, "starttls_strict": 2, "ssl_strict": 2}
STRONGEST = max(STRENGTH.values())

#: RFC 8314, 3: TLS from the first byte is preferred to STARTTLS.
_PREFERRED = ("ssl_strict", "starttls_strict", "ssl", "starttls", "none")


@dataclass(frozen=True)
class Setting:
    security: str
    port: int

    @property
    def strength(self) -> int:
        return STRENGTH[self.security]


@dataclass(frozen=True)
class Door:
    """A port, and whether TLS is spoken there from the first byte."""

    port: int
    implicit: bool


@dataclass(frozen=True)
class Answer:
    """What was found at a door: whether TLS comes about, what the check of the
    certificate said against it, whether a login without TLS is taken, and whether one
    with it is."""

    door: Door
    encrypted: bool = False
    fault: Finding | None = None
    clear: bool = False
    takes_login: bool = True


@dataclass(frozen=True)
class Proposal:
    """``fault`` is what speaks against the certificate, where there is something."""

    setting: Setting
    weaker: bool
    fault: Finding | None = None

    @property
    def is_best(self) -> bool:
        """Encrypted, and nothing speaks against the certificate: no other protects
        better."""
        return self.setting.security != "none" and self.fault is None


def doors(port: int, usual: Iterable[Door]) -> tuple[Door, ...]:
    """Where to knock: at the chosen port in both ways, and at the usual doors."""
    return tuple(dict.fromkeys((Door(port, True), Door(port, False), *usual)))


def _settings(answer: Answer) -> Iterator[Setting]:
    if answer.encrypted and answer.takes_login:
        kind = "ssl" if answer.door.implicit else "starttls"
        yield Setting(kind if answer.fault else f"{kind}_strict", answer.door.port)
    if answer.clear:
        yield Setting("none", answer.door.port)


def proposals(
    answers: Iterable[Answer], chosen: Setting, *, works: bool = False
) -> tuple[Proposal, ...]:
    """The settings to propose in place of ``chosen``, best first.

    Only those that protect best of all that were found: nobody is led to clear text
    where encryption is to be had. Where ``chosen`` works, only what protects better.
    """
    found = {
        setting: answer.fault if setting.strength == 1 else None
        for answer in answers
        for setting in _settings(answer)
        if setting != chosen
    }
    best = max((setting.strength for setting in found), default=-1)
    if works and best <= chosen.strength:
        return ()
    kept = [setting for setting in found if setting.strength == best]
    kept.sort(key=lambda s: (s.port != chosen.port, _PREFERRED.index(s.security)))
    weaker = best < chosen.strength
    return tuple(Proposal(setting, weaker, found[setting]) for setting in kept)
