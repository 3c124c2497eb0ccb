"""What only the folder of blobs can get wrong: full disks, leftovers, bytes put while deleted."""

import asyncio
import os
import resource
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from catalog.blobs import FolderBlobs
from contracts.errors import NotFound, SetupFailed, TooLarge
from tests.catalog.desk import stream


def files(root: Path) -> list[Path]:
    return sorted(path.relative_to(root) for path in root.rglob("*") if path.is_file())


async def test_a_blob_lies_under_the_first_letters_of_its_name(tmp_path: Path) -> None:
    stored = await FolderBlobs(tmp_path).put(stream(b"bail"), limit=10)
    name = stored.sha256
    assert files(tmp_path) == [Path(name[:2], name[2:4], name)]


async def test_what_is_too_large_or_broken_off_leaves_no_file(tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path)
    with pytest.raises(TooLarge):
        await blobs.put(stream(b"x" * 3_000_000, b"y"), limit=3_000_000)
    waiting = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        yield b"x" * 2_000_000
        waiting.set()
        await asyncio.Event().wait()

    upload = asyncio.create_task(blobs.put(endless(), limit=10**7))
    await waiting.wait()
    upload.cancel()
    await asyncio.wait([upload])
    assert files(tmp_path) == []


@pytest.fixture
def a_megabyte_left() -> Iterator[None]:
    """Files of this process may not grow beyond 1 MB, which is how a quota looks."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024 * 1024, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.usefixtures("a_megabyte_left")
async def test_a_full_disk_is_said_in_words_and_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(SetupFailed) as raised:
        await FolderBlobs(tmp_path).put(stream(b"x" * 3_000_000), limit=10**7)
    assert "disk" in raised.value.message
    assert files(tmp_path) == []


async def test_bytes_put_again_while_they_are_deleted_are_found(tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path)
    # A second document of the same bytes is being accepted: put is done, its row is not there.
    stored = await blobs.put(stream(b"bail"), limit=10)
    # Meanwhile the first document's removal finds no other row that names them.
    await blobs.delete(stored.sha256)
    assert (await blobs.path(stored.sha256)).read_bytes() == b"bail"


async def test_deleted_bytes_are_gone_for_good_after_a_while(tmp_path: Path) -> None:
    now = 0.0
    blobs = FolderBlobs(tmp_path, clock=lambda: now)
    stored = await blobs.put(stream(b"bail"), limit=10)
    await blobs.delete(stored.sha256)
    (left,) = [tmp_path / file for file in files(tmp_path)]
    an_hour_ago = time.time() - 3600
    os.utime(left, (an_hour_ago, an_hour_ago))
    await blobs.delete("0" * 64)
    assert files(tmp_path), "a look for each of many deletions takes longer each time"
    now = 60.0
    await blobs.delete("0" * 64)
    assert files(tmp_path) == []
    with pytest.raises(NotFound):
        await blobs.path(stored.sha256)


async def test_a_folder_that_cannot_be_used_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "blobs").write_text("a file, not a folder")
    with pytest.raises(SetupFailed) as raised:
        await FolderBlobs(tmp_path / "blobs").put(stream(b"bail"), limit=10)
    assert "blobs" in raised.value.remedy
