# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A TCP proxy on loopback that delays each direction and limits nothing else.

What is read at one moment is written ``delay_s`` later, however much of it is on
the way at that time: as on a long line, and unlike a sleep for every packet.

>>> with Delay(13993, delay_s=0.015) as proxy:  # doctest: +SKIP
...     connect("127.0.0.1", proxy.port)
"""

import asyncio
import contextlib

from .loopback import Loopback

CHUNK = 256 * 1024
#: Chunks on the way in one direction. Far more than 15 ms of loopback bring, so it
#: only bounds what a receiver that has stopped reading can pile up here.
ON_THE_WAY = 4096


class Delay(Loopback):
    """Passes everything on to the port ``target``."""

    def __init__(self, target: int, delay_s: float, port: int = 0) -> None:
        super().__init__(port)
        self.target, self.delay_s = target, delay_s

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._connected, "127.0.0.1", self.port)

    async def _connected(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        # A connection takes a round trip to stand; here the kernel took no time.
        await asyncio.sleep(2 * self.delay_s)
        ours = await asyncio.open_connection("127.0.0.1", self.target)
        try:
            await asyncio.gather(
                self._pass(reader, ours[1]), self._pass(ours[0], writer)
            )
        finally:
            for end in (writer, ours[1]):
                end.close()

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """One direction; its end is passed on with the same delay."""
        line: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(ON_THE_WAY)
        reading = asyncio.ensure_future(self._read(reader, line))
        try:
            # A side that breaks off instead of closing is no fault of the proxy. The
            # system has several words for it, ENOTCONN among them.
            with contextlib.suppress(OSError):
                await self._write(writer, line)
        finally:
            reading.cancel()

    async def _read(
        self, reader: asyncio.StreamReader, line: "asyncio.Queue[tuple[float, bytes]]"
    ) -> None:
        data = b"-"
        while data:
            try:
                data = await reader.read(CHUNK)
            except OSError:
                data = b""
            await line.put((self._loop.time() + self.delay_s, data))

    async def _write(
        self, writer: asyncio.StreamWriter, line: "asyncio.Queue[tuple[float, bytes]]"
    ) -> None:
        while True:
            due, data = await line.get()
            # The timer of the event loop may be early by its resolution.
            while (left := due - self._loop.time()) > 0:
                await asyncio.sleep(left)
            if not data:
                if writer.can_write_eof():
                    writer.write_eof()
                return
            writer.write(data)
            await writer.drain()
