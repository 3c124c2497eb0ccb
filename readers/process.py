"""One reading process, seen from the service."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Self

from contracts.errors import Unavailable
from readers.frames import LENGTHS, frame
from readers.limits import Limits

_ROOT = str(Path(__file__).parent.parent)
_HEADER_MAX = 128 << 20
_UTF8_MAX = 4
_PIPE_BUFFER = 1 << 20
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


class ReadingProcess:
    """A child that reads one file at a time; ``files`` counts what it was given."""

    def __init__(self, process: asyncio.subprocess.Process, limits: Limits) -> None:
        self._process = process
        self._limits = limits
        self.files = 0

    @classmethod
    async def start(cls, limits: Limits, formats: Mapping[str, str]) -> Self:
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
        setup = {"limits": asdict(limits), "formats": dict(formats), "parent": os.getpid()}
        try:
            async with asyncio.timeout(limits.start_seconds):
                await child._exchange(frame(setup))
        except (Died, TimeoutError) as error:
            await child.end()
            raise _not_started(str(error) or "no sign of life") from error
        except BaseException:
            child.kill()
            raise
        return child

    @property
    def alive(self) -> bool:
        """Tell whether it has not ended, as far as is known."""
        return self._process.returncode is None

    async def ask(self, request: Mapping[str, object]) -> tuple[bytes, bytes]:
        """Give the answer's header and text. Raises Died, TimeoutError."""
        self.files += 1
        async with asyncio.timeout(self._limits.wall_seconds):
            return await self._exchange(frame(request))

    async def _exchange(self, message: bytes) -> tuple[bytes, bytes]:
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise RuntimeError("started without pipes")
        try:
            stdin.write(message)
            await stdin.drain()
            lengths = await stdout.readexactly(LENGTHS.size)
            header, text = LENGTHS.unpack(lengths)
            if header > _HEADER_MAX or text > self._limits.characters * _UTF8_MAX:
                self.kill()
            return await stdout.readexactly(header), await stdout.readexactly(text)
        except (asyncio.IncompleteReadError, ConnectionError):
            raise Died(await self._ending()) from None

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
