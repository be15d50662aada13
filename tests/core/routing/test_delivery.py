# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import pytest

from odoo.addons.mail_gateway_plus.core.routing.delivery import Delivery, Plan, plan


def row(number, state, *recipients):
    return Delivery(number, state, recipients)


THIS = row(5, "received", "a@x", "b@x")


@pytest.mark.parametrize(
    "others, planned",
    [
        ([], Plan(None, ("a@x", "b@x"))),
        # Whoever comes first takes the others along, also those set aside before.
        ([row(6, "received", "c@x")], Plan(None, ("a@x", "b@x", "c@x"))),
        ([row(6, "duplicate", "b@x", "c@x")], Plan(None, ("a@x", "b@x", "c@x"))),
        ([row(3, "duplicate", "c@x")], Plan(None, ("a@x", "b@x", "c@x"))),
        ([row(3, "received", "c@x")], Plan(3, ())),
        # Who comes later is processed for whom nobody named before.
        ([row(3, "routed", "a@x")], Plan(3, ("b@x",))),
        ([row(3, "rejected", "a@x")], Plan(3, ("b@x",))),
        ([row(3, "quarantined", "a@x")], Plan(3, ("b@x",))),
        ([row(3, "routed", "a@x"), row(4, "routed", "b@x")], Plan(3, ())),
        ([row(3, "routed", "a@x"), row(4, "duplicate", "b@x")], Plan(3, ("b@x",))),
        ([row(7, "routed", "a@x")], Plan(7, ("b@x",))),
        ([row(7, "quarantined", "a@x")], Plan(None, ("a@x", "b@x"))),
        # Recipients are no matter for what is none of theirs.
        ([row(3, "bounce", "a@x")], Plan(3, ())),
        ([row(3, "ignored", "a@x")], Plan(3, ())),
    ],
)
def test_plan(others, planned):
    assert plan(THIS, others) == planned


def test_order_of_the_rows_does_not_matter():
    others = [row(3, "routed", "a@x"), row(2, "duplicate"), row(1, "rejected", "b@x")]
    assert plan(THIS, others) == plan(THIS, others[::-1]) == Plan(1, ())
