"""Panel contract: what is stored, when it is seen, and that it goes away whole."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import numpy as np
import pytest

from contracts.errors import InvalidInput, SpaceMismatch
from contracts.nouns import Card, Generation, Parent
from contracts.panels import Panel
from tests.panels.shelf import Bundle, Shelf, same


class LifecycleContract:
    """Staging, publishing, replacing, removing, and what parity and rebuild read."""

    async def test_is_healthy(self, panel: Panel) -> None:
        health = await panel.health()
        assert health.ready, health.detail
        assert health.panel == panel.name

    async def test_preparing_again_changes_nothing(
        self, shelf: Shelf, generation: Generation
    ) -> None:
        bundle = shelf.version("Le bail")
        await shelf.show(bundle)
        await shelf.panel.prepare(generation)
        assert await shelf.everything() == set(bundle.ids)

    async def test_a_generation_number_belongs_to_one_model(
        self, panel: Panel, generation: Generation
    ) -> None:
        for other in (
            replace(generation, model="another"),
            replace(generation, dimension=16),
            replace(generation, chunker="another"),
        ):
            with pytest.raises(SpaceMismatch):
                await panel.prepare(other)

    async def test_staged_chunks_are_kept_but_not_seen(self, shelf: Shelf) -> None:
        bundle = shelf.version("Le bail", "Le loyer")
        await shelf.stage(bundle)
        assert await shelf.everything() == set()
        assert await shelf.lexical("bail loyer") == []
        assert await shelf.panel.read(shelf.workspace, bundle.ids) == {}
        assert await shelf.card(bundle) == bundle.version
        assert same(await shelf.exported(bundle), bundle.chunks)
        assert await shelf.digests() == [bundle.digest(live=False)]

    async def test_several_versions_are_published_in_one_go(self, shelf: Shelf) -> None:
        bundles = [shelf.version("Le bail", "Le loyer") for _ in range(3)]
        unseen = shelf.version("Le préavis")
        await shelf.stage(*bundles, unseen)
        await shelf.publish(*bundles)
        expected = {i for b in bundles for i in b.ids}
        assert await shelf.everything() == expected
        read = await shelf.panel.read(shelf.workspace, sorted(expected) + unseen.ids)
        assert {i: p.chunk for i, p in read.items()} == {
            c.chunk.id: c.chunk for b in bundles for c in b.chunks
        }
        assert read[bundles[0].ids[0]].card == bundles[0].version.card

    async def test_children_come_back_with_their_parent(self, shelf: Shelf) -> None:
        plain = shelf.version("Le bail", "Le loyer", "Le préavis")
        bundle = shelf.family(plain, Parent(1, 3))
        await shelf.show(bundle)
        assert same(await shelf.exported(bundle), bundle.chunks)
        read = await shelf.panel.read(shelf.workspace, bundle.ids)
        found = (await shelf.search("bail loyer préavis")).passages
        for passages in (read, found):
            parents = [passages[key].chunk.parent for key in bundle.ids]
            assert parents == [None, Parent(1, 3), Parent(1, 3)]

    async def test_another_parent_is_another_chunk(self, shelf: Shelf) -> None:
        plain = shelf.version("Le bail", "Le loyer")
        before, after = (shelf.family(plain, Parent(0, end)) for end in (1, 2))
        for bundle in (plain, before, after, plain):
            await shelf.show(bundle)
            assert await shelf.digests() == [bundle.digest(live=True)]
            assert same(await shelf.exported(bundle), bundle.chunks)
        assert len({b.chunks[0].digest for b in (plain, before, after)}) == 3

    async def test_a_new_version_hides_the_old_at_once(self, shelf: Shelf) -> None:
        old = shelf.version("Le bail de Rennes", "Le loyer")
        await shelf.show(old)
        new = shelf.version("Le bail de Brest", document=old.document, number=2)
        await shelf.stage(new)
        assert await shelf.everything() == set(old.ids)
        await shelf.publish(new)
        assert await shelf.everything() == set(new.ids)
        assert await shelf.lexical("bail Rennes loyer") == new.ids
        assert await shelf.panel.read(shelf.workspace, old.ids) == {}
        assert await shelf.digests() == [old.digest(live=False), new.digest(live=True)]
        await shelf.panel.retire([old.ref])
        assert await shelf.is_gone(old)
        assert await shelf.everything() == set(new.ids)

    async def test_readers_never_see_two_versions_of_one_document(self, shelf: Shelf) -> None:
        old = shelf.version(*["Le bail"] * 20)
        new = shelf.version(*["Le bail"] * 20, document=old.document, number=2)
        await shelf.show(old)
        await shelf.stage(new)

        async def look() -> None:
            found = await shelf.search("bail", shelf.vector(), limit=100)
            for hits in (found.dense, found.lexical):
                assert {h.chunk for h in hits} in (set(old.ids), set(new.ids))

        looks = [look() for _ in range(12)]
        await asyncio.gather(*looks[:4], shelf.publish(new), *looks[4:])
        assert await shelf.everything() == set(new.ids)

    async def test_a_lower_number_never_wins(self, shelf: Shelf) -> None:
        new = shelf.version("Le bail de Brest", number=10)
        old = shelf.version("Le bail de Rennes", document=new.document, number=9)
        await shelf.show(new)
        await shelf.show(old)
        assert await shelf.everything() == set(new.ids)
        await shelf.panel.retire([new.ref, old.ref])
        await shelf.stage(new, old)
        await shelf.publish(old, new, old)
        assert await shelf.everything() == set(new.ids)

    async def test_a_version_without_chunks_becomes_live_and_empty(self, shelf: Shelf) -> None:
        old = shelf.version("Le bail")
        empty = shelf.version(document=old.document, number=2)
        await shelf.show(old)
        await shelf.show(empty)
        assert await shelf.everything() == set()
        assert await shelf.digests() == [old.digest(live=False), empty.digest(live=True)]
        assert await shelf.card(empty) == empty.version
        assert await shelf.exported(empty) == []

    async def test_a_version_never_staged_becomes_live_and_empty(self, shelf: Shelf) -> None:
        old = shelf.version("Le bail")
        unknown = shelf.version("Le loyer", document=old.document, number=2)
        await shelf.show(old)
        await shelf.publish(unknown)
        assert await shelf.everything() == set()
        assert await shelf.card(unknown) is None

    async def test_a_retired_version_leaves_nothing(self, shelf: Shelf) -> None:
        live, staged, kept = (shelf.version("Le bail", "Le loyer") for _ in range(3))
        await shelf.show(live, kept)
        await shelf.stage(staged)
        for _ in range(2):
            await shelf.panel.retire([live.ref, staged.ref])
            assert await shelf.is_gone(live)
            assert await shelf.is_gone(staged)
        assert await shelf.everything() == set(kept.ids)

    async def test_an_erased_document_leaves_nothing(self, shelf: Shelf) -> None:
        first = shelf.version("Le bail", "Le loyer")
        second = shelf.version("Le bail", document=first.document, number=2)
        third = shelf.version("Le bail", document=first.document, number=3)
        kept = shelf.version("Le bail")
        await shelf.show(first)
        await shelf.show(second, kept)
        await shelf.stage(third)
        for _ in range(2):
            await shelf.panel.erase([first.document, uuid4()])
            for bundle in (first, second, third):
                assert await shelf.is_gone(bundle)
        assert await shelf.digests() == [kept.digest(live=True)]
        await shelf.show(first)
        assert await shelf.everything() == {*first.ids, *kept.ids}

    async def test_batches_may_come_in_any_order_and_again(self, shelf: Shelf) -> None:
        bundle = shelf.version("un", "deux", "trois", "quatre")
        for part in (bundle.chunks[2:], bundle.chunks[:2], bundle.chunks[1:3], ()):
            await shelf.panel.stage([bundle.version], part)
        assert same(await shelf.exported(bundle), bundle.chunks)
        for _ in range(2):
            await shelf.publish(bundle)
        await shelf.stage(bundle)
        assert await shelf.digests() == [bundle.digest(live=True)]
        assert await shelf.lexical("deux") == [bundle.ids[1]]

    async def test_a_chunk_with_another_digest_is_replaced(self, shelf: Shelf) -> None:
        bundle = shelf.version("Le bail", "Le loyer")
        await shelf.show(bundle)
        changed = shelf.again(bundle, 1, "Le préavis")
        await shelf.stage(changed)
        assert same(await shelf.exported(bundle), changed.chunks)
        assert await shelf.digests() == [changed.digest(live=True)]
        assert await shelf.lexical("loyer") == []
        assert await shelf.lexical("préavis") == [bundle.ids[1]]

    async def test_a_card_staged_again_is_replaced(self, shelf: Shelf) -> None:
        bundle = shelf.version("Le bail", metadata={"folder": "old"})
        await shelf.show(bundle)
        metadata = {"folder": "neu", "n": 1.0, "ok": True, "none": None, "deep": {"é": [1, "𝒜"]}}
        card = Card(shelf.workspace, "Títre", "source 2", "text/html", "ext-1", metadata)
        changed = Bundle(replace(bundle.version, card=card), bundle.chunks)
        await shelf.panel.stage([changed.version], [])
        staged = await shelf.card(bundle)
        assert staged == changed.version
        assert repr(staged) == repr(changed.version)
        assert await shelf.digests() == [changed.digest(live=True)]
        assert (await shelf.panel.read(shelf.workspace, bundle.ids))[bundle.ids[0]].card == card

    async def test_embeddings_come_back_bit_for_bit(self, shelf: Shelf) -> None:
        tiny = np.float32(1e-45)
        odd = np.array([1, -0.0, tiny, -tiny, 1e-38, 3.4e-39, 0, -1e-7], dtype=np.float32)
        bundle = shelf.version("Le bail", "Le loyer", vectors=[odd, np.negative(odd)])
        await shelf.show(bundle)
        assert same(await shelf.exported(bundle), bundle.chunks)

    async def test_a_page_may_be_unknown(self, shelf: Shelf) -> None:
        base = shelf.version("Le bail")
        chunk = replace(base.chunks[0].chunk, page=None, part=3)
        bundle = Bundle(base.version, (replace(base.chunks[0], chunk=chunk),))
        await shelf.show(bundle)
        assert same(await shelf.exported(bundle), bundle.chunks)

    async def test_digests_are_ordered_and_cover_the_named_documents(self, shelf: Shelf) -> None:
        bundles = [shelf.version("Le bail", "Le loyer", str(n)) for n in range(4)]
        bundles.append(shelf.version("encore", document=bundles[0].document, number=2))
        await shelf.show(*bundles[:2])
        await shelf.stage(*bundles[2:])
        expected = [b.digest(live=n < 2) for n, b in enumerate(bundles)]
        assert await shelf.digests() == sorted(expected, key=lambda d: d.ref)
        assert await shelf.digests(bundles[3]) == [expected[3]]
        every = [d async for d in shelf.panel.digests(shelf.generation.number)]
        assert {d.ref for d in expected} <= {d.ref for d in every}

    async def test_a_vector_of_another_length_stores_nothing(self, shelf: Shelf) -> None:
        good, bad = shelf.version("Le bail"), shelf.version("Le loyer", vectors=[np.ones(4, "f4")])
        with pytest.raises(SpaceMismatch):
            await shelf.stage(good, bad)
        assert await shelf.is_gone(good)
        assert await shelf.is_gone(bad)

    @pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
    async def test_an_embedding_that_is_not_finite_stores_nothing(
        self, shelf: Shelf, value: float
    ) -> None:
        vector = shelf.vector()
        vector[3] = value
        good, bad = shelf.version("Le bail"), shelf.version("Le loyer", vectors=[vector])
        with pytest.raises(InvalidInput):
            await shelf.stage(good, bad)
        assert await shelf.is_gone(good)
        assert await shelf.is_gone(bad)

    async def test_versions_and_batches_are_staged_at_the_same_time(self, shelf: Shelf) -> None:
        bundles = [shelf.version(*["Le bail", "Le loyer"] * 10) for _ in range(4)]
        shared = shelf.version(*["Le préavis"] * 20)
        await asyncio.gather(
            *(shelf.show(b) for b in bundles),
            *(shelf.panel.stage([shared.version], shared.chunks[n : n + 10]) for n in (0, 5, 10)),
        )
        await shelf.publish(shared)
        expected = sorted((b.digest(live=True) for b in [*bundles, shared]), key=lambda d: d.ref)
        assert await shelf.digests() == expected
        assert len(await shelf.lexical("préavis", 100)) == 20

    async def test_a_version_that_is_not_there_reads_as_nothing(self, shelf: Shelf) -> None:
        bundle = shelf.version("Le bail")
        assert await shelf.card(bundle) is None
        assert await shelf.exported(bundle) == []
        assert await shelf.panel.read(shelf.workspace, bundle.ids) == {}
