"""A link to PostgreSQL that a test can pause, cut and mend; nothing of the server is touched."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

PORT = 5432


class FlakyLink:
    """Forwards a unix socket in ``folder`` to the server behind ``url``."""

    def __init__(self, url: str, folder: Path) -> None:
        target = conninfo_to_dict(url)
        self.url = make_conninfo(url, host=str(folder), port=PORT)
        self._socket = folder / f".s.PGSQL.{PORT}"
        self._host, self._port = str(target["host"]), int(target.get("port") or PORT)
        self._open = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def mend(self) -> None:
        """Let bytes flow, and connections in."""
        self._open.set()
        if self._server is None:
            self._server = await asyncio.start_unix_server(self._serve, self._socket)

    def pause(self) -> None:
        """Hold every byte back: the server seems to be there and says nothing."""
        self._open.clear()

    async def cut(self) -> None:
        """End all connections and let none in."""
        if self._server:
            self._server.close()
            self._server = None
        for writer in self._writers:
            writer.transport.abort()
        self._open.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._host.startswith("/"):
            path = f"{self._host}/.s.PGSQL.{self._port}"
            server_reader, server_writer = await asyncio.open_unix_connection(path)
        else:
            server_reader, server_writer = await asyncio.open_connection(self._host, self._port)
        mine = {writer, server_writer}
        self._writers |= mine
        try:
            await asyncio.gather(
                self._forward(reader, server_writer), self._forward(server_reader, writer)
            )
        finally:
            self._writers -= mine
            for one in mine:
                one.close()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while block := await reader.read(65536):
                await self._open.wait()
                writer.write(block)
                await writer.drain()
        writer.close()


@asynccontextmanager
async def flaky_link(url: str, folder: Path) -> AsyncIterator[FlakyLink]:
    link = FlakyLink(url, folder)
    await link.mend()
    try:
        yield link
    finally:
        await link.cut()
