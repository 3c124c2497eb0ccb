"""Panel contract: emptying a whole store; only for a store that is the test's own."""

from contracts.nouns import Mention, Span
from tests.panels.shelf import PanelFixtures, Shelf, same

NAMED = [(Mention(Span(0, 2), "person", "Évelyne"),)]


class EmptyingContract(PanelFixtures):
    """A subclass supplies a ``panel`` whose store no other test uses at the same time."""

    async def test_a_cleared_panel_is_empty_and_takes_all_of_it_again(
        self, shelf: Shelf, other: Shelf
    ) -> None:
        live, staged = (shelf.version("Le bail", "Le loyer", mentions=NAMED) for _ in range(2))
        there = other.version("Le bail", document=live.document, mentions=NAMED)
        await shelf.show(live)
        await shelf.stage(staged)
        await other.show(there)
        known = await shelf.panel.generations()
        for _ in range(2):
            await shelf.panel.clear()
            for bundle in (live, staged):
                assert await shelf.is_gone(bundle)
            assert await other.is_gone(there)
            for one in (shelf, other):
                assert [d async for d in one.panel.digests(one.generation.number)] == []
                assert await one.strays() == []
        assert await shelf.panel.generations() == known
        await shelf.stage(live)
        assert await shelf.everything() == set()
        await shelf.publish(live)
        await other.show(there)
        assert await shelf.everything() == set(live.ids)
        assert await shelf.lexical("loyer") == live.ids[1:]
        assert await other.everything() == set(there.ids)
        assert same(await shelf.exported(live), live.chunks)

    async def test_an_unindexed_panel_is_cleared_and_refilled(self, shelf: Shelf) -> None:
        """The steps of a rebuild, each twice as after a crash."""
        bundle = shelf.version("Le bail", "Le loyer", mentions=NAMED)
        await shelf.show(bundle)
        generation = shelf.generation
        for _ in range(2):
            await shelf.panel.unindex(generation.number)
            await shelf.panel.clear()
        for _ in range(2):
            await shelf.panel.stage([bundle.version], bundle.chunks, overwrite=True)
            await shelf.publish(bundle)
            await shelf.panel.prepare(generation)
        assert await shelf.everything() == set(bundle.ids)
        assert await shelf.lexical("bail") == bundle.ids[:1]
        assert await shelf.digests() == [bundle.digest(live=True)]
