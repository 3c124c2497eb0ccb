"""The statements that write and read the panel; what they call is in migrations/versions."""

from typing import Final

HOLD_GENERATIONS: Final = """
SELECT number, model, dimension, chunker FROM panel.generation
 WHERE number = ANY (%(generations)s) FOR KEY SHARE
"""
"""No generation is forgotten while something is written to it."""
GENERATIONS: Final = "SELECT number FROM panel.generation ORDER BY number"

LOCK_DOCUMENTS: Final = """
INSERT INTO panel.document (id, generation)
SELECT DISTINCT document, generation
  FROM unnest(%(document)s::uuid[], %(generation)s::int[]) AS n (document, generation)
 ORDER BY document, generation
ON CONFLICT (id, generation) DO UPDATE SET live = document.live
"""
"""Make the rows and hold them, in the order of ids: no two calls wait for each other."""

PUT_CARDS: Final = """
INSERT INTO panel.version AS v (document, number, generation, live, workspace, title, source,
                                media_type, external_id, metadata, facets, card_digest)
SELECT n.document, n.number, n.generation, coalesce(d.live = n.number, false), n.workspace,
       n.title, n.source, n.media_type, n.external_id, n.metadata::json,
       ARRAY(SELECT json_array_elements_text(n.facets::json)), n.card_digest
  FROM unnest(%(document)s::uuid[], %(number)s::int[], %(generation)s::int[],
              %(workspace)s::text[], %(title)s::text[], %(source)s::text[],
              %(media_type)s::text[], %(external_id)s::text[], %(metadata)s::text[],
              %(facets)s::text[], %(card_digest)s::text[])
       AS n (document, number, generation, workspace, title, source, media_type, external_id,
             metadata, facets, card_digest)
  JOIN panel.document AS d ON (d.id, d.generation) = (n.document, n.generation)
ON CONFLICT (document, number, generation) DO UPDATE
   SET workspace = excluded.workspace, title = excluded.title, source = excluded.source,
       media_type = excluded.media_type, external_id = excluded.external_id,
       metadata = excluded.metadata, facets = excluded.facets,
       card_digest = excluded.card_digest
 WHERE v.card_digest <> excluded.card_digest OR %(overwrite)s
RETURNING CASE WHEN old.workspace <> new.workspace THEN v.id END
"""
"""Gives the versions that moved to another workspace, whose words are counted there."""

VERSION_KEYS: Final = """
SELECT v.document, v.number, v.generation, v.id
  FROM unnest(%(document)s::uuid[], %(number)s::int[], %(generation)s::int[])
       AS n (document, number, generation)
  JOIN panel.version AS v USING (document, number, generation)
"""

ANALYSE: Final = "ANALYZE panel.version, panel.document"
"""6 ms for 10,000 chunks."""

CHUNK_DIGESTS: Final = """
SELECT c.version, c.ordinal, c.digest
  FROM unnest(%(versions)s::bigint[], %(ordinals)s::int[]) AS k (version, ordinal)
  JOIN panel.chunk AS c USING (version, ordinal)
"""

PLACES: Final = """
SELECT version, ordinal FROM panel.chunk WHERE version = ANY (%(versions)s)
"""
ADD_LEXICONS: Final = """
INSERT INTO panel.lexicon (workspace, generation, language)
SELECT * FROM (
  SELECT v.workspace, v.generation, c.language
    FROM unnest(%(versions)s::bigint[], %(ordinals)s::int[]) AS k (version, ordinal)
    JOIN panel.chunk AS c USING (version, ordinal)
    JOIN panel.version AS v ON v.id = c.version
  EXCEPT SELECT workspace, generation, language FROM panel.lexicon) AS new
 ORDER BY 1, 2, 3
ON CONFLICT DO NOTHING
"""

COPY_CHUNKS: Final = """
COPY panel.chunk (version, ordinal, generation, part, page, span_start, span_end, text, context,
                  language, parent_first, parent_end, embedding, digest, mark_a, mark_b, mentions)
FROM STDIN WITH (FORMAT BINARY)
"""
COPY_TYPES: Final = (
    *("int8", "int4", "int4", "int4", "int4", "int4", "int4", "text", "text", "text"),
    *("int4", "int4", "bytea", "bytea", "int8", "int8", "bytea"),
)
"""``bytea`` for embedding and mentions: bytes go out as they are, the server's own binary form."""

WORDS: Final = """
SELECT c.version, c.ordinal, l.id, l.generation, c.digest, w.terms, w.times
  FROM unnest(%(versions)s::bigint[], %(ordinals)s::int[]) AS k (version, ordinal)
  JOIN panel.chunk AS c USING (version, ordinal)
  JOIN panel.version AS v ON v.id = c.version
  JOIN panel.lexicon AS l
    ON (l.workspace, l.generation, l.language) = (v.workspace, v.generation, c.language)
 CROSS JOIN LATERAL (
   SELECT array_agg(term ORDER BY term) AS terms, array_agg(times ORDER BY term) AS times
     FROM panel.words(l.id, l.language, c.context || E'\\n' || c.text)
   HAVING count(*) > 0) AS w
"""
"""No row for a text without words."""
COPY_BAGS: Final = """
COPY panel.bag (version, ordinal, lexicon, generation, terms, weights, seal) FROM STDIN
WITH (FORMAT BINARY)
"""
BAG_TYPES: Final = ("int8", "int4", "int4", "int4", "bytea", "bytea", "int8")
COPY_NOTES: Final = """
COPY panel.delta (lexicon, chunks, terms, counts) FROM STDIN WITH (FORMAT BINARY)
"""
NOTE_TYPES: Final = ("int4", "int8", "bytea", "bytea")

DROP_BAGS: Final = """
WITH dropped AS (
  DELETE FROM panel.bag AS b
   USING unnest(%(versions)s::bigint[], %(firsts)s::int[], %(lasts)s::int[])
         AS k (version, first, last)
   WHERE b.version = k.version AND b.ordinal BETWEEN k.first AND k.last
  RETURNING b.lexicon, b.terms
), counted AS (
  SELECT lexicon, array_agg(term) AS terms, array_agg(-n) AS counts
    FROM (SELECT lexicon, term, count(*)::int AS n FROM dropped, unnest(terms) AS term
           GROUP BY 1, 2) AS each
   GROUP BY lexicon
)
INSERT INTO panel.delta (lexicon, chunks, terms, counts)
SELECT lexicon, -count(*), coalesce(c.terms, '{}'), coalesce(c.counts, '{}')
  FROM dropped LEFT JOIN counted AS c USING (lexicon) GROUP BY lexicon, c.terms, c.counts
"""
"""A bag that a hand has emptied is counted out as well."""
DROP_CHUNKS: Final = """
DELETE FROM panel.chunk AS c
 USING unnest(%(versions)s::bigint[], %(firsts)s::int[], %(lasts)s::int[])
       AS k (version, first, last)
 WHERE c.version = k.version AND c.ordinal BETWEEN k.first AND k.last
"""
DROP_VERSIONS: Final = "DELETE FROM panel.version WHERE id = ANY (%(versions)s)"

FOLD: Final = "SELECT panel.fold()"

SET_LIVE: Final = """
INSERT INTO panel.document AS d (id, generation, live)
SELECT document, %(generation)s, max(number)
  FROM unnest(%(documents)s::uuid[], %(numbers)s::int[]) AS n (document, number)
 GROUP BY document ORDER BY document
ON CONFLICT (id, generation) DO UPDATE SET live = greatest(d.live, excluded.live)
"""
SHOW_LIVE: Final = """
UPDATE panel.version AS v SET live = (v.number = d.live)
  FROM panel.document AS d
 WHERE (d.id, d.generation) = (v.document, v.generation) AND d.generation = %(generation)s
   AND d.id = ANY (%(documents)s) AND v.live <> (v.number = d.live)
"""

HOLD_DOCUMENTS: Final = """
SELECT id FROM panel.document
 WHERE id = ANY (%(documents)s) AND generation = coalesce(%(generation)s, generation)
 ORDER BY id, generation FOR UPDATE
"""
KEYS_OF_REFS: Final = """
SELECT v.id FROM unnest(%(documents)s::uuid[], %(numbers)s::int[]) AS n (document, number)
  JOIN panel.version AS v USING (document, number)
 WHERE v.generation = coalesce(%(generation)s, v.generation)
"""
KEYS_OF_DOCUMENTS: Final = "SELECT id FROM panel.version WHERE document = ANY (%(documents)s)"
UNSET_LIVE: Final = """
UPDATE panel.document AS d SET live = NULL
  FROM unnest(%(documents)s::uuid[], %(numbers)s::int[]) AS n (document, number)
 WHERE (d.id, d.live) = (n.document, n.number)
   AND d.generation = coalesce(%(generation)s, d.generation)
"""
DROP_EMPTY_DOCUMENTS: Final = """
DELETE FROM panel.document AS d WHERE d.id = ANY (%(documents)s) AND d.live IS NULL
   AND NOT EXISTS (SELECT FROM panel.version AS v
                    WHERE (v.document, v.generation) = (d.id, d.generation))
"""
DROP_DOCUMENTS: Final = "DELETE FROM panel.document WHERE id = ANY (%(documents)s)"

SOME_DOCUMENTS: Final = """
SELECT document FROM panel.version WHERE generation = %(generation)s
 GROUP BY document ORDER BY document LIMIT %(page)s
"""
KEYS_IN_GENERATION: Final = """
SELECT id FROM panel.version WHERE generation = %(generation)s AND document = ANY (%(documents)s)
"""
FORGET_DOCUMENTS: Final = "DELETE FROM panel.document WHERE generation = %(generation)s"
FORGET_LEXICONS: Final = "DELETE FROM panel.lexicon WHERE generation = %(generation)s"
FORGET_GENERATION: Final = "DELETE FROM panel.generation WHERE number = %(generation)s"
CLEAR: Final = """
TRUNCATE panel.document, panel.version, panel.chunk, panel.bag, panel.delta, panel.term,
         panel.lexicon
"""

SEARCH: Final = """
SELECT h.leg, h.score, p.*
  FROM panel.search(%(workspace)s, %(generation)s, %(dimension)s, %(documents)s::uuid[],
                    %(facets)s::text[], %(text)s, %(probe)s::real[]::vector, %(limit)s)
       WITH ORDINALITY AS h (leg, version, ordinal, score, place)
  JOIN panel.passage AS p USING (version, ordinal)
 ORDER BY h.place
"""
READ: Final = """
SELECT p.*
  FROM unnest(%(documents)s::uuid[], %(numbers)s::int[], %(generations)s::int[],
              %(ordinals)s::int[]) AS n (document, number, generation, ordinal)
  JOIN panel.version AS v USING (document, number, generation)
  JOIN panel.passage AS p ON p.version = v.id AND p.ordinal = n.ordinal
 WHERE v.live AND v.workspace = %(workspace)s
"""
DIGESTS: Final = """
SELECT v.document, v.number, v.workspace, count(c.ordinal), coalesce(sum(c.mark_a), 0)::int8,
       coalesce(sum(c.mark_b), 0)::int8, v.card_digest, v.live
  FROM (SELECT * FROM panel.version
         WHERE generation = %(generation)s
           AND (%(documents)s::uuid[] IS NULL OR document = ANY (%(documents)s))
           AND (%(document)s::uuid IS NULL OR (document, number) > (%(document)s, %(number)s))
         ORDER BY document, number LIMIT %(page)s) AS v
  LEFT JOIN panel.chunk AS c ON c.version = v.id
 GROUP BY v.id, v.document, v.number, v.workspace, v.card_digest, v.live
 ORDER BY v.document, v.number
"""
EXPORT: Final = """
SELECT c.document, c.number, c.generation, c.ordinal, c.part, c.page, c.span_start, c.span_end,
       c.text, c.context, c.language, c.parent_first, c.parent_end,
       c.embedding, c.digest, c.mentions
  FROM unnest(%(documents)s::uuid[], %(numbers)s::int[], %(afters)s::int[])
       WITH ORDINALITY AS k (document, number, after, place)
 CROSS JOIN LATERAL (
   SELECT v.document, v.number, c.*
     FROM panel.version AS v JOIN panel.chunk AS c ON c.version = v.id
    WHERE (v.document, v.number, v.generation) = (k.document, k.number, %(generation)s)
      AND c.ordinal > k.after
    ORDER BY c.ordinal LIMIT %(page)s) AS c
 ORDER BY k.place, c.ordinal LIMIT %(page)s
"""
"""Lateral, so that a page reads no more rows than it gives, whatever the versions hold."""
MISINDEXED: Final = """
SELECT v.document, v.number, v.generation, b.ordinal
  FROM unnest(%(documents)s::uuid[], %(numbers)s::int[]) AS n (document, number)
  JOIN panel.version AS v USING (document, number)
  JOIN panel.chunk AS c ON c.version = v.id
  JOIN panel.bag AS b ON (b.version, b.ordinal) = (c.version, c.ordinal)
 WHERE v.generation = %(generation)s AND b.seal <> panel.seal(c.digest, b.terms, b.weights)
 ORDER BY 1, 2, 4
"""
"""Chunks without a bag are strays, if their text has words."""
CARDS: Final = """
SELECT v.document, v.number,
       v.id, v.workspace, v.title, v.source, v.media_type, v.external_id, v.metadata, v.live
  FROM unnest(%(documents)s::uuid[], %(numbers)s::int[]) AS n (document, number)
  JOIN panel.version AS v USING (document, number)
 WHERE v.generation = %(generation)s
"""
HEALTH: Final = """
SELECT pg_is_in_recovery(), current_setting('default_transaction_read_only') = 'on',
       current_setting('server_version'),
       (SELECT extversion FROM pg_extension WHERE extname = 'vector'),
       to_regclass('panel.alembic_version') IS NOT NULL
"""
