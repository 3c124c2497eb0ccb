"""``diptych ingest`` waits for room and for the record, says so once, and works meanwhile."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from contracts.errors import CatalogUnavailable, Overloaded, TooLarge
from deploy.commands.ingest import PATIENCE, patiently, steadily


class Service:
    """Has room from the third time on; ``helped`` counts how often somebody worked here."""

    def __init__(self) -> None:
        self.asked, self.helped = 0, 0

    async def send(self) -> str:
        self.asked += 1
        if self.asked < 3:
            raise Overloaded("Too much is waiting.", "Wait.")
        return "taken"

    @asynccontextmanager
    async def helping(self, *, needed: bool) -> AsyncIterator[None]:
        self.helped += needed
        yield


async def test_what_there_is_no_room_for_is_sent_again(capsys: pytest.CaptureFixture[str]) -> None:
    service = Service()
    assert await patiently(service.send, service.helping, pause_s=0) == "taken"
    assert (service.asked, service.helped) == (3, 2)
    assert capsys.readouterr().err.count("Too much is waiting.") == 1


async def test_other_refusals_are_told_at_once() -> None:
    async def send() -> str:
        raise TooLarge("Too large.", "Split it.")

    with pytest.raises(TooLarge):
        await patiently(send, Service().helping)


class Record:
    """Is away the first ``away`` times that it is asked."""

    def __init__(self, away: int) -> None:
        self.away = away

    async def find(self) -> str:
        self.away -= 1
        if self.away >= 0:
            raise CatalogUnavailable("The catalog cannot be reached.", "Wait.")
        return "found"


async def test_a_record_that_starts_again_is_waited_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert await steadily(Record(3).find, again_s=0) == "found"
    assert capsys.readouterr().err.count("The catalog cannot be reached.") == 1


async def test_a_record_that_stays_away_is_told() -> None:
    with pytest.raises(CatalogUnavailable):
        await steadily(Record(PATIENCE + 1).find, again_s=0)
