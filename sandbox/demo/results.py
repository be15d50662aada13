# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the ledger says of each message, beside what the plan says."""

from dataclasses import dataclass

from . import letters, mail


@dataclass(frozen=True)
class Result:
    """``is_expected`` is None for a message that is not of the plan."""

    number: int
    box: str
    subject: str
    state: str
    reason: str
    record: str
    is_expected: bool | None


def read(env):
    """The messages of the plan in its order, then all others of its mailboxes."""
    plan = mail.planned(env)
    servers = env["fetchmail.server"].union(*(server for _row, server, _raw in plan))
    rows = env["mail.gateway.incoming"].search(
        [("server_id", "in", servers.ids)], order="id"
    )
    found = {(row.server_id, row.digest): row for row in rows}
    results = []
    for planned_row, server, raw in plan:
        row = found.pop((server, letters.digest(raw)), rows.browse())
        is_expected = bool(row) and _is_as_planned(row, planned_row, raw)
        results.append(_result(row, len(results) + 1, planned_row.box, is_expected))
    for row in found.values():
        box = row.server_id.user.partition("@")[0]
        results.append(_result(row, len(results) + 1, box, None))
    return results


def _is_as_planned(row, planned_row, raw):
    """State, reason and records as they have to be; what is kept is kept whole."""
    reached = tuple(sorted(row.outcome_ids.mapped("res_model")))
    found = (row.state, row.reason_code, reached)
    if found != (planned_row.state, planned_row.reason, planned_row.reached):
        return False
    return row.state not in ("quarantined", "rejected") or row._raw() == raw


def _result(row, number, box, is_expected):
    if not row:
        return Result(number, box, "", "missing", "Not fetched", "", is_expected)
    return Result(
        number=number,
        box=box,
        subject=row.subject or "",
        state=row.state,
        reason=row.reason,
        record=_records(row.outcome_ids),
        is_expected=is_expected,
    )


def _records(outcomes):
    if len(outcomes) > 1:
        return " + ".join(outcomes.mapped("model_name"))
    return f"{outcomes.model_name}: {outcomes.record_name}" if outcomes else ""
