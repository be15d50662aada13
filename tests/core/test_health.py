# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which light, how bad, and where it is mended."""

import pytest

from odoo.addons.mail_gateway_plus.core import health, health_check, trial
from odoo.addons.mail_gateway_plus.core.finding import Finding
from odoo.addons.mail_gateway_plus.core.health_check import Action, Sender
from odoo.addons.mail_gateway_plus.core.trial import Step

HOUR, DAY = 3600, 86_400


def told(findings):
    return [(one.code, one.severity) for one in findings]


@pytest.mark.parametrize(
    ("severity", "is_checked", "light"),
    [
        ("error", True, "red"),
        ("error", False, "red"),
        ("warning", True, "yellow"),
        ("info", True, "green"),
        ("ok", True, "green"),
        (None, True, "green"),
        (None, False, "grey"),
        ("info", False, "grey"),
    ],
)
def test_light(severity, is_checked, light):
    assert health.light(severity, is_checked=is_checked) == light


def test_worst_comes_first():
    assert health.LIGHTS.index("red") < health.LIGHTS.index("yellow")
    assert health.LIGHTS.index("grey") < health.LIGHTS.index("green")


@pytest.mark.parametrize("kind", health.KINDS)
def test_what_has_no_place_of_its_own_is_mended_on_its_form(kind):
    assert health.place(kind, "no_such_code") == kind
    assert kind in health.UNCHECKED


@pytest.mark.parametrize(
    ("code", "failures", "severity"),
    [
        ("mailbox_login_refused", 1, "error"),
        ("mailbox_connect_timeout", 1, "warning"),
        ("mailbox_connect_timeout", 2, "warning"),
        ("mailbox_connect_timeout", 3, "error"),
        ("mailbox_not_marked", 9, "warning"),
        ("mailbox_message_refused", 9, "warning"),
    ],
)
def test_mailbox_that_fails(code, failures, severity):
    finding = Finding(code, subject="h:993", params={"host": "h"})
    found = health.mailbox(finding, failures)
    assert (found.code, found.severity) == (code, severity)
    assert found.params == {"host": "h"}


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ("", []),
        ("90", []),
        ("14", []),
        ("13", [(health.CERTIFICATE, "warning")]),
        ("3", [(health.CERTIFICATE, "warning")]),
        ("2", [(health.CERTIFICATE, "error")]),
        ("-1", [(health.CERTIFICATE, "error")]),
    ],
)
def test_certificate(days, expected):
    found = health.certificate("h", {"days": days, "until": "2026-12-01"})
    assert told(found) == expected
    assert all(one.params["until"] == "2026-12-01" for one in found)


def test_certificate_of_a_connection_without():
    assert health.certificate("h", {}) == []


def steps(*findings, facts=None):
    return [Step("tls", finding, facts=facts or {}) for finding in findings]


CLEAR = Finding(trial.CLEAR_TEXT, "warning")
REFUSED = Finding("smtp_login_refused")


@pytest.mark.parametrize(
    ("host", "logs_in", "found", "expected"),
    [
        ("h", True, [Finding(trial.VERIFIED, "ok")], []),
        ("h", True, [CLEAR], [(trial.CLEAR_TEXT, "warning")]),
        ("h", False, [CLEAR], []),
        ("localhost", True, [CLEAR], []),
        ("127.0.0.1", True, [CLEAR], []),
        ("127.0.0.1", True, [CLEAR, REFUSED], [("smtp_login_refused", "error")]),
        (
            "h",
            True,
            [Finding(trial.TRUSTWORTHY, "warning")],
            [(trial.UNCHECKED, "warning")],
        ),
        ("h", True, [Finding(trial.EXPIRING, "warning")], []),
        ("h", True, [Finding("smtp_greylisted", "warning")], []),
    ],
)
def test_server(host, logs_in, found, expected):
    assert told(health.server(host, steps(*found), logs_in=logs_in)) == expected


def test_server_whose_certificate_ends():
    facts = {"days": "5", "until": "2026-12-01"}
    found = health.server(
        "h", steps(Finding(trial.EXPIRING, "warning"), facts=facts), logs_in=True
    )
    assert told(found) == [(health.CERTIFICATE, "warning")]


@pytest.mark.parametrize(
    ("codes", "may_pass"),
    [
        ((), False),
        (("smtp_connect_timeout",), True),
        (("smtp_login_refused",), False),
        (("smtp_connect_timeout", "smtp_login_refused"), False),
    ],
)
def test_what_may_pass(codes, may_pass):
    assert health.may_pass(map(Finding, codes)) is may_pass


def sender(state="refused", **values):
    known = {"source": "identity", "server": 1, "server_name": "relay", "identity": 7}
    return Sender("a@h.example", state, **known | values)


@pytest.mark.parametrize(
    ("senders", "expected"),
    [
        ([sender()], [(health.SENDER_REFUSED, "error")]),
        ([sender("rewritten")], [(health.SENDER_REWRITTEN, "warning")]),
        ([sender("allowed")], []),
        ([sender(chosen=1)], [(health.SENDER_REFUSED, "error")]),
        ([sender(chosen=2)], []),
        (
            [sender(), sender("allowed", server=2)],
            [(health.SENDER_REFUSED, "warning")],
        ),
        (
            [sender(chosen=1), sender("allowed", server=2, chosen=1)],
            [(health.SENDER_REFUSED, "error")],
        ),
    ],
)
def test_identity(senders, expected):
    assert told(health_check.identities(senders).get(7, [])) == expected
    assert health_check.servers(senders) == {}


@pytest.mark.parametrize(
    ("source", "severity"),
    [("account", "error"), ("domain", "error"), ("user", "warning")],
)
def test_server_that_refuses_others(source, severity):
    many = [sender(identity=0, source="user"), sender(identity=0, source=source)]
    (found,) = health_check.servers(many)[1]
    assert (found.code, found.severity) == (health.SENDERS_REFUSED, severity)
    assert found.params == {"host": "relay", "count": "2"}
    assert "a@h.example" not in str(found), "it may be of another company"
    assert health_check.identities(many) == {}


@pytest.mark.parametrize(
    ("count", "new", "arrived", "severity"),
    [
        (0, 0, 50, None),
        (1, 0, 0, "warning"),
        (9, 9, 9, "warning"),
        (10, 10, 20, "error"),
        (10, 10, 21, "warning"),
        (500, 0, 0, "warning"),
    ],
)
def test_quarantine(count, new, arrived, severity):
    found = health_check.quarantine(count, new, arrived)
    assert [one.severity for one in found] == ([severity] if severity else [])


@pytest.mark.parametrize(
    ("action", "code"),
    [
        (Action("A"), None),
        (Action("A", is_active=False), health.ACTION_OFF),
        (Action("A", late_s=1800), None),
        (Action("A", late_s=1801), health.ACTION_LATE),
        (Action("A", late_s=2 * HOUR, interval_s=DAY), None),
        (Action("A", late_s=3 * DAY + 1, interval_s=DAY), health.ACTION_LATE),
        (Action("A", failures=2), None),
        (Action("A", failures=3), health.ACTION_FAILING),
        (Action("A", is_active=False, failures=3, late_s=DAY), health.ACTION_OFF),
    ],
)
def test_action(action, code):
    assert told(health_check.action(action)) == ([(code, "error")] if code else [])


@pytest.mark.parametrize(
    ("count", "oldest_s", "severity"),
    [
        (0, 0, None),
        (5, HOUR - 1, None),
        (5, HOUR, "warning"),
        (5, 6 * HOUR, "error"),
    ],
)
def test_waiting(count, oldest_s, severity):
    found = health_check.waiting(health.MAIL_WAITING, count, oldest_s)
    assert [one.severity for one in found] == ([severity] if severity else [])


def hold(**values):
    known = {"server": 1, "server_name": "relay", "sender": ""}
    return health_check.Hold(**known | values)


@pytest.mark.parametrize(
    ("several", "expected"),
    [
        ([], {}),
        (
            [hold(is_stopped=True, mails=3)],
            {1: [(health.SERVER_STOPPED, "error", "3")]},
        ),
        ([hold(is_stopped=False)], {1: [(health.SERVER_HELD, "warning", "0")]}),
        (
            [
                hold(sender="a@h.example", is_stopped=True, mails=2),
                hold(sender="b@h.example", is_stopped=True, mails=1),
                hold(server=0, is_stopped=True),
            ],
            {
                0: [(health.SERVER_STOPPED, "error", "0")],
                1: [(health.SENDERS_STOPPED, "warning", "3")],
            },
        ),
    ],
)
def test_what_the_queue_holds_back(several, expected):
    found = health_check.holds(several)
    told = {
        server: [(one.code, one.severity, one.params["count"]) for one in findings]
        for server, findings in found.items()
    }
    assert told == expected
    assert "a@h.example" not in str(found), "it may be of another company"


def test_mail_of_which_nobody_knows():
    assert health_check.uncertain(0) == []
    assert told(health_check.uncertain(1)) == [(health.MAIL_UNCERTAIN, "warning")]


def test_mail_that_failed():
    assert health_check.failed(9) == []
    assert told(health_check.failed(10)) == [(health.MAIL_FAILED, "warning")]
