# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A private PostgreSQL cluster on a unix socket."""

import os
import shutil
from pathlib import Path

from .paths import TREE
from .process import as_nobody, give, must_run
from .say import Missing

USER = "odoo"
# Private and made anew at will: speed counts, a power cut does not.
SETTINGS = {
    "listen_addresses": "''",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_wal_senders": "0",
    "wal_level": "minimal",
    "min_wal_size": "32MB",
    "max_connections": "120",
    "shared_buffers": "256MB",
    "log_min_messages": "fatal",
    # A run that is killed leaves its clients' locks to the server to clear up.
    "client_connection_check_interval": "2s",
}


def programs() -> Path:
    """Folder of initdb and the rest, newest version."""
    found: list[Path] = []
    for root in (Path("/usr"), TREE / "usr"):
        found += root.glob("lib/postgresql/*/bin/initdb")
    if not found:
        raise Missing("there is no PostgreSQL: apt-get install postgresql")
    return max(found, key=lambda path: float(path.parts[-3])).parent


def version() -> str:
    return programs().parent.name


def _environment() -> dict[str, str]:
    """Without the overlay, unpacked programs have to be told of their libraries."""
    if TREE not in programs().parents:
        return dict(os.environ)
    folders = (TREE / "usr/lib").glob("*-linux-gnu")
    return {**os.environ, "LD_LIBRARY_PATH": os.pathsep.join(map(str, folders))}


class Postgres:
    """The cluster in `folder`; its socket lies in `sockets`."""

    def __init__(self, folder: Path, sockets: Path) -> None:
        self.folder, self.sockets = folder, sockets
        self.log = folder.with_name("postgres.log")

    def _call(self, program: str, *words: str) -> None:
        self.log.touch()
        give(self.log)
        command = as_nobody([str(programs() / program), *words])
        must_run(command, self.log, f"PostgreSQL's {program}", _environment())

    def create(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(mode=0o700)
        give(self.folder)
        self._call(
            "initdb",
            *("-D", str(self.folder), "-U", USER, "--auth=trust", "--no-sync"),
            *("--encoding=UTF8", "--locale=C.UTF-8", "--wal-segsize=4"),
        )

    def start(self) -> None:
        # Whoever holds the run's lock is alone with its cluster, and the process
        # ids of an earlier namespace mean nothing in this one.
        (self.folder / "postmaster.pid").unlink(missing_ok=True)
        rows = SETTINGS | {"unix_socket_directories": f"'{self.sockets}'"}
        text = "".join(f"{name} = {value}\n" for name, value in rows.items())
        (self.folder / "postgresql.auto.conf").write_text(text)
        give(self.folder)
        self._call("pg_ctl", "-D", str(self.folder), "-l", str(self.log), "-w", "start")

    def stop(self) -> None:
        if not (self.folder / "postmaster.pid").exists():
            return
        self._call("pg_ctl", "-D", str(self.folder), "-m", "fast", "-w", "stop")

    def crash(self) -> None:
        """End as a fault of its own would have it, and come back: clients are hung up
        on, what ran is gone. What a commit waited for is there, for the system lives.
        """
        words = ("-D", str(self.folder), "-l", str(self.log), "-m", "immediate", "-w")
        self._call("pg_ctl", *words, "restart")

    def path(self) -> str:
        """PATH with psql and the rest in it."""
        return f"{programs()}{os.pathsep}{os.environ['PATH']}"
