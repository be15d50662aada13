# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which state and reason the steps of a message amount to.

STEPS is read from the top: the first step that was noted and carries a state
decides. A message that reached a record is routed, whatever else happened to it on
the way; one that nothing explains is quarantined, for silence is not an outcome.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from . import autoresponse, guard, reports
from .observation import Observation

#: A person may have these processed again, or send them to a record.
OPEN = ("quarantined", "rejected")
#: The same of what was ignored for one of these reasons.
IGNORED = ("automatic_alone", "rule_ignored", "ignored_by_hand", *guard.CODES)

#: (step, state it ends in or None for a step that only explains). The step's code
#: is the reason's code as well.
STEPS: tuple[tuple[str, str | None], ...] = (
    ("message_header_too_large", "quarantined"),
    ("message_header_too_crowded", "quarantined"),
    ("message_too_large", "quarantined"),
    ("message_too_many_parts", "quarantined"),
    ("message_too_deep", "quarantined"),
    ("message_too_many_html_parts", "quarantined"),
    ("message_html_too_large", "quarantined"),
    ("message_html_tangled", "quarantined"),
    ("retries_exhausted", "quarantined"),
    ("workers_lost", "quarantined"),
    ("parse_failed", "quarantined"),
    ("model_failed", "quarantined"),
    ("no_route", "quarantined"),
    ("route_invalid", "quarantined"),
    ("rule_alias_gone", "quarantined"),
    ("rule_record_gone", "quarantined"),
    ("rule_model_unfit", "quarantined"),
    ("rule_topic_gone", "quarantined"),
    ("rule_department_unset", "quarantined"),
    ("rule_address_missing", "quarantined"),
    ("rule_forward_loop", "quarantined"),
    ("rule_forward_many", "quarantined"),
    ("rule_quarantined", "quarantined"),
    ("catchall_quarantined", "quarantined"),
    ("catchall_target_gone", "quarantined"),
    ("loop_unsure", "quarantined"),
    ("inbox_unseen", "quarantined"),
    ("round_trip", "ignored"),
    ("round_trip_late", "ignored"),
    ("round_trip_bounce", "bounce"),
    ("same_mail", "duplicate"),
    ("delivered_again", "duplicate"),
    ("message_known", "duplicate"),
    ("bounce_report", "bounce"),
    ("bounce_temporary", "bounce"),
    ("delivery_delayed", "ignored"),
    ("delivery_confirmed", "ignored"),
    ("read_receipt", "ignored"),
    ("abuse_report", "ignored"),
    ("dmarc_report", "ignored"),
    ("tls_report", "ignored"),
    ("authentication_failure", "ignored"),
    ("loop_trace", "ignored"),
    ("loop_hops", "ignored"),
    ("loop_rounds", "ignored"),
    ("loop_pair", "ignored"),
    ("loop_sender", "ignored"),
    ("loop_reply", "ignored"),
    ("automatic_alone", "ignored"),
    ("rule_ignored", "ignored"),
    ("rule_bounced", "rejected"),
    ("rule_unanswered", "rejected"),
    ("rule_told", "rejected"),
    ("rule_told_many", "rejected"),
    ("rule_forwarded", "routed"),
    ("sender_rate", "rejected"),
    ("alias_refused", "rejected"),
    ("catchall_unanswered", "rejected"),
    ("written_to_catchall", "rejected"),
    ("answered", "rejected"),
    ("answered_by_hand", "rejected"),
    ("ignored_by_hand", "ignored"),
    ("parsed", None),
    ("rule_matched", None),
    ("rule_marked", None),
    ("rule_missed", None),
    ("rules_missed", None),
    ("rules_unasked", None),
    ("known_already", None),
    ("reply_found", None),
    ("alias_found", None),
    ("subaddress_found", None),
    ("default_model_found", None),
    ("automatic_found", None),
    ("answer_withheld", None),
    ("answer_again", None),
    *((code, None) for code in autoresponse.ANSWERED),
    *((code, None) for code, _holds in autoresponse.REASONS),
    ("catchall_sent_on", None),
    ("inbox_found", None),
    ("routes_found", None),
    ("routed_by_hand", None),
    ("message_id_derived", None),
    ("deliveries_joined", None),
    ("mail_server_told", None),
    ("address_blacklisted", None),
    ("complaint_unproven", None),
    ("report_unproven", None),
)

#: These link to a record, which they have not become.
_OURS = (
    *("round_trip", "round_trip_late", "round_trip_bounce"),
    *(reports.BOUNCE, reports.TEMPORARY, *reports.OTHERS),
)

_CODES = {code for code, _state in STEPS}


@dataclass(frozen=True)
class Verdict:
    state: str
    reason_code: str


def decide(observation: Observation) -> Verdict:
    """The verdict on what was observed."""
    noted = {step.code for step in observation.steps}
    unknown = noted - _CODES
    if unknown:
        raise ValueError(f"steps without a row in STEPS: {sorted(unknown)}")
    found = _first(noted)
    if found and (found.state == "quarantined" or found.reason_code in _OURS):
        return found
    if observation.reached:
        return Verdict("routed", "routed_partly" if found else "routed")
    return found or Verdict("quarantined", "unexplained")


def _first(noted: Iterable[str]) -> Verdict | None:
    return next(
        (Verdict(state, code) for code, state in STEPS if state and code in noted), None
    )


#: Every reason that a ledger row may carry.
REASONS = (
    "received",
    "routed",
    "routed_partly",
    "unexplained",
    *(code for code, state in STEPS if state),
)


def is_open(state: str, reason_code: str) -> bool:
    """Whether a person may still say what becomes of a message."""
    return state in OPEN or reason_code in IGNORED
