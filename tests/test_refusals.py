# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Why a server refuses: from its answer to the text that the administrator reads."""

import base64
import contextlib
import imaplib
import poplib
import ssl
from dataclasses import replace

import pytest

from odoo.exceptions import UserError

from odoo.addons.mail_gateway_plus.core.account import Credentials
from odoo.addons.mail_gateway_plus.core.mailbox import fault
from odoo.addons.mail_gateway_plus.core.mailbox.account import Account
from odoo.addons.mail_gateway_plus.core.mailbox.listing import FolderState
from odoo.addons.mail_gateway_plus.net.deadline import Limits
from odoo.addons.mail_gateway_plus.net.imap import Session
from odoo.addons.mail_gateway_plus.net.mailbox import open_session
from odoo.addons.mail_gateway_plus.net.refusal import Refusal

from sandbox import ports
from sandbox.dovecot import Dovecot
from sandbox.maildir import Maildirs

from . import scripted
from .live import engine, mail

SECRET = 's3cret "wörds"'
QUICK = Limits(connect_s=5.0, command_s=5.0)
PATIENT = Limits(connect_s=5.0, command_s=30.0)


@pytest.fixture(scope="module")
def live(stack):
    with engine(stack) as made:
        yield made


BOTH = pytest.mark.parametrize("protocol", ["imap", "pop"])

# --- a real Dovecot that is less patient than the usual one

STRICT = (
    """
listen = 127.0.0.1, 127.0.0.2
disable_plaintext_auth = yes
protocol imap {
  mail_max_userip_connections = 1
  mail_plugins = acl quota
}
pop3_lock_session = yes
plugin {
  acl = vfile
  quota = maildir:Messages
  quota_rule = *:messages=1
}
passdb {
  driver = passwd-file
  args = scheme=PLAIN %s
}
""",
    """
listen = 127.0.0.1, 127.0.0.2
auth_allow_cleartext = no
protocol imap {
  mail_max_userip_connections = 1
  mail_plugins {
    acl = yes
    quota = yes
  }
}
pop3_lock_session = yes
acl_driver = vfile
quota "Messages" {
  driver = maildir
  message_count = 1
}
passdb passwd-file {
  passwd_file_path = %s
  default_password_scheme = plain
}
""",
)
#: This one's password is another than that of all others.
LOCKED_OUT = "former@demo.example:other::::::nologin=y\n"


class Strict:
    """Logins, ports and files of the strict server."""

    def __init__(self, stack, dovecot):
        self.stack, self.dovecot = stack, dovecot
        self.ports = dovecot.ports

    def account(self, login, protocol="imap", security="ssl_strict", password=""):
        name = {"imap": "imap", "pop": "pop3"}[protocol]
        port = self.ports[name + ("s" if security.startswith("ssl") else "")]
        secret = password or self.stack.password
        credentials = Credentials(login, secret)
        return Account(1, protocol, self.stack.host, port, security, credentials)

    def place(self, login):
        return self.dovecot.run / "mail" / login


@pytest.fixture(scope="module")
def strict(stack):
    run = stack.run / "strict"
    run.mkdir(exist_ok=True)
    users = run / "users"
    users.write_text(LOCKED_OUT)
    users.chmod(0o644)
    sockets = stack.sockets / "s"
    sockets.mkdir(exist_ok=True)
    chosen = {name: ports.any_free() for name in ("imap", "imaps", "pop3", "pop3s")}
    more = tuple(text % users for text in STRICT)
    dovecot = Dovecot(run, sockets, chosen, stack.dovecot.tls, more)
    dovecot.start()
    try:
        yield Strict(stack, dovecot)
    finally:
        dovecot.stop()


def refusal_of(account, folder="INBOX", limits=QUICK):
    """The finding that opening a mailbox, or a folder in it, ends with."""
    with pytest.raises(Refusal) as refused:
        with contextlib.closing(open_session(account, limits)) as session:
            session.look(FolderState(folder))
    return refused.value.finding


@BOTH
def test_dovecot_wrong_password(strict, login, protocol):
    finding = refusal_of(strict.account(login, protocol, password="wrong"))
    assert finding.code == "mailbox_login_refused"
    assert "Authentication failed" in finding.params["reply"]
    assert fault.field_of(finding) == "password"


@BOTH
def test_dovecot_wants_encryption_first(strict, login, protocol):
    # To Dovecot a client with the server's own address is as good as encrypted.
    account = strict.account(login, protocol, "none", password=SECRET)
    finding = refusal_of(replace(account, host="127.0.0.2"))
    assert finding.code == "mailbox_tls_required"
    assert fault.field_of(finding) == "connection_security"


@BOTH
def test_dovecot_does_not_let_this_user_in(strict, protocol):
    account = strict.account("former@demo.example", protocol, password="other")
    finding = refusal_of(account)
    assert finding.code == "mailbox_account_locked"
    assert fault.field_of(finding) == "user"


def other_program(strict, login, protocol):
    """Somebody else's connection to the same mailbox."""
    stack = strict.stack
    context = ssl.create_default_context(cafile=stack.ca_file)
    if protocol == "imap":
        port = strict.ports["imaps"]
        other = imaplib.IMAP4_SSL(stack.host, port, ssl_context=context)
        other.login(login, stack.password)
        other.select()
        return contextlib.closing(Closing(other.logout))
    other = poplib.POP3_SSL(stack.host, strict.ports["pop3s"], context=context)
    other.user(login)
    other.pass_(stack.password)
    return contextlib.closing(Closing(other.quit))


class Closing:
    def __init__(self, close):
        self.close = close


@pytest.mark.parametrize(
    "protocol, code",
    [("imap", "mailbox_too_many_connections"), ("pop", "mailbox_in_use")],
)
def test_dovecot_while_another_program_is_connected(strict, login, protocol, code):
    with other_program(strict, login, protocol):
        # Dovecot waits 10 s for the other to leave.
        finding = refusal_of(strict.account(login, protocol), limits=PATIENT)
        assert finding.code == code
        assert fault.is_transient(code)
    open_session(strict.account(login, protocol), QUICK).close()


def test_dovecot_folder_that_does_not_exist(strict, login):
    finding = refusal_of(strict.account(login), "No such folder")
    assert finding.code == "mailbox_folder_missing"
    assert finding.params["folder"] == "No such folder"
    assert fault.field_of(finding) == "folder_ids"


def test_dovecot_folder_without_the_right_to_read(strict, login):
    account = strict.account(login)
    open_session(account, QUICK).close()
    place = strict.place(login) / ".Private"
    for name in ("cur", "new", "tmp"):
        (place / name).mkdir(parents=True, exist_ok=True)
    (place / "dovecot-acl").write_text("owner l\n")
    finding = refusal_of(account, "Private")
    assert finding.code == "mailbox_no_permission"
    assert finding.params["folder"] == "Private"


def test_dovecot_full_mailbox_does_not_take_a_copy(strict, login, monkeypatch):
    """Within a mailbox MOVE needs no room; a server without MOVE copies."""
    monkeypatch.setattr(Session, "_can", frozenset({"UIDPLUS"}))
    Maildirs(strict.dovecot.run / "mail").deliver(login, mail(login))
    with contextlib.closing(open_session(strict.account(login), QUICK)) as session:
        look = session.look(FolderState())
        with pytest.raises(Refusal) as refused:
            session.move(look.found, "Done")
    finding = refused.value.finding
    assert finding.code == "mailbox_over_quota"
    assert finding.params["folder"] == "Done"
    assert fault.field_of(finding) == "after_fetch"


# --- wordings of providers, from a scripted server to the text that people read

IMAP_LOGIN = [
    ("NO [ALERT] Application-specific password required: https://support.google.com/"
     "accounts/answer/185833 (Failure)", "wants an app password for ann", "Google:"),
    ("NO [ALERT] Please log in via your web browser: https://support.google.com/mail/"
     "accounts/answer/78754 (Failure)", "wants ann to sign in on its website", ""),
    ("NO [ALERT] Your account is not enabled for IMAP use. Please visit your Gmail"
     " settings page and enable your account for IMAP access. (Failure)",
     "IMAP is switched off for ann", "Forwarding and POP/IMAP"),
    ("NO [ALERT] Too many simultaneous connections. (Failure)",
     "Too many programs are connected", ""),
    ("NO AUTHENTICATE failed. BasicAuthBlocked", "takes no login with a password",
     "OAuth Authentication as Server Type"),
    ("NO [LIMIT] LOGIN Rate limit hit.", "has counted too many logins of ann",
     "Google:"),
    ("NO [EXPIRED] Password expired", "The password of ann has expired", "Google:"),
    ("NO [UNAVAILABLE] Down for maintenance", "has a fault that is to pass", ""),
    ("NO [CONTACTADMIN] Ask us", "has a fault that needs its administrator", ""),
    ("BAD [PRIVACYREQUIRED] Not in the open", "takes no login without encryption", ""),
    ("NO Nö.", "refuses the login of ann", "Google:"),
]  # fmt: skip

POP_LOGIN = [
    ("[AUTH] Application-specific password required", "wants an app password for ann"),
    ("[IN-USE] Maildrop lock busy!  Is another session active?",
     "Another program is using the mailbox of ann"),
    ("[LOGIN-DELAY] Logins must be at least 15 minutes apart",
     "wants more time between two logins"),
    ("[SYS/TEMP] Try again", "has a fault that is to pass"),
    ("[SYS/PERM] POP access is disabled for your domain.",
     "POP3 is switched off for ann"),
    ("[SYS/PERM] Disk gone", "has a fault that needs its administrator"),
    ("what?", "refuses the login of ann"),
]  # fmt: skip


@pytest.fixture(scope="module")
def google_here(live):
    """This machine passes for Google's, so that its steps show."""
    with live.env() as env:
        env.ref("mail_gateway_plus.provider_google").incoming_hosts = "localhost"
    yield
    with live.env() as env:
        env.ref("mail_gateway_plus.provider_google").incoming_hosts = "gmail.com"


def mailbox(env, server, protocol="imap", **values):
    return env["fetchmail.server"].create(
        {
            "name": "Sales",
            "server_type": protocol,
            "server": "localhost",
            "port": server.port,
            "connection_security": "none",
            "user": "ann",
            "password": SECRET,
            **values,
        }
    )


def told(live, script, protocol="imap"):
    """(what the button says, what stands on the mailbox after a fetch)"""
    with scripted.server(script) as server, live.env() as env:
        box = mailbox(env, server, protocol)
        with pytest.raises(UserError) as pressed:
            box.button_confirm_login()
        assert box.state == "draft"
        box.state = "done"
        env.cr.commit()
        box._fetch_mail()
        box.invalidate_recordset()
        noted = box.error_message
        box.unlink()
    return str(pressed.value), noted


@pytest.mark.parametrize("answer, title, steps", IMAP_LOGIN)
def test_imap_login_is_explained(live, google_here, answer, title, steps):
    script = scripted.imap(
        capabilities="IMAP4rev1 AUTH=PLAIN",
        answers={"AUTHENTICATE": f"TAG {answer}\r\n"},
    )
    for text in told(live, script):
        assert text.startswith("Mailbox “Sales”: ")
        assert title in text
        assert steps in text
        assert answer.partition(" ")[2] in text, "the server's own words"
        assert SECRET not in text
        assert "%(" not in text and "?" not in text.replace("active?", "")


@pytest.mark.parametrize("answer, title", POP_LOGIN)
def test_pop_login_is_explained(live, answer, title):
    script = scripted.pop({"PASS": f"-ERR {answer}\r\n"})
    for text in told(live, script, "pop"):
        assert title in text
        assert SECRET not in text


def test_gmail_tells_only_after_the_login_that_pop_is_off(live):
    said = "-ERR [SYS/PERM] Your account is not enabled for POP access.\r\n"
    script = scripted.pop({"UIDL": said, "STAT": said, "LIST": said})
    for text in told(live, script, "pop"):
        assert "POP3 is switched off for ann" in text


def test_microsoft_tells_only_after_the_login_that_there_is_no_mailbox(live):
    answers = {"SELECT": "TAG BAD User is authenticated but not connected.\r\n"}
    for text in told(live, scripted.imap(answers=answers)):
        assert "takes the login of ann but does not open the mailbox" in text
        assert "BAD [b" not in text


def test_server_that_says_why_it_hangs_up(live):
    answers = {"SELECT": "* BYE [UNAVAILABLE] Request is throttled.\r\n"}
    for text in told(live, scripted.imap(answers=answers)):
        assert "slows ann down" in text


def test_server_without_any_way_for_a_password(live):
    script = scripted.imap(capabilities="IMAP4rev1 LOGINDISABLED STARTTLS")
    with scripted.server(script) as server, live.env() as env:
        with pytest.raises(UserError, match="takes no login without encryption"):
            mailbox(env, server).button_confirm_login()
        env.cr.rollback()
    assert not [line for line in server.lines if b"LOGIN" in line.split(maxsplit=1)[1]]


# --- secrets

ENCODED = "AGFubgBzM2NyZXQgInfDtnJkcyI="


@pytest.mark.parametrize(
    "echo",
    [
        SECRET,
        SECRET.replace('"', '\\"'),
        ENCODED,
        ENCODED[:16],
        f"AUTHENTICATE PLAIN {ENCODED}",
    ],
)
def test_server_that_echoes_the_password(live, echo):
    answers = {"AUTHENTICATE": f"TAG NO I do not like [{echo}] at all\r\n"}
    for text in told(
        live, scripted.imap(capabilities="IMAP4 AUTH=PLAIN", answers=answers)
    ):
        assert "I do not like [" in text and "***] at all" in text
        assert SECRET not in text and ENCODED[:16] not in text
        assert "s3cret" not in text


TOKEN = "ya29.a0AfH6SMBx-secret-token_of-some-length"


def test_refused_token_is_explained_and_hidden(live, google_here, monkeypatch):
    secret = f"user=ann\1auth=Bearer {TOKEN}\1\1"
    coded = base64.b64encode(secret.encode()).decode()

    def with_token(self, connection):
        connection.authenticate("XOAUTH2", lambda challenge: secret)

    model = live.registry["fetchmail.server"]
    monkeypatch.setattr(model, "_imap_login__", with_token)
    answers = {"AUTHENTICATE": f"TAG NO [AUTHENTICATIONFAILED] Not {coded}\r\n"}
    for text in told(live, scripted.imap(answers=answers)):
        assert "refuses the access that ann was granted by OAuth" in text
        assert "Choose Gmail OAuth Authentication" in text
        assert "Not ***" in text and coded[:12] not in text
