# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import pytest

from odoo.addons.mail_gateway_plus.core import trial
from odoo.addons.mail_gateway_plus.core.account import SECURITIES
from odoo.addons.mail_gateway_plus.core.finding import Finding
from odoo.addons.mail_gateway_plus.core.mailbox import setting
from odoo.addons.mail_gateway_plus.core.proposal import Answer, Door
from odoo.addons.mail_gateway_plus.core.trial import Step, Trial

HERE = Door(993, True)


@pytest.mark.parametrize(
    "days, verified, code, severity",
    [
        ("90", True, trial.VERIFIED, "ok"),
        ("14", True, trial.VERIFIED, "ok"),
        ("13", True, trial.EXPIRING, "warning"),
        ("-1", False, trial.UNCHECKED, "warning"),
    ],
)
def test_certificate_that_ends_soon_is_told(days, verified, code, severity):
    found = trial.encrypted({"days": days}, verified=verified)
    assert (found.code, found.severity) == (code, severity)


def test_certificate_that_cannot_be_read_is_verified_all_the_same():
    assert trial.encrypted({"version": "TLSv1.3"}, verified=True).severity == "ok"


def test_unchecked_certificate_is_judged_by_what_another_connection_found():
    found = trial.encrypted({"version": "TLSv1.3"}, verified=False)
    fault = Finding("mailbox_certificate_untrusted", params={"reply": "self-signed"})
    bad = Answer(HERE, encrypted=True, fault=fault)
    judged = trial.checked(found, HERE, [bad])
    assert judged.code == trial.UNTRUSTED
    assert judged.params == {"version": "TLSv1.3", "reply": "self-signed"}
    good = Answer(HERE, encrypted=True)
    assert trial.checked(found, HERE, [good]).code == trial.TRUSTWORTHY
    elsewhere = Answer(Door(143, False), encrypted=True)
    assert trial.checked(found, HERE, [elsewhere]) is found
    assert trial.checked(found, HERE, []) is found


def test_trial_works_when_each_stage_passed_or_warned():
    warned = Step("tls", Finding(trial.CLEAR_TEXT, "warning"))
    assert Trial((warned,)).works and Trial((warned,)).fault is None
    failed = Step("login", Finding("mailbox_login_refused"))
    tested = Trial((warned, failed))
    assert not tested.works and tested.fault.code == "mailbox_login_refused"


@pytest.mark.parametrize("security", SECURITIES)
def test_settings_that_do_not_protect_are_found(security):
    codes = {found.code for found in setting.findings(security, "imap.example:993")}
    expected = {"none": {setting.CLEAR_TEXT}}.get(security, {setting.UNVERIFIED})
    assert codes == (set() if security.endswith("_strict") else expected)
    assert codes <= setting.CODES
