# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The finding codes of outgoing mail: of which kind each is, what it is the fault of.

>>> FACTS["smtp_send_as_denied"].kind
'identity'
>>> field_of("smtp_app_password"), field_of("smtp_greylisted")
('smtp_pass', '')
>>> passes("smtp_daily_quota"), passes("smtp_recipient_unknown")
(True, False)
"""

from dataclasses import dataclass

#: Where in the dialogue it happened. "mail", "rcpt" and "data" are the commands; the
#: last also stands for the answer to the content. "after": told later, in a bounce.
STAGES = (
    *("resolve", "connect", "greeting", "ehlo", "tls"),
    *("auth", "mail", "rcpt", "data", "after"),
)

#: What a fault asks for: to wait (transient, throttle, quota), to mend the way
#: (connection, security) or the settings (auth, identity, relay), to mend this mail
#: alone (recipient, content), or to mend what others think of the sender: the records
#: of its domain (authentication) or its name with them (reputation).
KINDS = (
    *("transient", "throttle", "quota"),
    *("connection", "security"),
    *("auth", "identity", "relay"),
    *("recipient", "content"),
    *("authentication", "reputation"),
)

#: These kinds pass by themselves, whatever the number of the reply says: a limit for a
#: day comes as 550.
PASSING = ("transient", "throttle", "quota")


@dataclass(frozen=True)
class Fact:
    """What is to be known of a code: its kind (one of ``KINDS``), the field of the
    form of ir.mail_server at fault ("": none), and whether it may pass by itself."""

    kind: str
    field: str = ""
    passes: bool = False


FACTS = {
    # On the way there
    "smtp_host_unknown": Fact("connection", "smtp_host", passes=True),
    "smtp_host_unreachable": Fact("connection", "smtp_host", passes=True),
    "smtp_connection_refused": Fact("connection", "smtp_port", passes=True),
    "smtp_connect_timeout": Fact("connection", "smtp_port", passes=True),
    "smtp_port25_intercepted": Fact("connection", "smtp_port"),
    "smtp_port25_blocked": Fact("connection", "smtp_port", passes=True),
    "smtp_greeting_timeout": Fact("connection", "smtp_encryption", passes=True),
    "smtp_greeting_missing": Fact("connection", "smtp_port", passes=True),
    "smtp_command_timeout": Fact("connection", passes=True),
    "smtp_connection_lost": Fact("connection", passes=True),
    "smtp_outcome_uncertain": Fact("connection", passes=True),
    "smtp_answer_odd": Fact("connection", passes=True),
    "smtp_unexpected": Fact("connection"),
    "smtp_no_service": Fact("connection", "smtp_host"),
    "smtp_greeting_refused": Fact("connection"),
    "smtp_helo_refused": Fact("connection"),
    "smtp_protocol_error": Fact("connection"),
    "smtp_option_unsupported": Fact("connection"),
    # Encryption
    "smtp_tls_timeout": Fact("security", "smtp_encryption", passes=True),
    "smtp_tls_not_spoken": Fact("security", "smtp_encryption"),
    "smtp_tls_expected": Fact("security", "smtp_encryption"),
    "smtp_tls_failed": Fact("security", "smtp_encryption"),
    "smtp_certificate_expired": Fact("security", "smtp_encryption"),
    "smtp_certificate_name": Fact("security", "smtp_host"),
    "smtp_certificate_untrusted": Fact("security", "smtp_encryption"),
    "smtp_starttls_missing": Fact("security", "smtp_encryption"),
    "smtp_starttls_refused": Fact("security", "smtp_encryption"),
    "smtp_tls_required": Fact("security", "smtp_encryption"),
    "smtp_tls_too_old": Fact("security"),
    "smtp_tls_to_recipient": Fact("security"),
    "smtp_auth_needs_tls": Fact("security", "smtp_encryption"),
    "smtp_tls_unavailable": Fact("transient"),
    # The login
    "smtp_no_login": Fact("auth", "smtp_user", passes=True),
    "smtp_client_certificate": Fact("auth", "smtp_ssl_certificate"),
    "smtp_login_unsendable": Fact("auth", "smtp_pass"),
    "smtp_login_not_ascii": Fact("auth", "smtp_pass"),
    "smtp_login_refused": Fact("auth", "smtp_pass"),
    "smtp_token_refused": Fact("auth", "smtp_user"),
    "smtp_app_password": Fact("auth", "smtp_pass"),
    "smtp_password_expired": Fact("auth", "smtp_pass"),
    "smtp_password_transition": Fact("auth", "smtp_pass"),
    "smtp_account_locked": Fact("auth", "smtp_user"),
    "smtp_account_inactive": Fact("auth", "smtp_user"),
    "smtp_web_login": Fact("auth", "smtp_user"),
    "smtp_auth_off_tenant": Fact("auth", "smtp_authentication"),
    "smtp_auth_off_mailbox": Fact("auth", "smtp_authentication"),
    "smtp_basic_auth_off": Fact("auth", "smtp_authentication"),
    "smtp_security_defaults": Fact("auth", "smtp_authentication"),
    "smtp_auth_policy": Fact("auth", "smtp_authentication"),
    "smtp_auth_missing": Fact("auth", "smtp_authentication"),
    "smtp_auth_mechanism": Fact("auth", "smtp_authentication"),
    "smtp_auth_too_weak": Fact("auth", "smtp_authentication"),
    "smtp_auth_required": Fact("auth", "smtp_user"),
    "smtp_auth_or_tls_required": Fact("auth", "smtp_user"),
    "smtp_auth_refused": Fact("auth", "smtp_user"),
    "smtp_pop_first": Fact("auth", "smtp_authentication"),
    "smtp_auth_temporary": Fact("transient"),
    "smtp_login_too_often": Fact("throttle"),
    # The sender
    "smtp_sender_refused": Fact("identity", "from_filter"),
    "smtp_sender_not_owned": Fact("identity", "from_filter"),
    "smtp_sender_not_account": Fact("identity", "from_filter"),
    "smtp_send_as_denied": Fact("identity", "from_filter"),
    "smtp_sender_not_verified": Fact("identity", "from_filter"),
    "smtp_sender_domain_not_verified": Fact("identity", "from_filter"),
    "smtp_sender_domain_unknown": Fact("identity", "from_filter"),
    "smtp_sender_unverifiable": Fact("identity", "from_filter"),
    "smtp_sender_null_mx": Fact("identity", "from_filter"),
    "smtp_sender_syntax": Fact("content"),
    # Passing mail on
    "smtp_relay_denied": Fact("relay", "smtp_user"),
    "smtp_relay_own_domains": Fact("relay", "smtp_host"),
    "smtp_relay_connector": Fact("relay", "smtp_host"),
    "smtp_relay_address": Fact("relay", "smtp_host"),
    "smtp_client_refused": Fact("relay", "smtp_host"),
    "smtp_sandbox": Fact("relay"),
    "smtp_sending_suspended": Fact("relay", "smtp_user"),
    "smtp_provider_rights": Fact("relay", "smtp_user"),
    # The recipient
    "smtp_recipient_refused": Fact("recipient"),
    "smtp_recipient_unknown": Fact("recipient"),
    "smtp_recipient_domain_unknown": Fact("recipient"),
    "smtp_recipient_syntax": Fact("recipient"),
    "smtp_recipient_ambiguous": Fact("recipient"),
    "smtp_recipient_moved": Fact("recipient"),
    "smtp_recipient_disabled": Fact("recipient"),
    "smtp_recipient_no_mail": Fact("recipient"),
    "smtp_recipient_not_allowed": Fact("recipient"),
    "smtp_recipient_suppressed": Fact("recipient"),
    "smtp_recipient_owner_changed": Fact("recipient"),
    "smtp_mailbox_full": Fact("recipient"),
    "smtp_routing_loop": Fact("recipient"),
    "smtp_delivery_failed": Fact("recipient"),
    "smtp_delivery_expired": Fact("recipient"),
    "smtp_destination_unreachable": Fact("transient"),
    "smtp_too_many_recipients": Fact("throttle"),
    # The content
    "smtp_content_refused": Fact("content"),
    "smtp_content_policy": Fact("content"),
    "smtp_content_spam": Fact("content"),
    "smtp_content_virus": Fact("content"),
    "smtp_content_link": Fact("content"),
    "smtp_content_format": Fact("content"),
    "smtp_content_lines": Fact("content"),
    "smtp_attachment_blocked": Fact("content"),
    "smtp_headers_invalid": Fact("content"),
    "smtp_message_too_large": Fact("content"),
    "smtp_storage_exceeded": Fact("content"),
    "smtp_address_not_ascii": Fact("content"),
    # Too much at once, too often, too much in all
    "smtp_too_many_connections": Fact("throttle"),
    "smtp_rate_limited": Fact("throttle"),
    "smtp_server_busy": Fact("throttle"),
    "smtp_too_many_errors": Fact("throttle"),
    "smtp_recipient_throttled": Fact("throttle"),
    "smtp_daily_quota": Fact("quota"),
    "smtp_hourly_quota": Fact("quota"),
    "smtp_submission_quota": Fact("quota"),
    "smtp_tenant_quota": Fact("quota"),
    "smtp_plan_quota": Fact("quota"),
    # Later
    "smtp_greylisted": Fact("transient"),
    "smtp_service_unavailable": Fact("transient"),
    "smtp_server_fault": Fact("transient"),
    "smtp_server_full": Fact("transient"),
    "smtp_lookup_failed": Fact("transient"),
    "smtp_temporary": Fact("transient"),
    # What receivers check of the domain and of the machine
    "smtp_unauthenticated": Fact("authentication"),
    "smtp_authentication_failed": Fact("authentication"),
    "smtp_authentication_level": Fact("authentication"),
    "smtp_spf_failed": Fact("authentication"),
    "smtp_spf_error": Fact("authentication"),
    "smtp_dkim_failed": Fact("authentication"),
    "smtp_dmarc_failed": Fact("authentication"),
    "smtp_dmarc_missing": Fact("authentication"),
    "smtp_arc_failed": Fact("authentication"),
    "smtp_ptr_missing": Fact("authentication"),
    # What they have seen of both
    "smtp_blocklisted": Fact("reputation"),
    "smtp_ip_banned": Fact("reputation"),
    "smtp_ip_dynamic": Fact("reputation"),
    "smtp_domain_listed": Fact("reputation"),
    "smtp_reputation_low": Fact("reputation"),
    "smtp_sender_restricted": Fact("reputation"),
    "smtp_mail_flood": Fact("reputation"),
    # No stage is known of it
    "smtp_refused": Fact("connection"),
}


def field_of(code: str) -> str:
    """The field of the server's form at fault; "" where it is no field's fault."""
    return FACTS[code].field if code in FACTS else ""


def passes(code: str) -> bool:
    """Whether a fault may pass by itself, so that waiting is worth while."""
    fact = FACTS.get(code)
    return fact is not None and (fact.passes or fact.kind in PASSING)
