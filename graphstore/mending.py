"""Finds what is inconsistent inside the graph, page by page, and mends it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from contracts.nouns import LANGUAGES, VersionRef
from graphstore import faults
from graphstore.client import Neo4jClient, Params
from graphstore.faults import Fault
from graphstore.names import generation_label, language_label, put_label
from graphstore.reading import Neo4jReader, slices
from graphstore.rows import Row, facet_ids, scope, to_card

MENDED = 1000
"""Nodes that one transaction mends."""

Found = Sequence[Mapping[str, Any]]


class Neo4jMender:
    """Looks over one generation; what belongs to no generation is looked over with each."""

    def __init__(self, client: Neo4jClient, reader: Neo4jReader) -> None:
        self._client = client
        self._reader = reader

    async def faults(self, generation: int) -> AsyncIterator[tuple[Fault, Found]]:
        """Give what is found, in the order in which it must be mended."""
        for fault in faults.FROM_THE_TOP:
            yield fault, await self._find(fault, generation, {})
        async for page in self._reader.pages():
            named = {"documents": page, "generation": generation}
            found = await self._client.scan(faults.PAGE_VERSIONS, named)
            versions = [_version(row["version"]) for row in found]
            for fault in faults.BY_VERSION if versions else ():
                yield fault, await self._find(fault, generation, {"versions": versions})
        for fault in faults.LEFT_OVER:
            yield fault, await self._find(fault, generation, {})

    async def mend(self, generation: int) -> int:
        """Mend all of it, and give how much there was."""
        total = 0
        label = generation_label(generation)
        async for fault, found in self.faults(generation):
            for part in slices(found, MENDED):
                params = {"rows": part, "labels": _labels(generation)}
                await self._client.write(put_label(fault.mend, label), params)
            total += len(found)
        return total

    async def _find(self, fault: Fault, generation: int, params: Params) -> Found:
        statement = put_label(fault.find, generation_label(generation))
        named = {**params, "generation": generation, "labels": _labels(generation)}
        return [row.data() for row in await self._client.scan(statement, named)]


def _labels(generation: int) -> dict[str, str]:
    return {language: language_label(generation, language) for language in LANGUAGES}


def _version(row: Row) -> Row:
    """Give what a version's card says of its chunks and facets."""
    card = to_card(row)
    ref = VersionRef(UUID(row["document"]), row["number"])
    return {
        "id": row["id"],
        "scope": scope(str(row.get("workspace")), ref),
        "facets": [] if card is None else facet_ids(card),
    }
