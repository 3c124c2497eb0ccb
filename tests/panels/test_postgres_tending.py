"""The relational panel after somebody's hand was in it: plain SQL is found, named and mended."""

from collections.abc import AsyncIterator
from dataclasses import replace

import psycopg
import pytest

from contracts.digests import card_digest, is_sound
from contracts.errors import PanelUnavailable
from contracts.nouns import Generation, Mention, Span, StrayKind
from tests.panels.shelf import Bundle, Shelf, same
from vectorstore.panel import PostgresPanel

GENERATION = Generation(1, "test-model", 8, "test-chunker")
NAMED = [(Mention(Span(0, 2), "person", "Évelyne"),), ()]


VERSION = "document = %(document)s"
OWN = "version = (SELECT id FROM panel.version WHERE document = %(document)s) AND ordinal = 0"


class Hand:
    """Runs plain SQL in the panel's database, on a bundle's first chunk or version."""

    def __init__(self, url: str) -> None:
        self._url = url

    def __call__(self, edit: str, bundle: Bundle | None = None) -> None:
        statement = edit.replace("{own}", OWN).replace("{version}", VERSION)
        values = {"document": bundle and bundle.document}
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute("SET search_path = panel, public")
            connection.execute(statement.encode(), values)


@pytest.fixture
async def shelf(postgres_url: str) -> AsyncIterator[Shelf]:
    panel = PostgresPanel(postgres_url, pool_size=2)
    await panel.prepare(GENERATION)
    yield Shelf(panel, "w", GENERATION)
    await panel.close()


@pytest.fixture
def hand(postgres_url: str) -> Hand:
    return Hand(postgres_url)


@pytest.fixture
async def bundle(shelf: Shelf) -> Bundle:
    """Two live chunks among others that nobody touches."""
    bundle = shelf.version("Le bail", "Le loyer", mentions=NAMED, metadata={"folder": "Baux"})
    await shelf.show(bundle, shelf.version("Le bail", "Le préavis", mentions=NAMED))
    return bundle


CHUNK_EDITS = (
    "UPDATE panel.chunk SET text = 'Le bien' WHERE {own}",
    "UPDATE panel.chunk SET context = 'x' WHERE {own}",
    "UPDATE panel.chunk SET embedding = '[1,0,0,0,0,0,0,0]' WHERE {own}",
    "UPDATE panel.chunk SET span_end = span_end + 1 WHERE {own}",
    "UPDATE panel.chunk SET page = NULL WHERE {own}",
    "UPDATE panel.chunk SET language = 'en' WHERE {own}",
    "UPDATE panel.chunk SET mentions = '[]' WHERE {own}",
    """UPDATE panel.chunk SET mentions = '{"not": "ours"}' WHERE {own}""",
    "UPDATE panel.chunk SET digest = sha256('x') WHERE {own}",
)


@pytest.mark.parametrize("edit", CHUNK_EDITS)
async def test_an_edited_chunk_is_no_longer_sound_until_it_is_overwritten(
    shelf: Shelf, hand: Hand, bundle: Bundle, edit: str
) -> None:
    hand(edit, bundle)
    found = await shelf.exported(bundle)
    assert [is_sound(c, GENERATION.model) for c in found] == [False, True]
    await shelf.panel.stage([bundle.version], bundle.chunks[:1], overwrite=True)
    await shelf.panel.tidy(1)
    assert same(await shelf.exported(bundle), bundle.chunks)
    assert await shelf.digests(bundle) == [bundle.digest(live=True)]
    assert await shelf.strays() == []
    assert bundle.ids[0] in await shelf.lexical("bail")


BAG_EDITS = (
    "UPDATE panel.bag SET terms = terms || 7 WHERE {own}",
    "UPDATE panel.bag SET terms = '{}' WHERE {own}",
    "UPDATE panel.bag SET weights = '{7:1}/1000000000' WHERE {own}",
    "UPDATE panel.bag SET seal = seal + 1 WHERE {own}",
    """
    UPDATE panel.bag SET (terms, weights, seal) = (
      SELECT o.terms, o.weights, o.seal FROM panel.bag AS o
       WHERE (o.version, o.ordinal) = (bag.version, 1))
     WHERE {own}
    """,
)


@pytest.mark.parametrize("edit", BAG_EDITS)
async def test_a_bag_that_is_not_its_texts_is_named_until_the_chunk_is_overwritten(
    shelf: Shelf, hand: Hand, bundle: Bundle, edit: str
) -> None:
    assert await shelf.misindexed() == []
    hand(edit, bundle)
    assert await shelf.misindexed() == bundle.ids[:1]
    assert all(is_sound(c, GENERATION.model) for c in await shelf.exported(bundle))
    await shelf.panel.stage([bundle.version], bundle.chunks, overwrite=True)
    await shelf.publish(bundle)
    assert await shelf.misindexed() == []
    assert await shelf.strays() == []
    assert bundle.ids[0] in await shelf.lexical("bail")


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE panel.version SET workspace = 'theirs' WHERE {version}",
        "UPDATE panel.version SET title = 'x' WHERE {version}",
        'UPDATE panel.version SET metadata = \'{"folder": "x"}\' WHERE {version}',
        "UPDATE panel.version SET metadata = '3' WHERE {version}",
        "UPDATE panel.version SET card_digest = 'x' WHERE {version}",
    ],
)
async def test_an_edited_card_is_not_what_its_digest_says_until_it_is_overwritten(
    shelf: Shelf, hand: Hand, bundle: Bundle, edit: str
) -> None:
    hand(edit, bundle)
    card = await shelf.card(bundle)
    assert card is not None
    (digest,) = await shelf.digests(bundle)
    assert card_digest(card.card) != digest.card
    await shelf.panel.stage([bundle.version], [], overwrite=True)
    assert await shelf.card(bundle) == bundle.version
    assert await shelf.digests(bundle) == [bundle.digest(live=True)]
    assert await shelf.strays() == []
    assert bundle.ids[0] in await shelf.lexical("bail")


SURPLUS_BAG = """
INSERT INTO panel.bag SELECT version, 77, lexicon, generation, terms, weights, seal FROM panel.bag
 WHERE {own}
"""
STRAY_EDITS = (
    ("UPDATE panel.version SET live = false WHERE {version}", StrayKind.LINK),
    ("DELETE FROM panel.bag WHERE {own}", StrayKind.LINK),
    ("UPDATE panel.version SET facets = '{}' WHERE {version}", StrayKind.LINK),
    ("UPDATE panel.version SET workspace = 'theirs' WHERE {version}", StrayKind.AUDIENCE),
    ("UPDATE panel.chunk SET generation = 9 WHERE {own}", StrayKind.GENERATION),
    ("UPDATE panel.bag SET generation = 9 WHERE {own}", StrayKind.GENERATION),
    (SURPLUS_BAG, StrayKind.ORPHAN),
    ("UPDATE panel.lexicon SET chunks = chunks + 5", StrayKind.ORPHAN),
    ("INSERT INTO panel.document VALUES (gen_random_uuid(), 1, NULL)", StrayKind.ORPHAN),
)


@pytest.mark.parametrize(("edit", "kind"), STRAY_EDITS)
async def test_rows_that_no_longer_fit_together_are_found_and_mended(
    shelf: Shelf, hand: Hand, bundle: Bundle, edit: str, kind: StrayKind
) -> None:
    hand(edit, bundle)
    strays = await shelf.strays()
    assert kind in {s.kind for s in strays}
    assert {s.ref for s in strays} <= {bundle.ref, None}
    assert await shelf.panel.tidy(1) == len(strays)
    assert await shelf.strays() == []
    if kind is not StrayKind.AUDIENCE:  # whose card only the other panel can give back
        assert await shelf.digests(bundle) == [bundle.digest(live=True)]
        assert same(await shelf.exported(bundle), bundle.chunks)
        assert bundle.ids[0] in await shelf.lexical("bail")
        assert bundle.ids[0] in await shelf.dense(bundle.chunks[0].embedding)


async def test_a_version_that_moves_takes_its_words_along(shelf: Shelf, bundle: Bundle) -> None:
    card = replace(bundle.version.card, workspace="elsewhere")
    await shelf.panel.stage([replace(bundle.version, card=card)], [])
    elsewhere = Shelf(shelf.panel, "elsewhere", GENERATION)
    assert await elsewhere.lexical("loyer") == bundle.ids[1:]
    assert await shelf.lexical("loyer") == []
    assert await shelf.strays() == []


FULL = """
CREATE FUNCTION panel.full() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE disk_full USING MESSAGE = 'No space left on device'; END $$
"""
FILL = "CREATE TRIGGER full_disk BEFORE INSERT ON panel.chunk EXECUTE FUNCTION panel.full()"


async def test_a_full_disk_makes_the_panel_unavailable_and_loses_nothing(
    shelf: Shelf, hand: Hand, bundle: Bundle
) -> None:
    hand(FULL)
    hand(FILL)
    more = shelf.version("La caution")
    with pytest.raises(PanelUnavailable, match="No space left on device"):
        await shelf.show(more)
    assert await shelf.lexical("loyer") == bundle.ids[1:]
    assert await shelf.is_gone(more)
    hand("DROP TRIGGER full_disk ON panel.chunk")
    await shelf.show(more)
    assert await shelf.lexical("caution") == more.ids
