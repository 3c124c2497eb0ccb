"""ProcessReader: reads files in a few child processes, so that no file can harm the service."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict

from contracts.content import Enclosed, NoteProgress, Source, TakeEnclosed, TakeRecognised
from contracts.errors import Unavailable, Unreadable, UnreadableDocument
from contracts.nouns import Reading
from readers.answers import BadAnswer, Exhausted, to_page, to_path, to_progress, to_reading
from readers.engines import Engine
from readers.formats import FORMATS
from readers.frames import Kind
from readers.limits import LIMITS, Limits
from readers.process import Died, Follow, Frame, OutOfTime, ReadingProcess

_DECODED_HERE = 1 << 20


class ProcessReader:
    """A pool of reading processes (port contracts.content.Reader).

    Processes start when they are first needed, read one file at a time and are replaced after
    ``limits.files_per_process`` files or any trouble. Waiting readers are served in order.
    ``formats`` maps media types to ``module:function`` (readers.formats). ``engine`` recognises
    text in pictures (readers.installed).
    """

    def __init__(
        self,
        workers: int = 2,
        limits: Limits = LIMITS,
        formats: Mapping[str, str] = FORMATS,
        engine: Engine | None = None,
    ) -> None:
        self._limits = limits
        self._formats = formats
        self._engine = engine
        self._turns = asyncio.Semaphore(workers)
        self._idle: list[ReadingProcess] = []
        self._all: set[ReadingProcess] = set()
        self._closed = False

    async def read(
        self,
        source: Source,
        enclosed: TakeEnclosed | None = None,
        progress: NoteProgress | None = None,
        recognised: TakeRecognised | None = None,
    ) -> Reading:
        """Give the text in parts. Raises UnreadableDocument; Unavailable after ``close``."""
        follow = _follower(enclosed, progress, recognised)
        request = {
            "path": str(source.path),
            "filename": source.filename,
            "start": source.start,
            "end": source.end,
            "media_type": source.media_type,
            "recognised": [asdict(page) for page in source.recognised],
        }
        async with self._turns:
            try:
                return await self._attempt(request, follow, fresh=False)
            except _Doubtful:
                # The process had read other files before: a document is blamed only when it
                # ends a process that has seen nothing else.
                return await self._attempt(request, follow, fresh=True)

    async def close(self) -> None:
        """End the processes; reads in flight raise Unavailable."""
        self._closed = True
        await asyncio.gather(*(self._end(child) for child in list(self._all)))

    async def _attempt(
        self, request: Mapping[str, object], follow: Follow, *, fresh: bool
    ) -> Reading:
        child = await self._take(fresh=fresh)
        broken = False
        try:
            return await self._answer(child, request, follow)
        except UnreadableDocument as error:
            broken = isinstance(error, Exhausted) or error.reason is Unreadable.CRASHED
            if broken and child.files > 1:
                raise _Doubtful from error
            raise
        finally:
            # Also when the reader was cancelled: the process would go on with its file.
            await self._give_back(child, reusable=child.at_rest and not broken)

    async def _answer(
        self, child: ReadingProcess, request: Mapping[str, object], follow: Follow
    ) -> Reading:
        try:
            header, text = await child.ask(request, follow)
            return await _decoded(header, text)
        except OutOfTime as error:
            raise _too_slow(str(error)) from error
        except Died as error:
            self._check_open()
            if error.out_of_time:
                raise _too_slow(f"{self._limits.cpu_seconds} seconds of computing") from error
            raise _crashed(str(error)) from error
        except BadAnswer as error:
            raise _crashed("an answer without sense") from error

    async def _take(self, *, fresh: bool) -> ReadingProcess:
        self._check_open()
        while self._idle and not fresh:
            child = self._idle.pop()
            if child.alive:
                return child
            await self._end(child)
        child = await ReadingProcess.start(self._limits, self._formats, self._engine)
        self._all.add(child)
        try:
            self._check_open()  # it may have been closed while the process started
        except Unavailable:
            await self._end(child)
            raise
        return child

    def _check_open(self) -> None:
        if self._closed:
            raise Unavailable("The reading processes have been ended.", "Start the service again.")

    async def _give_back(self, child: ReadingProcess, *, reusable: bool) -> None:
        if reusable and child.files < self._limits.files_per_process and not self._closed:
            self._idle.append(child)
        else:
            child.kill()
            await self._end(child)

    async def _end(self, child: ReadingProcess) -> None:
        await child.end()
        self._all.discard(child)


class _Doubtful(Exception):
    """A failure that may be an earlier file's fault."""


def _follower(
    enclosed: TakeEnclosed | None,
    progress: NoteProgress | None,
    recognised: TakeRecognised | None,
) -> Follow:
    """Hand what comes before the last frame to whom it concerns."""

    async def follow(frame: Frame) -> None:
        if frame.kind is Kind.PROGRESS:
            done, total = to_progress(frame.header)
            if progress is not None:
                await progress(done, total)
        elif frame.kind is Kind.RECOGNISED:
            page = to_page(frame.header, b"".join([piece async for piece in frame.pieces]))
            if recognised is not None:
                await recognised(page)
        else:
            path = to_path(frame.header)
            if enclosed is not None:
                await enclosed(Enclosed(path, frame.pieces))

    return follow


async def _decoded(header: bytes, text: bytes) -> Reading:
    if len(header) + len(text) < _DECODED_HERE:
        return to_reading(header, text)
    return await asyncio.to_thread(to_reading, header, text)


def _too_slow(limit: str) -> UnreadableDocument:
    return UnreadableDocument(
        Unreadable.TIMED_OUT,
        f"Reading the file took longer than {limit}.",
        "Cut it into smaller files, or save it again in a simpler form, and add that.",
    )


def _crashed(how: str) -> UnreadableDocument:
    return UnreadableDocument(
        Unreadable.CRASHED,
        f"Reading the file ended the reading process ({how}).",
        "Print it to a new PDF and add that.",
    )
