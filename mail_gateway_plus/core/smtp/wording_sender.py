# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Words about who may send: encryption, the login, the sender, passing mail on."""

from .fact import STAGES

ANY = frozenset(STAGES)
LOGIN = frozenset({"ehlo", "tls", "auth"})
#: Some ask for the login or for encryption late.
UNTIL_RCPT = frozenset({"greeting", "ehlo", "tls", "auth", "mail", "rcpt"})
#: Where a sender is judged: Postfix waits for the recipient, others for the content.
SENDER = frozenset({"mail", "rcpt", "data", "after"})
ENVELOPE = frozenset({"mail", "rcpt"})
SENT = frozenset({"data", "after"})
HELLO = frozenset({"greeting", "ehlo", "mail", "rcpt"})

ENCRYPTION = (
    ("Microsoft 365", ANY, r"\bTLS 1\.[01]\b.{0,40}not supported", "smtp_tls_too_old"),
    ("any", ANY, r"\b(upgrade|update) .{0,40}TLS ?1\.[23]", "smtp_tls_too_old"),
    ("Google", SENT, "n.t sent over a(n encrypted)? TLS", "smtp_tls_to_recipient"),
    ("Postfix, Exim", UNTIL_RCPT, "tls (is )?(currently |temporarily )?"
     "(not|un)[ -]?available", "smtp_tls_unavailable"),
    ("Dovecot", UNTIL_RCPT, "(plain|clear)text authentication (disallowed|not allowed)",
     "smtp_auth_needs_tls"),
    ("any", UNTIL_RCPT, "encryption (is )?required for (requested )?authentication",
     "smtp_auth_needs_tls"),
    ("Google, Postfix, Exchange", UNTIL_RCPT, "must issue a? ?starttls",
     "smtp_tls_required"),
    ("any", UNTIL_RCPT, r"\b(starttls|tls|ssl)( connection| encryption)? "
     "(is )?(required|needed|mandatory)", "smtp_tls_required"),
    ("any", UNTIL_RCPT, r"\b(requires?|use) (an? )?(starttls|tls|ssl)\b",
     "smtp_tls_required"),
    ("any", UNTIL_RCPT, r"\bencryption (is )?(required|needed)", "smtp_tls_required"),
)  # fmt: skip

THE_LOGIN = (
    # What they call a login is a recipient's own list
    ("Exchange", SENDER, r"RESOLVER\.RST\.(AuthRequired|NotAuthorized|Sender)",
     "smtp_recipient_not_allowed"),
    # Which kind of login is taken at all
    ("Microsoft 365", ANY, "smtpclientauthentication is disabled for the tenant",
     "smtp_auth_off_tenant"),
    ("Microsoft 365", ANY, "smtpclientauthentication is disabled for the mailbox",
     "smtp_auth_off_mailbox"),
    ("Microsoft 365", ANY, "basic authentication is (disabled|not supported)",
     "smtp_basic_auth_off"),
    ("Microsoft 365", ANY, "organization.s security defaults",
     "smtp_security_defaults"),
    ("Microsoft 365", ANY, "not meet the criteria to be authenticated",
     "smtp_auth_policy"),
    ("Microsoft 365", ANY, "conditional access", "smtp_auth_policy"),
    ("Microsoft 365", ANY, "user credentials were incorrect", "smtp_login_refused"),
    ("Exchange", ANY, "client was not authenticated", "smtp_auth_required"),
    # The usual password is right and yet does not do
    ("Google", ANY, "application-specific password required", "smtp_app_password"),
    ("any", LOGIN, r"\b(create|generate|needs?|requires?|use) an? app(lication)?[ -]"
     "(specific )?password", "smtp_app_password"),
    ("Mail.ru", LOGIN, "ap+lication password is required", "smtp_app_password"),
    ("QQ, 163", LOGIN, "your authori[sz]ation code", "smtp_app_password"),
    ("Google", LOGIN, "(log|sign) ?in (via|with|through) your web browser",
     "smtp_web_login"),
    ("Google", LOGIN, "web ?login required", "smtp_web_login"),
    ("any", LOGIN, r"\bcaptcha\b", "smtp_web_login"),
    ("SendGrid", ANY, "maximum credits exceeded", "smtp_plan_quota"),
    # Too often, or not now
    ("Google, Yahoo", LOGIN, "too many (failed |invalid |bad )?"
     "(auth(entication)?|log[io]n|password) (attempts|failures|errors)",
     "smtp_login_too_often"),
    ("any", LOGIN, r"authentication.{0,20}rate[ -]limit", "smtp_login_too_often"),
    ("Dovecot, Postfix", LOGIN, "temporary authentication failure",
     "smtp_auth_temporary"),
    ("Microsoft 365", LOGIN, "temporary server error", "smtp_auth_temporary"),
    ("Dovecot", LOGIN, "invalid authentication mechanism|no mechanism available",
     "smtp_auth_mechanism"),
    # The account
    ("any", LOGIN, "password (has |is )?expired", "smtp_password_expired"),
    ("Zimbra", LOGIN, "must change (your )?password", "smtp_password_expired"),
    ("any", LOGIN, r"(account|user) (has been |is |was )?(temporarily )?"
     r"(suspended|locked|blocked|disabled)\b", "smtp_account_locked"),
    ("Brevo", ANY, "account is not (yet )?(activated|enabled)",
     "smtp_account_inactive"),
    ("Yandex", LOGIN, "not have access rights to this service",
     "smtp_account_inactive"),
    ("any", LOGIN, r"\bsmtp (access|service|sending)? ?(is |has been )?"
     "(not enabled|not allowed|disabled)", "smtp_account_inactive"),
    ("Google", LOGIN, "username and password not accepted", "smtp_login_refused"),
    ("Amazon SES", LOGIN, "authentication credentials invalid", "smtp_login_refused"),
    ("SendGrid", LOGIN, "authorization grant is invalid", "smtp_login_refused"),
    ("Exim", LOGIN, "incorrect authentication data", "smtp_login_refused"),
    ("Zimbra, Postfix", LOGIN, r"authentication (failed|failure)\b",
     "smtp_login_refused"),
    ("any", LOGIN, "(invalid|bad|wrong|incorrect) (login|password|user ?name|"
     "credentials)", "smtp_login_refused"),
    # No login where one is needed, or none to be had
    ("Postfix", ANY, "authentication (is )?not enabled", "smtp_auth_missing"),
    ("Exim", LOGIN, "auth(entication)? (command used when )?not (advertised|"
     "available|supported|permitted)", "smtp_auth_missing"),
    ("any", LOGIN, "(unrecogni[sz]ed|unsupported|unknown) auth(entication)? "
     "(type|method|mechanism)", "smtp_auth_mechanism"),
    ("Postfix", SENDER, "sender address rejected: not logged in",
     "smtp_auth_required"),
    ("cPanel", UNTIL_RCPT, "turn on smtp authentication", "smtp_auth_required"),
    ("SendGrid", UNTIL_RCPT, "unauthenticated senders? not allowed",
     "smtp_auth_required"),
    ("any", UNTIL_RCPT, r"\bpop[ -]before[ -]smtp", "smtp_pop_first"),
    ("any", UNTIL_RCPT, r"authenticat(ion|e)( is)? (required|needed|first)",
     "smtp_auth_required"),
    ("any", ENVELOPE, r"\b(must|need to|please) (be )?(authenticated?|log ?in)",
     "smtp_auth_required"),
)  # fmt: skip

THE_SENDER = (
    # The login is known, and may not write in this name
    ("Exchange, Microsoft 365", ANY, "not have permissions? to send "
     "(as this sender|on behalf)", "smtp_send_as_denied"),
    ("Microsoft 365", ANY, "SendAsDenied", "smtp_send_as_denied"),
    ("Postfix, Yandex", SENDER, "not owned by", "smtp_sender_not_owned"),
    ("Zoho", SENDER, "relaying disallowed|sender is not allowed to relay",
     "smtp_sender_not_account"),
    ("QQ, 163", SENDER, r"\b(must|should) (be )?(the )?(same|equal|match|identical)"
     ".{0,30}(authori[sz]|authenticat|login|account)", "smtp_sender_not_account"),
    ("Fastmail", SENDER, "not authori[sz]ed to send from", "smtp_sender_not_account"),
    ("iCloud", SENDER, "not one of your addresses", "smtp_sender_not_account"),
    ("GMX, IONOS", SENDER, "sender address (is )?not allowed",
     "smtp_sender_not_account"),
    ("Mail.ru", SENDER, "not local sender", "smtp_sender_not_account"),
    # The provider wants to see that the sender is yours
    ("Amazon SES, Yahoo", SENDER, "(address|identit).{0,20} (is |are )?not verified",
     "smtp_sender_not_verified"),
    ("SendGrid", SENDER, "not match a verified sender", "smtp_sender_not_verified"),
    ("Postmark", SENDER, r"sender signature\b.{0,80}(not|n't) |"
     r"\bnot a sender signature", "smtp_sender_not_verified"),
    ("Brevo, Mailjet", SENDER, "sender .{0,80}(not|n't) (been )?"
     "(valid|verified|validated|confirmed)", "smtp_sender_not_verified"),
    ("SparkPost", SENDER, "(unconfigured|unverified) sending domain",
     "smtp_sender_domain_not_verified"),
    ("Mailgun, Brevo", SENDER, "domain .{0,40}(is )?(unverified|not verified)",
     "smtp_sender_domain_not_verified"),
    # The address itself
    ("Postfix", SENDER, "sender address rejected: (domain|host) not found",
     "smtp_sender_domain_unknown"),
    ("Sendmail", SENDER, "domain of sender address .{0,80}does not (exist|resolve)",
     "smtp_sender_domain_unknown"),
    ("qmail", SENDER, "sender domain must exist", "smtp_sender_domain_unknown"),
    ("Postfix", SENDER, "sender address (rejected|has).{0,80}"
     "(null ?mx|not accept mail)", "smtp_sender_null_mx"),
    ("Sendmail", SENDER, "domain name required for sender", "smtp_sender_syntax"),
    ("Exim", SENDER, "sender verif(y|ication) (failed|failure)",
     "smtp_sender_unverifiable"),
    ("Exim", SENDER, "could ?n.t complete sender verify", "smtp_sender_unverifiable"),
    ("Postfix", SENDER, "sender address rejected: (unverified|undeliverable|"
     "user unknown)", "smtp_sender_unverifiable"),
    ("any", SENDER, r"\b(bad|invalid|malformed|illegal) sender('s)?( address)?"
     "( syntax)?$", "smtp_sender_syntax"),
)  # fmt: skip

PASSING_ON = (
    ("Mailgun", ANY, "are for test purposes only", "smtp_sandbox"),
    ("SparkPost, Postmark", ANY, r"\bsandbox (domain|mode|limit|account)|"
     "pending approval", "smtp_sandbox"),
    ("Amazon SES", ANY, "sending (has been |is )?(paused|suspended)",
     "smtp_sending_suspended"),
    ("Mailgun", SENDER, "domain .{0,80}(is )?(disabled|suspended)",
     "smtp_sending_suspended"),
    ("Zoho", SENDER, "unusual sending activity|mail sending blocked",
     "smtp_sending_suspended"),
    ("cPanel", SENDER, r"\boutgoing mail from .{0,80}\b(suspended|disabled)\b",
     "smtp_sending_suspended"),
    ("any", SENDER, r"\b(your|sending|this|smtp) account (has been |is |was )?"
     r"(suspended|disabled|blocked|locked)\b", "smtp_sending_suspended"),
    ("Amazon SES", ANY, r"not authori[sz]ed to perform\b", "smtp_provider_rights"),
    ("SendGrid", SENDER, "user is not authori[sz]ed to send mail",
     "smtp_provider_rights"),
    ("Exchange", ANY, "unable to relay recipient in non-accepted",
     "smtp_relay_own_domains"),
    ("Microsoft 365", ANY, "tenantattribution", "smtp_relay_connector"),
    ("Google", ANY, "invalid credentials for relay|mail relay denied",
     "smtp_relay_address"),
    ("Postfix", ANY, "relay access denied", "smtp_relay_denied"),
    ("Sendmail, Exim", ANY, r"\brelay(ing)? (is )?(denied|prohibited|not "
     "(permitted|allowed))", "smtp_relay_denied"),
    ("any", ANY, r"\b(unable to|can(no|')t|do(es)? not|will not|won't|not "
     "(authori[sz]ed|allowed|permitted) to) relay",
     "smtp_relay_denied"),
    ("qmail", ANY, "list of allowed rcpthosts", "smtp_relay_denied"),
    # The machine that asks
    ("Postfix", HELLO, r"\bhelo command rejected|(invalid|bad) (helo|ehlo)\b",
     "smtp_helo_refused"),
    ("Postfix", HELLO, r"\b(helo|ehlo) (name |argument )?(should|must) be",
     "smtp_helo_refused"),
    ("Exim", HELLO, r"\b(helo|ehlo) .{0,60}(not|in)[ -]?(valid|allowed|accepted)",
     "smtp_helo_refused"),
    ("Postfix", ANY, "client host rejected: access denied", "smtp_client_refused"),
    ("any", frozenset({"connect", "greeting"}), "no smtp service here",
     "smtp_no_service"),
)  # fmt: skip

WORDINGS = ENCRYPTION + THE_LOGIN + THE_SENDER + PASSING_ON
