# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A private view of the machine, in which everything but the downloads happens.

A verb starts itself again below ``unshare``:

    the verb, outside     holds the write end of a pipe, waits
      unshare             new mount and PID namespaces (not root: a user one too)
        `init`            process 1: arranges the mounts, reaps orphans
          the verb        inside: starts the servers, does its work

The unpacked packages lie over ``/usr`` there, so Dovecot and Postfix find their
hard-coded paths, and the run's folder appears as ``/srv/run``: short enough for a
socket's path, and passable for any user wherever the checkout lies. When process
1 ends, the kernel ends every process in the namespace: nothing can be left over.

When the outer process dies, even by SIGKILL, the pipe closes, which tells `init`
to stop the inner verb in order.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import FrameType

from . import plain, venv
from .paths import RUNS, TREE
from .say import Missing, call, warn

# How a run was started, for the process inside.
# root: as root; mapped: a user with subordinate ids; single: a user with one id;
# plain: no namespaces at all.
MODE = "MGP_MODE"
RUN = "MGP_RUN"  # the run's folder, as seen inside
SHOWN = "MGP_SHOWN"  # the same, as the user sees it
PIPE = "MGP_PIPE"  # its read end; who has it is the inner verb
# What a mode lacks, and how to get it.
LACKS = {
    "single": "no real Postfix, aiosmtpd in its place: it needs subordinate user ids "
    "(sudo apt-get install uidmap, and a line for you in /etc/subuid)",
    "plain": "no namespaces here: an installed Dovecot and Chromium are used, and "
    "aiosmtpd in Postfix's place; the real Postfix is not tested",
}
# Postfix insists on users of its own; Dovecot wants names for the one it runs as.
USERS = {"sandbox": 1000, "postfix": 60001, "postdrop": 60002}
BASE = [
    "unshare",
    "--mount",
    "--ipc",
    "--pid",
    "--fork",
    "--mount-proc",
    "--kill-child",
]
MOUNT_POINTS = [Path("/srv"), Path("/mnt"), Path("/media")]


def flags(mode: str) -> list[str]:
    """The command that opens a namespace."""
    extra = {
        "root": [],
        "mapped": ["--user", "--map-root-user", "--map-auto"],
        "single": ["--user", "--map-root-user"],
    }
    return BASE + extra[mode]


def _opens(mode: str) -> bool:
    """Whether the kernel lets us have the namespace with an overlay in it."""
    script = (
        "mount -t tmpfs none /srv && mkdir /srv/a /srv/b && "
        "mount -t overlay -o ro,lowerdir=/srv/a:/srv/b none /srv/a"
    )
    try:
        done = subprocess.run([*flags(mode), "sh", "-c", script], capture_output=True)
    except FileNotFoundError:
        return False
    return done.returncode == 0


def choose() -> str:
    """The best mode that this machine allows."""
    if os.environ.get("MGP_NO_NAMESPACE"):
        return "plain"
    modes = ["single"]
    if os.geteuid() == 0:
        # Within somebody's namespace root may be the only user there is.
        modes = ["root"] if _has_ids() else modes
    elif shutil.which("newuidmap"):
        modes = ["mapped", *modes]
    return next(filter(_opens, modes), "plain")


def _has_ids() -> bool:
    rows = Path("/proc/self/uid_map").read_text().splitlines()
    ranges = (map(int, row.split()) for row in rows)
    return any(
        first <= USERS["postfix"] < first + count for first, _outer, count in ranges
    )


def enter(mode: str, run: Path, words: list[str]) -> int:
    """Start the verb again inside, pass on signals, give its exit status."""
    reader, writer = os.pipe()
    env = os.environ | {MODE: mode, SHOWN: str(run), PIPE: str(reader)}
    if mode in LACKS:
        warn(LACKS[mode])
    command = [venv.python(), "-m", "sandbox", *words]
    if mode == "plain":
        env[RUN] = str(run)
    else:
        env[RUN] = str(_mount_point() / "run")
        command = [*flags(mode), venv.python(), "-m", "sandbox.space", *words]
    # A terminal's Ctrl-C reaches the inner verb by itself, a kill does not.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if mode == "plain":
        plain.adopt_orphans()
    child = subprocess.Popen(command, env=env, pass_fds=[reader])
    os.close(reader)
    pipe = [writer]
    signal.signal(signal.SIGTERM, lambda *_: pipe and os.close(pipe.pop()))
    status = child.wait()
    if mode == "plain":
        plain.end_orphans()
    return status


def _mount_point() -> Path:
    """A folder that every Debian has and below which none of ours lies."""
    ours = [*RUNS.parents, *Path(__file__).parents]
    free = [path for path in MOUNT_POINTS if path.is_dir() and path not in ours]
    if not free:
        raise Missing("none of /srv, /mnt and /media is free to mount on")
    return free[0]


def _mount(*words: str | Path) -> None:
    call(["mount", *words], "private mounts")


def _accounts(kind: str, place: Path) -> None:
    """passwd or group of the machine, with the servers' users added."""
    rows = {
        "passwd": "{name}:x:{id}:{id}::/nonexistent:/usr/sbin/nologin\n",
        "group": "{name}:x:{id}:\n",
    }
    known = Path("/etc", kind).read_text().splitlines(keepends=True)
    kept = [row for row in known if row.split(":")[0] not in USERS]
    ours = [rows[kind].format(name=name, id=id_) for name, id_ in USERS.items()]
    # Ours go first: who looks up a number finds the first row with it.
    (place / kind).write_text("".join(ours + kept))
    _mount("--bind", place / kind, Path("/etc", kind))


def _give_hosts(folder: Path) -> None:
    """A bare system may not know localhost, and certificates are made out to it."""
    folder.mkdir()
    (folder / "hosts").write_text("127.0.0.1 localhost\n")
    _mount("-t", "overlay", "-o", f"ro,lowerdir={folder}:/etc", "overlay", "/etc")


def arrange(place: Path, run: Path) -> None:
    """Mount what the servers expect to see."""
    _mount("-t", "tmpfs", "-o", "mode=755", "none", place)
    for name, source in (("run", run), ("tree", TREE)):
        (place / name).mkdir()
        _mount("--bind", source, place / name)
    lower = f"{place}/tree/usr:/usr"
    _mount("-t", "overlay", "-o", f"ro,lowerdir={lower}", "overlay", "/usr")
    if not Path("/etc/hosts").exists():
        _give_hosts(place / "etc")
    _accounts("passwd", place)
    _accounts("group", place)


def stop_when_closed(pipe: int, child: int) -> None:
    """Have `child` stop when the process outside has ended or wants it to."""

    def watch() -> None:
        os.read(pipe, 1)
        # It may have ended by itself meanwhile.
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


def _reap_until(child: int) -> int:
    """Wait for all that end, until `child` does; give its exit status."""
    while True:
        ended, status = os.wait()
        if ended == child:
            return os.waitstatus_to_exitcode(status)


def init(words: list[str]) -> int:
    """Process 1 of the namespace."""
    run = Path(os.environ[RUN])
    arrange(run.parent, Path(os.environ[SHOWN]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pipe = int(os.environ[PIPE])
    child = os.fork()
    if not child:
        os.close(pipe)
        os.execv(sys.executable, [sys.executable, "-m", "sandbox", *words])
    stop_when_closed(pipe, child)
    return abs(_reap_until(child))


def raise_on_signals() -> None:
    """Inside: Ctrl-C and a kill both end in an orderly stop."""

    def stop(number: int, frame: FrameType | None) -> None:
        # Once is enough: a second one must not break the stopping itself.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)


if __name__ == "__main__":
    try:
        sys.exit(init(sys.argv[1:]))
    except Missing as error:
        sys.exit(f"error: {error}")
