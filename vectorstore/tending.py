"""Finds what no digest shows: rows that no longer fit together. And mends it."""

import json
from typing import Final, TypeAlias

from contracts.nouns import Stray, StrayKind, VersionRef, facets
from vectorstore import bags
from vectorstore.connections import Connection

PAGE: Final = 1000

# Whatever a writer changes together is changed in one transaction, and this is one statement: it
# finds nothing in a store that is being written to.
STRAYS: Final = """
WITH bare AS MATERIALIZED (  -- first those without a bag: analysing all takes 4 s for 20,000
  SELECT v.document, v.number, c.language, c.context || E'\\n' || c.text AS passage
    FROM panel.version AS v JOIN panel.chunk AS c ON c.version = v.id
   WHERE v.generation = %(generation)s
     AND NOT EXISTS (SELECT FROM panel.bag AS b
                      WHERE (b.version, b.ordinal) = (c.version, c.ordinal))
)
SELECT 'link', v.document, v.number, 'It is marked as live or hidden, but is not.'
  FROM panel.version AS v
  JOIN panel.document AS d ON (d.id, d.generation) = (v.document, v.generation)
 WHERE v.generation = %(generation)s AND v.live <> coalesce(v.number = d.live, false)
UNION ALL
SELECT 'orphan', NULL, NULL, format('Document %%s has no version.', d.id)
  FROM panel.document AS d
 WHERE d.generation = %(generation)s AND d.live IS NULL
   AND NOT EXISTS (SELECT FROM panel.version AS v
                    WHERE (v.document, v.generation) = (d.id, d.generation))
UNION ALL
SELECT 'generation', v.document, v.number,
       format('%%s of its chunks are filed under another generation.', count(*))
  FROM panel.version AS v JOIN panel.chunk AS c ON c.version = v.id
 WHERE v.generation = %(generation)s AND c.generation <> v.generation
 GROUP BY v.document, v.number
UNION ALL
SELECT 'link', b.document, b.number,
       format('The words of %%s of its chunks cannot be searched.', count(*))
  FROM bare AS b WHERE EXISTS (SELECT FROM panel.words(0, b.language, b.passage))
 GROUP BY b.document, b.number
UNION ALL
SELECT CASE WHEN l.workspace <> v.workspace THEN 'audience'
            WHEN (l.generation, b.generation) <> (v.generation, v.generation) THEN 'generation'
            ELSE 'link' END AS kind, v.document, v.number,
       format('The words of %%s of its chunks are counted elsewhere.', count(*))
  FROM panel.version AS v
  JOIN panel.bag AS b ON b.version = v.id
  JOIN panel.chunk AS c ON (c.version, c.ordinal) = (b.version, b.ordinal)
  LEFT JOIN panel.lexicon AS l ON l.id = b.lexicon
 WHERE v.generation = %(generation)s
   AND (l.workspace, l.generation, l.language, b.generation)
       IS DISTINCT FROM (v.workspace, v.generation, c.language, v.generation)
 GROUP BY kind, v.document, v.number
UNION ALL
SELECT 'orphan', v.document, v.number, format('%%s bags of words have no chunk.', count(*))
  FROM panel.bag AS b
  LEFT JOIN panel.version AS v ON v.id = b.version
 WHERE coalesce(v.generation, b.generation) = %(generation)s
   AND NOT EXISTS (SELECT FROM panel.chunk AS c
                    WHERE (c.version, c.ordinal) = (b.version, b.ordinal))
 GROUP BY v.document, v.number
UNION ALL
SELECT 'orphan', NULL, NULL,
       format('%%s chunks are counted in %%s, %%s have words there.', n.counted, n.language, n.true)
  FROM (SELECT l.language,
               l.chunks + coalesce((SELECT sum(d.chunks) FROM panel.delta AS d
                                     WHERE d.lexicon = l.id), 0) AS counted,
               coalesce(b.chunks, 0) AS true
          FROM panel.lexicon AS l
          LEFT JOIN (SELECT lexicon, count(*) AS chunks FROM panel.bag GROUP BY 1) AS b
            ON b.lexicon = l.id
         WHERE l.generation = %(generation)s) AS n
 WHERE n.counted <> n.true
"""
CARDS_PAGE: Final = """
SELECT document, number, metadata, facets FROM panel.version
 WHERE generation = %(generation)s
   AND (%(document)s::uuid IS NULL OR (document, number) > (%(document)s, %(number)s))
 ORDER BY document, number LIMIT %(page)s
"""

# Every writer takes this lock first, in the mode that excludes this one; readers do not.
ALONE: Final = "LOCK TABLE panel.document IN EXCLUSIVE MODE"
MEND_LIVE: Final = """
UPDATE panel.version AS v SET live = coalesce(v.number = d.live, false)
  FROM panel.document AS d
 WHERE (d.id, d.generation) = (v.document, v.generation) AND v.generation = %(generation)s
   AND v.live <> coalesce(v.number = d.live, false)
"""
MEND_DOCUMENTS: Final = """
DELETE FROM panel.document AS d
 WHERE d.generation = %(generation)s AND d.live IS NULL
   AND NOT EXISTS (SELECT FROM panel.version AS v
                    WHERE (v.document, v.generation) = (d.id, d.generation))
"""
MEND_CHUNKS: Final = """
UPDATE panel.chunk AS c SET generation = v.generation FROM panel.version AS v
 WHERE v.id = c.version AND v.generation = %(generation)s AND c.generation <> v.generation
"""
MEND_BAGS: Final = """
DELETE FROM panel.bag AS b
 WHERE coalesce((SELECT v.generation FROM panel.version AS v WHERE v.id = b.version),
                b.generation) = %(generation)s
   AND NOT EXISTS (
     SELECT FROM panel.version AS v
       JOIN panel.chunk AS c ON c.version = v.id
       JOIN panel.lexicon AS l
         ON (l.workspace, l.generation, l.language) = (v.workspace, v.generation, c.language)
      WHERE (c.version, c.ordinal, l.id, v.generation)
            = (b.version, b.ordinal, b.lexicon, b.generation))
"""
WITHOUT_BAGS: Final = """
SELECT c.version, c.ordinal FROM panel.version AS v JOIN panel.chunk AS c ON c.version = v.id
 WHERE v.generation = %(generation)s
   AND NOT EXISTS (SELECT FROM panel.bag AS b
                    WHERE (b.version, b.ordinal) = (c.version, c.ordinal))
 ORDER BY 1, 2
"""
RECOUNT: Final = (
    "SELECT panel.fold()",  # waits for one that runs, and keeps the next out
    "DELETE FROM panel.delta",
    "DELETE FROM panel.term",
    """
    INSERT INTO panel.term (id, chunks)
    SELECT term, count(*) FROM panel.bag, unnest(terms) AS term GROUP BY term
    """,
    """
    UPDATE panel.lexicon AS l
       SET chunks = (SELECT count(*) FROM panel.bag AS b WHERE b.lexicon = l.id)
    """,
)
MEND_FACETS: Final = """
UPDATE panel.version AS v SET facets = ARRAY(SELECT json_array_elements_text(n.facets::json))
  FROM unnest(%(documents)s::uuid[], %(numbers)s::int[], %(facets)s::text[])
       AS n (document, number, facets)
 WHERE (v.document, v.number, v.generation) = (n.document, n.number, %(generation)s)
"""

Wrong: TypeAlias = tuple[VersionRef, tuple[str, ...]]
"""A version whose facets are not its metadata's, and what they should be."""


async def found(connection: Connection, generation: int) -> list[Stray]:
    """Give what does not fit together, one entry for each version and kind."""
    rows = await connection.execute(STRAYS, {"generation": generation})
    return [
        Stray(StrayKind(kind), document and VersionRef(document, number), detail)
        async for kind, document, number, detail in rows
    ]


async def wrong_facets(
    connection: Connection, generation: int, last: VersionRef | None
) -> tuple[list[Wrong], VersionRef | None]:
    """Look through the page after ``last`` for filters that are not the metadata's.

    Only Python can tell. Gives them with the page's last version, None at the end.
    """
    after = {"document": last and last.document, "number": last and last.number}
    values = {"generation": generation, "page": PAGE} | after
    page = await (await connection.execute(CARDS_PAGE, values)).fetchall()
    wrong = []
    for document, number, metadata, kept in page:
        last = VersionRef(document, number)
        true = facets(metadata) if isinstance(metadata, dict) else ()
        if tuple(kept) != true:
            wrong.append((last, true))
    return wrong, last if len(page) == PAGE else None


def of_facets(ref: VersionRef) -> Stray:
    """Give the stray that wrong filters are."""
    return Stray(StrayKind.LINK, ref, "Its filters are not those of its metadata.")


async def tidy(connection: Connection, generation: int) -> int:
    """Mend everything in the caller's transaction, alone among writers; give how much it was."""
    own = {"generation": generation}
    await connection.execute(ALONE)
    strays = len(await found(connection, generation))
    if strays:
        for statement in (MEND_LIVE, MEND_DOCUMENTS, MEND_CHUNKS, MEND_BAGS):
            await connection.execute(statement, own)
        without = await (await connection.execute(WITHOUT_BAGS, own)).fetchall()
        for start in range(0, len(without), PAGE):
            part = without[start : start + PAGE]
            await bags.add(connection, [row[0] for row in part], [row[1] for row in part])
        for step in RECOUNT:
            await connection.execute(step)
    return strays + await _mend_facets(connection, generation)


async def _mend_facets(connection: Connection, generation: int) -> int:
    mended, last, more = 0, None, True
    while more:
        wrong, last = await wrong_facets(connection, generation, last)
        more, mended = last is not None, mended + len(wrong)
        values = {
            "generation": generation,
            "documents": [ref.document for ref, _ in wrong],
            "numbers": [ref.number for ref, _ in wrong],
            "facets": [json.dumps(true, ensure_ascii=False) for _, true in wrong],
        }
        if wrong:
            await connection.execute(MEND_FACETS, values)
    return mended
