# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Outgoing servers, real ones and such that misbehave: each test ends in time, with
what is wrong, with what would work, and without a secret in what it shows."""

import base64
import datetime
import ipaddress
import socket
import ssl
import time
from dataclasses import replace
from functools import partial

import pytest

from odoo.addons.mail_gateway_plus.core.account import Credentials
from odoo.addons.mail_gateway_plus.core.smtp import fault
from odoo.addons.mail_gateway_plus.core.smtp.relay import Envelope, Relay
from odoo.addons.mail_gateway_plus.net import smtp, smtp_doors, smtp_trial
from odoo.addons.mail_gateway_plus.net.around import COURTESY_S, HEDGE_S
from odoo.addons.mail_gateway_plus.net.deadline import PROBE, Limits
from odoo.addons.mail_gateway_plus.net.recorder import SmtpRecorder
from odoo.addons.mail_gateway_plus.net.smtp_line import stuffed

from sandbox import authority
from sandbox.accounts import owns

from . import scripted

SECRET = 's3cret words & "more" of ann'
ANN = Credentials("ann", SECRET)
MAIL = Envelope("ann@x.example", "bob@y.example")
LOGIN = "sales@demo.example"
#: The real limits with another scale, for nobody wants to wait 30 s for a test.
QUICK = Limits(connect_s=1.0, command_s=1.0, total_s=3.0)
#: What a busy machine may add.
SLACK_S = 2.0


def relay(port, security="none", credentials=ANN, host="localhost", **values):
    return Relay(host, port, security, credentials, **values)


def tried(where, envelope=MAIL, message=None, limits=QUICK, look_around=False):
    """(trial, seconds)"""
    begin = time.monotonic()
    trial = smtp_trial.run(where, envelope, message, limits, look_around=look_around)
    return trial, time.monotonic() - begin


def failure(trial):
    last = trial.steps[-1]
    assert not last.passed and all(step.passed for step in trial.steps[:-1])
    return last.stage, last.finding.code


def test_the_limits_are_those_that_the_manual_names():
    assert (PROBE.connect_s, PROBE.command_s, PROBE.total_s) == (10, 30, 45)
    assert smtp_doors.KNOCK.total_s == 8


# --- servers that would keep a client for ever


@pytest.mark.parametrize(
    "script, security, stage, code",
    [
        (scripted.silent, "none", "greeting", "smtp_greeting_timeout"),
        (scripted.silent, "ssl_strict", "tls", "smtp_tls_timeout"),
        (scripted.half_a_handshake, "ssl_strict", "tls", "smtp_tls_timeout"),
        (scripted.hangs_up, "none", "greeting", "smtp_greeting_missing"),
        (scripted.hangs_up, "ssl_strict", "tls", "smtp_tls_not_spoken"),
        (scripted.drips, "none", "greeting", "smtp_greeting_timeout"),
        (scripted.repeats(b"220", 0.3), "none", "greeting", "smtp_greeting_timeout"),
        (scripted.floods, "none", "greeting", "smtp_answer_odd"),
        (scripted.repeats(b"220-x\r\n"), "none", "greeting", "smtp_answer_odd"),
        (
            scripted.repeats(b"220-x\r\n", 0.1),
            "none",
            "greeting",
            "smtp_greeting_timeout",
        ),
        (scripted.imap(), "none", "greeting", "smtp_answer_odd"),
        (scripted.smtp(), "ssl_strict", "tls", "smtp_tls_not_spoken"),
        (
            scripted.smtp(answers={"EHLO": ""}),
            "none",
            "ehlo",
            "smtp_command_timeout",
        ),
        (scripted.smtp(answers={"AUTH": ""}), "none", "auth", "smtp_command_timeout"),
        (scripted.smtp(answers={"RCPT": ""}), "none", "rcpt", "smtp_command_timeout"),
        (
            scripted.drips_after_starttls("smtp"),
            "starttls_strict",
            "tls",
            "smtp_tls_timeout",
        ),
        (scripted.smtp(), "starttls_strict", "tls", "smtp_starttls_missing"),
        (
            scripted.smtp(answers={"AUTH": "535 5.7.8 no"}),
            "none",
            "auth",
            "smtp_login_refused",
        ),
        (
            scripted.smtp(answers={"MAIL": "421 4.7.0 Try again later"}),
            "none",
            "mail",
            None,
        ),
    ],
)
def test_each_ends_in_time_with_what_is_wrong(script, security, stage, code):
    with scripted.server(script) as bad:
        trial, seconds = tried(relay(bad.port, security))
    assert failure(trial)[0] == stage
    assert code in (None, failure(trial)[1])
    assert seconds < QUICK.total_s + SLACK_S
    if security != "none":
        assert not any(line.startswith(b"AUTH") for line in bad.lines)


def test_clear_text_to_a_tls_port_is_said_at_once(stack, postfix):
    """With the real limits, under which a greeting is waited for 30 s."""
    for security in ("none", "starttls_strict"):
        where = real(stack, postfix[1], security)
        trial, seconds = tried(where, OWN, limits=PROBE, look_around=True)
        assert failure(trial) == ("greeting", "smtp_tls_expected")
        assert seconds < HEDGE_S + COURTESY_S + SLACK_S
        assert ("ssl_strict", postfix[1], False) in offers(trial)


def test_silence_alone_is_waited_for():
    with scripted.server(scripted.silent) as bad:
        trial, _seconds = tried(relay(bad.port), look_around=True)
    assert failure(trial) == ("greeting", "smtp_greeting_timeout")


def test_silence_behind_the_encryption(certificates):
    script = scripted.drips_after_starttls("smtp", certificates.good)
    with scripted.server(script) as bad:
        trial, seconds = tried(relay(bad.port, "starttls_strict"))
    assert failure(trial) == ("ehlo", "smtp_command_timeout")
    assert seconds < QUICK.total_s + SLACK_S


def test_total_bounds_what_commands_may_take_together():
    limits = Limits(connect_s=1.0, command_s=30.0, total_s=1.0)
    with scripted.server(scripted.drips) as bad:
        trial, seconds = tried(relay(bad.port), limits=limits)
    assert failure(trial) == ("greeting", "smtp_greeting_timeout")
    assert seconds < limits.total_s + SLACK_S


def test_goodbye_is_not_waited_for():
    with scripted.server(scripted.smtp(answers={"QUIT": ""})) as bad:
        trial, seconds = tried(relay(bad.port), limits=PROBE)
    assert trial.works and seconds < smtp.COURTESY_S + SLACK_S


def test_name_that_does_not_exist_and_port_where_nothing_listens():
    trial, _seconds = tried(relay(587, host="no-such-host.invalid"))
    assert failure(trial) == ("resolve", "smtp_host_unknown")
    trial, _seconds = tried(relay(587, host=" "))
    assert failure(trial) == ("resolve", "smtp_host_unknown")
    assert failure(tried(relay(1))[0]) == ("connect", "smtp_connection_refused")


@pytest.fixture
def black_hole():
    """A listener whose queue is full answers no more than a firewall that drops."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for sock in waiting:
            sock.setblocking(False)
            sock.connect_ex(full.getsockname())
        yield full.getsockname()[1]
        for sock in waiting:
            sock.close()


def test_black_hole_ends_with_the_connect_limit(black_hole):
    trial, seconds = tried(relay(black_hole, host="127.0.0.1"))
    assert failure(trial) == ("connect", "smtp_connect_timeout")
    assert seconds < QUICK.connect_s + SLACK_S


def test_what_came_in_clear_text_does_not_count_behind_the_encryption(certificates):
    """Somebody on the way may have added it (RFC 3207, 6)."""

    def script(self, sock):
        sock.sendall(b"220 ready\r\n")
        self.read(sock)
        sock.sendall(b"250-mx\r\n250 STARTTLS\r\n")
        self.read(sock)
        sock.sendall(b"220 go on\r\n250-evil\r\n250 AUTH PLAIN\r\n235 ok\r\n")
        with certificates.good.wrap_socket(sock, server_side=True) as secure:
            scripted.smtp(capabilities="AUTH=PLAIN", answers={"": "250 ok"})(
                self, secure
            )

    with scripted.server(script) as bad:
        trial, _seconds = tried(relay(bad.port, "starttls"))
    assert "evil" not in trial.transcript


# --- certificates


class Certificates:
    """Server contexts: good, expired, wrong name, signed by itself. All but the last
    are of authorities that are trusted."""

    def __init__(self, folder, patch):
        self.good = self._made(folder / "good", patch)
        with patch.context() as late:
            late.setattr(authority, "VALID", datetime.timedelta(minutes=-30))
            self.expired = self._made(folder / "expired", patch)
        with patch.context() as other:
            other.setattr(authority, "HOST", "other.example")
            other.setattr(authority, "ADDRESS", ipaddress.ip_address("192.0.2.1"))
            self.name = self._made(folder / "name", patch)
        self.selfsigned = self._context(folder / "good" / "selfsigned.pem")
        self.ca_file = folder / "ca.pem"
        found = (folder / each / "ca.pem" for each in ("good", "expired", "name"))
        self.ca_file.write_bytes(b"".join(path.read_bytes() for path in found))

    def _made(self, folder, _patch):
        return self._context(authority.issue(folder).chain)

    def _context(self, chain):
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(chain)
        return context


@pytest.fixture
def certificates(tmp_path, monkeypatch):
    made = Certificates(tmp_path, monkeypatch)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.ca_file))
    return made


@pytest.mark.parametrize(
    "kind, code, subject",
    [
        ("expired", "smtp_certificate_expired", "localhost"),
        ("name", "smtp_certificate_name", "other.example"),
        ("selfsigned", "smtp_certificate_untrusted", "localhost"),
    ],
)
def test_certificate_that_is_refused_is_described(
    certificates, monkeypatch, kind, code, subject
):
    monkeypatch.setattr(smtp_trial, "PORTS", {})
    script = scripted.encrypted(getattr(certificates, kind), scripted.smtp())
    with scripted.server(script) as bad:
        trial, _seconds = tried(relay(bad.port, "ssl_strict"), look_around=True)
        loose, _seconds = tried(relay(bad.port, "ssl"), look_around=True)
    assert failure(trial) == ("tls", code)
    assert trial.steps[-1].facts["subject"] == subject
    (proposal,) = trial.proposals
    assert (proposal.setting.security, proposal.weaker) == ("ssl", True)
    assert proposal.fault.code == code
    assert loose.works and loose.steps[2].finding.code == "test_tls_untrusted"
    assert not any(b"AUTH" in line for line in bad.lines[:1])


def test_good_certificate_that_nobody_checks(certificates, monkeypatch):
    monkeypatch.setattr(smtp_trial, "PORTS", {})
    script = scripted.encrypted(certificates.good, scripted.smtp())
    with scripted.server(script) as server:
        loose, _seconds = tried(relay(server.port, "ssl"), look_around=True)
    assert loose.steps[2].finding.code == "test_tls_trustworthy"
    assert [one.setting.security for one in loose.proposals] == ["ssl_strict"]


def test_certificate_of_our_own_is_shown(certificates, tmp_path):
    """Stock's authentication by certificate."""
    mine = tmp_path / "mine"
    patch = pytest.MonkeyPatch()
    with patch.context() as any_use:
        any_use.setattr(authority.x509, "ExtendedKeyUsage", _any_use)
        made = authority.issue(mine)
    certificates.good.verify_mode = ssl.CERT_REQUIRED
    certificates.good.load_verify_locations(made.ca)
    seen = []

    def note(self, sock):
        seen.append(sock.getpeercert())
        scripted.smtp()(self, sock)

    script = scripted.encrypted(certificates.good, note)
    with scripted.server(script) as server:
        where = relay(
            server.port,
            "ssl_strict",
            Credentials("", ""),
            certificate=made.server.read_bytes(),
            key=made.key.read_bytes(),
        )
        trial, _seconds = tried(where)
    assert trial.works and seen[0]["subject"]


PEM = {
    "no PEM": (b"no certificate", b"no key"),
    "empty PEM": (b"-----BEGIN CERTIFICATE-----\n\n-----END CERTIFICATE-----\n",) * 2,
}


def pem(folder, which):
    """(certificate, key), wrong in one way"""
    certificate = authority.issue(folder).server.read_bytes()
    if which == "key of another":
        return certificate, new_key()
    if which == "key under a passphrase":
        return certificate, new_key(b"secret")
    return PEM[which]


def new_key(passphrase=b""):
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    cipher = serialization.NoEncryption()
    if passphrase:
        cipher = serialization.BestAvailableEncryption(passphrase)
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, cipher
    )


@pytest.mark.parametrize("security", ["ssl_strict", "starttls_strict"])
@pytest.mark.parametrize("which", [*PEM, "key of another", "key under a passphrase"])
def test_client_certificate_that_cannot_be_used(
    stack, postfix, tmp_path, which, security
):
    certificate, key = pem(tmp_path, which)
    port = postfix[security == "ssl_strict"]
    where = replace(real(stack, port, security), certificate=certificate, key=key)
    trial, seconds = tried(where, OWN, look_around=True)
    assert failure(trial) == ("tls", "smtp_client_certificate")
    assert seconds < SLACK_S, "nobody is asked for a passphrase"
    assert not trial.proposals, "no other port would help"


def _any_use(_usages):
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID

    return x509.UnrecognizedExtension(ExtendedKeyUsageOID.SERVER_AUTH, b"\5\0")


# --- Postfix


@pytest.fixture
def postfix(stack, monkeypatch):
    """(port with STARTTLS, port with TLS), which are the usual ports."""
    ports = stack.ports["smtp"], stack.ports["smtps"]
    usual = {ports[1]: True, ports[0]: False}
    monkeypatch.setattr(smtp_trial, "PORTS", usual)
    # At the chosen port's other ways a server may keep silent.
    knock = partial(smtp_doors.at, limits=QUICK)
    monkeypatch.setattr(smtp_doors, "at", knock)
    return ports


def real(stack, port, security, **values):
    credentials = values.pop("credentials", Credentials(LOGIN, stack.password))
    return Relay(stack.host, port, security, credentials, **values)


OWN = Envelope(LOGIN, "probe@elsewhere.example")


@pytest.mark.parametrize(
    "security", ["starttls", "starttls_strict", "ssl", "ssl_strict"]
)
def test_all_is_well(stack, postfix, security):
    port = postfix[security.startswith("ssl")]
    trial, _seconds = tried(real(stack, port, security), OWN)
    assert trial.works and trial.steps[-1].stage == "rcpt"
    by_stage = {step.stage: step for step in trial.steps}
    assert by_stage["ehlo"].facts["size"] == "52428800"
    assert by_stage["ehlo"].facts["smtputf8"] == by_stage["ehlo"].facts["dsn"] == "1"
    assert by_stage["tls"].facts["names"].startswith("localhost")
    assert by_stage["auth"].facts["used"] in ("PLAIN", "LOGIN")
    assert "DATA" not in trial.transcript


def test_message_is_sent(stack, postfix):
    message = b"Subject: test\n\n.a line with a dot\n"
    where = real(stack, postfix[0], "starttls_strict")
    trial, _seconds = tried(where, Envelope(LOGIN, LOGIN), message)
    assert trial.works and trial.steps[-1].stage == "data"
    assert "queued as" in trial.steps[-1].reply


def test_wrong_password_and_foreign_sender(stack, postfix):
    wrong = Credentials(LOGIN, "wrong")
    where = real(stack, postfix[0], "starttls_strict", credentials=wrong)
    assert failure(tried(where, OWN)[0]) == ("auth", "smtp_login_refused")
    where = real(stack, postfix[0], "starttls_strict")
    trial, _seconds = tried(where, Envelope("ceo@demo.example", OWN.recipient))
    assert failure(trial) == ("rcpt", "smtp_sender_not_owned")


def offers(trial):
    return [
        (one.setting.security, one.setting.port, one.weaker) for one in trial.proposals
    ]


@pytest.mark.parametrize(
    "security, which, code",
    [
        ("none", "closed", "smtp_connection_refused"),
        ("none", "smtp", "smtp_auth_needs_tls"),
        ("none", "smtps", "smtp_tls_expected"),
        ("ssl_strict", "smtp", "smtp_tls_not_spoken"),
        ("starttls_strict", "smtps", "smtp_greeting_timeout"),
    ],
)
def test_wrong_setting_comes_with_one_that_works(stack, postfix, security, which, code):
    port = 1 if which == "closed" else stack.ports[which]
    trial, _seconds = tried(real(stack, port, security), OWN, look_around=True)
    assert failure(trial)[1] == code
    found = [
        ("ssl_strict", postfix[1], False),
        ("starttls_strict", postfix[0], False),
    ]
    found.sort(key=lambda offer: offer[1] != port)
    assert offers(trial) == found
    for offer in trial.proposals:
        where = real(stack, offer.setting.port, offer.setting.security)
        assert tried(where, OWN)[0].works


def test_no_other_security_for_those_that_insist_on_theirs(stack, postfix):
    where = real(stack, 1, "starttls", is_fixed=True)
    assert offers(tried(where, OWN, look_around=True)[0]) == [
        ("starttls", postfix[0], False)
    ]
    where = real(stack, postfix[0], "starttls", is_fixed=True)
    trial, _seconds = tried(where, OWN, look_around=True)
    assert trial.works and offers(trial) == []


def test_port_without_a_login_is_not_proposed(stack, postfix, monkeypatch):
    """A server on 25 takes mail for its own people from everybody."""
    with scripted.server(scripted.smtp(capabilities="SIZE=1")) as taker:
        monkeypatch.setattr(smtp_trial, "PORTS", {taker.port: False})
        trial, _seconds = tried(relay(1), look_around=True)
        assert offers(trial) == []
        nobody = relay(1, credentials=Credentials("", ""))
        trial, _seconds = tried(nobody, look_around=True)
        assert offers(trial) == [("none", taker.port, False)]
        assert not any(line.startswith(b"AUTH") for line in taker.lines)


def test_what_protects_best_is_not_kept_waiting(certificates, monkeypatch):
    """Its answer is enough: a door that stays silent has 6 s by itself."""
    secure = scripted.encrypted(certificates.good, scripted.smtp())
    with scripted.server(scripted.silent) as mute, scripted.server(secure) as strong:
        ports = {strong.port: True, mute.port: False}
        monkeypatch.setattr(smtp_trial, "PORTS", ports)
        trial, seconds = tried(relay(1), look_around=True)
    assert offers(trial) == [("ssl_strict", strong.port, False)]
    assert seconds < COURTESY_S + SLACK_S < smtp_doors.KNOCK.command_s


def test_weaker_setting_waits_for_a_better_one(certificates, monkeypatch):
    """However late that comes: longer after the weak one than the courtesy lasts."""
    secure = scripted.encrypted(certificates.good, scripted.smtp())

    def slow(server, sock):
        time.sleep(COURTESY_S + 1)
        secure(server, sock)

    with scripted.server(scripted.smtp()) as weak, scripted.server(slow) as strong:
        ports = {weak.port: False, strong.port: True}
        monkeypatch.setattr(smtp_trial, "PORTS", ports)
        trial, _seconds = tried(relay(1), limits=PROBE, look_around=True)
    assert offers(trial) == [("ssl_strict", strong.port, False)]


def test_blocked_port_is_named_with_those_that_answer(
    stack, postfix, black_hole, monkeypatch
):
    monkeypatch.setattr(fault, "BLOCKED_PORT", black_hole)
    where = real(stack, black_hole, "none")
    trial, _seconds = tried(where, OWN, look_around=True)
    assert failure(trial) == ("connect", "smtp_port25_blocked")
    ports = trial.steps[-1].finding.params["ports"]
    assert ports == ", ".join(map(str, sorted(postfix, reverse=True)))
    assert offers(trial)[0][0] == "ssl_strict"


def test_senders_over_one_connection(stack, postfix):
    names = ["sales", "orders", "bounce", "ceo", "jobs", "help", "support"] * 3
    senders = [f"{name}@demo.example" for name in names][:20]
    envelopes = tuple(Envelope(sender, OWN.recipient) for sender in senders)
    where = real(stack, postfix[0], "starttls_strict")
    asked = smtp.survey(where, envelopes)
    states = [verdict.state for verdict in asked.verdicts]
    assert states == [
        "allowed" if owns(LOGIN, sender) else "refused" for sender in senders
    ]
    assert asked.transcript.count("connected to") == 1
    assert "DATA" not in asked.transcript


def test_survey_goes_on_after_the_server_took_leave():
    leave = "421 4.7.0 Too many mails"
    answers = {"MAIL": ["250 ok", leave, "250 ok"]}
    envelopes = tuple(Envelope(f"a{n}@x.example", MAIL.recipient) for n in range(4))
    with scripted.server(scripted.smtp(answers=answers)) as server:
        asked = smtp.survey(relay(server.port), envelopes, QUICK, pause_s=0.05)
    assert [verdict.state for verdict in asked.verdicts] == ["allowed"] * 4
    assert asked.transcript.count("connected to") == 2


def test_survey_ends_in_time():
    envelopes = tuple(Envelope(f"a{n}@x.example", MAIL.recipient) for n in range(50))
    begin = time.monotonic()
    with scripted.server(scripted.smtp()) as server:
        asked = smtp.survey(relay(server.port), envelopes, QUICK, pause_s=0.5)
    assert time.monotonic() - begin < QUICK.total_s + SLACK_S
    states = [verdict.state for verdict in asked.verdicts]
    assert states[0] == "allowed" and states[-1] == "unknown" and len(states) == 50
    assert asked.verdicts[-1].meaning.code == "smtp_command_timeout"


# --- secrets


def coded(text):
    return base64.b64encode(text.encode()).decode()


def forms(credentials):
    user, secret = credentials.user, credentials.secret
    yield from (secret, coded(secret), coded(f"\0{user}\0{secret}"))
    yield from (coded(f"x{secret}y"), coded(f"xy{secret}z"), secret.encode().hex())


TOKEN = Credentials("ann", "user=ann\1auth=Bearer ya29.token-of-ann-42\1\1", "XOAUTH2")


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2"])
def test_no_secret_in_transcript_or_steps(mechanism):
    """A server gives back what it was sent, in whatever form, at every stage."""
    credentials = TOKEN if mechanism == "XOAUTH2" else ANN
    echo = "\r\n".join(f"535-{form}" for form in forms(credentials))
    answers = {
        "": "\r\n".join([*(f"220-{form}" for form in forms(credentials)), "220 ok"]),
        f"AUTH {mechanism}": f"334 {coded('<1.2@mx>')}",
        coded(credentials.secret): f"{echo}\r\n535 5.7.8 {coded(credentials.user)} no",
    }
    offered = f"AUTH={mechanism}"
    with scripted.server(scripted.smtp(capabilities=offered, answers=answers)) as bad:
        trial, _seconds = tried(relay(bad.port, credentials=credentials))
    shown = (
        trial.transcript + str(trial.steps) + repr(relay(1, credentials=credentials))
    )
    for form in forms(credentials):
        assert form[2:-2] not in shown
    sent = [line.split()[-1] for line in bad.lines if b"EHLO" not in line and line]
    assert not [one for one in sent if len(one) > 12 and one.decode() in shown]
    assert "AUTH" in trial.transcript and "***" in trial.transcript


def test_transcript_is_bounded():
    many = "\r\n".join(f"250-{number} {'x' * 500}" for number in range(150))
    script = scripted.smtp(answers={"RSET": f"{many}\r\n250 ok"})
    envelopes = tuple(Envelope(f"a{n}@x.example", MAIL.recipient) for n in range(5))
    with scripted.server(script) as server:
        asked = smtp.survey(relay(server.port), envelopes, QUICK)
    assert len(asked.transcript) < 70_000
    assert asked.transcript.endswith("…")
    assert [verdict.state for verdict in asked.verdicts] == ["allowed"] * 5


# --- odds and ends


@pytest.mark.parametrize(
    "message, sent",
    [
        (b"a\n.b\r\n", b"a\r\n..b\r\n.\r\n"),
        (b".", b"..\r\n.\r\n"),
        (b"a\r.\rb", b"a\r\n..\r\nb\r\n.\r\n"),
        (b"", b".\r\n"),
        (b"a\n.\nMAIL FROM:<x>\n", b"a\r\n..\r\nMAIL FROM:<x>\r\n.\r\n"),
    ],
)
def test_message_cannot_end_early(message, sent):
    assert stuffed(message) == sent


def test_recorder_keeps_what_a_login_hook_sends():
    recorder = SmtpRecorder()
    recorder.ehlo()
    recorder.docmd("AUTH", f"XOAUTH2 {coded(TOKEN.secret)}")
    assert recorder.credentials == TOKEN
    recorder.auth("xoauth2", lambda challenge=None: TOKEN.secret)
    assert recorder.credentials == TOKEN
    recorder.login("ann", SECRET)
    assert recorder.credentials == ANN
