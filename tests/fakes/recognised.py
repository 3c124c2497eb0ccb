"""Recognised pages in memory."""

from collections.abc import Mapping, Sequence

from contracts.recognition import Place, RecognisedPage
from tests.fakes.catalog_tables import Tables


class InMemoryRecognisedPages:
    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def keep(self, place: Place, page: RecognisedPage) -> None:
        self._tables.check()
        if any(version.arrival.blob == place[0] for version in self._tables.versions()):
            self._tables.recognised.setdefault(place, {})[page.page] = page

    async def kept(self, places: Sequence[Place]) -> Mapping[Place, Sequence[RecognisedPage]]:
        self._tables.check()
        held = self._tables.recognised
        return {
            place: [held[place][number] for number in sorted(held[place])]
            for place in places
            if place in held
        }
