# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a report amounts to."""

import pytest

from odoo.addons.mail_gateway_plus.core.message.abuse import AbuseReport
from odoo.addons.mail_gateway_plus.core.message.delivery_status import (
    DeliveryStatus,
    RecipientStatus,
)
from odoo.addons.mail_gateway_plus.core.message.policy_report import PolicyReport
from odoo.addons.mail_gateway_plus.core.message.receipt import ReadReceipt
from odoo.addons.mail_gateway_plus.core.message.report import KINDS
from odoo.addons.mail_gateway_plus.core.routing import chain, reports, verdict

GONE = RecipientStatus(
    "gone@b.example", "", "failed", "5.1.1", "550 5.1.1 No such user"
)
FULL = RecipientStatus(
    "full@b.example", "", "failed", "4.2.2", "452 4.2.2 Mailbox full"
)
LATE = RecipientStatus("late@b.example", "", "delayed", "4.4.1")
THERE = RecipientStatus("there@b.example", "", "delivered", "2.0.0")
PASSED = RecipientStatus("passed@b.example", "", "relayed", "2.0.0")
MUTE = RecipientStatus("mute@b.example")


@pytest.mark.parametrize(
    ("statuses", "code"),
    [
        ((GONE,), "bounce_report"),
        ((FULL,), "bounce_report"),
        ((THERE, GONE, LATE), "bounce_report"),
        ((LATE, THERE), "delivery_delayed"),
        ((THERE,), "delivery_confirmed"),
        ((PASSED,), "delivery_confirmed"),
        ((MUTE,), "bounce_report"),
        ((), "bounce_report"),
    ],
)
def test_report_on_delivery(statuses, code):
    assert reports.code(DeliveryStatus(statuses)) == code


@pytest.mark.parametrize(
    ("report", "code"),
    [
        (ReadReceipt("ann@b.example"), "read_receipt"),
        (AbuseReport(("ann@b.example",)), "abuse_report"),
        (AbuseReport((), "auth-failure"), "authentication_failure"),
        (PolicyReport("dmarc_report"), "dmarc_report"),
        (PolicyReport("tls_report"), "tls_report"),
    ],
)
def test_other_reports_are_no_bounces(report, code):
    assert reports.code(report) == code
    assert reports.code(report, "report", to_bounce_address=True) == code
    assert code in reports.OTHERS


@pytest.mark.parametrize(
    ("automatic", "to_bounce_address", "code"),
    [
        ("", False, ""),
        ("report", False, ""),
        ("", True, ""),
        ("replied", True, ""),
        ("bulk", True, ""),
        ("report", True, "bounce_report"),
        ("generated", True, "bounce_report"),
    ],
)
def test_what_comes_to_the_bounce_address_is_no_bounce_where_it_is_an_answer(
    automatic, to_bounce_address, code
):
    assert reports.code(None, automatic, to_bounce_address) == code


def test_each_lost_recipient_once_under_the_name_that_the_sender_wrote():
    forwarded = RecipientStatus("a@new.example", "a@old.example", "failed", "5.1.1")
    found = reports.losses(DeliveryStatus((THERE, forwarded, forwarded, FULL, LATE)))
    assert [loss.address for loss in found] == ["a@old.example", "full@b.example"]
    assert found[0].addresses == ("a@old.example", "a@new.example")


def test_only_what_does_not_pass_is_permanent():
    gone, full, mute = reports.losses(DeliveryStatus((GONE, FULL, MUTE)))
    assert (gone.permanent, gone.step) == (True, "bounce_report")
    assert (full.permanent, full.step) == (False, "bounce_temporary")
    assert not mute.permanent
    assert gone.code == "smtp_recipient_unknown"
    assert gone.reply == "550 5.1.1 No such user"


@pytest.mark.parametrize("statuses", [(LATE,), (THERE, LATE), (THERE,)])
def test_nobody_is_lost_where_nothing_failed(statuses):
    assert reports.losses(DeliveryStatus(statuses)) == ()


def test_who_was_reached():
    kept = RecipientStatus("b@new.example", "b@old.example", "delivered")
    found = list(reports.arrived(DeliveryStatus((GONE, THERE, kept, PASSED))))
    assert found == ["there@b.example", "b@old.example", "passed@b.example"]


@pytest.mark.parametrize(
    ("kind", "unwanted"),
    [
        *(("abuse", True), ("fraud", True), ("opt-out", True)),
        *(("not-spam", False), ("virus", False), ("other", False)),
    ],
)
def test_only_who_wants_no_mail_is_not_written_to_again(kind, unwanted):
    assert reports.is_unwanted(AbuseReport((), kind)) is unwanted


def test_each_kind_has_its_step_and_its_stage():
    states = dict(verdict.STEPS)
    assert set(KINDS) - {"delivery_status"} <= set(reports.OTHERS)
    assert {states[code] for code in reports.OTHERS} == {"ignored"}
    assert {states[reports.BOUNCE], states[reports.TEMPORARY]} == {"bounce"}
    stages = {stage.code: stage.decides for stage in chain.STAGES}
    assert stages["reports"] == reports.OTHERS
