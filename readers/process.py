"""One reading process, seen from the service."""

import asyncio
import math
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self, TypeAlias

from contracts.errors import Unavailable
from readers.engines import Engine
from readers.frames import LENGTHS, Kind, frame
from readers.limits import Limits

_ROOT = str(Path(__file__).parent.parent)
_HEADER_MAX = 128 << 20
_UTF8_MAX = 4
_PIPE_BUFFER = 1 << 20
_PIECE = 1 << 20
_DYING_SECONDS = 2.0


class Died(Exception):
    """The process ended instead of answering."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code

    @property
    def out_of_time(self) -> bool:
        """Tell whether the kernel ended it for using too much CPU."""
        return self.code == -signal.SIGXCPU

    def __str__(self) -> str:
        """Name the signal or the exit code."""
        return signal.Signals(-self.code).name if self.code < 0 else f"exit code {self.code}"


class OutOfTime(Exception):
    """The process did not answer in time; its words say in what time."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame before the last one of an answer; its bytes can be taken once."""

    kind: Kind
    header: bytes
    pieces: AsyncIterator[bytes]


Follow: TypeAlias = Callable[[Frame], Awaitable[None]]


class ReadingProcess:
    """A child that reads one file at a time; ``files`` counts what it was given.

    ``at_rest`` tells that it has answered in full and can be given the next file.
    """

    def __init__(self, process: asyncio.subprocess.Process, limits: Limits) -> None:
        self._process = process
        self._limits = limits
        self._wall = limits.start_seconds
        self._ends = math.inf
        self.files = 0
        self.at_rest = True

    @classmethod
    async def start(
        cls, limits: Limits, formats: Mapping[str, str], engine: Engine | None = None
    ) -> Self:
        """Start a child and wait until it is ready. Raises Unavailable when it is not."""
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-B", "-P", "-Xutf8", "-m", "readers.child"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                limit=_PIPE_BUFFER,
                start_new_session=True,
                # Nothing of the service's environment: it holds passwords.
                env={"PYTHONPATH": os.pathsep.join([_ROOT, *filter(None, sys.path)])},
            )
        except OSError as error:
            raise _not_started(str(error)) from error
        child = cls(process, limits)
        setup = {
            "limits": asdict(limits),
            "formats": dict(formats),
            "engine": engine and asdict(engine),
            "parent": os.getpid(),
        }
        try:
            await child._exchange(frame(setup))
        except (Died, OutOfTime) as error:
            await child.end()
            raise _not_started(str(error)) from error
        except BaseException:
            child.kill()
            raise
        return child

    @property
    def alive(self) -> bool:
        """Tell whether it has not ended, as far as is known."""
        return self._process.returncode is None

    async def ask(self, request: Mapping[str, object], follow: Follow) -> tuple[bytes, bytes]:
        """Give the header and text of the answer's last frame.

        What comes before it goes to ``follow``, whose time does not count. Raises Died, OutOfTime.
        """
        self.files += 1
        self.at_rest = False
        self._wall = self._limits.wall_seconds
        self._ends = asyncio.get_running_loop().time() + self._limits.total_seconds
        answer = await self._exchange(frame(request), follow)
        self.at_rest = True
        return answer

    async def _exchange(self, message: bytes, follow: Follow | None = None) -> tuple[bytes, bytes]:
        stdin, stdout = self._pipes()
        try:
            async with self._deadline():
                stdin.write(message)
                await stdin.drain()
                kind, header, size = await self._next(stdout)
            while kind is not Kind.LAST and follow is not None:
                pieces = self._pieces(stdout, size)
                await follow(Frame(kind, header, pieces))
                async for _ in pieces:  # whatever was not taken
                    pass
                async with self._deadline():
                    kind, header, size = await self._next(stdout)
            async with self._deadline():
                return header, await stdout.readexactly(size)
        except (asyncio.IncompleteReadError, ConnectionError):
            raise Died(await self._ending()) from None

    def _pipes(self) -> tuple[asyncio.StreamWriter, asyncio.StreamReader]:
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise RuntimeError("started without pipes")
        return stdin, stdout

    async def _next(self, stdout: asyncio.StreamReader) -> tuple[Kind, bytes, int]:
        """Read a frame up to its bytes; a process that announces too much of them is ended."""
        kind, header, size = LENGTHS.unpack(await stdout.readexactly(LENGTHS.size))
        most = (
            self._limits.characters * _UTF8_MAX if kind is Kind.LAST else self._limits.member_bytes
        )
        if header > _HEADER_MAX or size > most or kind not in set(Kind):
            self.kill()
            raise Died(await self._process.wait())
        return Kind(kind), await stdout.readexactly(header), size

    async def _pieces(self, stdout: asyncio.StreamReader, size: int) -> AsyncIterator[bytes]:
        """Give what stands behind a header as it comes."""
        while size:
            async with self._deadline():
                piece = await stdout.read(min(size, _PIECE))
            if not piece:
                raise Died(await self._ending())
            size -= len(piece)
            yield piece

    @asynccontextmanager
    async def _deadline(self) -> AsyncIterator[None]:
        """Bound the way to the next frame, and all of them together. Raises OutOfTime."""
        now = asyncio.get_running_loop().time()
        wall, total = now + self._wall, self._ends
        try:
            async with asyncio.timeout_at(min(wall, total)):
                yield
        except TimeoutError:
            spent = self._wall if wall < total else self._limits.total_seconds
            raise OutOfTime(f"{spent:g} seconds") from None

    async def _ending(self) -> int:
        """Give the exit code of a process that closed its pipe.

        Killing at once would take the code from under asyncio, which then reports 255.
        """
        try:
            async with asyncio.timeout(_DYING_SECONDS):
                return await self._process.wait()
        except TimeoutError:
            self.kill()
            return await self._process.wait()

    def kill(self) -> None:
        """End it now, whatever it does."""
        if self._process.returncode is None:
            try:
                self._process.kill()
            except ProcessLookupError:  # it ended in this moment
                return

    async def end(self) -> None:
        """End it and wait until the system has taken it back."""
        self.kill()
        if self._process.stdin is not None:
            self._process.stdin.close()
        await self._process.wait()


def _not_started(why: str) -> Unavailable:
    return Unavailable(
        f"A reading process could not be started ({why}).",
        "Check that this machine has free memory and may start processes.",
    )
