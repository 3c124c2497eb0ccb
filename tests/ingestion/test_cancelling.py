"""A version that is cancelled leaves nothing behind, whatever was in hand; one side wins."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from contracts.content import Source
from contracts.nouns import DEFAULT_WORKSPACE, Reading, Vector, VersionRef
from contracts.record import Arrival, VersionState
from ingestion.ordering import BATCH, Order
from ingestion.writing import BLOCK
from tests.fakes.inference import HashEmbedder
from tests.ingestion.house import House, LineReader

DO = Callable[[House, UUID], Awaitable[None]]


async def cancel(house: House, document: UUID) -> None:
    await house.catalog.handling.cancel(DEFAULT_WORKSPACE, [document])


async def cancel_and_retry(house: House, document: UUID) -> None:
    await cancel(house, document)
    await house.catalog.handling.retry(DEFAULT_WORKSPACE, [document])


class ActAt:
    """Stands before a port, and lets something happen before the n-th call of any verb."""

    def __init__(
        self, port: object, countdown: list[int], act: Callable[[], Awaitable[None]]
    ) -> None:
        self._port, self._countdown, self._act = port, countdown, act

    def __getattr__(self, name: str) -> Any:
        verb = getattr(self._port, name)
        if not inspect.iscoroutinefunction(verb):
            return verb

        async def call(*args: Any, **kwargs: Any) -> Any:
            self._countdown[0] -= 1
            if self._countdown[0] == 0:
                await self._act()
            return await verb(*args, **kwargs)

        return call


async def replaced_while(folder: Path, point: int, do: DO) -> tuple[House, VersionRef, bool]:
    """Replace a document, and do something before the point-th step; was there such a step?"""
    house = await House(folder / str(point)).open()
    await house.pour("first")
    await house.rest()
    ref = (await house.pour("second")).ref
    countdown = [point]

    async def act() -> None:
        await do(house, ref.document)

    panels: dict[Any, Any] = {n: ActAt(p, countdown, act) for n, p in house.panels.items()}
    ledger: Any = ActAt(house.catalog.ledger, countdown, act)
    house.wire(ledger, panels)
    await house.run()
    house.wire(house.catalog.ledger, house.panels)
    await house.rest()
    return house, ref, countdown[0] <= 0


async def test_whenever_a_cancellation_comes_it_wins_whole_or_comes_too_late(
    tmp_path: Path,
) -> None:
    won = {VersionState.CANCELLED: 0, VersionState.LIVE: 0}
    for point in range(1, 100):
        house, ref, happened = await replaced_while(tmp_path, point, cancel)
        if not happened:
            break
        record = await house.catalog.documents.get(DEFAULT_WORKSPACE, ref.document)
        won[record.state] += 1
        if record.state is VersionState.CANCELLED:
            assert (await house.both(), record.live) == ({"first"}, 1)
            for panel in house.panels.values():
                assert ref not in {chunk.ref for chunk in panel.chunks}
                assert ref not in {version for version, _ in panel.versions}
        else:
            assert (await house.both(), record.live) == ({"second"}, 2)
        assert (await house.parity()).clean
        assert dict(await house.catalog.ledger.backlog()) == {}
    assert min(won.values()) > 3


async def test_cancelled_and_ordered_again_at_any_moment_it_goes_live(tmp_path: Path) -> None:
    for point in range(1, 100):
        house, _, happened = await replaced_while(tmp_path, point, cancel_and_retry)
        assert await house.both() == {"second"}
        assert (await house.parity()).clean
        if not happened:
            break


@pytest.fixture
async def house(tmp_path: Path) -> House:
    return await House(tmp_path / "house").open()


async def test_a_version_that_waits_is_never_read(house: House) -> None:
    document = (await house.pour("text")).ref.document
    await cancel(house, document)
    await house.rest()
    assert house.reader.reads == 0
    record = await house.catalog.documents.get(DEFAULT_WORKSPACE, document)
    assert (record.state, await house.both()) == (VersionState.CANCELLED, set())


async def test_a_cancelled_version_ends_when_a_newer_one_is_live(house: House) -> None:
    document = (await house.pour("first")).ref.document
    await cancel(house, document)
    await house.rest()
    await house.pour("second")
    await house.rest()
    records = await house.catalog.documents.versions(DEFAULT_WORKSPACE, document)
    assert [(one.version, one.state) for one in records] == [(2, VersionState.LIVE)]


class EndlessReader(LineReader):
    """Reads for ever; tells when it began, and when it was stopped."""

    def __init__(self) -> None:
        super().__init__()
        self.began, self.stopped = asyncio.Event(), asyncio.Event()

    async def read(self, source: Source, *rest: Any, **named: Any) -> Reading:
        self.began.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.stopped.set()
        return await super().read(source, *rest, **named)


async def test_reading_stops_soon_after_nobody_wants_it_any_more(tmp_path: Path) -> None:
    reader = EndlessReader()
    house = await House(tmp_path / "house", reader=reader).open()
    document = (await house.pour("text")).ref.document
    working = asyncio.create_task(house.reconcile([document]))
    await reader.began.wait()
    await cancel(house, document)
    await asyncio.wait_for(working, 30)
    assert reader.stopped.is_set()


class InterruptedEmbedder(HashEmbedder):
    """Calls ``interrupt`` while it embeds."""

    interrupt: Callable[[], Awaitable[None]]

    async def embed_passages(self, texts: Sequence[str]) -> Vector:
        await self.interrupt()
        return await super().embed_passages(texts)


async def test_a_long_document_is_not_embedded_to_its_end(tmp_path: Path) -> None:
    embedder = InterruptedEmbedder()
    house = await House(tmp_path / "house", embedder=embedder).open()
    text = "\n".join(f"{n}" for n in range(3 * BLOCK))
    document = (await house.pour(text)).ref.document
    embedder.interrupt = lambda: cancel(house, document)
    await house.rest()
    assert embedder.passages == BLOCK
    assert all(not panel.chunks for panel in house.panels.values())


async def test_all_that_wait_are_stopped_however_many_they_are(tmp_path: Path) -> None:
    house = await House(tmp_path / "house").open()
    await house.pour("words", "live")
    await house.run()
    many = BATCH + 1
    arrivals = [Arrival(str(n), "a.txt", f"{n:064}", f"{n:064}", 0, 1) for n in range(many)]
    documents = house.catalog.documents
    receipts = await documents.accept(DEFAULT_WORKSPACE, arrivals)
    stopped = await Order(house.catalog.handling, documents).cancel_all(DEFAULT_WORKSPACE)
    assert sorted(stopped) == sorted(receipt.ref.document for receipt in receipts)
    counts = await documents.counts(DEFAULT_WORKSPACE)
    assert counts == {VersionState.CANCELLED: many, VersionState.LIVE: 1}
