"""The relational panel with more chunks than it compares one by one: its indexes take over."""

from collections.abc import AsyncIterator

import numpy as np
import psycopg
import pytest

from contracts.nouns import ChunkId, Filters, Generation, facet
from tests.panels.shelf import Bundle, Shelf
from vectorstore.panel import PostgresPanel

CHUNKS = 6000
PER_DOCUMENT = 30
GENERATION = Generation(1, "test-model", 8, "test-chunker")


class Library:
    """A panel with 6,000 chunks; every hundredth document lies in the folder ``rare``."""

    def __init__(self, url: str, panel: PostgresPanel) -> None:
        self.url = url
        self.shelf = Shelf(panel, "library", GENERATION)
        self.bundles: list[Bundle] = []

    async def fill(self) -> None:
        for n in range(CHUNKS // PER_DOCUMENT):
            texts = [f"Le bail numéro {n * PER_DOCUMENT + i}" for i in range(PER_DOCUMENT)]
            metadata = {"folder": "rare" if n % 100 == 7 else "common", "all": True}
            self.bundles.append(self.shelf.version(*texts, metadata=metadata))
        await self.shelf.show(*self.bundles)

    def nearest(self, vector: np.ndarray, most: int) -> list[ChunkId]:
        chunks = [c for b in self.bundles for c in b.chunks]
        scores = np.array([c.embedding for c in chunks]) @ vector
        return [chunks[i].chunk.id for i in np.argsort(-scores)[:most]]


@pytest.fixture(scope="module")
async def library(shared_url: str) -> AsyncIterator[Library]:
    panel = PostgresPanel(shared_url)
    await panel.prepare(GENERATION)
    library = Library(shared_url, panel)
    await library.fill()
    yield library
    await panel.close()


@pytest.mark.parametrize("most", [10, 100])
async def test_the_index_finds_what_comparing_all_finds(library: Library, most: int) -> None:
    found = 0
    for _ in range(20):
        vector = library.shelf.vector()
        hits = await library.shelf.dense(vector, limit=most)
        expected = library.nearest(vector, most)
        assert len(hits) == most
        found += len(set(hits) & set(expected))
        assert [i for i in hits if i in expected] == [i for i in expected if i in hits]
    assert found >= 0.99 * 20 * most


async def test_a_filter_that_keeps_nearly_all_still_fills_the_limit(library: Library) -> None:
    filters = Filters(facets=(facet("folder", "common"),))
    rare = {b.document for b in library.bundles if b.version.card.metadata["folder"] == "rare"}
    for _ in range(5):
        vector = library.shelf.vector()
        found = await library.shelf.search("bail numéro", vector, 20, filters)
        expected = [i for i in library.nearest(vector, 60) if i.document not in rare][:20]
        assert [h.chunk for h in found.dense] == expected
        assert len(found.lexical) == 20
        assert not {h.chunk.document for h in found.lexical} & rare


async def test_a_selective_filter_still_fills_the_limit(library: Library) -> None:
    filters = Filters(facets=(facet("folder", "rare"),))
    rare = {
        i for b in library.bundles if b.version.card.metadata["folder"] == "rare" for i in b.ids
    }
    found = await library.shelf.search("bail", library.shelf.vector(), 60, filters)
    assert {h.chunk for h in found.dense} == rare
    assert {h.chunk for h in found.lexical} == rare


async def test_a_rare_word_is_found_among_thousands(library: Library) -> None:
    chunks = [i for b in library.bundles for i in b.ids]
    for number in (0, 2718, 5999):
        assert await library.shelf.lexical(str(number)) == [chunks[number]]
        found = await library.shelf.lexical(f"le bail numéro {number}", limit=10)
        assert found[0] == chunks[number]
        assert len(found) == 10


async def test_a_small_budget_of_candidates_still_fills_the_limit(library: Library) -> None:
    """A rare word alone names too few chunks; the next more common one joins it."""
    statement = "SELECT count(*) FROM panel.lexical('library', 1, NULL, NULL, %s, 10, %s, 5)"
    with psycopg.connect(library.url, options="-c search_path=panel,public") as connection:
        for question in ("2718 bail", "bail", "2718 numéro 5999"):
            row = connection.execute(statement, (question, 100 * CHUNKS)).fetchone()
            assert row == (10,)


async def test_many_hidden_chunks_do_not_hide_the_few_live_ones(library: Library) -> None:
    """In a workspace of its own, where all that the index finds first was replaced."""
    shelf = Shelf(library.shelf.panel, "replaced", GENERATION)
    vector = shelf.vector()
    old = shelf.version(*["Le bail"] * 5200, vectors=[vector] * 5200)
    await shelf.show(old)
    far = [np.negative(vector)] * 3
    new = shelf.version(*["Le bail"] * 3, document=old.document, number=2, vectors=far)
    await shelf.show(new)
    found = await shelf.search("bail", vector, limit=10)
    assert [h.chunk for h in found.dense] == new.ids
    assert [h.chunk for h in found.lexical] == new.ids
    await shelf.panel.erase([old.document])
