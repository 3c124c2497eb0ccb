"""Panel contract: the dense leg, filters, workspaces, and what a search gives back."""

from dataclasses import replace
from uuid import UUID, uuid4

import numpy as np
import pytest

from contracts.errors import SpaceMismatch
from contracts.nouns import ChunkId, Filters, Generation, facet
from contracts.panels import Panel
from tests.panels.shelf import Bundle, Shelf


def by_facet(key: str, value: object) -> Filters:
    return Filters(facets=(facet(key, value),))


def cosines(bundles: list[Bundle], vector: np.ndarray) -> list[tuple[float, ChunkId]]:
    """Every chunk with its exact cosine, best first."""
    found = []
    for one in (c for b in bundles for c in b.chunks):
        a, b = one.embedding.astype(np.float64), vector.astype(np.float64)
        found.append((float(a @ b / np.linalg.norm(a) / np.linalg.norm(b)), one.chunk.id))
    return sorted(found, key=lambda pair: (-pair[0], pair[1]))


class SearchContract:
    """What both legs have in common, and the dense one's order."""

    async def test_dense_hits_are_in_the_order_of_the_exact_cosine(self, shelf: Shelf) -> None:
        bundles = [shelf.version(*(f"Le bail {n}" for n in range(40))) for _ in range(8)]
        await shelf.show(*bundles)
        for _ in range(5):
            vector = shelf.vector()
            expected = cosines(bundles, vector)[:15]
            hits = (await shelf.search("", vector, limit=15)).dense
            assert [h.chunk for h in hits] == [i for _, i in expected]
            assert [h.score for h in hits] == pytest.approx([s for s, _ in expected], abs=1e-4)

    async def test_cosine_goes_from_one_to_minus_one(self, shelf: Shelf) -> None:
        vector = shelf.vector()
        bundle = shelf.version("pour", "contre", vectors=[vector, np.negative(vector)])
        await shelf.show(bundle)
        hits = (await shelf.search("", vector)).dense
        assert [h.chunk for h in hits] == bundle.ids
        assert [h.score for h in hits] == pytest.approx([1, -1], abs=1e-4)

    async def test_each_leg_can_be_left_out(self, shelf: Shelf) -> None:
        bundle = shelf.version("Le bail")
        await shelf.show(bundle)
        only_dense = await shelf.search("", shelf.vector())
        assert [h.chunk for h in only_dense.dense] == bundle.ids
        assert only_dense.lexical == ()
        only_lexical = await shelf.search("bail", None)
        assert only_lexical.dense == ()
        assert [h.chunk for h in only_lexical.lexical] == bundle.ids
        neither = await shelf.search("", None)
        assert (neither.dense, neither.lexical, dict(neither.passages)) == ((), (), {})

    async def test_every_hit_comes_with_its_passage_and_card(self, shelf: Shelf) -> None:
        metadata = {"folder": "Baux", "year": 2024, "nested": {"a": [1, None]}}
        bundles = [shelf.version("Le bail", "Le loyer", metadata=metadata) for _ in range(3)]
        await shelf.show(*bundles)
        found = await shelf.search("loyer", shelf.vector(), limit=4)
        assert len(found.dense) == 4
        assert len(found.lexical) == 3
        assert set(found.passages) == {h.chunk for h in found.dense + found.lexical}
        chunks = {c.chunk.id: (c.chunk, b.version.card) for b in bundles for c in b.chunks}
        for i, passage in found.passages.items():
            assert (passage.chunk, passage.card) == chunks[i]

    async def test_hits_are_at_most_the_limit_and_best_first(self, shelf: Shelf) -> None:
        await shelf.show(*(shelf.version(*["Le bail est un contrat"] * 3) for _ in range(4)))
        for limit in (1, 5, 12, 50):
            found = await shelf.search("contrat", shelf.vector(), limit=limit)
            for hits in (found.dense, found.lexical):
                assert len(hits) == min(limit, 12)
                assert list(hits) == sorted(hits, key=lambda h: (-h.score, h.chunk))

    async def test_equal_texts_in_different_documents_are_all_found(self, shelf: Shelf) -> None:
        vector = shelf.vector()
        bundles = [shelf.version("Le bail", vectors=[vector]) for _ in range(5)]
        await shelf.show(*bundles, shelf.version("Le loyer"))
        expected = sorted(b.ids[0] for b in bundles)
        assert await shelf.dense(vector, limit=5) == expected
        assert await shelf.lexical("bail") == expected

    async def test_a_workspace_sees_only_its_own(self, shelf: Shelf) -> None:
        other = Shelf(shelf.panel, f"w-{uuid4()}", shelf.generation)
        mine, theirs = shelf.version("Le bail commercial"), other.version("Le bail commercial")
        await shelf.show(mine)
        await other.show(theirs)
        assert await shelf.everything() == set(mine.ids)
        assert await other.everything() == set(theirs.ids)
        assert await shelf.lexical("bail") == mine.ids
        assert await other.lexical("bail") == theirs.ids
        assert await shelf.panel.read(shelf.workspace, theirs.ids) == {}
        both = mine.ids + theirs.ids
        assert list(await other.panel.read(other.workspace, both)) == theirs.ids
        foreign = Filters(documents=frozenset({theirs.document}))
        assert await shelf.dense(shelf.vector(), filters=foreign) == []
        assert await shelf.lexical("bail", filters=foreign) == []
        await shelf.panel.erase([theirs.document])

    async def test_filters_narrow_both_legs(self, shelf: Shelf) -> None:
        metadata = [
            {"folder": "Baux", "year": 2024, "signed": True},
            {"folder": "Baux", "year": 2025, "signed": False},
            {"folder": 'Dé"pôts = 1', "year": "2024", "rate": 0.5},
            {},
        ]
        one, two, three, four = (shelf.version("Le bail", metadata=m) for m in metadata)
        await shelf.show(one, two, three, four)
        baux, y2024 = facet("folder", "Baux"), facet("year", 2024)
        cases: list[tuple[Filters, set[UUID]]] = [
            (by_facet("folder", "Baux"), {one.document, two.document}),
            (Filters(facets=(baux, y2024)), {one.document}),
            (by_facet("year", "2024"), {three.document}),
            (by_facet("signed", value=False), {two.document}),
            (by_facet("folder", 'Dé"pôts = 1'), {three.document}),
            (by_facet("rate", 0.5), {three.document}),
            (by_facet("folder", "Bau"), set()),
            (by_facet("none", None), set()),
            (Filters(frozenset({two.document, four.document})), {two.document, four.document}),
            (Filters(frozenset({two.document, four.document}), (baux,)), {two.document}),
            (Filters(frozenset({uuid4()})), set()),
        ]
        for filters, expected in cases:
            found = await shelf.search("bail", shelf.vector(), filters=filters)
            for hits in (found.dense, found.lexical):
                assert {h.chunk.document for h in hits} == expected, filters
            assert {i.document for i in found.passages} == expected

    async def test_a_selective_filter_still_fills_the_limit(self, shelf: Shelf) -> None:
        common = [shelf.version(*["Le bail"] * 5, metadata={"folder": "all"}) for _ in range(99)]
        # The one that matches is far from the question, so every nearer chunk is in its way.
        vector = shelf.vector()
        far = [np.negative(shelf.vector() * 0.1 + vector) for _ in range(5)]
        rare = shelf.version(*["Le bail"] * 5, metadata={"folder": "rare"}, vectors=far)
        await shelf.show(*common, rare)
        for filters in (by_facet("folder", "rare"), Filters(frozenset({rare.document}))):
            found = await shelf.search("bail", vector, limit=5, filters=filters)
            assert {h.chunk for h in found.dense} == set(rare.ids)
            assert {h.chunk for h in found.lexical} == set(rare.ids)

    async def test_hidden_versions_do_not_crowd_out_the_live_one(self, shelf: Shelf) -> None:
        vector = shelf.vector()
        near = [shelf.version(*["Le bail"] * 30, vectors=[vector] * 30) for _ in range(5)]
        await shelf.show(*near)
        newer = [
            shelf.version("Le bail", document=b.document, number=2, vectors=[np.negative(vector)])
            for b in near
        ]
        await shelf.show(*newer)
        expected = {i for b in newer for i in b.ids}
        assert set(await shelf.dense(vector, limit=5)) == expected
        assert set(await shelf.lexical("bail", limit=5)) == expected

    async def test_a_question_of_another_space_is_refused(
        self, shelf: Shelf, generation: Generation
    ) -> None:
        await shelf.show(shelf.version("Le bail"))
        with pytest.raises(SpaceMismatch):
            await shelf.search("bail", np.ones(4, np.float32))
        other = Shelf(shelf.panel, shelf.workspace, replace(generation, dimension=4))
        with pytest.raises(SpaceMismatch):
            await other.search("bail", shelf.vector())

    async def test_a_workspace_without_documents_finds_nothing(
        self, panel: Panel, generation: Generation
    ) -> None:
        shelf = Shelf(panel, f"w-{uuid4()}", generation)
        found = await shelf.search("bail", shelf.vector())
        assert (found.dense, found.lexical) == ((), ())
