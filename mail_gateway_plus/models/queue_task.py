# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One mail on its way through the queue: what is to be said, and what came of it.

Map of the queue
================
- ``queue_run.Run``: one run. Claims mails (``mail_locks``) and has for each: prepare
  (ORM) -> ``Line.carry`` (a thread, no ORM) -> settle (ORM).
- ``queue_task.Task``, ``Message``: what passes between these three; no records.
- ``queue_claims.Claims``: which mails a run takes, and where they leave.
- ``queue_turns.Turns``: the mails that were claimed, by the server they leave through.
- ``queue_lines.Lines``: the connections to one server, each a thread's; ``queue_line``:
  one of them, with its journal; ``queue_pace.Pace``: what the server's limits leave.
- ``queue_outcomes.Outcomes``: what becomes of mails that come back from the lines.
- ``queue_holds.Holds``: which servers and senders are not to be asked now, and what
  takes their mail instead.
- ``queue_journal.Journal``: rows of ``mail.gateway.delivery``, each commit its own.
- ``mail_mail_queue``: where stock's queue hands over to the run.
- ``mail_mail_prepare``: from a mail to its SMTP messages, by stock's hooks.
- ``mail_mail_settle``: what becomes of the mail, its notifications and its author.
- ``mail_gateway_hold``: a server, or a sender at a server, whose mails wait.
- ``ir_mail_server_queue``: settings of a server for the queue, and its release.
"""

from dataclasses import dataclass, field

from ..core.delivery import state, verdict


@dataclass
class Message:
    """One SMTP message of a mail. ``part``: id of the partner whose copy it is, 0 for
    the copy to bare addresses. ``states``: recipient -> ``state.STATES``, of those that
    were begun, now or earlier; ``refused``: recipient -> ``core.smtp.sending.Refusal``
    of this attempt."""

    part: int
    #: As stock names them to what follows.
    email_to: list
    envelope: str
    sender: str
    recipients: list
    raw: bytes
    states: dict = field(default_factory=dict)
    refused: dict = field(default_factory=dict)

    def all_states(self):
        return [self.states.get(one, state.NEW) for one in self.recipients]

    def blamed(self, why):
        """The address that a refusal of the sender is about: the return path, until
        the server has seen the content."""
        return self.sender if why.stage == "data" else self.envelope

    def is_accepted(self):
        return "accepted" in self.states.values()


@dataclass
class Task:
    """``unreached``: the refusal that kept the server from being asked at all.
    ``fault``: (kind of failure, words) of stock, of a mail that cannot be built.
    ``later``: when the server's limits have room for what is left of it; naive UTC.
    ``problem``: a fault of ours that a thread met. ``slot``: of the connection."""

    mail_id: int
    message_id: str = ""
    company_id: int = 0
    identity_id: int = 0
    is_mass: bool = False
    server_id: int = 0
    messages: list = field(default_factory=list)
    unreached: object = None
    fault: tuple = ()
    later: object = None
    problem: Exception | None = None
    slot: int | None = None

    def size(self):
        return sum(len(message.raw) for message in self.messages)

    def refusals(self):
        found = [why for one in self.messages for why in one.refused.values()]
        return [*found, *([self.unreached] if self.unreached else [])]

    def effects(self):
        return [verdict.effect(why.meaning, why.stage) for why in self.refusals()]

    def consequence(self):
        """(one of ``schedule.OTHERS``, the refusal, the sender that it blames)"""
        effects = self.effects()
        others = verdict.gravest(effects)
        refusals = zip(effects, self.refusals(), strict=True)
        why = next((why for one, why in refusals if one.others == others), None)
        blaming = (m for m in self.messages if why in m.refused.values())
        sender = next((message.blamed(why) for message in blaming), "")
        return others, why, sender if others == "stop_identity" else ""

    def states(self):
        return [one for message in self.messages for one in message.all_states()]

    def is_answered(self):
        """Whether the server has said something to this attempt, or earlier."""
        return any(message.states for message in self.messages)

    def is_broken(self):
        """Whether a fault of ours kept some of it from being sent, which is tried again
        by no schedule."""
        return self.problem is not None or not self.messages

    def is_sent(self):
        return not self.is_broken() and self.verdict() == "sent"

    def verdict(self):
        return verdict.verdict(self.effects(), self.states())
