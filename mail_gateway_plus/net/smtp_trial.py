# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The test of an outgoing server, with a look at its other ports where that helps."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from ..core import proposal
from ..core.proposal import Answer, Door, Proposal, Setting
from ..core.smtp.probe import Probe, Trial
from ..core.smtp.relay import PORTS, Envelope, Relay
from ..core.trial import Step
from . import smtp_doors
from .around import Around, Knock, settled
from .deadline import PROBE, Deadline, Limits
from .smtp import Wire

BLOCKED = ("smtp_port25_blocked", "smtp_port25_intercepted")


class _Test:
    """The settings as they are chosen."""

    def __init__(self, probe: Probe, wire: Wire) -> None:
        self.probe, self.wire = probe, wire

    @property
    def secured(self) -> bool:
        return self.probe.session.secured

    @property
    def connects(self) -> bool:
        return Trial(tuple(self.probe.steps)).connects

    def run(self) -> None:
        self.wire.run(self.probe.run())

    def hear(self, answer: Answer) -> None:
        """A port that speaks TLS from the first byte waits for ours, and never greets:
        nor is it waited for."""
        session = self.probe.session
        is_here = answer.door == Door(session.relay.port, implicit=True)
        is_mute = session.note.stage == "greeting" and not session.relay.implicit_tls
        if is_here and is_mute and answer.encrypted:
            self.wire.give_up("tls_expected")


def run(
    relay: Relay,
    envelope: Envelope,
    message: bytes | None = None,
    limits: Limits = PROBE,
    *,
    look_around: bool = True,
) -> Trial:
    """Test an outgoing server within ``limits.total_s``; raises nothing for what it
    finds. Up to the recipient nothing is sent.

    :param message: is sent to the recipient at last; bytes of a whole message
    :param look_around: also find out which other settings would work (465, 587, 2525,
        25 and the chosen port, each in all ways, 8 s at most); nobody logs in there
    """
    deadline = Deadline(limits)
    test = _Test(Probe(relay, envelope, message), Wire(relay, deadline))

    def knock(door: Door) -> Knock:
        return smtp_doors.at(relay, door, most_s=deadline.left_s)

    doors = _doors(relay) if look_around else ()
    around = Around(doors, knock, partial(_is_enough, relay), test.hear)
    knocks = around.tried(test, eager=not relay.verified)
    steps = settled(test.probe.steps, Door(relay.port, relay.implicit_tls), knocks)
    return Trial(
        tuple(_with_ports(steps, knocks)),
        _proposals(relay, [one.answer for one in knocks], works=test.connects),
        test.wire.transcript.text,
    )


def _doors(relay: Relay) -> tuple[Door, ...]:
    likely = (Door(port, implicit) for port, implicit in PORTS.items())
    others = (Door(port, not implicit) for port, implicit in PORTS.items())
    return proposal.doors(relay.port, (*likely, *others))


def _proposals(
    relay: Relay, answers: list[Answer], *, works: bool
) -> tuple[Proposal, ...]:
    if relay.is_fixed:
        return () if works else tuple(_elsewhere(relay, answers))
    chosen = Setting(relay.security, relay.port)
    return proposal.proposals(answers, chosen, works=works)


def _is_enough(relay: Relay, answer: Answer) -> bool:
    return any(one.is_best for one in _proposals(relay, [answer], works=False))


def _elsewhere(relay: Relay, answers: list[Answer]) -> Iterator[Proposal]:
    """The same security on other ports."""
    for answer in answers:
        port, implicit = answer.door.port, answer.door.implicit
        is_usable = answer.encrypted and answer.takes_login
        is_trusted = not (relay.verified and answer.fault)
        is_other = port != relay.port and implicit == relay.implicit_tls
        if is_usable and is_trusted and is_other:
            setting = Setting(relay.security, port)
            yield Proposal(setting, weaker=False, fault=answer.fault)


def _with_ports(steps: Iterator[Step], knocks: list[Knock]) -> Iterator[Step]:
    """The steps; of a blocked port with ``ports``, those that answer in its place."""
    answers = (knock.answer for knock in knocks)
    answering = {one.door.port for one in answers if one.encrypted or one.clear}
    ports = ", ".join(str(port) for port in sorted(answering, reverse=True))
    for step in steps:
        finding = step.finding
        if finding.code in BLOCKED:
            finding = replace(finding, params={**finding.params, "ports": ports})
        yield replace(step, finding=finding)
