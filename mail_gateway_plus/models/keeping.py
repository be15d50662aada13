# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How long is kept what settings have a say in."""

import logging

_logger = logging.getLogger(__name__)

DELIVERIES = "mail_gateway_plus.keep_delivery_days"
#: System parameter -> days unless somebody set it; 0 for ever.
DAYS = {
    "mail_gateway_plus.keep_content_days": 7,
    "mail_gateway_plus.keep_row_days": 90,
    "mail_gateway_plus.keep_rejected_days": 90,
    "mail_gateway_plus.keep_quarantined_days": 0,
    DELIVERIES: 90,
}


def keep_days(env, setting):
    stored = env["ir.config_parameter"].sudo().get_param(setting)
    if not stored:
        return DAYS[setting]
    if stored.strip().isdecimal():
        return int(stored)
    _logger.warning(
        "System parameter %s: “%s” is no number of days, so nothing is removed. Set"
        " it in the General Settings, under Emails.",
        setting,
        stored,
    )
    return 0
