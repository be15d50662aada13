# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import pytest

from odoo.addons.mail_gateway_plus.core.retry import PROCESSING, Schedule


def test_schedule_ends():
    schedule = Schedule((1, 2))
    assert [schedule.delay_s(n) for n in (1, 2, 3, 99)] == [1, 2, None, None]


def test_no_retry_before_a_failure():
    with pytest.raises(ValueError):
        Schedule((1,)).delay_s(0)


def test_processing_waits_longer_each_time():
    assert list(PROCESSING.delays_s) == sorted(set(PROCESSING.delays_s))
