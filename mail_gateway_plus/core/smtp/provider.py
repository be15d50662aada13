# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which of a provider's own steps help against a refusal of its outgoing server."""

#: Finding code -> what is needed from the provider, most likely first: to get in for
#: sending, to be allowed a From address, to be allowed without a login.
NEEDS = {
    **dict.fromkeys(
        [
            "smtp_login_refused",
            "smtp_token_refused",
            "smtp_app_password",
            "smtp_web_login",
            "smtp_auth_off_tenant",
            "smtp_auth_off_mailbox",
            "smtp_basic_auth_off",
        ],
        ("sending",),
    ),
    **dict.fromkeys(
        [
            "smtp_sender_refused",
            "smtp_sender_not_owned",
            "smtp_sender_not_account",
            "smtp_send_as_denied",
            "smtp_sender_not_verified",
            "smtp_sender_domain_not_verified",
        ],
        ("sender",),
    ),
    "smtp_auth_required": ("sending", "relay"),
    "smtp_relay_denied": ("sending", "relay"),
    "smtp_relay_connector": ("relay",),
    "smtp_relay_address": ("relay",),
}
