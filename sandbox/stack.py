# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Everything together: what tests and ``make run`` talk to.

The verb starts one `Stack`; other processes in the same namespace, such as
pytest, `attach` to it through a small file in the run's folder.
"""

import contextlib
import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import authority, ports, space
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


class Stack:
    """The private servers of one run."""

    host = "localhost"
    password = PASSWORD

    def __init__(self, run: Path, chosen: dict[str, int], tls: Certificates) -> None:
        self.run, self.ports = run, chosen
        self.ca_file = str(tls.ca)
        self.postgres = Postgres(run / "postgres", run)
        self.databases = Databases(run, self.postgres)
        self.maildirs = Maildirs(run / "mail")
        self.dovecot = Dovecot(run, chosen, tls)
        self.selfsigned = SelfSigned(
            chosen["imaps_selfsigned"], chosen["imap"], tls.selfsigned
        )
        self.relay = _relay(self, tls)

    # --- life

    @classmethod
    def start(cls, folder: str | Path | None = None) -> "Stack":
        """Start all servers in `folder`, by default the one the verb prepared."""
        run = _folder(folder)
        stack = cls(run, ports.choose(), authority.issue(run / "tls"))
        (run / "stack.json").write_text(json.dumps(stack.ports))
        os.environ["SSL_CERT_FILE"] = stack.ca_file
        stack.odoo_config("odoo")
        stack.databases.bring_up()
        stack._start_mail()
        return stack

    def _start_mail(self) -> None:
        with step("Dovecot: IMAP, IMAPS, POP3, POP3S"):
            self.dovecot.start()
        with step("Postfix" if self.relay.is_real else "relay (aiosmtpd)"):
            self.relay.start()
        self.selfsigned.start()
        self.nameserver = NameServer(self.ports["dns"], {DOMAIN: ZONE}).start()

    @classmethod
    def attach(cls) -> "Stack":
        """The stack that the surrounding verb has started."""
        run = _folder(None)
        chosen = json.loads((run / "stack.json").read_text())
        return cls(run, chosen, authority.at(run / "tls"))

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
        servers = [
            *(self.nameserver, self.selfsigned, self.relay),
            *(self.dovecot, self.postgres),
        ]
        with ThreadPoolExecutor(len(servers)) as pool:
            for future in [pool.submit(server.stop) for server in servers]:
                future.result()

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
        """Remove a mailbox with its folders."""
        self.maildirs.empty(login)

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
