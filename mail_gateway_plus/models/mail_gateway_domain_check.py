# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import functools
import random
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import email_domain_extract, plaintext2html

from ..core import finding as core_finding
from ..core.dns import codes, domain_report, proposed
from ..core.dns.book import decided
from ..net.resolver import CHECK, Resolver
from .fetchmail_server_fetch import WARNING
from .mail_gateway_provider import NAME_SERVERS

CRON = "mail_gateway_plus.ir_cron_domains"
#: As many as are checked before the first of them is stored.
AT_ONCE = 100
#: Hours until the next check: sooner while something is open.
HOURS, HOURS_BY_SEVERITY = 24.0, {"error": 4.0, "warning": 8.0}
#: So many hours more or less, as a part of them: the checks spread over the day.
SPREAD = 0.1
#: What somebody is told of.
TOLD = ("warning", "error")


class MailGatewayDomain(models.Model):
    """The check: load what is known, ask without a transaction, store what came."""

    _inherit = "mail.gateway.domain"

    def action_check(self):
        """Check now; the notification says what has changed since the last time.

        Takes 20 s a domain at the most, and ends the transaction before.
        """
        self.check_access("write")
        self._check()
        if len(self) == 1:
            text = self._change_text() or self.env._("Nothing has changed.")
        else:
            text = self.env._("%s domains were checked.", len(self))
        severity = self.env["mail.gateway.finding"]._worst(
            [one for one in self.mapped("severity") if one]
        )
        kinds = {"ok": "success", "info": "success", "error": "danger"}
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": kinds.get(severity, "warning"),
                "message": text,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _check(self, is_told=False):
        """Check these and store what was found; commits.

        :param is_told: whether somebody gets an activity for what has changed
        """
        volumes = self._volumes()
        subjects = [one._subject(volumes) for one in self]
        rounds = [
            decided(functools.partial(domain_report.report, subject=one))
            for one in subjects
        ]
        servers = self.env["ir.config_parameter"].sudo().get_param(NAME_SERVERS, "")
        # None waits for the name servers: the transaction ends here.
        self.env.cr.commit()  # pylint: disable=invalid-commit
        reports = Resolver(servers.split(), CHECK).answered_all(rounds)
        for domain, report in zip(self, reports, strict=True):
            # Whoever holds it stores the same now, or deletes it.
            if locked := domain.exists().try_lock_for_update():
                locked.counted_day = volumes.get(locked.name, 0)
                locked._take(report, is_told)
            self.env.cr.commit()  # pylint: disable=invalid-commit

    def _take(self, report, is_told):
        """Store what was found, and tell of it."""
        was_checked = bool(self.checked_on)
        found = {one.code for one in report.findings}
        opened, closed = self.env["mail.gateway.finding"]._renew(
            self, report.findings, codes.judged(found)
        )
        self.invalidate_recordset(["finding_ids"])
        differences = self._renew_records(report)
        self.changes = was_checked and {
            "opened": [_told(one) for one in opened],
            "closed": [_told(one) for one in closed],
            "records": differences,
        }
        self._settle()
        if is_told and was_checked:
            self._tell(opened + closed)

    def _settle(self):
        """The state that follows from what is open, and when to look again."""
        severity = self.env["mail.gateway.finding"]._worst(
            self.finding_ids.mapped("severity")
        )
        now = fields.Datetime.now()
        hours = HOURS_BY_SEVERITY.get(severity, HOURS)
        hours *= random.uniform(1 - SPREAD, 1 + SPREAD)
        self.write(
            {
                "severity": severity,
                "weight": core_finding.SEVERITIES.index(severity or "ok"),
                "since": self.since if self.severity == severity else now,
                "checked_on": now,
                "next_check": now + timedelta(hours=hours),
            }
        )

    # --- the records

    def _renew_records(self, report):
        """Put the records of a report in place of those that are there.

        :return: [[host, type, value before, value today]] of what has changed
        """
        before = self.record_ids._published()
        several = [self._record_values(one, report) for one in report.records]
        several.sort(key=_importance)
        made = self.env["mail.gateway.domain.record"]._replace(self, several)
        self.invalidate_recordset(["record_ids"])
        after = made._published()
        return [
            [*place, before[place], after[place]]
            for place in after
            if place in before and before[place] != after[place]
        ]

    def _record_values(self, record, report):
        about = _about(record, report.findings)
        return {
            "host": record.name,
            "type": record.kind,
            "current_value": "\n".join(_line(one) for one in record.current),
            "expected_value": "\n".join(_line(one) for one in record.expected),
            "status": record.status,
            "finding_code": record.reason,
            "params": dict(about.params) if about else {},
            "remarks": _remarks(record, report.spf),
        }

    # --- what has changed

    def _change_text(self):
        """What the last check found otherwise than the one before; "" for nothing."""
        self.ensure_one()
        said = self.changes or {}
        words = self.env["mail.gateway.advice"]._words
        titles = {
            kind: [words(code, params)[0] for code, params in said.get(kind, ())]
            for kind in ("opened", "closed")
        }
        lines = [self.env._("New: %s", one) for one in titles["opened"]]
        lines += [self.env._("No longer: %s", one) for one in titles["closed"]]
        lines += [
            self.env._(
                "%(type)s at %(host)s: %(before)s became %(after)s",
                type=kind,
                host=host,
                before=before.replace("\n", " | ") or "–",
                after=after.replace("\n", " | ") or "–",
            )
            for host, kind, before, after in said.get("records", ())
        ]
        return "\n".join(lines)

    def _tell(self, changed):
        """One activity for what is found otherwise, with the difference. What nobody
        could say is no change of the domain."""
        is_told = changed.filtered(
            lambda one: one.severity in TOLD and one.code not in codes.NOBODY_SAID
        )
        user = self.user_id or self.env.ref("base.user_admin", False)
        if not is_told or not user:
            return
        self.with_context(mail_activity_quick_update=True).activity_schedule(
            WARNING,
            user_id=user.id,
            summary=self.env._("The records of %s have changed", self.name),
            note=plaintext2html(self._change_text()),
        )

    # --- from time to time

    @api.model
    def _look_soon(self, email):
        """Something has become known of mail from this address."""
        name = self._normalised({"name": email_domain_extract(email or "")})["name"]
        if known := self.search([("name", "=", name)]).try_lock_for_update():
            known.next_check = False

    @api.model
    def _cron_check(self):
        """Check those that are due, at most ``AT_ONCE`` in one go."""
        self._sync()
        now = fields.Datetime.now()
        due = ["|", ("next_check", "=", False), ("next_check", "<=", now)]
        several = self.search(due, limit=AT_ONCE + 1, order="next_check, id")
        several[:AT_ONCE]._check(is_told=True)
        if len(several) > AT_ONCE:
            self.env.ref(CRON)._trigger()


def _told(finding):
    return [finding.code, finding.params or {}]


def _about(record, findings):
    """The finding that is the reason of a record; of several keys that of its own."""
    alike = [one for one in findings if one.code == record.reason]
    label = record.name.partition("._domainkey.")[0]
    own = [one for one in alike if one.params.get("selector") == label]
    return next(iter(own or alike), None)


def _line(text):
    """A value is one line here."""
    return " ".join(text.splitlines())


def _importance(values):
    """What matters most first: what is to be done, and of that DKIM, SPF, DMARC."""
    is_done = values["status"] == proposed.OK
    is_dmarc = values["host"].startswith("_dmarc.")
    place = 0 if "._domainkey." in values["host"] else 2 if is_dmarc else 1
    return is_done, place, values["host"], values["status"] != proposed.TOO_MUCH


def _remarks(record, merge):
    """What is to be said of an SPF record: what is not in it, and why."""
    if merge is None or record.expected != (merge.within,):
        return {}
    return {
        "dropped": [[one.text, one.why] for one in merge.dropped],
        "moves": list(merge.moves),
        "whole": merge.text,
    }
