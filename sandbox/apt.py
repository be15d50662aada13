# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Debian packages without installing them.

apt works for anybody when its lists and its cache are one's own: `Apt` gives it
a configuration that points into the sandbox. The mirrors are those that the
machine itself uses. What the machine has already is not fetched again, since the
closure is computed against its own dpkg status, which is only read.
"""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .paths import is_stamped, key_of, stamp, unstamp
from .say import Missing, call

SOURCES = Path("/etc/apt")
STATUS = Path("/var/lib/dpkg/status")
ROLLING = ("stable", "oldstable", "testing", "unstable", "sid")


@dataclass(frozen=True)
class Source:
    """One line of a sources list."""

    uri: str
    suite: str
    options: str = ""

    def __str__(self) -> str:
        return f"deb {self.options} {self.uri} {self.suite} main".replace("  ", " ")


def _paragraphs(text: str) -> list[dict[str, str]]:
    """deb822: fields of each paragraph; continuation lines belong to the last."""
    found = []
    for block in re.split(r"\n\s*\n", text):
        lines = [row for row in block.splitlines() if not row.startswith("#")]
        joined = re.sub(r"\n[ \t]+", " ", "\n".join(lines))
        pairs = (row.split(":", 1) for row in joined.splitlines() if ":" in row)
        found.append({name.strip().lower(): value.strip() for name, value in pairs})
    return found


def _of_paragraph(fields: dict[str, str]) -> list[Source]:
    if "deb" not in fields.get("types", "").split():
        return []
    if "main" not in fields.get("components", "").split():
        return []
    if fields.get("enabled", "yes").lower() in ("no", "false"):
        return []
    key = fields.get("signed-by", "")
    # A key written into the file itself cannot go on one line: apt's own
    # trusted keys hold the distribution's.
    options = f"[signed-by={key.replace(' ', ',')}]" if key.startswith("/") else ""
    return [
        Source(uri, suite, options)
        for uri in fields.get("uris", "").split()
        for suite in fields.get("suites", "").split()
    ]


def _of_line(row: str) -> list[Source]:
    match = re.match(r"deb\s+(\[[^]]*\])?\s*(\S+)\s+(\S+)\s+(.*)", row.strip())
    if not match or "main" not in match[4].split():
        return []
    return [Source(match[2], match[3], match[1] or "")]


def machine_sources(folder: Path = SOURCES) -> list[Source]:
    """All that the machine's own lists name."""
    found: list[Source] = []
    for path in sorted([*folder.glob("*.list"), *folder.glob("sources.list.d/*")]):
        text = path.read_text(errors="replace")
        if path.suffix == ".sources":
            for fields in _paragraphs(text):
                found += _of_paragraph(fields)
        elif path.suffix == ".list":
            for row in text.splitlines():
                found += _of_line(row)
    return found


def codename() -> str:
    """The machine's suite, for instance bookworm."""
    text = Path("/etc/os-release").read_text()
    match = re.search(r"^VERSION_CODENAME=\"?(\w+)", text, re.MULTILINE)
    return match[1] if match else "sid"


def own_sources() -> list[Source]:
    """The distribution's own suite with its updates; others' repositories not."""
    bases = (codename(), *ROLLING)
    endings = ("", "-updates", "-security")
    suites = {base + ending for base in bases for ending in endings}
    found = [source for source in machine_sources() if source.suite in suites]
    if not found:
        raise Missing("no Debian mirror stands in /etc/apt/sources.list*")
    return found


def sid_sources() -> list[Source]:
    """The same mirror's suite sid."""
    plain = [source for source in own_sources() if "-" not in source.suite]
    mirror = min(plain or own_sources(), key=lambda one: "debian" not in one.uri)
    return [Source(mirror.uri, "sid", mirror.options)]


class Apt:
    """apt with lists and cache of its own, below `folder`."""

    def __init__(self, folder: Path, sources: list[Source]) -> None:
        if not shutil.which("apt-get"):
            raise Missing("there is no apt-get: Debian 12 or later is needed")
        self.folder = folder
        self.archives = folder / "archives"
        self.lists = folder / "lists"
        self.archives.mkdir(parents=True, exist_ok=True)
        (self.lists / "partial").mkdir(parents=True, exist_ok=True)
        (folder / "cache/archives/partial").mkdir(parents=True, exist_ok=True)
        text = "".join(f"{source}\n" for source in dict.fromkeys(sources))
        self.sources_key = key_of(text)
        (folder / "sources.list").write_text(text)
        self._write_configuration()

    def _write_configuration(self) -> None:
        rows = {
            "Dir::Etc::sourcelist": self.folder / "sources.list",
            "Dir::Etc::sourceparts": "/dev/null",
            # Pins of the machine are for what is installed on it.
            "Dir::Etc::preferences": "/dev/null",
            "Dir::Etc::preferencesparts": "/dev/null",
            "Dir::State::lists": self.lists,
            "Dir::Cache": self.folder / "cache",
            # As root apt would turn to the user _apt, who cannot write here.
            "APT::Sandbox::User": "root",
            "Acquire::Languages": "none",
            "Acquire::Retries": "3",
            # A mirror that lags behind is no reason to stop; who signed its lists
            # is checked all the same.
            "Acquire::Check-Valid-Until": "false",
            # Else a mirror that does not answer is but a warning.
            "APT::Update::Error-Mode": "any",
            "DPkg::Pre-Install-Pkgs": "",
        }
        text = "".join(f'{name} "{value}";\n' for name, value in rows.items())
        (self.folder / "apt.conf").write_text(text)

    def _get(self, *words: str, what: str) -> str:
        config = str(self.folder / "apt.conf")
        env = {**os.environ, "APT_CONFIG": config, "LC_ALL": "C.UTF-8"}
        return call(["apt-get", "-q", *words], what, cwd=self.archives, env=env)

    def update(self, *, again: bool = False) -> None:
        """Fetch the lists, once: a stale list shows when a download fails."""
        if not again and is_stamped(self.lists, self.sources_key):
            return
        unstamp(self.lists)
        self._get("update", what="package lists")
        stamp(self.lists, self.sources_key)

    def closure(self, packages: list[str]) -> list[str]:
        """`name=version` of the packages and of what they need and is not here."""
        said = self._get(
            *("install", "--simulate", "--no-install-recommends", *packages),
            what=f"what {packages[0]} needs",
        )
        rows = re.findall(r"^Inst (\S+) (?:\[\S*\] )?\((\S+)", said, re.MULTILINE)
        return [f"{name}={version}" for name, version in rows]

    def download(self, packages: list[str]) -> list[Path]:
        """Files of the packages; what an earlier run fetched is used again."""
        if not packages:
            return []
        try:
            return self._download(packages)
        except Missing:
            # The mirror has moved on since the lists came.
            self.update(again=True)
            return self._download([name.split("=")[0] for name in packages])

    def _download(self, packages: list[str]) -> list[Path]:
        self._get("download", *packages, what=f"download of {len(packages)} packages")
        return [self._newest(name.split("=")[0]) for name in packages]

    def _newest(self, name: str) -> Path:
        """apt gives a file the date at which the mirror got it."""
        found = self.archives.glob(f"{name}_*.deb")
        return max(found, key=lambda path: path.stat().st_mtime)


def unpack(archives: list[Path], tree: Path) -> None:
    """Lay packages into `tree` as they would lie on a machine with merged /usr.

    `dpkg -x` would replace the links by folders; tar can be told to follow them.
    """
    for name in ("bin", "sbin", "lib", "lib64"):
        (tree / "usr" / name).mkdir(parents=True, exist_ok=True)
        if not (tree / name).is_symlink():
            (tree / name).symlink_to(f"usr/{name}")
    for archive in archives:
        with subprocess.Popen(
            ["dpkg-deb", "--fsys-tarfile", str(archive)], stdout=subprocess.PIPE
        ) as package:
            done = subprocess.run(
                [
                    *("tar", "-x", "--keep-directory-symlink", "--no-same-owner"),
                    *("--no-same-permissions", "-C", str(tree)),
                ],
                stdin=package.stdout,
                stderr=subprocess.PIPE,
                text=True,
            )
        if done.returncode or package.returncode:
            raise Missing(f"{archive.name} does not unpack: {done.stderr.strip()}")
