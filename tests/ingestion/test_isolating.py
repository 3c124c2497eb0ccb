"""A document that ends its workers is found out; those that were beside it are not blamed."""

import asyncio
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from contracts.content import Source
from contracts.nouns import DEFAULT_WORKSPACE, PanelName, Reading
from contracts.record import DocumentRecord, VersionState
from tests.ingestion.crashing import Crash
from tests.ingestion.house import CRASHES, House, LineReader

POISON = "poison"


class FatalReader(LineReader):
    """Ends the process for some names; ``pause`` waits for ``go_on``. Tells what it reads now."""

    def __init__(self) -> None:
        super().__init__()
        self.now: set[str] = set()
        self.company: list[set[str]] = []
        self.go_on = asyncio.Event()
        self.began = asyncio.Event()

    async def read(self, source: Source, *rest: Any, **named: Any) -> Reading:
        text = source.path.read_text()
        self.now.add(text)
        self.company.append(set(self.now))
        self.began.set()
        try:
            if text == "pause":
                await self.go_on.wait()
            if text == POISON:
                raise Crash
            return await super().read(source, *rest, **named)
        finally:
            self.now.remove(text)


@pytest.fixture
def reader() -> FatalReader:
    return FatalReader()


@pytest.fixture
async def house(tmp_path: Path, reader: FatalReader) -> House:
    return await House(tmp_path / "house", reader=reader).open()


async def poured(house: House, *texts: str) -> list[UUID]:
    return [(await house.pour(text, f"{text}.txt")).ref.document for text in texts]


async def record(house: House, document: UUID) -> DocumentRecord:
    return await house.catalog.documents.get(DEFAULT_WORKSPACE, document)


async def die(house: House, *documents: UUID) -> bool:
    """Let a worker handle documents and a new one start when it dies; did it?"""
    try:
        await house.isolate(documents)
    except Crash:
        house.wire(house.catalog.ledger, house.panels)
        return True
    return False


async def test_after_as_many_deaths_as_are_allowed_it_is_quarantined(house: House) -> None:
    documents = await poured(house, "one", POISON, "three")
    deaths = 0
    while await die(house, *documents):
        deaths += 1
    assert deaths == CRASHES
    found = await record(house, documents[1])
    assert (found.state, found.reason) == (VersionState.QUARANTINED, "crashed")
    assert "ended the worker 3 times" in (found.detail or "")
    assert await house.both() == {"one", "three"}
    assert await house.catalog.ledger.suspects(documents) == {}


async def test_after_a_death_suspects_are_handled_one_at_a_time(
    house: House, reader: FatalReader
) -> None:
    documents = await poured(house, "one", POISON, "three")
    assert await die(house, *documents)
    reader.company.clear()
    while await die(house, *documents):
        pass
    assert all(len(company) == 1 for company in reader.company)


async def test_a_suspect_has_the_whole_process_for_itself(
    house: House, reader: FatalReader
) -> None:
    suspect, other, late = await poured(house, "suspect", "pause", "late")
    house.catalog.tables.documents[suspect].versions[1].crashes = 1
    working = [asyncio.create_task(house.isolate([other]))]
    await reader.began.wait()
    working += [asyncio.create_task(house.isolate([one])) for one in (suspect, late)]
    # Every task has gone as far as it can without the one that pauses.
    for _ in range(50):
        await asyncio.sleep(0)
    assert reader.company == [{"pause"}]
    reader.go_on.set()
    await asyncio.gather(*working)
    assert reader.company == [{"pause"}, {"suspect"}, {"late"}]
    assert await house.both() == {"pause", "suspect", "late"}


async def test_what_was_staged_of_it_is_removed_first_even_if_a_panel_has_to_come_back(
    house: House,
) -> None:
    (document,) = await poured(house, "text")
    house.catalog.tables.documents[document].versions[1].crashes = CRASHES
    house.panels[PanelName.GRAPH].down = True
    await house.isolate([document])
    assert (await record(house, document)).state is VersionState.PROCESSING
    house.panels[PanelName.GRAPH].down = False
    await house.isolate([document])
    assert (await record(house, document)).state is VersionState.QUARANTINED


async def test_a_retry_begins_to_count_anew(house: House) -> None:
    documents = await poured(house, POISON)
    while await die(house, *documents):
        pass
    await house.catalog.handling.retry(DEFAULT_WORKSPACE, documents)
    assert await house.catalog.ledger.suspects(documents) == {}
    assert await die(house, *documents)
    assert (await record(house, documents[0])).state is VersionState.PROCESSING
