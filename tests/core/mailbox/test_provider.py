# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import pytest

from odoo.addons.mail_gateway_plus.core.mailbox import fault, provider

HOSTS = {"a": ["example.com", "other.test"], "b": ["mail.example.com"]}


@pytest.mark.parametrize(
    "host, key",
    [
        ("imap.example.com", "a"),
        ("EXAMPLE.COM.", "a"),
        ("pop.other.test", "a"),
        ("imap.mail.example.com", "b"),
        ("anexample.com", None),
        ("example.com.evil.test", None),
        ("", None),
    ],
)
def test_longest_end_in_whole_labels_counts(host, key):
    assert provider.matching(host, HOSTS) == key


def test_needs_are_for_faults_that_exist():
    assert set(provider.NEEDS) <= set(fault.FACTS)
