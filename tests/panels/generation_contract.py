"""Panel contract: generations side by side, each whole and alone, and what bulk loads need."""

from dataclasses import replace

import pytest

from contracts.errors import SpaceMismatch
from contracts.nouns import Passage
from tests.panels.shelf import Bundle, Shelf, same


class GenerationContract:
    """What is done in one generation is not seen in another."""

    async def test_generations_live_side_by_side(self, shelf: Shelf, other: Shelf) -> None:
        here = shelf.version("Le bail")
        there = other.version("Le bail", "Le loyer", document=here.document)
        await shelf.show(here)
        await other.show(there)
        for one, bundle in ((shelf, here), (other, there)):
            assert await one.everything() == set(bundle.ids)
            assert await one.lexical("bail loyer") == bundle.ids
            assert await one.digests() == [bundle.digest(live=True)]
            assert same(await one.exported(bundle), bundle.chunks)
            assert await one.card(bundle) == bundle.version
        numbers = {shelf.generation.number, other.generation.number}
        assert numbers <= set(await shelf.panel.generations())

    async def test_publishing_in_one_shows_nothing_in_the_other(
        self, shelf: Shelf, other: Shelf
    ) -> None:
        here = shelf.version("Le bail")
        there = other.version("Le bail", "Le loyer", document=here.document)
        await shelf.stage(here)
        await other.stage(there)
        await other.publish(there)
        assert await shelf.everything() == set()
        assert await shelf.lexical("bail") == []
        assert await shelf.panel.read(shelf.workspace, here.ids + there.ids) == {
            c.chunk.id: _passage(there, n) for n, c in enumerate(there.chunks)
        }
        await shelf.publish(here)
        assert await shelf.everything() == set(here.ids)

    async def test_each_generation_has_a_live_version_of_its_own(
        self, shelf: Shelf, other: Shelf
    ) -> None:
        old = shelf.version("Le bail")
        new = shelf.version("Le loyer", document=old.document, number=2)
        there = other.version("Le bail", document=old.document)
        await shelf.show(old)
        await other.show(there)
        await shelf.show(new)
        assert await shelf.everything() == set(new.ids)
        assert await other.everything() == set(there.ids)
        assert await other.lexical("bail") == there.ids
        assert await other.digests() == [there.digest(live=True)]

    async def test_retiring_in_one_leaves_the_other(self, shelf: Shelf, other: Shelf) -> None:
        here = shelf.version("Le bail")
        there = other.version("Le bail", document=here.document)
        await shelf.show(here)
        await other.show(there)
        await shelf.panel.retire([here.ref], shelf.generation.number)
        assert await shelf.is_gone(here)
        assert await other.everything() == set(there.ids)
        await shelf.show(here)
        assert await shelf.everything() == set(here.ids)
        await shelf.panel.retire([here.ref])
        assert await shelf.is_gone(here)
        assert await other.is_gone(there)

    async def test_a_forgotten_generation_leaves_nothing(self, shelf: Shelf, other: Shelf) -> None:
        here = shelf.version("Le bail")
        live = other.version("Le bail", "Le loyer", document=here.document)
        staged = other.version("Le préavis")
        await shelf.show(here)
        await other.show(live)
        await other.stage(staged)
        for _ in range(2):
            await shelf.panel.forget(other.generation.number)
        assert other.generation.number not in await shelf.panel.generations()
        assert await shelf.everything() == set(here.ids)
        assert await shelf.lexical("bail") == here.ids
        assert await shelf.digests() == [here.digest(live=True)]
        # The number is free again, and nothing of its former owner comes back.
        taken = replace(other.generation, model="test-third", dimension=6)
        await shelf.panel.prepare(taken)
        third = Shelf(shelf.panel, shelf.workspace, taken)
        assert await third.is_gone(live)
        assert await third.is_gone(staged)
        own = third.version("Le bail", document=live.document)
        await third.stage(own)
        assert await third.everything() == set()
        await third.publish(own)
        assert await third.everything() == set(own.ids)

    async def test_a_forgotten_generation_takes_no_chunks(self, other: Shelf) -> None:
        bundle = other.version("Le bail")
        await other.show(bundle)
        await other.panel.forget(other.generation.number)
        with pytest.raises(SpaceMismatch):
            await other.stage(bundle)

    async def test_a_load_without_indexes_is_found_once_they_are_built(self, shelf: Shelf) -> None:
        before = shelf.version("Le bail", "Le loyer")
        await shelf.show(before)
        for _ in range(2):
            await shelf.panel.unindex(shelf.generation.number)
        loaded = [shelf.version(*["Le préavis", "La caution"] * 20) for _ in range(3)]
        await shelf.show(*loaded)
        assert same(await shelf.exported(before), before.chunks)
        assert await shelf.digests(before, *loaded) == sorted(
            (b.digest(live=True) for b in [before, *loaded]), key=lambda d: d.ref
        )
        for _ in range(2):
            await shelf.panel.prepare(shelf.generation)
        assert await shelf.everything() == {i for b in [before, *loaded] for i in b.ids}
        assert len(await shelf.lexical("caution", limit=100)) == 60
        assert await shelf.lexical("loyer") == [before.ids[1]]
        after = shelf.version("Le mandat")
        await shelf.show(after)
        assert await shelf.lexical("mandat") == after.ids
        assert await shelf.dense(after.chunks[0].embedding, limit=1) == after.ids


def _passage(bundle: Bundle, ordinal: int) -> Passage:
    return Passage(bundle.chunks[ordinal].chunk, bundle.version.card)
