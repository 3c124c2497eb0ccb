"""Contract of Blobs: bytes that are durable under the name of their hash."""

import asyncio
import hashlib
from collections.abc import AsyncIterator

import pytest

from contracts.blobs import Blobs
from contracts.errors import NotFound, TooLarge
from tests.catalog.desk import stream


class BlobsContract:
    """A subclass supplies the ``blobs`` fixture."""

    async def test_bytes_come_back_under_the_name_of_their_hash(self, blobs: Blobs) -> None:
        pieces = [b"Le ", b"", b"bail", b"\0" * 3_000_000]
        stored = await blobs.put(stream(*pieces), limit=10_000_000)
        whole = b"".join(pieces)
        assert (stored.sha256, stored.size) == (hashlib.sha256(whole).hexdigest(), len(whole))
        assert (await blobs.path(stored.sha256)).read_bytes() == whole

    async def test_room_is_told_before_anything_was_stored(self, blobs: Blobs) -> None:
        assert await blobs.free() > 0

    async def test_no_bytes_are_bytes_too(self, blobs: Blobs) -> None:
        stored = await blobs.put(stream(), limit=10)
        assert (await blobs.path(stored.sha256)).read_bytes() == b""

    async def test_a_limit_is_kept_to_the_byte(self, blobs: Blobs) -> None:
        assert (await blobs.put(stream(b"12345", b"67890"), limit=10)).size == 10
        with pytest.raises(TooLarge):
            await blobs.put(stream(b"12345", b"678901"), limit=10)

    async def test_the_same_bytes_may_be_put_at_the_same_time(self, blobs: Blobs) -> None:
        puts = [blobs.put(stream(b"x" * 100_000), limit=10**6) for _ in range(8)]
        (stored,) = set(await asyncio.gather(*puts))
        assert (await blobs.path(stored.sha256)).stat().st_size == 100_000

    async def test_deleted_bytes_are_kept_no_more_and_may_come_again(self, blobs: Blobs) -> None:
        stored = await blobs.put(stream(b"bail"), limit=10)
        await blobs.delete(stored.sha256)
        await blobs.delete(stored.sha256)
        assert await blobs.put(stream(b"bail"), limit=10) == stored
        assert (await blobs.path(stored.sha256)).read_bytes() == b"bail"

    @pytest.mark.parametrize("name", ["0" * 64, "", "..", "../../etc/passwd", "é", "x\0y"])
    async def test_unknown_names_are_not_found(self, blobs: Blobs, name: str) -> None:
        with pytest.raises(NotFound):
            await blobs.path(name)
        await blobs.delete(name)

    async def test_a_client_that_breaks_off_leaves_nothing(self, blobs: Blobs) -> None:
        async def broken() -> AsyncIterator[bytes]:
            yield b"bail"
            raise ConnectionResetError

        with pytest.raises(ConnectionResetError):
            await blobs.put(broken(), limit=10)
        with pytest.raises(NotFound):
            await blobs.path(hashlib.sha256(b"bail").hexdigest())
