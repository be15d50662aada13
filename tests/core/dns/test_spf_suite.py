# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The conformance suite for RFC 7208, where it lies beside the clone."""

from pathlib import Path

import pytest
import yaml

from odoo.addons.mail_gateway_plus.core.dns import spf_check
from odoo.addons.mail_gateway_plus.core.dns.spf_client import Client

from .zone import TIMEOUT, Zone

SUITE = Path(__file__).resolve().parents[3].parent / "shared/suites/rfc7208-tests.yml"
#: The suite's word for an explanation that is the receiver's own.
DEFAULT = "DEFAULT"


def cases():
    """[(zone data, case)]"""
    if not SUITE.exists():
        skip = pytest.mark.skip(reason="shared material: no ../shared/suites")
        return [pytest.param({}, {}, id="none", marks=skip)]
    sections = [one for one in yaml.safe_load_all(SUITE.read_text("utf-8")) if one]
    return [
        pytest.param(section["zonedata"], case, id=name)
        for section in sections
        for name, case in section["tests"].items()
    ]


def zone_of(data):
    return Zone({name: kinds_of(entries) for name, entries in data.items()})


def kinds_of(entries):
    """What stands at a name; a record of type SPF stands as TXT too, unless the name
    says what it has of these."""
    if TIMEOUT in entries and len(entries) == 1:
        return TIMEOUT
    kinds = {}
    for entry in entries:
        if entry != TIMEOUT:
            ((kind, value),) = entry.items()
            kinds.setdefault(kind, []).extend(value_of(kind, value))
    if "TXT" not in kinds and "SPF" in kinds:
        kinds["TXT"] = kinds["SPF"]
    if TIMEOUT in entries:
        for kind in ("TXT", "SPF", "A", "AAAA"):
            kinds[kind] = kinds.get(kind) or TIMEOUT
    return kinds


def value_of(kind, value):
    if value == "NONE":
        return []
    if kind == "MX":
        return [tuple(value)]
    if kind in ("TXT", "SPF"):
        return ["".join(value) if isinstance(value, list) else value]
    return [value]


def verdict(data, case):
    client = Client(case["host"], case["mailfrom"] or "", case["helo"])
    zone = zone_of(data)
    return zone.run(spf_check.checked(client)), zone


CASES = cases()


@pytest.mark.parametrize("data, case", CASES)
def test_case(data, case):
    found, zone = verdict(data, case)
    allowed = case["result"]
    allowed = allowed if isinstance(allowed, list) else [allowed]
    assert found.result in allowed
    if "explanation" in case:
        assert (found.explanation or DEFAULT) == case["explanation"]
    assert len(zone.rounds) <= 12


def test_suite_is_whole():
    if not SUITE.exists():
        pytest.skip("shared material: no ../shared/suites")
    assert len(CASES) == 203
