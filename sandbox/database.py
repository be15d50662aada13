# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Databases: stock Odoo made once, copies of it in under a second.

Three generations stand on each other:

- ``.sandbox/seed`` holds a stopped cluster with the database ``stock``. It is
  made once for an Odoo and shared by all runs; a run's own cluster starts as a
  copy of it.
- ``addon-<digest>`` is ``stock`` with the addon installed, made anew when a file
  of the addon that can change a database has changed.
- What tests get is a copy of either, with its filestore.
"""

import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg2
from psycopg2 import sql

from . import odoo, process
from .lock import alone
from .paths import ADDON, SEED, STATE, is_stamped, key_of, stamp, unstamp
from .postgres import Postgres, version
from .say import Missing, step
from .server import command

STOCK_MODULES = ["mail", "hr", "crm", "project"]
# Databases that outlive a run; all others are left over from one that was killed.
KEPT = ("stock", "addon-", "demo", "postgres", "template")
# Parts of the addon that no database can notice.
UNSEEN = {"tests", "readme", "__pycache__", "description"}


def _addon_files() -> Iterator[Path]:
    for folder, folders, names in os.walk(ADDON):
        folders[:] = sorted(set(folders) - UNSEEN)
        yield from (Path(folder, name) for name in sorted(names))


def addon_key() -> str:
    """Digest of the addon's files, with their places."""
    files = list(_addon_files())
    # Paths on their own count with their content, inside of tuples they would not.
    return key_of([str(path.relative_to(ADDON)) for path in files], *files)


def _seed_key() -> str:
    release = odoo.home() / "odoo/release.py"
    manifest = odoo.home() / "odoo/addons/mail/__manifest__.py"
    return key_of(version(), release, manifest, str(odoo.home()), STOCK_MODULES)


class Databases:
    """All databases of one run."""

    def __init__(self, run: Path, postgres: Postgres) -> None:
        self.run, self.postgres = run, postgres
        self.filestore = run / "data/filestore"

    # --- the cluster

    def bring_up(self) -> None:
        """Start the cluster, as a copy of the seed where it is new or outdated."""
        key = _seed_key()
        if not is_stamped(self.postgres.folder, key):
            with alone(STATE / "seed.lock", "another run is making stock Odoo"):
                if not is_stamped(SEED, key):
                    self._make_seed(key)
            with step("database cluster copied"):
                self._copy_seed(key)
        with step("PostgreSQL"):
            self.postgres.start()
            self._drop_leftovers()

    def _make_seed(self, key: str) -> None:
        unstamp(SEED)
        modules = ", ".join(STOCK_MODULES)
        with step(f"stock Odoo installed ({modules})", usual_s=60):
            self._clear()
            self.postgres.create()
            self.postgres.start()
            self._install("stock", STOCK_MODULES)
            self.postgres.stop()
            shutil.rmtree(SEED, ignore_errors=True)
            SEED.mkdir()
            shutil.copytree(self.postgres.folder, SEED / "postgres")
            shutil.copytree(self.filestore, SEED / "filestore")
        stamp(SEED, key)

    def _clear(self) -> None:
        unstamp(self.postgres.folder)
        shutil.rmtree(self.postgres.folder, ignore_errors=True)
        shutil.rmtree(self.filestore, ignore_errors=True)

    def _copy_seed(self, key: str) -> None:
        self._clear()
        shutil.copytree(SEED / "postgres", self.postgres.folder)
        # PostgreSQL insists on a folder that nobody else can enter.
        self.postgres.folder.chmod(0o700)
        shutil.copytree(SEED / "filestore", self.filestore)
        stamp(self.postgres.folder, key)

    def _drop_leftovers(self) -> None:
        for name in self.names():
            if not name.startswith(KEPT):
                self.drop(name)

    # --- one database

    def connect(self, name: str = "postgres") -> "psycopg2.extensions.connection":
        """A connection in autocommit; sees what others committed."""
        place = str(self.postgres.sockets)
        connection = psycopg2.connect(dbname=name, host=place, user="odoo")
        connection.autocommit = True
        return connection

    def _do(self, statement: str, *names: str) -> None:
        connection = self.connect()
        try:
            words = map(sql.Identifier, names)
            connection.cursor().execute(sql.SQL(statement).format(*words))
        finally:
            connection.close()

    def names(self) -> list[str]:
        connection = self.connect()
        try:
            cursor = connection.cursor()
            cursor.execute("SELECT datname FROM pg_database ORDER BY datname")
            return [name for (name,) in cursor.fetchall()]
        finally:
            connection.close()

    def drop(self, name: str) -> None:
        self._do("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        shutil.rmtree(self.filestore / name, ignore_errors=True)

    def copy(self, source: str, name: str) -> str:
        """A copy of a database nobody is connected to, with its filestore."""
        self.drop(name)
        self._do("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, source)
        if (self.filestore / source).is_dir():
            # Files there are named by their content and never written again.
            shutil.copytree(
                self.filestore / source, self.filestore / name, copy_function=os.link
            )
        return name

    def fresh(self, copy_of: str) -> str:
        """A copy of "stock" or "addon" under a name of its own."""
        if copy_of not in ("stock", "addon"):
            raise ValueError(f"there is no template {copy_of!r}")
        source = self.addon() if copy_of == "addon" else "stock"
        return self.copy(source, f"{copy_of}_{secrets.token_hex(4)}")

    def addon(self) -> str:
        """Name of the template with the addon as it is now; made when it is new."""
        name = f"addon-{addon_key()}"
        known = self.names()
        if name in known:
            return name
        for old in known:
            if old.startswith("addon-"):
                self.drop(old)
        with step("addon installed into a template", usual_s=15):
            self.copy("stock", "making")
            self._install("making", ["mail_gateway_plus"])
            self._do("ALTER DATABASE {} RENAME TO {}", "making", name)
            (self.filestore / "making").rename(self.filestore / name)
        return name

    def _install(self, name: str, modules: list[str]) -> None:
        words = ["server", "-d", name, "-i", ",".join(modules)]
        log = self.run / "install.log"
        log.unlink(missing_ok=True)
        config = self.run / "etc/odoo.conf"
        status = process.run(
            command(config, *words, "--stop-after-init", "--no-http"), log
        )
        if status or not _is_clean(log):
            what = ", ".join(modules)
            raise Missing(f"{what} does not install: see {process.shown(log)}")


def _is_clean(log: Path) -> bool:
    """Odoo reports some failed installations with status 0."""
    text = log.read_text(errors="replace")
    return " ERROR " not in text and " CRITICAL " not in text
