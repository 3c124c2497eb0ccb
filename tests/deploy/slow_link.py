"""A link to a database that a test can make slow; nothing of the server is touched."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class SlowLink:
    """Forwards a port of its own to a server; each answer is held back for ``delay`` seconds."""

    def __init__(self, host: str, port: int) -> None:
        self.delay = 0.0
        self.port = 0
        self._target = (host, port)
        self._writers: set[asyncio.StreamWriter] = set()
        self._serving: set[asyncio.Task[None]] = set()

    async def open(self) -> asyncio.Server:
        """Let connections in."""
        server = await asyncio.start_server(self._begin, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def cut(self) -> None:
        """End all connections."""
        for writer in self._writers:
            writer.transport.abort()
        if self._serving:
            await asyncio.wait(self._serving)

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers, requests = await asyncio.open_connection(*self._target)
        mine = {writer, requests}
        self._writers |= mine
        try:
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
                writer.write(block)
                await writer.drain()
        writer.close()


@asynccontextmanager
async def slow_link(host: str, port: int) -> AsyncIterator[SlowLink]:
    """Lend a link that is fast at first."""
    link = SlowLink(host, port)
    server = await link.open()
    try:
        yield link
    finally:
        server.close()
        link.delay = 0.0
        await link.cut()
