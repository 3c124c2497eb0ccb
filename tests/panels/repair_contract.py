"""Panel contract: mentions, and the verbs by which repair makes a panel right again."""

from dataclasses import replace

import numpy as np
import pytest

from contracts.errors import InvalidInput
from contracts.nouns import NAME_LIMIT, Mention, Span
from tests.panels.shelf import Bundle, Shelf, same

LESSOR = Mention(Span(0, 2), "person", "Évelyne Ångström 👩‍⚖️")
LESSEE = Mention(Span(3, 7), "person", "عمر")
EMAIL = Mention(Span(3, 7), "email", "évelyne@example.org")
LONGEST = Mention(Span(0, 7), "reference", "é" * NAME_LIMIT)


class RepairContract:
    """Mentions are part of a chunk; rows that went wrong can be mended one by one."""

    async def test_mentions_come_back_with_their_chunk_in_order(self, shelf: Shelf) -> None:
        twice = replace(LESSOR, span=Span(3, 7))
        named = [(EMAIL, LESSEE, LESSOR, twice), (LONGEST,), ()]
        bundle = shelf.version("Le bail", "Le loyer", "Le préavis", mentions=named)
        await shelf.show(bundle)
        assert bundle.chunks[0].mentions == (LESSOR, EMAIL, twice, LESSEE)
        assert same(await shelf.exported(bundle), bundle.chunks)
        assert await shelf.digests() == [bundle.digest(live=True)]
        assert await shelf.strays() == []

    async def test_other_mentions_are_another_chunk(self, shelf: Shelf) -> None:
        ref = shelf.version("Le bail", mentions=[(LESSOR,)])
        other = shelf.renamed(ref, (LESSEE, EMAIL))
        await shelf.show(ref)
        await shelf.stage(other)
        assert same(await shelf.exported(ref), other.chunks)
        assert await shelf.digests() == [other.digest(live=True)]
        await shelf.stage(shelf.renamed(ref, ()))
        assert (await shelf.exported(ref))[0].mentions == ()
        assert await shelf.strays() == []

    async def test_an_entity_goes_with_the_last_chunk_that_names_it(self, shelf: Shelf) -> None:
        one, two, three, four = (shelf.version("Le bail", mentions=[(LESSOR,)]) for _ in range(4))
        await shelf.show(one, two, three, four)
        removals = (
            (one, shelf.panel.retire([one.ref])),
            (two, shelf.panel.erase([two.document])),
            (three, shelf.panel.discard(three.ids)),
            (four, shelf.panel.retire([four.ref], shelf.generation.number)),
        )
        kept = [one, two, three, four]
        for gone, removal in removals:
            await removal
            kept.remove(gone)
            assert await shelf.exported(gone) == []
            for bundle in kept:
                assert same(await shelf.exported(bundle), bundle.chunks)
            assert await shelf.strays() == []

    @pytest.mark.parametrize("length", [0, NAME_LIMIT + 1, 10 * NAME_LIMIT])
    async def test_a_name_has_a_length(self, shelf: Shelf, length: int) -> None:
        wrong = Mention(Span(0, 2), "person", "n" * length)
        good = shelf.version("Le bail")
        bad = shelf.version("Le loyer", "Le préavis", mentions=[(LESSOR,), (LESSOR, wrong)])
        with pytest.raises(InvalidInput):
            await shelf.stage(good, bad)
        assert await shelf.is_gone(good)
        assert await shelf.is_gone(bad)
        assert await shelf.strays() == []

    async def test_rows_that_are_not_what_their_digest_says_are_overwritten(
        self, shelf: Shelf
    ) -> None:
        """Staged wrongly on purpose: the digest is right, everything under it is not."""
        right = shelf.version("Le bail", "Le loyer", mentions=[(LESSOR,), (EMAIL,)])
        false = shelf.again(right, 0, "Le mandat").chunks[0]
        wrong = replace(
            false,
            embedding=np.negative(false.embedding),
            mentions=(LESSEE,),
            digest=right.chunks[0].digest,
        )
        await shelf.show(Bundle(right.version, (wrong, right.chunks[1])))
        assert await shelf.lexical("mandat") == right.ids[:1]
        await shelf.stage(right)
        assert same(await shelf.exported(right), [wrong, right.chunks[1]])
        await shelf.panel.stage([right.version], right.chunks, overwrite=True)
        assert same(await shelf.exported(right), right.chunks)
        assert await shelf.lexical("mandat") == []
        assert await shelf.lexical("bail") == right.ids[:1]
        assert await shelf.dense(right.chunks[0].embedding, limit=1) == right.ids[:1]
        assert await shelf.digests() == [right.digest(live=True)]
        assert await shelf.strays() == []

    async def test_a_surplus_chunk_is_discarded_alone(self, shelf: Shelf) -> None:
        bundle = shelf.version("un", "deux", "trois", mentions=[(LESSOR,), (EMAIL,), ()])
        await shelf.show(bundle)
        never = replace(bundle.ids[0], ordinal=99)
        for _ in range(2):
            await shelf.panel.discard([bundle.ids[1], never])
        left = Bundle(bundle.version, (bundle.chunks[0], bundle.chunks[2]))
        assert same(await shelf.exported(bundle), left.chunks)
        assert await shelf.digests() == [left.digest(live=True)]
        assert await shelf.everything() == {bundle.ids[0], bundle.ids[2]}
        assert await shelf.lexical("deux") == []
        assert await shelf.strays() == []
        await shelf.stage(bundle)
        assert same(await shelf.exported(bundle), bundle.chunks)
        assert await shelf.strays() == []

    async def test_what_is_hidden_or_shown_by_mistake_is_put_right(self, shelf: Shelf) -> None:
        old = shelf.version("Le bail")
        new = shelf.version("Le loyer", document=old.document, number=2)
        await shelf.stage(old, new)
        await shelf.publish(new)
        await shelf.panel.retire([new.ref], shelf.generation.number)
        await shelf.publish(old)
        assert await shelf.everything() == set(old.ids)

    async def test_what_is_staged_is_found_by_the_words_of_its_text(self, shelf: Shelf) -> None:
        awkward = "Art. L. 1221-1 : l'œuvre de 👩‍⚖️, le 15/03/2024, e\u0301te\u0301"
        french = shelf.version("Le bail", awkward, "…", context="Le bail d'été")
        others = [shelf.version("Ёлка и Йод", awkward, language=one) for one in ("ru", "en", "und")]
        await shelf.show(french, *others)
        await shelf.stage(shelf.again(french, 0, "Le mandat"))
        assert await shelf.misindexed() == []
        assert [c async for c in shelf.panel.misindexed([], shelf.generation.number)] == []

    async def test_a_sound_panel_has_nothing_to_tidy(self, shelf: Shelf) -> None:
        bundle = shelf.version("Le bail", mentions=[(LESSOR,)])
        await shelf.show(bundle)
        await shelf.panel.tidy(shelf.generation.number)
        assert await shelf.panel.tidy(shelf.generation.number) == 0
        assert same(await shelf.exported(bundle), bundle.chunks)
        assert await shelf.lexical("bail") == bundle.ids
