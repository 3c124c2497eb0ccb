"""Panel contract: sizes, characters and timings that break stores; refused alike or kept alike."""

import asyncio
import itertools
from collections.abc import Awaitable
from dataclasses import replace

import pytest

from contracts.errors import InvalidInput, PanelUnavailable
from contracts.nouns import METADATA_LIMIT, Mention, Span
from tests.panels.shelf import Bundle, Shelf, same

HARD_TEXTS = (
    "𝒜 astral 👩‍👩‍👧‍👦 \U0010ffff",
    "عقد الإيجار \u202eright to left\u202c \u200f",
    "e\u0301te\u0301 and été, й and и\u0306",
    "10\u00a0000\u202f€ \ufeff\u2028\u2029 \x01\t\r\n 'quoted' \"double\" \\N \\. $1 {x}",
)
MANY = 20_000
BLOCK = 1000


async def accepted(verb: Awaitable[None]) -> bool:
    """Tell whether a verb was done; one that is in another's way may be asked to come again."""
    try:
        await verb
    except PanelUnavailable:
        return False
    return True


class AwkwardContract:
    """Nothing of this is rare in a large collection."""

    async def test_an_empty_list_means_nothing_to_do(self, shelf: Shelf) -> None:
        bundle = shelf.version("Le bail")
        await shelf.show(bundle)
        panel, generation = shelf.panel, shelf.generation.number
        await panel.stage([], [])
        await panel.stage([], [], overwrite=True)
        await panel.publish([], generation)
        await panel.retire([])
        await panel.retire([], generation)
        await panel.erase([])
        await panel.discard([])
        assert await panel.read(shelf.workspace, []) == {}
        assert await panel.cards([], generation) == {}
        assert [d async for d in panel.digests(generation, [])] == []
        assert [c async for c in panel.export([], generation)] == []
        assert await shelf.digests() == [bundle.digest(live=True)]

    async def test_one_chunk_of_one_character(self, shelf: Shelf) -> None:
        bundle = shelf.version("x")
        await shelf.show(bundle)
        assert await shelf.everything() == set(bundle.ids)
        assert same(await shelf.exported(bundle), bundle.chunks)

    async def test_twenty_thousand_chunks_in_one_version(self, shelf: Shelf) -> None:
        named = [(Mention(Span(0, 2), "reference", f"№ {n % 100}"),) for n in range(MANY)]
        texts = (f"Le bail numéro {n}" for n in range(MANY))
        bundle = shelf.version(*texts, mentions=named)
        for start in range(0, MANY, BLOCK):
            await shelf.panel.stage([bundle.version], bundle.chunks[start : start + BLOCK])
        await shelf.publish(bundle)
        assert await shelf.digests() == [bundle.digest(live=True)]
        assert same(await shelf.exported(bundle), bundle.chunks)
        assert (await shelf.lexical("numéro 12718"))[0] == bundle.ids[12718]
        await shelf.panel.retire([bundle.ref])
        assert await shelf.is_gone(bundle)
        assert await shelf.strays() == []

    async def test_many_small_versions_are_exported_in_order(self, shelf: Shelf) -> None:
        bundles = [shelf.version(*["Le bail"] * (n % 4)) for n in range(1200)]
        await shelf.stage(*bundles)
        expected = sorted((c for b in bundles for c in b.chunks), key=lambda c: c.chunk.id)
        absent = shelf.version("Le loyer")
        assert same(await shelf.exported(*bundles, absent), expected)
        generation = shelf.generation.number
        cards = await shelf.panel.cards([b.ref for b in [*bundles, absent]], generation)
        assert cards == {b.ref: b.version for b in bundles}

    async def test_text_comes_back_character_for_character(self, shelf: Shelf) -> None:
        named = [[Mention(Span(0, 1), "person", text)] for text in HARD_TEXTS]
        bundle = shelf.version(*HARD_TEXTS, context=HARD_TEXTS[2], language="und", mentions=named)
        await shelf.show(bundle)
        assert same(await shelf.exported(bundle), bundle.chunks)
        read = await shelf.panel.read(shelf.workspace, bundle.ids)
        assert [read[i].chunk for i in bundle.ids] == [c.chunk for c in bundle.chunks]
        assert await shelf.strays() == []

    @pytest.mark.parametrize("text", ["nul \x00 here", "lone \ud800 here"])
    async def test_text_that_no_panel_can_hold_is_refused_whole(
        self, shelf: Shelf, text: str
    ) -> None:
        good, base = shelf.version("Le loyer"), shelf.version("Le bail")
        one = base.chunks[0]
        for bad in (
            replace(one, chunk=replace(one.chunk, text=text)),
            replace(one, chunk=replace(one.chunk, context=text)),
            replace(one, mentions=(Mention(Span(0, 2), "person", text),)),
        ):
            with pytest.raises(InvalidInput):
                await shelf.stage(good, Bundle(base.version, (bad,)))
            assert await shelf.is_gone(good)
            assert await shelf.is_gone(base)

    async def test_metadata_have_a_limit(self, shelf: Shelf) -> None:
        frame = len('{"k": ""}')
        full = shelf.version("Le bail", metadata={"k": "é" * ((METADATA_LIMIT - frame) // 2)})
        await shelf.show(full)
        assert await shelf.card(full) == full.version
        for size in (METADATA_LIMIT // 2, 1_000_000):
            over = shelf.version("Le loyer", metadata={"k": "é" * size})
            with pytest.raises(InvalidInput):
                await shelf.show(over)
            assert await shelf.is_gone(over)

    async def test_equal_chunks_of_different_documents_stand_alone(self, shelf: Shelf) -> None:
        vector, named = shelf.vector(), [(Mention(Span(0, 2), "person", "Évelyne"),)]
        one, two, three = (
            shelf.version("Le bail", vectors=[vector], mentions=named) for _ in range(3)
        )
        await shelf.show(one, two, three)
        assert set(await shelf.lexical("bail")) == {*one.ids, *two.ids, *three.ids}
        await shelf.panel.erase([one.document])
        await shelf.panel.discard(two.ids)
        assert await shelf.everything() == set(three.ids)
        assert same(await shelf.exported(one, two, three), three.chunks)

    async def test_documents_may_be_erased_while_they_are_written(self, shelf: Shelf) -> None:
        """Whoever is last wins; in between there is never a part of a document."""
        named = [(Mention(Span(0, 2), "person", "Évelyne"),)] * 20
        bundles = [shelf.version(*["Le bail"] * 20, mentions=named) for _ in range(12)]

        async def write(bundle: Bundle) -> None:
            for _ in range(2):
                while not await accepted(shelf.show(bundle)):
                    pass

        async def remove(bundle: Bundle) -> None:
            for _ in range(2):
                while not await accepted(shelf.panel.erase([bundle.document])):
                    pass

        await asyncio.gather(*itertools.chain(*((write(b), remove(b)) for b in bundles)))
        whole = {b.ref for b in bundles if same(await shelf.exported(b), b.chunks)}
        assert whole == {d.ref for d in await shelf.digests() if d.chunks}
        seen = await shelf.everything()
        assert seen == {i for b in bundles if b.ref in whole for i in b.ids}
        assert await shelf.strays() == []
        await shelf.show(*bundles)
        assert len(await shelf.everything()) == 240

    async def test_readers_see_one_version_whole_while_versions_come_and_go(
        self, shelf: Shelf
    ) -> None:
        versions = [shelf.version(*["Le bail"] * 8)]
        for number in range(2, 9):
            document = versions[0].document
            versions.append(shelf.version(*["Le bail"] * 8, document=document, number=number))
        await shelf.show(versions[0])

        async def replace_all() -> None:
            for old, new in itertools.pairwise(versions):
                for chunk in new.chunks:
                    await shelf.panel.stage([new.version], [chunk])
                await shelf.publish(new)
                await shelf.panel.retire([old.ref])

        writer = asyncio.create_task(replace_all())
        while not writer.done():
            found = await shelf.search("bail", shelf.vector(), limit=50)
            for hits in (found.dense, found.lexical):
                assert {h.chunk for h in hits} in [set(b.ids) for b in versions]
            await asyncio.sleep(0)
        await writer
        assert await shelf.everything() == set(versions[-1].ids)
