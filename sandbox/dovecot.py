# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Dovecot for IMAP and POP3, as one unprivileged user."""

import getpass
import grp
import os
import pwd
import re
import shutil
import subprocess
import time
from pathlib import Path

from . import process, space
from .accounts import PASSWORD
from .authority import Certificates
from .say import Missing

COMMON = """
base_dir = {base}
state_dir = {base}
log_path = {run}/dovecot.log
listen = 127.0.0.1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
mail_uid = {user}
mail_gid = {group}
first_valid_uid = 1
ssl = yes
mail_fsync = never
mail_max_userip_connections = 200
mailbox_list_index = no

# A wrong password must cost a test no time, nor slow down the next one.
auth_failure_delay = 0
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
service auth {{
  unix_listener sasl {{
    mode = 0666
  }}
}}
service lmtp {{
  unix_listener lmtp {{
    mode = 0666
  }}
}}
service imap-login {{
  chroot =
  {endless}
  process_min_avail = 1
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service pop3-login {{
  chroot =
  {endless}
  process_min_avail = 1
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = {pop3s}
    ssl = yes
  }}
}}
namespace inbox {{
  inbox = yes
  separator = .
}}
"""

# Any login is right with the one password; "plain" is fine without TLS too, since
# some administrators ask for just that.
V23 = """
protocols = imap pop3 lmtp
disable_plaintext_auth = no
auth_mechanisms = plain login
mail_location = maildir:{run}/mail/%Lu
ssl_cert = <{server}
ssl_key = <{key}
recipient_delimiter = +
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={run}/mail/%Lu allow_all_users=yes
}}
"""

V24 = """
dovecot_config_version = {version}
dovecot_storage_version = {version}
protocols = imap pop3 lmtp
auth_allow_cleartext = yes
auth_mechanisms = plain login
mail_driver = maildir
mail_path = {run}/mail/%{{user|lower}}
mail_home = {run}/mail/%{{user|lower}}
ssl_server_cert_file = {server}
ssl_server_key_file = {key}
recipient_delimiter = +
passdb static {{
  password = {password}
}}
userdb static {{
  allow_all_users = yes
}}
"""


def program() -> str:
    found = shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    if not found:
        raise Missing(
            "there is no Dovecot: apt-get install dovecot-imapd dovecot-lmtpd "
            "dovecot-pop3d"
        )
    return found


def _version() -> str:
    said = subprocess.run([program(), "--version"], capture_output=True, text=True)
    match = re.match(r"\d+\.\d+\.\d+", said.stdout)
    return match[0] if match else "2.3.0"


def _account() -> tuple[str, str]:
    """User and group that Dovecot runs as."""
    if os.environ.get(space.MODE) != "plain":
        return "sandbox", "sandbox"
    if os.geteuid() == 0:
        nobody = pwd.getpwuid(65534)
        return nobody.pw_name, grp.getgrgid(65534).gr_name
    return getpass.getuser(), grp.getgrgid(os.getegid()).gr_name


class Dovecot:
    """IMAP, IMAPS, POP3 and POP3S on loopback; `stop` and `start` at any time."""

    def __init__(
        self,
        run: Path,
        sockets: Path,
        ports: dict[str, int],
        tls: Certificates,
        more: tuple[str, str] = ("", ""),
    ) -> None:
        """`more` are further settings, as Dovecot 2.3 and as later ones want them."""
        self.run, self.ports, self.tls, self.more = run, ports, tls, more
        self.config = run / "etc/dovecot.conf"
        self.base = sockets / "dovecot"
        self.sasl, self.lmtp = self.base / "sasl", self.base / "lmtp"

    def _write_config(self) -> None:
        version = _version()
        is_old = tuple(map(int, version.split(".")[:2])) < (2, 4)
        user, group = _account()
        text = ((V23 if is_old else V24) + COMMON).format(
            **self.ports,
            run=self.run,
            base=self.base,
            user=user,
            group=group,
            endless="service_count = 0"
            if is_old
            else "restart_request_count = unlimited",
            version=version,
            password=PASSWORD,
            server=self.tls.server,
            key=self.tls.key,
        )
        self.config.parent.mkdir(parents=True, exist_ok=True)
        self.config.write_text(text + self.more[0 if is_old else 1])

    def _call(self, *words: str) -> int:
        command = process.as_nobody([program(), "-c", str(self.config), *words])
        return process.run(command, self.run / "dovecot.out")

    def start(self) -> None:
        self._write_config()
        # Sockets and the process id of an earlier run.
        shutil.rmtree(self.base, ignore_errors=True)
        log, mail = self.run / "dovecot.log", self.run / "mail"
        for folder in (self.base, mail):
            folder.mkdir(exist_ok=True)
        # Of those that were killed: Dovecot itself waits two minutes for them.
        for lock in mail.glob("**/dovecot*.lock"):
            lock.unlink()
        log.touch()
        process.give(self.base, mail, log)
        if self._call():
            log = process.shown(self.run / "dovecot.out")
            raise Missing(f"Dovecot does not start: see {log}")

    def kill(self) -> None:
        """As a power cut would, in the middle of a word: ``stop`` lets those who are
        being served have what they asked for."""
        master = int((self.base / "master.pid").read_text())
        process.kill_all([*process.children(master), master])

    def stop(self) -> None:
        """Returns when the ports are closed."""
        self._call("stop")
        deadline = time.monotonic() + 10
        while (self.base / "master.pid").exists():
            if time.monotonic() > deadline:
                raise Missing("Dovecot does not stop")
            time.sleep(0.02)
