# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Postfix as the relay: authentication, sender login maps, nothing leaves.

Mail for the demo's domains goes to Dovecot over LMTP, all other is discarded.
Submission with STARTTLS on one port, TLS from the first byte on the other. Two more
ports take every sender in the envelope: one rewrites what stands in From, the other
judges it in the message, at once or after it was taken.
"""

import os
import shutil
from pathlib import Path

from . import process
from .accounts import DOMAIN, GONE, HOSTED, LATE, owners
from .authority import Certificates
from .dovecot import Dovecot
from .say import Missing

MAIN = """
compatibility_level = 3.6
config_directory = {home}/etc
queue_directory = {home}/queue
data_directory = {home}/data
maillog_file = {home}/log/postfix.log
maillog_file_prefixes = {home}
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
shlib_directory = /usr/lib/postfix
meta_directory = {home}/etc
mail_owner = postfix
setgid_group = postdrop
alias_maps =
alias_database =
myhostname = localhost
mydomain = {domain}
mydestination =
mynetworks =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtputf8_enable = yes
biff = no
recipient_delimiter = +
message_size_limit = 52428800

virtual_mailbox_domains = {domain}
virtual_transport = lmtp:unix:{lmtp}
virtual_alias_domains = {hosted}
virtual_alias_maps = inline:{{ {places} }}
# No test can write to the world.
default_transport = discard:
relay_transport = discard:
# But two domains are never reached: one refuses, once the mail has been taken, and the
# other does not answer.
smtpd_reject_unlisted_recipient = no
transport_maps = inline:{{
  {{ {gone} = error:5.1.1 User unknown }}, {{ {late} = smtp:[127.0.0.1]:1 }} }}
# Whoever writes to the latter hears of it soon.
delay_warning_time = 1s
queue_run_delay = 2s
minimal_backoff_time = 2s
maximal_backoff_time = 2s

smtpd_tls_chain_files = {chain}
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_tls_received_header = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {sasl}
smtpd_sender_login_maps = inline:{{ {owners} }}
smtpd_sender_restrictions = reject_sender_login_mismatch
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
# Tests send fast and err often: that must not slow them down.
smtpd_error_sleep_time = 0
smtpd_client_connection_count_limit = 0
smtpd_hard_error_limit = 1000
smtpd_soft_error_limit = 1000
smtpd_peername_lookup = no
"""

# service type private unpriv chroot wakeup maxproc command
MASTER = """
127.0.0.1:{smtp} inet n - n - - smtpd
127.0.0.1:{smtps} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
127.0.0.1:{smtp_rewriting} inet n - n - - smtpd
  -o smtpd_sender_restrictions= -o cleanup_service_name=rewriting
127.0.0.1:{smtp_content} inet n - n - - smtpd
  -o smtpd_sender_restrictions= -o cleanup_service_name=judging
rewriting unix n - n - 0 cleanup
  -o sender_canonical_maps=static:{rewritten} -o sender_canonical_classes=header_sender
judging unix n - n - 0 cleanup -o header_checks=regexp:{checks}
postlog unix-dgram n - n - 1 postlogd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
"""

# Of the port that judges content. The second is bounced to whoever sent it.
CHECKS = """
/^From:.*<?press@/ REJECT 5.7.1 {at_once}
/^From:.*<?ceo@/ FILTER error:5.7.60 {later}
"""
AT_ONCE = "This sender is not allowed by our content policy"
LATER = "Client does not have permissions to send as this sender"
#: Whom the rewriting port puts into From.
REWRITTEN = f"sales@{DOMAIN}"

MASTER_PROGRAM = "/usr/lib/postfix/sbin/master"
PRIVATE, SEARCHABLE, DROP = 0o700, 0o710, 0o730
FOLDERS = {
    "data": PRIVATE,
    "queue/active": PRIVATE,
    "queue/bounce": PRIVATE,
    "queue/corrupt": PRIVATE,
    "queue/defer": PRIVATE,
    "queue/deferred": PRIVATE,
    "queue/flush": PRIVATE,
    "queue/hold": PRIVATE,
    "queue/incoming": PRIVATE,
    "queue/private": PRIVATE,
    "queue/saved": PRIVATE,
    "queue/trace": PRIVATE,
    "queue/public": SEARCHABLE,
    "queue/maildrop": DROP,
}


class Postfix:
    """The real relay. Needs a namespace in which it may be several users."""

    is_real = True

    def __init__(
        self, run: Path, ports: dict[str, int], tls: Certificates, dovecot: Dovecot
    ) -> None:
        self.run, self.ports, self.tls, self.dovecot = run, ports, tls, dovecot
        # Not in the run's folder: its queue belongs to other users, and is gone
        # with the namespace, so nothing is left that the caller cannot remove.
        self.home = run.parent / "postfix"
        self.log = self.home / "log/postfix.log"

    def _make_folders(self) -> None:
        """What ``postfix start`` would make as well, but takes two seconds for."""
        for name in ("etc", "log", "queue"):
            (self.home / name).mkdir(parents=True, exist_ok=True)
        for name, mode in FOLDERS.items():
            folder = self.home / name
            folder.mkdir(exist_ok=True)
            shutil.chown(folder, "postfix", "postdrop")
            folder.chmod(mode)
        (self.home / "queue/pid").mkdir(exist_ok=True)

    def _write_config(self) -> None:
        maps = " ".join(
            f"{{ {sender} = {', '.join(logins)} }},"
            for sender, logins in owners().items()
        )
        main = MAIN.format(
            home=self.home,
            domain=DOMAIN,
            gone=GONE,
            late=LATE,
            hosted=" ".join(HOSTED),
            places=", ".join(f"{{ @{d} = {login} }}" for d, login in HOSTED.items()),
            lmtp=self.dovecot.lmtp,
            sasl=self.dovecot.sasl,
            chain=self.tls.chain,
            owners=maps.rstrip(","),
        )
        checks = self.home / "etc/header_checks"
        checks.write_text(CHECKS.format(at_once=AT_ONCE, later=LATER))
        master = MASTER.format(**self.ports, checks=checks, rewritten=REWRITTEN)
        (self.home / "etc/master.cf").write_text(master)
        (self.home / "etc/main.cf").write_text(main)
        # Postfix reads a file again and again until it is two seconds old.
        os.utime(self.home / "etc/main.cf", (0, 0))

    def start(self) -> None:
        self._make_folders()
        self._write_config()
        command = [MASTER_PROGRAM, "-w", "-c", str(self.home / "etc")]
        if process.run(command, self.run / "postfix.out"):
            self._keep_log()
            log = process.shown(self.run / "postfix.log")
            raise Missing(f"Postfix does not start: see {log}")

    def stop(self) -> None:
        """Returns when the master process has ended."""
        pid = int((self.home / "queue/pid/master.pid").read_text())
        process.end(pid, "Postfix")
        self._keep_log()

    def is_idle(self) -> bool:
        """Whether all that was taken is handed on, sent back or put off."""
        # In the order in which mail passes them, so that none slips by.
        queues = [self.home / "queue" / name for name in ("incoming", "active")]
        return not any(any(queue.iterdir()) for queue in queues)

    def _keep_log(self) -> None:
        """Beside the other logs, where the caller can read it afterwards."""
        if self.log.exists():
            shutil.copyfile(self.log, self.run / "postfix.log")
