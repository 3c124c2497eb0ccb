"""A link to a server that a test slows, pauses, cuts and mends; the server is left alone."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Link:
    """Forwards ``port`` of the loopback interface to a server.

    Each answer is held back for ``delay`` seconds.
    """

    def __init__(self, host: str, port: int) -> None:
        self.delay = 0.0
        self.port = 0
        self._target = (host, port)
        self._whole = True
        self._flowing = asyncio.Event()
        self._writers: set[asyncio.StreamWriter] = set()
        self._serving: set[asyncio.Task[None]] = set()

    async def open(self) -> asyncio.Server:
        """Let connections in."""
        self.mend()
        server = await asyncio.start_server(self._begin, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        return server

    def mend(self) -> None:
        """Let bytes flow, and connections in."""
        self._whole = True
        self._flowing.set()

    def pause(self) -> None:
        """Hold every byte back: the server seems to be there and says nothing."""
        self._flowing.clear()

    async def cut(self) -> None:
        """End all connections, and each new one at once; the port stays this link's own."""
        self._whole = False
        self._flowing.set()
        for writer in self._writers:
            writer.transport.abort()
        if self._serving:
            await asyncio.wait(self._serving)

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._whole:
            writer.transport.abort()
            return
        task = asyncio.create_task(self._serve(reader, writer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers, requests = await asyncio.open_connection(*self._target)
        mine = {writer, requests}
        self._writers |= mine
        try:
            if not self._whole:  # it was cut meanwhile
                return
            await asyncio.gather(
                self._forward(reader, requests, held=False),
                self._forward(answers, writer, held=True),
            )
        finally:
            self._writers -= mine
            for one in mine:
                one.close()

    async def _forward(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, held: bool
    ) -> None:
        with contextlib.suppress(OSError):
            while block := await reader.read(65536):
                if held and self.delay:
                    await asyncio.sleep(self.delay)
                await self._flowing.wait()
                writer.write(block)
                await writer.drain()
        writer.close()


@asynccontextmanager
async def link_to(host: str, port: int) -> AsyncIterator[Link]:
    """Lend a link that is whole and fast at first."""
    link = Link(host, port)
    server = await link.open()
    try:
        yield link
    finally:
        server.close()
        link.delay = 0.0
        await link.cut()
