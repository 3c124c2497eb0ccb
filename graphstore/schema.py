"""What must exist in the database before a generation can be used: constraints and indexes."""

from collections.abc import Collection
from typing import LiteralString

from neo4j import Record
from neo4j.exceptions import ClientError

from contracts.errors import SetupFailed, SpaceMismatch
from contracts.nouns import LANGUAGES, Generation
from graphstore import definitions
from graphstore.client import Neo4jClient, Params
from graphstore.names import (
    ANALYSERS,
    generation_label,
    index_names,
    language_label,
    put_label,
)

MADE_MEANWHILE = "Neo.ClientError.Schema.EquivalentSchemaRuleAlreadyExists"
"""Two processes may start on an empty database at once; IF NOT EXISTS looks before it locks."""
SCHEMA = 2
"""Grows with every change that an older program could not live with."""
SPLIT_LIVE_SINCE = 2
MIGRATED_DOCUMENTS = 5000
"""Documents that one transaction brings to a newer schema."""


class Neo4jSchema:
    """Creates constraints and indexes, and remembers which generation is which space.

    ``supported`` is the newest schema that this program can live with.
    """

    def __init__(
        self, client: Neo4jClient, index_timeout: float, *, supported: int = SCHEMA
    ) -> None:
        self._client = client
        self._supported = supported
        self._index_timeout = index_timeout
        self._known: dict[int, Generation] = {}

    async def prepare(self, generation: Generation) -> None:
        """Bring the database to this program's schema and the generation's indexes online."""
        found = await self._client.read(definitions.SCHEMA_VERSION)
        version = found[0]["version"] if found else self._supported
        if version > self._supported:
            raise SetupFailed(
                f"The graph database has schema {version}, "
                f"this program knows schemas up to {self._supported}.",
                "Update the program, or give it a database of its own.",
            )
        for statement in definitions.CONSTRAINTS:
            await self._define(statement)
        if version < SPLIT_LIVE_SINCE:
            batch = {"batch": MIGRATED_DOCUMENTS}
            while (await self._client.write(definitions.SPLIT_LIVE, batch))[0]["documents"]:
                continue
        if not found or version < self._supported:
            await self._client.write(definitions.SET_SCHEMA_VERSION, {"version": self._supported})
        await self._claim(generation)
        self._known[generation.number] = generation
        await self.index(generation.number)

    async def generation(self, number: int) -> Generation:
        """Give a prepared generation. Raises SpaceMismatch for one that was never prepared."""
        if number not in self._known:
            found = await self._client.read(definitions.GENERATION, {"number": number})
            if not found:
                raise SpaceMismatch(
                    f"The graph panel has no generation {number}.",
                    "Start the service with the model of that generation, which prepares it.",
                )
            self._known[number] = _generation(found[0])
        return self._known[number]

    async def generations(self) -> list[int]:
        """Give the numbers that are claimed."""
        return [row["number"] for row in await self._client.read(definitions.GENERATIONS)]

    def gone(self, numbers: Collection[int]) -> SpaceMismatch:
        """Take note that another process forgot one of these generations, and say so."""
        for number in numbers:
            self._known.pop(number, None)
        return SpaceMismatch(
            f"The graph panel no longer has all of the generations {sorted(numbers)}.",
            "Prepare the generation again, or leave it out.",
        )

    async def index(self, number: int) -> None:
        """Create the indexes that a generation lacks, and wait until they are usable."""
        generation = await self.generation(number)
        name = generation_label(generation.number)
        dimension = {"dimension": generation.dimension}
        await self._define(put_label(definitions.VECTOR_INDEX, name), dimension)
        for language in LANGUAGES:
            name = language_label(generation.number, language)
            analyser = {"analyser": ANALYSERS[language]}
            await self._define(put_label(definitions.TEXT_INDEX, name), analyser)
        for name in index_names(generation.number):
            await self._define(
                definitions.AWAIT_INDEX,
                {"name": name, "seconds": int(self._index_timeout)},
            )

    async def unindex(self, number: int) -> None:
        """Drop a generation's indexes."""
        for name in index_names(number):
            await self._define(put_label(definitions.DROP_INDEX, name))

    async def forget(self, number: int) -> None:
        """Give the generation's number back."""
        await self._client.write(definitions.DROP_GENERATION, {"number": number})
        self._known.pop(number, None)

    async def _claim(self, generation: Generation) -> None:
        wanted = {
            "number": generation.number,
            "model": generation.model,
            "dimension": generation.dimension,
            "chunker": generation.chunker,
        }
        recorded = _generation((await self._client.write(definitions.CLAIM_GENERATION, wanted))[0])
        if recorded != generation:
            raise SpaceMismatch(
                f"Generation {generation.number} of the graph panel holds vectors of "
                f"{recorded.model} ({recorded.dimension} dimensions, chunker {recorded.chunker}), "
                f"not of {generation.model} ({generation.dimension}, {generation.chunker}).",
                "Use that model again, or start a new generation.",
            )

    async def _define(self, statement: LiteralString, params: Params | None = None) -> None:
        try:
            await self._client.define(statement, params, within=self._index_timeout + 1)
        except ClientError as error:
            if error.code == MADE_MEANWHILE:
                return
            raise SetupFailed(
                f"Neo4j refuses an index or constraint of the graph panel: {error.message}",
                "Neo4j 2026.01 or later is needed; look whether something else uses its names.",
            ) from error


def _generation(row: Record) -> Generation:
    return Generation(row["number"], row["model"], row["dimension"], row["chunker"])
