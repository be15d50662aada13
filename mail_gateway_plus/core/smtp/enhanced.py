# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the enhanced status codes mean: those of the registry that RFC 5248 set up (RFC
3463, 4954, 6531, 6710, 7293, 7372, 7505, 8689), and Microsoft's and Google's own.

>>> meaning("5.7.139", "auth"), meaning("4.2.2", "rcpt"), meaning("5.7.1", "data")
('smtp_auth_policy', 'smtp_mailbox_full', '')
>>> meaning("5.7.9", "auth"), meaning("5.7.9", "data")
('smtp_auth_too_weak', '')
"""

from .fact import STAGES

ANY = frozenset(STAGES)
#: Some send codes of the login after the content too, and mean their policy.
LOGIN = frozenset({"ehlo", "tls", "auth", "mail"})
CHECKED = frozenset({"connect", "greeting", "ehlo", "mail", "rcpt", "data", "after"})
PASSED_ON = frozenset({"rcpt", "data", "after"})
AFTER = frozenset({"after"})
BUT_LOGIN = ANY - {"auth", "tls"}

#: (code, stages, finding code); the first that fits counts. X stands for 4 and 5, and
#: "a-b" for a range. "" says nothing that the number and the stage do not say.
CODES = (
    # RFC 3463, 3.2 and RFC 7505, 4: addresses
    ("X.1.0", ANY, ""),
    ("4.1.1", PASSED_ON, ""),  # Postfix: not yet asked
    ("5.1.1", PASSED_ON, "smtp_recipient_unknown"),
    ("4.1.2", PASSED_ON, "smtp_lookup_failed"),
    ("5.1.2", PASSED_ON, "smtp_recipient_domain_unknown"),
    ("X.1.3", PASSED_ON, "smtp_recipient_syntax"),
    ("X.1.4", PASSED_ON, "smtp_recipient_ambiguous"),
    ("X.1.6", PASSED_ON, "smtp_recipient_moved"),
    ("X.1.7", BUT_LOGIN, "smtp_sender_syntax"),
    ("X.1.8", BUT_LOGIN, "smtp_sender_domain_unknown"),
    ("X.1.10", PASSED_ON, "smtp_recipient_no_mail"),
    ("X.1.90", ANY, "smtp_daily_quota"),  # Microsoft 365
    # RFC 3463, 3.3: mailboxes
    ("4.2.1", PASSED_ON, ""),
    ("5.2.1", PASSED_ON, "smtp_recipient_disabled"),
    ("X.2.2", PASSED_ON, "smtp_mailbox_full"),
    ("X.2.3", ANY, "smtp_message_too_large"),
    ("X.2.4", PASSED_ON, "smtp_recipient_refused"),
    ("X.2.121-122", PASSED_ON, "smtp_recipient_throttled"),  # Microsoft 365
    ("X.2.252", ANY, "smtp_send_as_denied"),  # Microsoft 365
    # RFC 3463, 3.4: the server
    ("4.3.0", ANY, "smtp_server_fault"),
    ("4.3.1", ANY, "smtp_server_full"),
    ("4.3.2", ANY, "smtp_service_unavailable"),
    ("5.3.2", ANY, "smtp_no_service"),
    ("X.3.3", ANY, "smtp_option_unsupported"),
    ("X.3.4", ANY, "smtp_message_too_large"),
    ("4.3.5", ANY, "smtp_server_fault"),
    # RFC 3463, 3.5: the network behind it
    ("X.4.1", PASSED_ON, "smtp_destination_unreachable"),
    ("X.4.2", AFTER, "smtp_destination_unreachable"),  # before: with this server
    ("X.4.3", ANY, "smtp_lookup_failed"),
    ("5.4.4", PASSED_ON, "smtp_recipient_domain_unknown"),
    ("4.4.4", PASSED_ON, "smtp_destination_unreachable"),
    ("4.4.5", ANY, "smtp_server_busy"),
    ("X.4.6", PASSED_ON, "smtp_routing_loop"),
    ("X.4.7", PASSED_ON, "smtp_delivery_expired"),
    ("X.4.14", PASSED_ON, "smtp_routing_loop"),  # Microsoft 365
    ("X.4.310", PASSED_ON, "smtp_recipient_domain_unknown"),  # Microsoft 365
    ("X.4.316", PASSED_ON, "smtp_destination_unreachable"),  # Microsoft 365
    # RFC 3463, 3.6 and RFC 4954, 6: the dialogue
    ("X.5.1", BUT_LOGIN, "smtp_protocol_error"),
    ("X.5.2-4", frozenset({"ehlo"}), "smtp_helo_refused"),
    ("X.5.2", BUT_LOGIN, "smtp_protocol_error"),
    ("X.5.3", PASSED_ON, "smtp_too_many_recipients"),
    ("X.5.4", frozenset({"auth"}), "smtp_auth_mechanism"),
    ("X.5.4", BUT_LOGIN, "smtp_option_unsupported"),
    ("X.5.5", ANY, "smtp_protocol_error"),
    ("X.5.6", LOGIN, "smtp_auth_mechanism"),
    # RFC 3463, 3.7 and RFC 6531, 6: the content
    ("X.6.0-6", ANY, "smtp_content_format"),
    ("X.6.7-10", ANY, "smtp_address_not_ascii"),
    ("X.6.11", ANY, "smtp_content_lines"),  # Exchange
    # RFC 3463, 3.8: security and policy
    ("X.7.0", ANY, ""),
    ("X.7.1", ANY, ""),
    ("X.7.2", PASSED_ON, "smtp_recipient_not_allowed"),
    ("X.7.3", LOGIN, "smtp_login_refused"),  # Exchange
    ("X.7.4", LOGIN, "smtp_auth_mechanism"),
    ("X.7.5-7", PASSED_ON, "smtp_content_format"),
    # RFC 4954, 6 and RFC 5248, 2.4: the login
    ("4.7.8", LOGIN, "smtp_auth_temporary"),
    ("X.7.8", LOGIN, "smtp_login_refused"),
    ("X.7.9", LOGIN, "smtp_auth_too_weak"),
    ("X.7.10", ANY, "smtp_tls_required"),
    ("X.7.11", LOGIN, "smtp_auth_needs_tls"),
    ("X.7.12", LOGIN, "smtp_password_transition"),
    ("X.7.13", LOGIN, "smtp_account_locked"),
    ("X.7.14", LOGIN, "smtp_auth_refused"),
    # RFC 6710, 3 and RFC 7293, 10
    ("X.7.16", ANY, "smtp_message_too_large"),
    ("X.7.17-18", PASSED_ON, "smtp_recipient_owner_changed"),
    ("X.7.19", PASSED_ON, "smtp_recipient_refused"),
    # RFC 7372, 3 and RFC 7505, 4: what receivers check
    ("X.7.20-22", CHECKED, "smtp_dkim_failed"),
    ("X.7.23", CHECKED, "smtp_spf_failed"),
    ("X.7.24", CHECKED, "smtp_spf_error"),
    ("X.7.25", CHECKED, "smtp_ptr_missing"),
    ("X.7.26", CHECKED, "smtp_authentication_failed"),
    ("X.7.27", CHECKED, "smtp_sender_null_mx"),
    ("X.7.28", ANY, "smtp_mail_flood"),
    ("X.7.29", CHECKED, "smtp_arc_failed"),
    ("X.7.30", LOGIN, "smtp_basic_auth_off"),  # Microsoft 365
    ("X.7.30", PASSED_ON, "smtp_tls_to_recipient"),  # RFC 8689, 5
    ("X.7.31-32", CHECKED, "smtp_dmarc_failed"),  # Google
    ("X.7.40", CHECKED, "smtp_dmarc_missing"),  # Google
    # Exchange and Microsoft 365
    ("X.7.54", ANY, "smtp_relay_own_domains"),
    ("X.7.57", ANY, "smtp_auth_required"),
    ("X.7.60", ANY, "smtp_send_as_denied"),
    ("X.7.64", ANY, "smtp_relay_connector"),
    ("X.7.66", ANY, "smtp_too_many_connections"),
    ("X.7.124", PASSED_ON, "smtp_recipient_not_allowed"),
    ("X.7.133-136", PASSED_ON, "smtp_recipient_not_allowed"),
    ("X.7.139", ANY, "smtp_auth_policy"),
    ("X.7.232-233", ANY, "smtp_tenant_quota"),
    ("4.7.500-599", ANY, "smtp_server_busy"),
    ("5.7.501-503", ANY, "smtp_sender_restricted"),
    ("X.7.509", CHECKED, "smtp_dmarc_failed"),
    ("X.7.511", ANY, "smtp_ip_banned"),
    ("X.7.512", ANY, "smtp_headers_invalid"),
    ("X.7.515", CHECKED, "smtp_authentication_level"),
    ("5.7.606-649", ANY, "smtp_ip_banned"),
    ("4.7.650-659", ANY, "smtp_reputation_low"),
    ("X.7.705", ANY, "smtp_tenant_quota"),
    ("X.7.708", ANY, "smtp_reputation_low"),
    ("X.7.750", ANY, "smtp_sender_domain_not_verified"),
    ("4.7.850", ANY, "smtp_server_busy"),
    # Google
    ("5.4.5", ANY, "smtp_daily_quota"),
)  # fmt: skip


def _fits(row: str, code: str) -> bool:
    """Whether a code such as "5.7.26" belongs to a row such as "X.7.20-26"."""
    wanted, given = row.split("."), code.split(".")
    if wanted[0] not in ("X", given[0]) or wanted[1] != given[1]:
        return False
    low, _dash, high = wanted[2].partition("-")
    return int(low) <= int(given[2]) <= int(high or low)


def meaning(code: str, stage: str) -> str:
    """The finding code of an enhanced status code at a stage; "" where it has none.

    :param code: as in "5.7.26", or ""
    """
    if not code:
        return ""
    found = (mine for row, at, mine in CODES if stage in at and _fits(row, code))
    return next(found, "")
