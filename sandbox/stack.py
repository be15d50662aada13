# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Everything together: what tests and ``make run`` talk to.

The verb starts one `Stack`; other processes in the same namespace, such as
pytest, `attach` to it through a small file in the run's folder.
"""

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

from . import authority, ports, process, space
from .accounts import DOMAIN, PASSWORD
from .authority import Certificates
from .database import Databases
from .dovecot import Dovecot
from .maildir import Maildirs
from .nameserver import NameServer
from .paths import VENV
from .postfix import Postfix
from .postgres import USER, Postgres
from .relay import Relay
from .say import Missing, step
from .selfsigned import SelfSigned
from .server import Server, write_config

ZONE = """
@ IN MX 10 mail
@ IN TXT "v=spf1 mx -all"
@ IN A 127.0.0.1
mail IN A 127.0.0.1
_dmarc IN TXT "v=DMARC1; p=quarantine; rua=mailto:postmaster@demo.example"
"""


class _Server(Protocol):
    def start(self) -> object: ...

    def stop(self) -> object: ...


class Stack:
    """The private servers of one run."""

    host = authority.known_host()
    password = PASSWORD

    def __init__(
        self, run: Path, sockets: Path, chosen: dict[str, int], tls: Certificates
    ) -> None:
        self.run, self.sockets, self.ports = run, sockets, chosen
        self.ca_file = str(tls.ca)
        self.postgres = Postgres(run / "postgres", sockets)
        self.databases = Databases(run, self.postgres)
        self.maildirs = Maildirs(run / "mail")
        self.dovecot = Dovecot(run, sockets, chosen, tls)
        self.selfsigned = SelfSigned(chosen, tls.selfsigned)
        self.relay = _relay(self, tls)
        self._running: list[_Server] = []

    # --- life

    @classmethod
    def start(cls, folder: str | Path | None = None) -> "Stack":
        """Start all servers in `folder`, by default the one the verb prepared."""
        run = _folder(folder)
        stack = cls(run, _sockets(run), {}, authority.issue(run / "tls"))
        try:
            stack._start()
        except BaseException:
            stack.stop()
            raise
        return stack

    def _start(self) -> None:
        os.environ["SSL_CERT_FILE"] = self.ca_file
        self.odoo_config("odoo")
        self._running.append(self.postgres)
        self.databases.bring_up()
        with ports.reserving():
            self.ports.update(ports.choose())
            self._start_mail()
        known = {"ports": self.ports, "sockets": str(self.sockets)}
        (self.run / "stack.json").write_text(json.dumps(known))

    def _start_mail(self) -> None:
        nameserver = NameServer(self.ports["dns"], {DOMAIN: ZONE})
        servers: dict[str, _Server] = {
            "Dovecot: IMAP, IMAPS, POP3, POP3S": self.dovecot,
            "Postfix" if self.relay.is_real else "aiosmtpd as relay": self.relay,
            "IMAPS with a certificate of its own": self.selfsigned,
            "name server": nameserver,
        }
        for name, server in servers.items():
            with step(name):
                server.start()
            self._running.append(server)

    @classmethod
    def attach(cls) -> "Stack":
        """The stack that the surrounding verb has started."""
        run = _folder(None)
        known = json.loads((run / "stack.json").read_text())
        tls = authority.at(run / "tls")
        return cls(run, Path(known["sockets"]), known["ports"], tls)

    @classmethod
    @contextlib.contextmanager
    def running(cls, folder: str | Path | None = None) -> Iterator["Stack"]:
        stack = cls.start(folder)
        try:
            yield stack
        finally:
            stack.stop()

    def stop(self) -> None:
        """All at once, since each takes a while to see its clients off."""
        with ThreadPoolExecutor(8) as pool:
            for future in [pool.submit(server.stop) for server in self._running]:
                future.result()
        self._running = []
        if self.sockets != self.run:
            shutil.rmtree(self.sockets, ignore_errors=True)

    def environment(self) -> dict[str, str]:
        """For commands that run beside the stack."""
        found = {f"MGP_PORT_{name.upper()}": str(n) for name, n in self.ports.items()}
        found["MGP_CONFIG"] = str(self.run / "etc/odoo.conf")
        path = os.pathsep.join([str(VENV / "bin"), self.postgres.path()])
        clients = {"PGHOST": str(self.postgres.sockets), "PGUSER": USER}
        return {**os.environ, **found, **clients, "PATH": path}

    # --- mailboxes

    def deliver(self, login: str, raw: bytes, folder: str = "INBOX") -> None:
        """Put a message into a mailbox, byte for byte."""
        self.maildirs.deliver(login, raw, folder)

    def messages(self, login: str, folder: str = "INBOX") -> list[bytes]:
        """The files of a mailbox, oldest first."""
        return self.maildirs.messages(login, folder)

    def flags(self, login: str, folder: str = "INBOX") -> list[str]:
        """Maildir flags of each message, "" for unseen."""
        return self.maildirs.flags(login, folder)

    def empty(self, login: str) -> None:
        """Remove all messages and folders of a mailbox."""
        self.maildirs.empty(login)

    def remove(self, login: str) -> None:
        """Remove a mailbox; the next message makes another one."""
        self.maildirs.remove(login)

    # --- Odoo

    def database(self, copy_of: str = "addon") -> str:
        """A fresh copy of a template, with filestore. Remove it with `drop`."""
        return self.databases.fresh(copy_of)

    def drop(self, name: str) -> None:
        self.databases.drop(name)

    def odoo_config(self, database: str, **options: object) -> Path:
        """An odoo.conf for `database`; `options` are options of that file."""
        fixed: dict[str, object] = {
            "db_host": self.postgres.sockets,
            "db_user": "odoo",
            "data_dir": self.run / "data",
        }
        if database != "odoo":
            fixed |= {"db_name": database, "dbfilter": f"^{database}$"}
        path = self.run / "etc" / f"{database}.conf"
        return write_config(path, {**fixed, **options})

    def odoo(self, database: str, **options: object) -> Server:
        """A real Odoo server process for `database`."""
        port = int(str(options.pop("http_port", 0))) or ports.any_free()
        config = self.odoo_config(database, http_port=port, **options)
        return Server(config, port, self.run / f"odoo-{database}.log")


def _sockets(run: Path) -> Path:
    """A folder for unix sockets, whose paths have to stay under 107 bytes."""
    if os.environ.get(space.MODE) != "plain":
        return run
    folder = Path(tempfile.mkdtemp(prefix="mgp-"))
    folder.chmod(0o755)
    process.give(folder)
    return folder


def _relay(stack: Stack, tls: Certificates) -> Postfix | Relay:
    """Postfix where we may be several users, else its stand-in."""
    if os.environ.get(space.MODE) in ("root", "mapped"):
        return Postfix(stack.run, stack.ports, tls, stack.dovecot)
    return Relay(stack.ports, tls, stack.deliver)


def _folder(folder: str | Path | None) -> Path:
    chosen = folder or os.environ.get(space.RUN)
    if not chosen:
        raise Missing("no servers run here: use python3 -m sandbox shell COMMAND")
    return Path(chosen)
