"""The relational panel's schema of earlier releases is brought up to date with all it holds."""

from importlib import resources

import psycopg

from contracts.digests import card_digest, marks
from contracts.nouns import Generation, facets
from tests.panels.shelf import Bundle, Shelf, same
from vectorstore.panel import PostgresPanel

GENERATION = Generation(1, "test-model", 8, "test-chunker")
FIRST = """
CREATE SCHEMA panel;
CREATE TABLE panel.alembic_version (version_num varchar(32) PRIMARY KEY);
INSERT INTO panel.alembic_version VALUES ('0001');
"""
GENERATION_ROW = "INSERT INTO panel.generation VALUES (%s, %s, %s, %s)"
DOCUMENT_ROW = "INSERT INTO panel.document VALUES (%s, %s) ON CONFLICT DO NOTHING"
VERSION_ROW = """
INSERT INTO panel.version (document, number, generation, live, workspace, title, source,
                           media_type, external_id, metadata, facets, card_digest)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, '{"folder": "Baux"}', %s, %s) RETURNING id
"""
CHUNK_ROW = """
INSERT INTO panel.chunk VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::real[]::vector, %s,
                                %s, %s)
"""
BAGS = """
INSERT INTO panel.lexicon (workspace, generation, language, chunks)
SELECT v.workspace, v.generation, c.language, count(*)
  FROM panel.version AS v JOIN panel.chunk AS c ON c.version = v.id GROUP BY 1, 2, 3;
INSERT INTO panel.bag
SELECT c.version, c.ordinal, l.id, w.terms, w.weights
  FROM panel.chunk AS c JOIN panel.lexicon AS l USING (generation, language)
 CROSS JOIN LATERAL panel.weigh(l.id, l.language, c.context || E'\\n' || c.text) AS w;
INSERT INTO panel.term SELECT term, count(*) FROM panel.bag, unnest(terms) AS term GROUP BY 1;
"""


def _insert(connection: psycopg.Connection, bundle: Bundle, live: int | None) -> None:
    """Write a bundle as the first release did."""
    ref, card = bundle.ref, bundle.version.card
    connection.execute(DOCUMENT_ROW, (ref.document, live))
    names = (card.workspace, card.title, card.source, card.media_type, card.external_id)
    own = (ref.document, ref.number, 1, ref.number == live)
    tail = (list(facets(card.metadata)), card_digest(card))
    row = connection.execute(VERSION_ROW, (*own, *names, *tail)).fetchone()
    assert row is not None
    for one in bundle.chunks:
        c = one.chunk
        place = (row[0], c.id.ordinal, 1, c.part, c.page, c.span.start, c.span.end)
        vector = one.embedding.tolist()
        text = (c.text, c.context, c.language, vector, one.digest, *marks(one.digest))
        connection.execute(CHUNK_ROW, (*place, *text))


async def test_all_that_was_live_in_the_first_schema_stays_live(postgres_url: str) -> None:
    panel = PostgresPanel(postgres_url, pool_size=1)
    shelf = Shelf(panel, "w", GENERATION)
    metadata = {"folder": "Baux"}
    old = shelf.version("Le bail ancien", metadata=metadata)
    new = shelf.version("Le bail", "Le loyer", document=old.document, number=2, metadata=metadata)
    staged = shelf.version("Le préavis", metadata=metadata)
    bare = shelf.version(metadata=metadata)
    unknown = shelf.version("La caution", number=4)
    folder = resources.files("vectorstore") / "migrations" / "versions"
    with psycopg.connect(postgres_url) as connection:
        connection.execute(FIRST)
        for name in ("0001_tables.sql", "0001_words.sql", "0001_search.sql"):
            connection.execute((folder / name).read_bytes())
        connection.execute(GENERATION_ROW, (1, "test-model", 8, "test-chunker"))
        for bundle, live in ((old, 2), (new, 2), (staged, None), (bare, 1)):
            _insert(connection, bundle, live)
        connection.execute(DOCUMENT_ROW, (unknown.document, 4))
        connection.execute(BAGS)
    await panel.prepare(GENERATION)
    assert await shelf.everything() == set(new.ids)
    assert set(await shelf.lexical("bail loyer préavis")) == set(new.ids)
    assert same(
        await shelf.exported(old, new, staged),
        sorted([*old.chunks, *new.chunks, *staged.chunks], key=lambda c: c.chunk.id),
    )
    expected = [(old, False), (new, True), (staged, False), (bare, True)]
    assert await shelf.digests() == sorted(
        (b.digest(live=live) for b, live in expected), key=lambda d: d.ref
    )
    assert await shelf.strays() == []
    assert await shelf.misindexed() == []
    await shelf.stage(replaced := shelf.version("La caution", document=unknown.document, number=4))
    assert await shelf.lexical("caution") == replaced.ids  # published before it came
    await panel.publish([staged.ref], 1)
    assert await shelf.lexical("préavis") == staged.ids
    await panel.close()
