# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which finding a fault on the way to a mailbox is.

The faults come from the operating system, from TLS and from the server; ``net``
says at which stage which kind arose, this table says what it means. The code
names the text for people in ``mail.gateway.advice``. Where the server gave its reasons,
``reply`` may know them better than the stage does.
"""

from dataclasses import dataclass

from ..finding import Finding
from . import reply

ANY = "*"

#: (kind, stage) -> code; a stage of its own wins over ANY.
CODES = {
    ("unknown_host", ANY): "mailbox_host_unknown",
    ("refused", ANY): "mailbox_connection_refused",
    ("unreachable", ANY): "mailbox_host_unreachable",
    ("timeout", "resolve"): "mailbox_host_unknown",
    ("timeout", "connect"): "mailbox_connect_timeout",
    ("timeout", "tls"): "mailbox_tls_timeout",
    ("timeout", "greeting"): "mailbox_greeting_timeout",
    ("timeout", ANY): "mailbox_command_timeout",
    ("closed", "tls"): "mailbox_tls_not_spoken",
    ("closed", "greeting"): "mailbox_greeting_missing",
    ("closed", ANY): "mailbox_connection_lost",
    ("plain_on_tls", ANY): "mailbox_tls_not_spoken",
    ("certificate_expired", ANY): "mailbox_certificate_expired",
    ("certificate_name", ANY): "mailbox_certificate_name",
    ("certificate", ANY): "mailbox_certificate_untrusted",
    ("tls", ANY): "mailbox_tls_failed",
    ("starttls_missing", ANY): "mailbox_starttls_missing",
    ("login_disabled", ANY): "mailbox_tls_required",
    ("password_refused", ANY): "mailbox_basic_auth_off",
    ("unsendable", ANY): "mailbox_login_unsendable",
    ("answer", "greeting"): "mailbox_greeting_missing",
    ("answer", "starttls"): "mailbox_starttls_missing",
    ("answer", "login"): "mailbox_login_refused",
    ("answer", "folder"): "mailbox_folder_refused",
    ("answer", "acknowledge"): "mailbox_not_marked",
    ("answer", "move"): "mailbox_not_moved",
    ("answer", "delete"): "mailbox_not_deleted",
    ("answer", ANY): "mailbox_command_refused",
    ("unexpected", ANY): "mailbox_unexpected",
}

#: What ``net`` does not see, for it takes a look at the whole: a single message that
#: the server refuses while it hands out others.
MESSAGE_REFUSED = "mailbox_message_refused"

#: The login is prepared by another module, for Gmail and Outlook, and that fails before
#: the server is asked.
NO_LOGIN = "mailbox_no_login"

#: A login with a token is refused for other reasons than one with a password.
TOKEN_MECHANISMS = ("XOAUTH2", "OAUTHBEARER")
TOKEN_REFUSED = "mailbox_token_refused"


@dataclass(frozen=True)
class Fact:
    """What else is to be known of a code: the field of the mailbox's form at fault ("":
    none), and whether it may pass by itself."""

    field: str = ""
    transient: bool = False


FACTS = {
    # On the way there
    "mailbox_host_unknown": Fact("server", transient=True),
    "mailbox_host_unreachable": Fact("server", transient=True),
    "mailbox_connection_refused": Fact("port", transient=True),
    "mailbox_connect_timeout": Fact("port", transient=True),
    "mailbox_tls_timeout": Fact("connection_security", transient=True),
    "mailbox_tls_not_spoken": Fact("connection_security"),
    "mailbox_tls_failed": Fact("connection_security"),
    "mailbox_tls_required": Fact("connection_security"),
    "mailbox_certificate_expired": Fact("connection_security"),
    "mailbox_certificate_name": Fact("server"),
    "mailbox_certificate_untrusted": Fact("connection_security"),
    "mailbox_starttls_missing": Fact("connection_security"),
    "mailbox_greeting_timeout": Fact("connection_security", transient=True),
    "mailbox_greeting_missing": Fact("port", transient=True),
    "mailbox_connection_lost": Fact(transient=True),
    "mailbox_command_timeout": Fact(transient=True),
    "mailbox_command_refused": Fact(transient=True),
    "mailbox_unexpected": Fact(),
    # The login
    "mailbox_no_login": Fact("user", transient=True),
    "mailbox_login_refused": Fact("password"),
    "mailbox_login_unsendable": Fact("password"),
    "mailbox_token_refused": Fact("user"),
    "mailbox_app_password": Fact("password"),
    "mailbox_password_expired": Fact("password"),
    "mailbox_account_locked": Fact("user"),
    "mailbox_login_not_allowed": Fact("user"),
    "mailbox_not_connected": Fact("user", transient=True),
    "mailbox_web_login_needed": Fact(),
    "mailbox_imap_disabled": Fact("server_type"),
    "mailbox_pop_disabled": Fact("server_type"),
    "mailbox_basic_auth_off": Fact("server_type"),
    # Too much at once, or too often
    "mailbox_too_many_connections": Fact(transient=True),
    "mailbox_in_use": Fact(transient=True),
    "mailbox_login_too_soon": Fact("fetch_interval", transient=True),
    "mailbox_throttled": Fact("fetch_interval", transient=True),
    "mailbox_too_many_attempts": Fact("password", transient=True),
    # The server itself
    "mailbox_temporary_fault": Fact(transient=True),
    "mailbox_permanent_fault": Fact(),
    "mailbox_server_bug": Fact(transient=True),
    "mailbox_limit_reached": Fact(transient=True),
    # Folders and messages
    "mailbox_over_quota": Fact("after_fetch"),
    "mailbox_folder_refused": Fact("folder_ids"),
    "mailbox_folder_missing": Fact("folder_ids"),
    "mailbox_folder_exists": Fact("folder_ids"),
    "mailbox_folder_impossible": Fact("folder_ids"),
    "mailbox_no_permission": Fact("folder_ids"),
    "mailbox_message_gone": Fact(transient=True),
    "mailbox_message_refused": Fact(),
    "mailbox_not_marked": Fact("after_fetch"),
    "mailbox_not_moved": Fact("move_to"),
    "mailbox_not_deleted": Fact("after_fetch"),
}

#: Stages that deal with the folder that fetched messages are moved to.
TARGET_STAGES = ("move",)

#: Before the login there are no folders, after it no password is asked for.
LOGIN_STAGES = ("greeting", "starttls", "login")
LOGIN_ONLY = {
    "mailbox_login_refused",
    "mailbox_app_password",
    "mailbox_password_expired",
    "mailbox_too_many_attempts",
}
#: In a folder that is open, what does not exist is a message.
FOLDER_OPEN_STAGES = ("list",)
FOLDERS_ONLY = {code for code, fact in FACTS.items() if fact.field == "folder_ids"}

#: Stages at which the server's reasons count only where they concern the whole session:
#: the fetch tells a refused message or flag from a fault of the mailbox by the code.
QUIET_STAGES = ("download", "acknowledge")
SESSION_WIDE = {
    "mailbox_too_many_connections",
    "mailbox_throttled",
    "mailbox_not_connected",
}

#: Kinds of fault of which the server gave its reasons.
ANSWERED = ("answer", "closed")


def code(kind: str, stage: str, said: str = "", mechanism: str = "LOGIN") -> str:
    """The finding code of a fault of this kind at this stage.

    :param said: the server's own words; they may tell more than the stage does
    :param mechanism: how the login was tried
    """
    found = CODES.get((kind, stage)) or CODES[kind, ANY]
    if kind in ANSWERED:
        meant = (code for code in reply.meanings(said) if _possible(code, kind, stage))
        found = next(meant, found)
    if found == "mailbox_login_refused" and mechanism in TOKEN_MECHANISMS:
        return TOKEN_REFUSED
    return found


def _possible(code: str, kind: str, stage: str) -> bool:
    """Whether an answer can mean this at this stage."""
    if stage in QUIET_STAGES and kind == "answer":
        return code in SESSION_WIDE
    if stage in LOGIN_STAGES:
        return code not in FOLDERS_ONLY
    if stage in FOLDER_OPEN_STAGES and code != "mailbox_no_permission":
        return code not in LOGIN_ONLY | FOLDERS_ONLY
    return code not in LOGIN_ONLY


def field_of(finding: Finding) -> str:
    """The field of the mailbox's form at fault; "" where it is no field's fault."""
    field = FACTS.get(finding.code, Fact()).field
    is_target = finding.params.get("stage") in TARGET_STAGES
    return "move_to" if field == "folder_ids" and is_target else field


def is_transient(code: str) -> bool:
    """Whether a fault may pass by itself."""
    return FACTS.get(code, Fact()).transient
