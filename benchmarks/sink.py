# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An SMTP server on loopback that takes all mail, forgets it, and counts for whom it
was. In a thread, and quick, so that what sends to it is measured.

>>> with Sink(capabilities=()) as sink:  # doctest: +SKIP
...     send_to("127.0.0.1", sink.port)
>>> sink.taken["bob@away.example"]  # doctest: +SKIP
1
"""

import asyncio
from collections import Counter
from collections.abc import Callable

from .loopback import Loopback

PIPELINING = "PIPELINING"
END = b"\r\n.\r\n"


class Sink(Loopback):
    """``taken``: recipient -> messages; ``most``: connections that were open at a
    time."""

    def __init__(self, capabilities: tuple[str, ...] = (PIPELINING,)) -> None:
        super().__init__()
        self.capabilities = capabilities
        self.taken: Counter[str] = Counter()
        self.open = self.most = 0

    async def _listen(self) -> asyncio.Server:
        return await self._loop.create_server(
            lambda: Session(self), "127.0.0.1", self.port
        )


class Session(asyncio.Protocol):
    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._buffer = bytearray()
        self._to: list[str] = []
        self._take: Callable[[], bytes | None] = self._command

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._sink.open += 1
        self._sink.most = max(self._sink.most, self._sink.open)
        transport.write(b"220 sink\r\n")

    def connection_lost(self, _problem: Exception | None) -> None:
        self._sink.open -= 1

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        said = bytearray()
        while (answer := self._take()) is not None:
            said += answer
        self._transport.write(bytes(said))

    def _until(self, mark: bytes) -> bytes | None:
        end = self._buffer.find(mark)
        if end < 0:
            return None
        taken = bytes(self._buffer[:end])
        del self._buffer[: end + len(mark)]
        return taken

    def _command(self) -> bytes | None:
        line = self._until(b"\r\n")
        if line is None:
            return None
        verb = line[:4].upper()
        if verb == b"EHLO":
            return self._hello()
        if verb == b"RCPT":
            self._to.append(line.partition(b"<")[2].partition(b">")[0].decode())
        elif verb == b"DATA":
            self._take = self._content
            return b"354 go on\r\n"
        elif verb in (b"MAIL", b"RSET"):
            self._to = []
        return b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n"

    def _content(self) -> bytes | None:
        if self._until(END) is None:
            return None
        self._take = self._command
        self._sink.taken.update(self._to)
        return b"250 taken\r\n"

    def _hello(self) -> bytes:
        names = ["sink", "8BITMIME", *self._sink.capabilities]
        lines = [f"250-{name}\r\n" for name in names[:-1]] + [f"250 {names[-1]}\r\n"]
        return "".join(lines).encode()
