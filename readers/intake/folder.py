"""FolderIntake: a watched folder. Nothing in it is changed, unless files are to be moved away."""

import asyncio
import errno
import os
import shutil
import stat
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import aclosing
from functools import partial
from itertools import islice
from pathlib import Path

from watchfiles import Change, awatch

from contracts.errors import Conflict, DiptychError, NotFound, SetupFailed, Unavailable
from contracts.intake import Item, Missed, Sighting
from readers.intake.names import is_passing, path_of, shown, source_of

SETTLE_S = 5.0
PIECE = 1024 * 1024
AT_ONCE = 500
"""Entries that one visit to a thread looks at."""
WATCHED = 1000
"""More folders than this are looked at regularly only: watches are a scarce thing of the system."""
_NAMELESS = "Unable to decode path"
"""What the library says when what changed has a name in no encoding that it knows."""
REWATCH_MS = 60_000
_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_PLACE_GONE = {errno.EIO, errno.ESTALE, errno.EHOSTDOWN, errno.ENOTCONN, errno.ETIMEDOUT}


class FolderIntake:
    """All regular files below a folder, but hidden and temporary ones; links are not followed.

    A file is whole once it has not changed for ``settle_s``. What lies below ``leave_out`` is not
    looked at. With ``move_to``, what was accepted is moved there, never over another file.
    """

    def __init__(
        self,
        root: Path,
        *,
        settle_s: float = SETTLE_S,
        move_to: Path | None = None,
        leave_out: Sequence[Path] = (),
        now: Callable[[], float] = time.time,
    ) -> None:
        self._root = root
        self._settle_s = settle_s
        self._move_to = move_to
        self._leave_out = {str(path) for path in (*leave_out, *([move_to] if move_to else ()))}
        self._now = now

    async def check(self) -> None:
        """Return when the folder can be listed, and files be moved where they are to go."""
        await asyncio.to_thread(self._check)

    def _check(self) -> None:
        try:
            with os.scandir(self._root) as entries:
                next(entries, None)
        except OSError as error:
            raise _no_folder(self._root, error) from error
        if self._move_to and not os.access(self._move_to, os.W_OK | os.X_OK):
            raise SetupFailed(
                f"Files cannot be moved to {shown(str(self._move_to))}.",
                "Create that folder, with the right to write there.",
            )

    async def look(self) -> AsyncIterator[Sighting]:
        """Walk the folder off the event loop, some entries at a time."""
        walk = self._walk()
        while batch := await asyncio.to_thread(lambda: list(islice(walk, AT_ONCE))):
            for one in batch:
                yield one

    def _walk(self) -> Iterator[Sighting]:
        folders = [str(self._root)]
        while folders:
            folder = folders.pop()
            try:
                with os.scandir(folder) as entries:
                    for entry in entries:
                        if entry.path in self._leave_out or is_passing(entry.name):
                            continue
                        if entry.is_dir(follow_symlinks=False):
                            folders.append(entry.path)
                        elif entry.is_file(follow_symlinks=False):
                            yield from self._sighting(entry)
            except OSError as error:
                if folder == str(self._root):
                    raise _no_folder(self._root, error) from error
                if error.errno != errno.ENOENT:  # else removed meanwhile
                    yield Missed(
                        source_of(Path(folder)), f"The folder cannot be read: {_why(error)}."
                    )

    def _sighting(self, entry: "os.DirEntry[str]") -> Iterator[Sighting]:
        try:
            found = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            return
        path = Path(entry.path)
        rest_s = self._settle_s - self._unchanged_s(found)
        if rest_s > 0:
            yield Missed(source_of(path), "It is still being written.", again_s=rest_s)
            return
        yield Item(
            source=source_of(path),
            mark=_mark(found),
            filename=shown(entry.name),
            pieces=partial(self._pieces, path, found),
            size=found.st_size,
            metadata={"path": shown(str(path.relative_to(self._root)))},
        )

    def _unchanged_s(self, found: os.stat_result) -> float:
        """Tell for how long a file has not changed.

        Copying programs set the time of modification back, so the inode's counts too. A time to
        come says nothing: it is a share's whose clock is ahead, or was set by hand.
        """
        now = self._now()
        past = [t for t in (found.st_mtime, found.st_ctime) if t <= now + self._settle_s]
        return now - max(past, default=0.0)

    async def _pieces(self, path: Path, seen: os.stat_result) -> AsyncIterator[bytes]:
        """Read a file that stays as it was seen."""
        try:
            file = await asyncio.to_thread(os.open, path, _OPEN)
            try:
                while _same(seen, os.fstat(file)) and (
                    piece := await asyncio.to_thread(os.read, file, PIECE)
                ):
                    yield piece
                if not _same(seen, os.fstat(file)):
                    raise Conflict(
                        "It was changed while it was read.", "It is taken at one of the next looks."
                    )
            finally:
                os.close(file)
        except OSError as error:
            raise _no_file(error) from error

    async def accepted(self, items: Sequence[Item]) -> None:
        """Move files away that are still as they were accepted, where this is wanted."""
        if self._move_to:
            await asyncio.to_thread(self._move_all, items, self._move_to)

    def _move_all(self, items: Sequence[Item], to: Path) -> None:
        for item in items:
            path = path_of(item.source)
            try:
                if _mark(path.lstat()) == item.mark:
                    self._move(path, to / path.relative_to(self._root))
            except FileNotFoundError:
                continue  # moved at the look before
            except OSError as error:
                raise SetupFailed(
                    f"{shown(str(path))} cannot be moved to {shown(str(to))}: {_why(error)}.",
                    "Give the service the right to write in both folders.",
                ) from error

    def _move(self, path: Path, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        free, number = target, 1
        while os.path.lexists(free):
            number += 1
            free = target.with_name(f"{target.stem} ({number}){target.suffix}")
        shutil.move(path, free)

    async def wakes(self) -> AsyncIterator[None]:
        """Yield at first, and when something below changed, as far as the system tells.

        The folders are watched one by one: watching all below one would follow links.
        """
        yield  # what happened before nobody was told
        while 0 < len(folders := await asyncio.to_thread(self._folders)) <= WATCHED:
            try:
                changing = awatch(
                    *folders,
                    watch_filter=lambda _, path: not is_passing(Path(path).name),
                    recursive=False,
                    rust_timeout=REWATCH_MS,
                    yield_on_timeout=True,
                    ignore_permission_denied=True,
                )
                async with aclosing(changing) as changes:
                    async for found in changes:
                        if found:
                            yield
                        if not found or any(_is_folder(change) for change in found):
                            break  # watch what is there now
            except (OSError, RuntimeError, ExceptionGroup) as error:
                why = error.exceptions[0] if isinstance(error, ExceptionGroup) else error
                if _NAMELESS not in str(why):
                    raise SetupFailed(
                        f"The system does not watch {shown(str(self._root))}: {why}.",
                        "Raise its limit of watches, or leave it: it is looked at regularly.",
                    ) from error
                yield

    def _folders(self) -> list[str]:
        """Give the folders to watch; one too many where there are too many."""
        found: list[str] = []
        ahead = [str(self._root)]
        while ahead and len(found) <= WATCHED:
            folder = ahead.pop()
            try:
                with os.scandir(folder) as entries:
                    ahead += [
                        entry.path
                        for entry in entries
                        if entry.is_dir(follow_symlinks=False)
                        and entry.path not in self._leave_out
                        and not is_passing(entry.name)
                    ]
            except OSError:
                continue  # gone, or not to be read: the regular look says so
            found.append(folder)
        return found

    async def close(self) -> None:
        """Nothing is held between calls."""


def _is_folder(change: tuple[Change, str]) -> bool:
    kind, path = change
    return kind is Change.added and Path(path).is_dir()


def _mark(found: os.stat_result) -> str:
    return f"{found.st_mtime_ns}-{found.st_size}"


def _same(seen: os.stat_result, now: os.stat_result) -> bool:
    return stat.S_ISREG(now.st_mode) and _mark(seen) == _mark(now)


def _why(error: OSError) -> str:
    return error.strerror or type(error).__name__


def _no_folder(root: Path, error: OSError) -> DiptychError:
    """Say why a folder cannot be looked at."""
    if error.errno in _PLACE_GONE:
        return Unavailable(
            f"The folder {shown(str(root))} does not answer: {_why(error)}.",
            "It is looked at again once its file server is back.",
        )
    return SetupFailed(
        f"The folder {shown(str(root))} cannot be looked at: {_why(error)}.",
        "Check that it is there (mounted, spelled so), with the right to read it.",
    )


def _no_file(error: OSError) -> DiptychError:
    """Say why a file cannot be read."""
    if error.errno == errno.ENOENT:
        return NotFound("It is gone.", "Nothing needs to be done.")
    if error.errno in {errno.ELOOP, errno.ENOTDIR, errno.ENXIO}:
        return Conflict("It is no file any more.", "Links are not followed; put the file itself.")
    if error.errno in _PLACE_GONE:
        return Unavailable(f"It cannot be read: {_why(error)}.", "It is tried again.")
    return SetupFailed(
        f"It cannot be read: {_why(error)}.", "Give the service the right to read it."
    )
