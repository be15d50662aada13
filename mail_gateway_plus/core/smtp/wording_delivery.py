# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Words about what becomes of the message: limits, what receivers check of the domain
and the machine, the recipient, the content."""

from .fact import STAGES

ANY = frozenset(STAGES)
SESSION = ANY - {"auth", "tls"}
RCPT = frozenset({"rcpt", "data", "after"})
SENDER = RCPT | {"mail"}
SENT = frozenset({"data", "after"})
SIZED = frozenset({"mail", "data", "after"})

LIMITS = (
    ("Microsoft 365", ANY, "SubmissionQuotaExceeded|submission quota",
     "smtp_submission_quota"),
    ("Microsoft 365", ANY, "tenant.{0,60}(threshold|rate limit) ?exceeded|exceeded the "
     "tenant", "smtp_tenant_quota"),
    ("Google, Amazon SES", ANY, r"\bdaily .{0,40}(limit|quota)", "smtp_daily_quota"),
    ("any", ANY, r"\b(limit|quota|maximum) .{0,40}(per|a|each|for the|of the) day\b",
     "smtp_daily_quota"),
    ("cPanel", ANY, "max (emails|defers and failures) per hour", "smtp_hourly_quota"),
    ("any", ANY, r"\bhourly .{0,40}(limit|quota)|"
     r"\b(limit|quota|maximum) .{0,40}(per|an|each) hour\b", "smtp_hourly_quota"),
    ("SendGrid", ANY, "exceeded your messaging limits", "smtp_plan_quota"),
    ("any", ANY, r"\b(monthly|plan|subscription) .{0,30}(limit|quota)|"
     r"\b(not enough|out of|no more) credits", "smtp_plan_quota"),
    ("any", SESSION, r"\b(sending|send|outgoing|outbound) (limit|quota)s? ",
     "smtp_submission_quota"),
    ("any", ANY, r"too many (concurrent |simultaneous |open )?(smtp )?"
     "(connections|sessions)", "smtp_too_many_connections"),
    ("Microsoft 365", ANY, "(connection|session)s? limit ?(reached|exceeded)",
     "smtp_too_many_connections"),
    ("Google", RCPT, "receiving mail (at a rate|too quickly)",
     "smtp_recipient_throttled"),
    ("Postfix", ANY, r"too many (errors|(bad|invalid|unknown|unrecogni[sz]ed) "
     "(commands|recipients))", "smtp_too_many_errors"),
    ("any", RCPT, "too many recipients", "smtp_too_many_recipients"),
    ("Postfix, Exim", RCPT, r"grey-?list|gray-?list|postgrey", "smtp_greylisted"),
    ("Amazon SES", ANY, "maximum sending rate exceeded", "smtp_rate_limited"),
    ("any", SESSION, r"\b(sending|submission|message|mail|delivery|recipient|"
     "request|connection)? ?rate ?(limit|exceeded)|rate-limited|_ratelimit",
     "smtp_rate_limited"),
    ("any", SESSION, r"too many (messages|mails|emails|requests)|too (fast|quickly)|"
     r"\bthrottl(ed|ing)\b|too much mail\b", "smtp_rate_limited"),
    ("Microsoft 365", ANY, r"\b(server|system) (is )?(too )?busy", "smtp_server_busy"),
)  # fmt: skip

#: What is looked up in the DNS, of the sender's domain and of the machine. It stands
#: before the limits, for Google slows down what it cannot authenticate.
RECORDS = (
    ("Google", RCPT, "spf record with a hard fail", "smtp_spf_failed"),
    ("Google", RCPT, "due to (the )?domain's dmarc policy", "smtp_dmarc_failed"),
    ("Google", RCPT, "sender is unauthenticated|"
     "to authenticate with either spf or dkim", "smtp_unauthenticated"),
    ("Google", RCPT, "spf authentication did ?n.t pass", "smtp_spf_failed"),
    ("Google", RCPT, "dkim authentication did ?n.t pass", "smtp_dkim_failed"),
    ("Google", RCPT, "from:? header.{0,40} is ?n.t aligned", "smtp_dmarc_failed"),
    ("Google", RCPT, "does(n.t| not) have a dmarc record|no dmarc record",
     "smtp_dmarc_missing"),
    ("Microsoft 365", RCPT, "not meet the required authentication level",
     "smtp_authentication_level"),
    ("Microsoft 365", RCPT, "not pass dmarc verification", "smtp_dmarc_failed"),
    ("any", RCPT, r"\bdmarc\b.{0,40}(fail|reject|policy|violat|not pass)|"
     r"\b(fail|reject|violat)\w*\b.{0,40}\bdmarc\b", "smtp_dmarc_failed"),
    ("Google", SESSION, r"not have a ptr record|guidelines regarding ptr",
     "smtp_ptr_missing"),
    ("Postfix", SESSION, "cannot find your (reverse )?hostname", "smtp_ptr_missing"),
    ("any", SESSION, r"\b(no|missing|invalid|without|lacks?|bad) .{0,20}"
     r"(ptr|reverse dns|rdns|fcrdns)\b|\b(reverse dns|rdns|ptr) .{0,30}"
     r"(fail|missing|invalid|not |does ?n.t)", "smtp_ptr_missing"),
    ("Exim, Postfix", SESSION, r"\bspf\b.{0,40}(fail|not (allowed|permitted)|"
     r"unauthori[sz]ed|reject)|\bfail\w*\b.{0,40}\bspf\b|openspf\.(org|net)",
     "smtp_spf_failed"),
    ("any", RCPT, r"\bdkim\b.{0,40}(fail|missing|invalid|required|reject)|"
     r"\b(no|fail\w*|invalid|missing)\b.{0,40}\bdkim\b", "smtp_dkim_failed"),
)  # fmt: skip

REPUTATION = (
    # A list of the provider itself, of those that it no longer sends to
    ("Postmark, Amazon SES", RCPT, r"suppression list|address (is )?blacklisted|"
     r"inactive recipient|recipient.{0,30}marked as inactive",
     "smtp_recipient_suppressed"),
    ("Microsoft 365", ANY, "banned sending ip", "smtp_ip_banned"),
    ("Outlook.com", ANY, r"network is on our block list|\(S31[45]0\)",
     "smtp_ip_banned"),
    ("Microsoft 365", ANY, "bad outbound sender|spam abuse detected|"
     "OutboundSpamException", "smtp_sender_restricted"),
    ("T-Online", ANY, r"contact tosa@", "smtp_ip_banned"),
    ("Postfix", ANY, r"(sender|domain|\bdbl\b).{0,60}(block|black)ed using .{0,20}"
     r"(dbl|rhsbl|surbl|uribl)\b", "smtp_domain_listed"),
    ("any", SENT, r"\b(surbl|uribl)\b|(url|link|uri).{0,60}(black|block)?list",
     "smtp_content_link"),
    ("any", ANY, r"\bdbl\.spamhaus|\bsender.{0,40}\b(black|block)[ -]?list",
     "smtp_domain_listed"),
    ("Mimecast", SENDER, r"\bblocked senders?\b", "smtp_domain_listed"),
    ("any", ANY, r"\bpbl\b|\bdynamic (ip|address|host|range)|(dynamic|generic|"
     r"residential).{0,20}(ip|address|hostname|rdns|ptr)\b", "smtp_ip_dynamic"),
    ("Postfix, Exchange", ANY, r"blocked using [\w-]+\.|client host \S+ blocked|"
     r"listed (in|at|on|by) [\w-]+\.[\w-]|"
     r"\b(dnsbl|rbl)\b",
     "smtp_blocklisted"),
    ("any", ANY, r"spamhaus|spamcop|barracudacentral|\bsorbs\b|uceprotect|"
     r"(block|black|deny)[ -]?list(ed)?\b", "smtp_blocklisted"),
    ("Proofpoint, Cloudmark", ANY, r"ipcheck\.proofpoint|csi\.cloudmark|"
     r"barracudanetworks\.com/reputation", "smtp_blocklisted"),
    ("Google", ANY, "unusual rate of unsolicited|low reputation",
     "smtp_reputation_low"),
    ("Yahoo", ANY, r"\[TSS?\d|\buser complaints\b", "smtp_reputation_low"),
    ("any", ANY, r"\b(poor|bad|low|ip|sender|domain) reputation\b",
     "smtp_reputation_low"),
)  # fmt: skip

RECIPIENT = (
    ("Exchange", RCPT, r"larger than .{0,60} or .{0,40}\bfull\b",
     "smtp_storage_exceeded"),
    ("any", RCPT, r"\b(mailbox|inbox|account|user|maildir|recipient).{0,60}"
     r"(\bfull\b|over ?quota|quota exceeded|over (its )?(storage|quota)|"
     r"exceeded .{0,20}(quota|storage)|out of storage|no space)", "smtp_mailbox_full"),
    ("any", RCPT, r"\b(over ?quota|disk quota exceeded|mailbox (is )?full)\b",
     "smtp_mailbox_full"),
    ("Postfix", RCPT, "no valid recipients", "smtp_recipient_refused"),
    ("Exchange", RCPT, "RecipientNotFound", "smtp_recipient_unknown"),
    ("Microsoft 365", RCPT, "recipient address(es)? rejected ?: access denied",
     "smtp_recipient_unknown"),
    ("Postfix", RCPT, r"\b(user|recipient|mailbox) unknown\b|\bunknown "
     "(user|recipient|mailbox|local part)", "smtp_recipient_unknown"),
    ("any", RCPT, r"\bno such (user|recipient|mailbox|person|address|account)|"
     r"(user|mailbox|account|address|recipient|person).{0,60}(does ?n.t|does not|"
     r"doesn't) exist|(user|mailbox|recipient|account) not found",
     "smtp_recipient_unknown"),
    ("Yahoo", RCPT, r"\buser (does ?n.t|does not) have an? .{0,40}\baccount\b",
     "smtp_recipient_unknown"),
    ("qmail, Exim, Mimecast", RCPT, r"\bno mailbox here\b|\bunroute?able address|"
     r"\binvalid recipient\b(?! address)", "smtp_recipient_unknown"),
    ("any", RCPT, r"\b(account|user|mailbox|recipient).{0,40}(is |has been )?"
     r"\b(disabled|inactive|suspended|deactivated|locked)\b",
     "smtp_recipient_disabled"),
    ("Postfix", RCPT, "recipient address rejected: domain not found|"
     "(host|domain) (name )?(or domain )?not found|name or service not known",
     "smtp_recipient_domain_unknown"),
    ("Postfix", RCPT, "null ?mx|does not accept mail", "smtp_recipient_no_mail"),
    ("Exchange", RCPT, "not authenticated .{0,60}(group|recipient)|only accepts "
     "messages from|(not|n.t) (allowed|permitted) to (send|post) (mail |messages )?to "
     "(this|the) (group|list|recipient|address|mailbox)",
     "smtp_recipient_not_allowed"),
    ("any", RCPT, "mail loop|too many hops|hop count exceeded|routing loop",
     "smtp_routing_loop"),
    ("any", RCPT, r"bad (recipient|destination).{0,20} syntax|"
     r"(recipient|destination) address syntax", "smtp_recipient_syntax"),
)  # fmt: skip

CONTENT = (
    ("Postfix, Exim", SENT, r"\bbare (lf|cr|<lf>|<cr>|newline)|line(s)? (is |are )?"
     r"(too long|longer than)|maximum line length", "smtp_content_lines"),
    ("any", SIZED, r"\b(message|mail|size|content|body|length)\b.{0,40}"
     r"too (large|big|long)\b|\b(size|length)\b.{0,40}\bexceed|"
     r"\b(message|mail)\b.{0,40}\bexceed.{0,40}\bsize", "smtp_message_too_large"),
    ("any", SIZED, r"\b(exceeds|exceeded|over) .{0,30}(size|length) limit|"
     "size limit exceeded", "smtp_message_too_large"),
    ("ClamAV", SENT, r"\b(virus|malware|trojan|infected)\b", "smtp_content_virus"),
    ("Google", SENT, "potential security issue|blocked for security reasons",
     "smtp_attachment_blocked"),
    ("any", SENT, r"\b(attachment|file ?(type|name)?|extension)s?\b.{0,40}"
     r"(not allowed|blocked|prohibited|forbidden|banned|rejected)|"
     r"\b(banned|unacceptable) (file|attachment|content)", "smtp_attachment_blocked"),
    ("Google", SENT, "multiple addresses in from|(missing|no|invalid) .{0,20}"
     r"(from|message-id|date|header)\b|not rfc ?[25]?[38]22|rfc ?5322 compliant",
     "smtp_headers_invalid"),
    ("any", ANY, r"\bsmtputf8\b", "smtp_address_not_ascii"),
    ("Exchange, Rspamd", SENT, r"\bspam(my)?\b|\bunsolicited\b|\bjunk mail\b|"
     r"\bphish", "smtp_content_spam"),
    ("Google, 163", SENT, r"suspicious due to the nature of the content|\bDT:SPM\b",
     "smtp_content_spam"),
    ("Yahoo, iCloud", SENT, "(policy reasons|local policy|content policy|"
     "policy violation|policy that prohibit)", "smtp_content_policy"),
)  # fmt: skip

SERVER = (
    ("Google", ANY, "try again later, closing connection", "smtp_rate_limited"),
    ("Postfix, Sendmail", ANY, "insufficient (system (storage|resources)|disk)|"
     "out of (disk|memory)|no space left", "smtp_server_full"),
    ("Postfix", ANY, r"\bqueue file write error|\bserver configuration "
     r"(error|problem)|\binternal (server )?error|temporary (server error|local "
     "problem)", "smtp_server_fault"),
    ("any", ANY, r"\b(temporary lookup|dns) (failure|error|timeout)",
     "smtp_lookup_failed"),
)  # fmt: skip

#: Who is at fault, where none of the above says why.
WHOSE = (
    ("any", SENDER, r"\b(you|user|account|login)\b.{0,40}\bnot (allowed|permitted|"
     r"authori[sz]ed) to (send|use)\b(?!.{0,20}\bto\b)", "smtp_sender_not_account"),
    ("Postfix", RCPT, "sender address rejected", "smtp_sender_refused"),
    ("Postfix", ANY, "client host rejected", "smtp_client_refused"),
)  # fmt: skip

WORDINGS = RECORDS + LIMITS + REPUTATION + RECIPIENT + CONTENT + SERVER + WHOSE
