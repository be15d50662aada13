# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Odoo: its configuration file and its server process."""

import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from . import odoo, process, venv
from .paths import ADDON, ROOT
from .say import Missing

START_S = 60
STOP_S = 15


def write_config(path: Path, options: Mapping[str, object]) -> Path:
    """An odoo.conf; `options` win over what every database here shares."""
    addons = [*odoo.addons_paths(), *([ROOT] if ADDON.is_dir() else [])]
    rows: dict[str, object] = {
        "addons_path": ",".join(map(str, addons)),
        "admin_passwd": "admin",
        # The default is every address of the machine.
        "http_interface": "127.0.0.1",
        "list_db": False,
        "max_cron_threads": 0,
        "with_demo": False,
        "log_handler": ":INFO,werkzeug:WARNING",
        **options,
    }
    text = "".join(f"{name} = {value}\n" for name, value in rows.items())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"[options]\n{text}")
    return path


def command(config: Path, *words: str) -> list[str]:
    return [venv.python(), "-m", "odoo", *words, "-c", str(config)]


class Server:
    """A running Odoo. `stop` ends it in order, `kill` as a power cut would."""

    def __init__(self, config: Path, port: int, log: Path) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.log = str(log)
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                command(config, "server"),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.pid = self.process.pid
        self._wait_until_ready()

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/web/health", timeout=5):
                return True
        except (urllib.error.URLError, OSError):
            return False

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_S
        while not self._answers():
            log = process.shown(Path(self.log))
            if self.process.poll() is not None:
                raise Missing(f"Odoo ended while it started: see {log}")
            if time.monotonic() > deadline:
                self.kill()
                raise Missing(f"Odoo did not answer within {START_S} s: see {log}")
            time.sleep(0.1)

    def stop(self) -> None:
        """SIGTERM; what has not ended in time is killed."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        """SIGKILL to Odoo and its workers."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()
