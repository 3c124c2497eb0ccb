"""FolderBlobs: original bytes in a folder, named by their SHA-256, synced to disk."""

import asyncio
import errno
import hashlib
import math
import os
import re
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from typing import ParamSpec, TypeVar

from contracts.blobs import Stored
from contracts.errors import NotFound, SetupFailed, TooLarge

_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")

_BLOCK = 1024 * 1024
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NAME = re.compile(r"[0-9a-f]{64}")
_KEPT_SECONDS = 600.0
_ABANDONED_SECONDS = 24 * 3600.0
_LOOK_SECONDS = 60.0
"""Looks at what was deleted cost more the more there is: one for each deletion of ten thousand
took minutes."""


class FolderBlobs:
    """The blobs port on a folder: ``ab/cd/<sha256>`` below ``root``.

    Deleted bytes wait ten minutes in ``root/deleted``: the same bytes may have been put again
    for a document that is being accepted at this very moment, and ``path`` brings them back.
    Raises SetupFailed where the folder cannot be read or written.
    """

    def __init__(self, root: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._root = root
        self._clock = clock
        self._look_at = -math.inf
        self._incoming = root / "incoming"
        self._deleted = root / "deleted"

    async def put(self, pieces: AsyncIterator[bytes], *, limit: int) -> Stored:
        """Store a stream durably and give its name; the same bytes once."""
        upload = await _in_thread(_Upload, self._incoming)
        try:
            buffer = bytearray()
            async for piece in pieces:
                buffer += piece
                if upload.size + len(buffer) > limit:
                    raise TooLarge(
                        f"The file is over the limit of {limit:,} bytes.",
                        "Split it, or raise the limit in the settings.",
                    )
                if len(buffer) >= _BLOCK:
                    await _in_thread(upload.write, bytes(buffer))
                    buffer.clear()
            await _in_thread(upload.write, bytes(buffer))
            await _in_thread(upload.settle, self._file(upload.sha256))
            return Stored(upload.sha256, upload.size)
        finally:
            # Shielded: a client that hangs up leaves no partial file behind.
            await asyncio.shield(asyncio.to_thread(upload.close))

    async def path(self, sha256: str) -> Path:
        """Give a local file holding the bytes."""
        return await _in_thread(self._find, sha256)

    async def free(self) -> int:
        """Give how many bytes the disk below the folder has left for this user."""
        return await _in_thread(self._free)

    def _free(self) -> int:
        """Ask the disk of the folder, or of the one that it will be made in."""
        there = next(p for p in (self._root, *self._root.absolute().parents) if p.exists())
        return shutil.disk_usage(there).free

    async def delete(self, sha256: str) -> None:
        """Remove the bytes; not being there is fine."""
        await _in_thread(self._remove, sha256)

    def _file(self, sha256: str) -> Path:
        return self._root / sha256[:2] / sha256[2:4] / sha256

    def _find(self, sha256: str) -> Path:
        if _NAME.fullmatch(sha256):
            file = self._file(sha256)
            if not file.exists():
                with suppress(FileNotFoundError):
                    (self._deleted / sha256).rename(file)
            if file.exists():
                return file
        raise NotFound(
            "The original bytes are not in the folder of blobs.",
            "Restore that folder from its backup, or send the document again.",
        )

    def _remove(self, sha256: str) -> None:
        self._deleted.mkdir(parents=True, exist_ok=True)
        if _NAME.fullmatch(sha256):
            with suppress(FileNotFoundError):
                os.utime(self._file(sha256).rename(self._deleted / sha256))
        if self._clock() >= self._look_at:
            self._look_at = self._clock() + _LOOK_SECONDS
            _drop_older(self._deleted, _KEPT_SECONDS)
            _drop_older(self._incoming, _ABANDONED_SECONDS)


class _Upload:
    """A file on its way in; blocking, so that each verb runs in a thread."""

    def __init__(self, incoming: Path) -> None:
        incoming.mkdir(parents=True, exist_ok=True)
        self._descriptor, name = tempfile.mkstemp(dir=incoming)
        self._temporary = Path(name)
        self._hash = hashlib.sha256()
        self.size = 0

    @property
    def sha256(self) -> str:
        """Name of what was written so far."""
        return self._hash.hexdigest()

    def write(self, block: bytes) -> None:
        """Append; ``os.write`` may take less than it is given."""
        self._hash.update(block)
        self.size += len(block)
        rest = memoryview(block)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]

    def settle(self, target: Path) -> None:
        """Sync the bytes, give them their name, sync the name."""
        os.fsync(self._descriptor)
        is_new_folder = not target.parent.is_dir()
        target.parent.mkdir(parents=True, exist_ok=True)
        self._temporary.replace(target)
        _sync_folder(target.parent)
        if is_new_folder:
            _sync_folder(target.parent.parent)
            _sync_folder(target.parent.parent.parent)

    def close(self) -> None:
        """Remove what did not get its name."""
        os.close(self._descriptor)
        self._temporary.unlink(missing_ok=True)


async def _in_thread(
    function: Callable[_Parameters, _Result],
    *args: _Parameters.args,
    **kwargs: _Parameters.kwargs,
) -> _Result:
    """Run file work off the loop, and say what an operating system's error means."""
    try:
        return await asyncio.to_thread(function, *args, **kwargs)
    except OSError as error:
        if error.errno in _FULL:
            raise SetupFailed(
                f"The disk of the original documents cannot take the file: {error.strerror}.",
                "Free space or raise the quota there, then send the document again.",
            ) from error
        raise SetupFailed(
            f"The folder of original documents cannot be used: {error.strerror}.",
            f"Check the rights and the disk of {error.filename or 'that folder'}.",
        ) from error


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _drop_older(folder: Path, seconds: float) -> None:
    """Remove files whose time is past; another process may remove them as well."""
    limit = time.time() - seconds
    with suppress(FileNotFoundError):
        for file in folder.iterdir():
            with suppress(FileNotFoundError):
                if file.stat().st_mtime < limit:
                    file.unlink()
