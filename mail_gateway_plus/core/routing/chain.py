# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The whole chain that a message passes, in its order, and which stage decided.

Stock's own stages keep their order; ours stand between them. What a stage finds it
notes as steps of the observation; the last step that decides tells which stage it was,
for a message that has a route may still be stopped by its sender's rate.

>>> decided([Step("parsed"), Step("alias_found"), Step("routes_found")])
'aliases'
>>> decided([Step("rule_matched", {"stage": RULES}), Step("sender_rate")])
'sender_rate'
"""

from collections.abc import Iterable
from dataclasses import dataclass

from . import guard, reports
from .observation import Step

BEFORE_REPLIES = "rules_before_replies"
RULES = "rules"


@dataclass(frozen=True)
class Stage:
    """``decides`` are the codes of steps (rows of ``verdict.STEPS``) after which no
    later stage is asked, save the sender's rate. The title of a stage is the advice
    ``chain_<code>``."""

    code: str
    ours: bool = False
    decides: tuple[str, ...] = ()


#: The rules of both stages note the same step, each with its stage.
_BY_RULES = ("rule_matched",)
#: The same for the policy of a catchall address.
_BY_POLICY = (
    "written_to_catchall",
    *("catchall_quarantined", "catchall_unanswered"),
    *("catchall_sent_on", "catchall_target_gone"),
)

STAGES: tuple[Stage, ...] = (
    Stage("duplicate", decides=("same_mail", "delivered_again", "message_known")),
    Stage("loop_headers", decides=("loop_reply",)),
    Stage("bounce", decides=(reports.BOUNCE, reports.TEMPORARY)),
    Stage("reports", ours=True, decides=reports.OTHERS),
    Stage("loop_guard", ours=True, decides=guard.CODES),
    Stage("automatic", ours=True),
    Stage(BEFORE_REPLIES, ours=True, decides=_BY_RULES),
    Stage("reply", decides=("reply_found",)),
    # Before catchall, where answers go that name no thread; behind replies, so that
    # what answers a thread shows there. It asks the rules, which stand further down,
    # before it decides.
    Stage("automatic_alone", ours=True, decides=("automatic_alone",)),
    Stage("catchall_alone", decides=_BY_POLICY),
    Stage(RULES, ours=True, decides=_BY_RULES),
    Stage("aliases", decides=("alias_found", "alias_refused")),
    Stage("subaddress", ours=True, decides=("subaddress_found",)),
    # An alias is made for many and on purpose, so it comes before a person's address;
    # the mailbox's document type takes whatever is left, so it comes behind.
    Stage("users", ours=True, decides=("inbox_found", "inbox_unseen")),
    Stage("default_model", decides=("default_model_found",)),
    Stage("catchall_among", decides=_BY_POLICY),
    Stage("nothing", decides=("no_route",)),
    Stage("sender_rate", decides=("sender_rate",)),
)

CODES = tuple(stage.code for stage in STAGES)
#: Where stock's ``message_route`` (19.0) lets others in, and what is asked there.
AFTER_BOUNCE = ("reports", "loop_guard", "automatic", BEFORE_REPLIES)
#: Stock looks for aliases behind this place: ``users`` leaves them what they take.
AFTER_REPLY = ("automatic_alone", "catchall_alone", RULES, "users")
AFTER_MODEL = ("catchall_among",)

#: The stage of a step that does not name its own.
_STAGE_OF = {code: stage.code for stage in reversed(STAGES) for code in stage.decides}


def stage_of(step: Step) -> str:
    """The stage that noted a step which decides; '' for what only explains."""
    if step.code not in _STAGE_OF:
        return ""
    return step.params.get("stage") or _STAGE_OF[step.code]


def decided(steps: Iterable[Step]) -> str:
    """The stage that had the last word; '' where none came to a decision."""
    stages = [stage_of(step) for step in steps]
    return next(filter(None, reversed(stages)), "")
