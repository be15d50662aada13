# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""SMTP on a socket: lines out, replies in (RFC 5321, 4.2), both bounded."""

import re
import ssl
from collections.abc import Iterable, Iterator
from typing import Any

from . import sockets
from .deadline import Deadline
from .refusal import Missing

#: RFC 5321, 4.5.3.1.5 says 512 bytes, with extensions more; no server sends that much.
LONGEST_LINE = 8_192
MOST_LINES = 200

_REPLY = re.compile(r"([2-5][0-9][0-9])(?:([ \t-])(.*))?", re.DOTALL)
#: A line that begins with a dot (RFC 5321, 4.5.2).
_DOT = re.compile(rb"^\.", re.MULTILINE)
_END_OF_LINE = re.compile(rb"\r\n|\r|\n")


class Odd(Missing):
    """What came is no reply of SMTP."""

    def __init__(self, came: str) -> None:
        super().__init__("answer", came)


class Line:
    """:param sock: one of ``sockets``, encrypted or not, that obeys ``deadline``"""

    def __init__(self, sock: Any, deadline: Deadline) -> None:
        self.sock, self._deadline = sock, deadline
        self._file = sock.makefile("rb")

    def reply(self) -> tuple[int, list[str]]:
        """(number, text of each line)"""
        whole: list[str] = []
        lines: list[str] = []
        for _number in range(MOST_LINES):
            whole.append(self._next(whole))
            match = _REPLY.fullmatch(whole[-1])
            if not match:
                break
            lines.append(match[3] or "")
            if match[2] != "-":
                return int(match[1]), lines
        raise Odd("\n".join(whole))

    def _next(self, before: list[str]) -> str:
        """Who hangs up in the middle of a reply may have said why."""
        try:
            return self._read()
        except (EOFError, ConnectionError) as gone:
            begun = str(gone) if isinstance(gone, EOFError) else ""
            said = "\n".join(filter(None, [*before, begun]))
            raise EOFError(said or "the server has hung up") from gone

    def _read(self) -> str:
        raw: bytes = self._file.readline(LONGEST_LINE)
        line = raw.decode("utf-8", "replace").rstrip("\r\n")
        if raw.endswith(b"\n"):
            return line
        if len(raw) < LONGEST_LINE:
            raise EOFError(line)
        raise Odd(line)

    def ask(self, line: str, seconds: float = 0) -> tuple[int, list[str]]:
        """The reply to a command, which may take so long, or as long as any."""
        if "\r" in line or "\n" in line:
            raise ValueError("a command is one line")
        self._deadline.start(seconds or self._deadline.limits.command_s)
        self.sock.sendall(f"{line}\r\n".encode())
        return self.reply()

    def ask_all(self, lines: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
        """The replies to several commands, sent in one go (RFC 2920)."""
        lines = list(lines)
        if any("\r" in line or "\n" in line for line in lines):
            raise ValueError("a command is one line")
        self._deadline.command()
        self.sock.sendall("".join(f"{line}\r\n" for line in lines).encode())
        for _line in lines:
            self._deadline.command()
            yield self.reply()

    def send(self, message: bytes) -> tuple[int, list[str]]:
        """The reply to a message, which may take as long as its size does."""
        self._deadline.command(len(message))
        self.sock.sendall(stuffed(message))
        return self.reply()

    def secure(self, context: ssl.SSLContext, host: str) -> None:
        """TLS from here on. What came before it in clear text is dropped with the file:
        somebody on the way may have put it there (RFC 3207, 6)."""
        self._deadline.command()
        self._file.close()
        self.sock = sockets.encrypt(self.sock, context, host)
        self._file = self.sock.makefile("rb")

    def close(self) -> None:
        self._file.close()
        self.sock.close()


def stuffed(message: bytes) -> bytes:
    """A message as it goes over the line, with its end."""
    whole = _DOT.sub(b"..", _END_OF_LINE.sub(b"\r\n", message))
    return whole + (b".\r\n" if whole.endswith(b"\r\n") or not whole else b"\r\n.\r\n")
