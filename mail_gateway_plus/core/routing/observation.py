# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What happens while one message is processed, noted where it happens.

Odoo's return values tell a bounce, a refusal by an alias and an empty result apart
only in part. So the methods that decide leave a step here, and the steps are both
the ground of the verdict and the trace that people read.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ..message import header
from .condition import Letter
from .pattern import Spent

#: Version of the trace's form in the database.
TRACE_VERSION = 1


@dataclass(frozen=True)
class Step:
    """``code`` is a row of ``verdict.STEPS``."""

    code: str
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reached:
    """A record that the message reached; ``alias_id`` 0 where no alias led there."""

    res_model: str
    res_id: int
    alias_id: int = 0
    rule_id: int = 0


@dataclass
class Marks:
    """What rules that go on, and the rule that decides, say of the message: ids of a
    department and of a sender identity (0 for none) and names of tags."""

    department_id: int = 0
    identity_id: int = 0
    tags: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Guise:
    """What Odoo is told of a message beside its bytes.

    ``message_id`` stands for the message's own (``original_id``), which Odoo knows
    from another one. ``recipients`` are those of all deliveries, in the envelopes too.
    With ``only_aliases`` (ids) they replace the message's, and no other route counts:
    an earlier delivery has taken the others.
    """

    message_id: str = ""
    original_id: str = ""
    recipients: tuple[str, ...] = ()
    only_aliases: frozenset[int] | None = None

    def addressed_to(self, read: str) -> str:
        """Whom the message is for, of whom Odoo has ``read`` some in it."""
        if self.only_aliases is not None:
            return ",".join(self.recipients)
        known = set(re.split(r"[\s,;<>\"]+", read.lower()))
        missing = [r for r in self.recipients if r not in known]
        return ",".join(filter(None, [read, *missing]))


@dataclass
class Observation:
    """Filled by one thread while it processes one message.

    ``deferred`` holds what must leave only with the final outcome: answers to the
    sender, each a function of the environment to send it in. ``broken_aliases`` are
    the ids of aliases whose settings made a model fail.
    """

    steps: list[Step] = field(default_factory=list)
    reached: list[Reached] = field(default_factory=list)
    deferred: list[Callable[[Any], None]] = field(default_factory=list)
    broken_aliases: list[int] = field(default_factory=list)
    #: (Message-ID, model, record) of what was posted on a record, in this order.
    posted: list[tuple[str, str, int]] = field(default_factory=list)
    #: Whether Odoo came as far as looking for a destination.
    asked_for_routes: bool = False
    guise: Guise = Guise()
    #: Whether other deliveries of the same mail are done with once this one is.
    supersedes: bool = False
    #: The message as it was delivered, for mailboxes that keep the original.
    original: bytes | None = None
    #: Whether answers to the sender leave where stock sends them.
    answers_at_once: bool = False
    #: What the message says, for rules; None for what people route by hand.
    letter: Letter | None = None
    #: The row of the ledger, 0 where there is none; and whether somebody only asks what
    #: would become of the message, so that nothing may be written.
    incoming_id: int = 0
    dry: bool = False
    #: Gives ``company_id``; it takes a query.
    ask_company: Callable[[], int] = int
    #: The company of whose own rules the steps tell, 0 for none.
    told_company_id: int = 0
    marks: Marks = field(default_factory=Marks)
    #: The department of the mailbox, 0 for none.
    mailbox_department_id: int = 0
    #: (model, department) of each record that is to be made, in this order.
    departments: list[tuple[str, int]] = field(default_factory=list)
    #: The rules that matched, counted once the outcome is certain; those whose regular
    #: expressions took long; and how long those of all have taken.
    hits: list[int] = field(default_factory=list)
    slow: list[int] = field(default_factory=list)
    spent: Spent | None = None
    #: The rule that decided.
    rule_id: int = 0
    #: Odoo's own call for routes, once it has come as far.
    call: Any = None
    #: Whether the message answers none that Odoo knows.
    no_reply: bool = False
    #: Addresses that stand beside their like with a subaddress.
    subaddressed: frozenset[str] = frozenset()

    @cached_property
    def company_id(self) -> int:
        """The company whose rules count, 0 where only those of all companies do."""
        return self.ask_company()

    def note(self, code: str, **params: object) -> None:
        # What others wrote passes here, and not all of it fits into JSON.
        texts = {name: header.fit(str(value)) for name, value in params.items()}
        self.steps.append(Step(code, texts))

    def noted(self, code: str) -> bool:
        return any(step.code == code for step in self.steps)

    def trace(self) -> dict[str, Any]:
        """The steps as JSON, for the ledger."""
        steps = [{"step": s.code, "params": dict(s.params)} for s in self.steps]
        return {"version": TRACE_VERSION, "steps": steps}
