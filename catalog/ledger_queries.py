"""SQL of PostgresLedger. Versions travel as two arrays: documents and numbers."""

from typing import Final

TRY_LOCKS: Final = """
SELECT document FROM unnest(%s::uuid[], %s::bigint[]) AS u (document, lock)
WHERE pg_try_advisory_lock(lock)
"""
UNLOCK: Final = "SELECT pg_advisory_unlock(lock) FROM unnest(%s::bigint[]) AS lock"

CLAIM: Final = """
WITH open AS (
    SELECT l.document, l.number, l.generation, g.state = 'live' AS serving,
           json_agg(json_build_array(
               l.panel, l.wanted, l.reached, l.chunks, l.attempts, l.error, l.seal)) AS panels
    FROM catalog.ledger l
    JOIN catalog.generation g ON g.number = l.generation AND g.state <> 'paused'
    JOIN catalog.panel p ON p.name = l.panel AND p.standing <> 'clearing'
    WHERE l.document = ANY (%(documents)s::uuid[])
    GROUP BY l.document, l.number, l.generation, g.state
    HAVING bool_or(l.due IS NOT NULL)
), begun AS (
    UPDATE catalog.version v
    SET state = 'processing', crashes = v.crashes + 1, stage = '', done = 0, total = 0,
        updated = CASE v.state WHEN 'accepted' THEN now() ELSE v.updated END
    FROM open
    WHERE v.document = open.document AND v.number = open.number
      AND v.state IN ('accepted', 'processing')
)
SELECT v.document, v.number, d.workspace, v.filename, d.source, v.media_type, v.metadata, v.blob,
       v.start, v.stop, open.generation,
       CASE v.state WHEN 'accepted' THEN 'processing' ELSE v.state END,
       EXISTS (SELECT FROM catalog.reading r
               WHERE r.document = v.document AND r.number = v.number AND NOT r.stale),
       open.panels, open.serving, d.deleted IS NOT NULL
FROM open
JOIN catalog.version v ON v.document = open.document AND v.number = open.number
JOIN catalog.document d ON d.id = v.document
ORDER BY v.document, v.number, open.serving DESC, open.generation
"""

# Whoever lives to say so was not ended by what it had in hand.
SURVIVED: Final = """
UPDATE catalog.version v SET crashes = v.crashes - 1
FROM unnest(%(documents)s::uuid[], %(numbers)s::integer[]) AS u (document, number)
WHERE v.document = u.document AND v.number = u.number AND v.crashes > 0
  AND v.state IN ('accepted', 'processing')
"""
# Few documents have a count, and only their locks are looked for among those of all workers.
SUSPECTS: Final = """
SELECT v.document, max(v.crashes)
FROM unnest(%(documents)s::uuid[], %(locks)s::bigint[]) AS u (document, lock)
JOIN catalog.version v ON v.document = u.document
WHERE v.crashes > 0 AND v.state IN ('accepted', 'processing') AND NOT EXISTS (
    SELECT FROM pg_locks k
    WHERE k.locktype = 'advisory' AND k.objsubid = 1
      AND k.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND k.classid::bigint = u.lock >> 32 AND k.objid::bigint = u.lock & 4294967295)
GROUP BY v.document
ORDER BY v.document
"""

SAVE_READINGS: Final = """
INSERT INTO catalog.reading
    (document, number, title, external_id, media_type, metadata,
     read_title, read_external_id, read_media_type, read_metadata)
SELECT document, number, title, external_id, media_type, metadata::json,
       read_title, read_external_id, read_media_type, read_metadata::json
FROM unnest(%(documents)s::uuid[], %(numbers)s::integer[], %(titles)s::text[],
            %(external_ids)s::text[], %(media_types)s::text[], %(metadata)s::text[],
            %(read_titles)s::text[], %(read_external_ids)s::text[], %(read_media_types)s::text[],
            %(read_metadata)s::text[])
     AS u (document, number, title, external_id, media_type, metadata,
           read_title, read_external_id, read_media_type, read_metadata)
WHERE EXISTS (SELECT FROM catalog.version v
              WHERE v.document = u.document AND v.number = u.number)
"""
DROP_READINGS: Final = """
DELETE FROM catalog.reading r
USING unnest(%(documents)s::uuid[], %(numbers)s::integer[]) AS u (document, number)
WHERE r.document = u.document AND r.number = u.number
"""
SAVE_PARTS: Final = """
INSERT INTO catalog.part
    (document, number, ordinal, label, page, language, headings, text, confidence, doubtful)
SELECT document, number, ordinal, label, page, language, headings::json, text, confidence,
       doubtful::json
FROM unnest(%(documents)s::uuid[], %(numbers)s::integer[], %(ordinals)s::integer[],
            %(labels)s::text[], %(pages)s::integer[], %(languages)s::text[],
            %(headings)s::text[], %(texts)s::text[], %(confidences)s::double precision[],
            %(doubtful)s::text[])
     AS u (document, number, ordinal, label, page, language, headings, text, confidence, doubtful)
WHERE EXISTS (SELECT FROM catalog.reading r
              WHERE r.document = u.document AND r.number = u.number)
"""
READINGS: Final = """
SELECT r.document, r.number, d.workspace, d.source, r.title, r.external_id, r.media_type,
       r.metadata, r.read_title, r.read_external_id, r.read_media_type, r.read_metadata
FROM unnest(%(documents)s::uuid[], %(numbers)s::integer[]) AS u (document, number)
JOIN catalog.reading r ON r.document = u.document AND r.number = u.number
JOIN catalog.document d ON d.id = r.document
"""
READ_PARTS: Final = """
SELECT p.document, p.number, p.ordinal, p.label, p.text, p.page, p.headings, p.language,
       p.confidence, p.doubtful
FROM unnest(%(documents)s::uuid[], %(numbers)s::integer[]) AS u (document, number)
JOIN catalog.part p ON p.document = u.document AND p.number = u.number
ORDER BY p.document, p.number, p.ordinal
"""

# Versions before their ledger rows, wherever both are written: nobody waits in a circle.
QUARANTINE: Final = """
WITH held AS MATERIALIZED (
    SELECT FROM catalog.version
    WHERE document = %(document)s AND number = %(number)s AND state <> 'cancelled' FOR UPDATE
), ended AS (
    UPDATE catalog.ledger SET due = NULL, error = NULL
    WHERE document = %(document)s AND number = %(number)s AND wanted = 'live'
      AND EXISTS (SELECT FROM held)
    RETURNING 1
), marked AS (
    UPDATE catalog.version
    SET state = 'quarantined', reason = %(reason)s, detail = %(detail)s, updated = now()
    WHERE document = %(document)s AND number = %(number)s AND EXISTS (SELECT FROM ended)
)
SELECT catalog.wake(ARRAY[%(document)s::uuid])
"""
STILL_WANTED: Final = """
SELECT document, number FROM unnest(%(documents)s::uuid[], %(numbers)s::integer[])
    AS u (document, number)
WHERE EXISTS (SELECT FROM catalog.ledger l
              WHERE l.document = u.document AND l.number = u.number AND l.wanted = 'live')
"""
# The version's row decides between this and a cancellation: whoever writes it first.
MAY_PUBLISH: Final = """
WITH wanted AS (
    SELECT v.document, v.number, v.shown OR v.state NOT IN ('accepted', 'processing') AS was_shown
    FROM unnest(%(documents)s::uuid[], %(numbers)s::integer[]) AS u (document, number)
    JOIN catalog.version v ON v.document = u.document AND v.number = u.number
    WHERE EXISTS (SELECT FROM catalog.ledger l
                  WHERE l.document = u.document AND l.number = u.number AND l.wanted = 'live')
), marked AS (
    UPDATE catalog.version v SET shown = true FROM wanted
    WHERE v.document = wanted.document AND v.number = wanted.number AND NOT wanted.was_shown
      AND v.state <> 'cancelled'
    RETURNING v.document, v.number
)
SELECT document, number FROM wanted WHERE was_shown
UNION ALL SELECT document, number FROM marked
"""
PROGRESS: Final = """
WITH moved AS (
    UPDATE catalog.version v
    SET stage = %(stage)s, done = %(done)s, total = %(total)s, updated = now(),
        paced_from = CASE WHEN v.stage = %(stage)s AND v.total = %(total)s AND v.done <= %(done)s
                          THEN v.paced_from ELSE now() END,
        paced_at = CASE WHEN v.stage = %(stage)s AND v.total = %(total)s AND v.done <= %(done)s
                        THEN v.paced_at ELSE %(done)s END
    FROM unnest(%(documents)s::uuid[], %(numbers)s::integer[]) AS u (document, number)
    WHERE v.document = u.document AND v.number = u.number
    RETURNING v.document
)
SELECT catalog.wake(array_agg(document)) FROM moved
"""
REACHED: Final = """
UPDATE catalog.ledger l
SET reached = %(reached)s, attempts = 0, error = NULL, misses = 0,
    chunks = coalesce(u.chunks, l.chunks),
    seal = CASE WHEN %(reached)s NOT IN ('nothing', 'absent') THEN coalesce(u.seal, l.seal) END,
    due = CASE
        WHEN v.state = 'quarantined' AND l.wanted = 'live' THEN l.due
        WHEN l.wanted <> 'live' OR %(reached)s <> 'live' THEN coalesce(l.due, now())
        WHEN v.state = 'live' THEN NULL -- else go_live ends it: both are true only together
        ELSE l.due
    END
FROM unnest(%(documents)s::uuid[], %(numbers)s::integer[], %(chunks)s::integer[],
            %(seals)s::text[])
     AS u (document, number, chunks, seal)
JOIN catalog.version v ON v.document = u.document AND v.number = u.number
WHERE l.document = u.document AND l.number = u.number AND l.panel = %(panel)s
  AND l.generation = coalesce(%(generation)s, l.generation)
"""
FAILED: Final = """
WITH moved AS (
    UPDATE catalog.ledger l
    SET attempts = attempts + 1, error = %(error)s,
        due = CASE WHEN due IS NOT NULL
                   THEN now() + make_interval(secs => least(60, 2 ^ least(attempts + 1, 6))) END
    FROM unnest(%(documents)s::uuid[], %(numbers)s::integer[]) AS u (document, number)
    WHERE l.document = u.document AND l.number = u.number AND l.panel = %(panel)s
      AND l.generation = coalesce(%(generation)s, l.generation)
    RETURNING l.document
)
SELECT catalog.wake(array_agg(document)) FROM moved
"""
REDO: Final = """
UPDATE catalog.ledger l
SET reached = 'nothing', chunks = NULL, seal = NULL, attempts = 0, error = NULL, misses = 0,
    due = now()
FROM unnest(%(documents)s::uuid[], %(numbers)s::integer[]) AS u (document, number)
JOIN catalog.version v ON v.document = u.document AND v.number = u.number
WHERE l.document = u.document AND l.number = u.number AND l.panel = %(panel)s
  AND l.generation = %(generation)s AND v.state <> 'quarantined'
"""
# The generation may have been swapped since the task was given: what no panel shows in the one
# that serves now must not take its elder away from readers.
GO_LIVE: Final = """
WITH named AS (
    SELECT document, max(number) AS number
    FROM unnest(%(documents)s::uuid[], %(numbers)s::integer[]) AS u (document, number)
    WHERE EXISTS (
        SELECT FROM catalog.ledger l
        JOIN catalog.generation g ON g.number = l.generation AND g.state = 'live'
        WHERE l.document = u.document AND l.number = u.number AND l.reached = 'live'
          AND l.wanted = 'live')
    GROUP BY document
), moved AS (
    UPDATE catalog.document d SET live = named.number FROM named
    WHERE d.id = named.document AND d.deleted IS NULL AND named.number >= coalesce(d.live, 0)
    RETURNING d.id AS document, d.live AS number
), states AS (
    UPDATE catalog.version v
    SET state = CASE WHEN v.number = moved.number THEN 'live' ELSE 'retired' END,
        reason = NULL, detail = NULL, stage = '', done = 0, total = 0, crashes = 0,
        updated = now()
    FROM moved
    WHERE v.document = moved.document AND v.number <= moved.number
      AND (v.number = moved.number OR v.state <> 'retired')
), settled AS (
    UPDATE catalog.ledger l
    SET wanted = CASE WHEN l.number = moved.number THEN l.wanted ELSE 'absent' END,
        misses = 0,
        due = CASE WHEN l.number < moved.number THEN now() + interval '5 s'
                   WHEN l.reached = 'live' THEN NULL
                   ELSE l.due END
    FROM moved
    WHERE l.document = moved.document AND l.number <= moved.number
      AND (l.number = moved.number OR l.wanted <> 'absent' OR l.due IS NULL)
)
SELECT catalog.wake(array_agg(document)) FROM moved
"""

# Two statements: the document's lock keeps a deletion from being taken for done by the second.
LOCK_CANCELLED: Final = """
SELECT d.id FROM catalog.document d
JOIN catalog.version v ON v.document = d.id
JOIN unnest(%(documents)s::uuid[], %(numbers)s::integer[]) AS u (document, number)
  ON v.document = u.document AND v.number = u.number
WHERE v.state = 'cancelled' AND d.deleted IS NULL
ORDER BY d.id FOR UPDATE OF d
"""
LAY_DOWN: Final = """
UPDATE catalog.ledger l SET due = NULL, misses = 0
FROM catalog.version v
JOIN unnest(%(documents)s::uuid[], %(numbers)s::integer[]) AS u (document, number)
  ON v.document = u.document AND v.number = u.number
JOIN catalog.document d ON d.id = v.document
WHERE l.document = v.document AND l.number = v.number AND v.state = 'cancelled'
  AND d.deleted IS NULL AND l.wanted = 'absent' AND l.reached = 'absent'
"""
DROP_VERSIONS: Final = """
DELETE FROM catalog.version v
USING unnest(%(documents)s::uuid[], %(numbers)s::integer[]) AS u (document, number)
WHERE v.document = u.document AND v.number = u.number
  AND (v.state <> 'cancelled' OR EXISTS (
      SELECT FROM catalog.document d WHERE d.id = v.document AND d.deleted IS NOT NULL))
  AND NOT EXISTS (
      SELECT FROM catalog.ledger l
      WHERE l.document = v.document AND l.number = v.number
        AND NOT (l.wanted = 'absent' AND l.reached = 'absent'))
RETURNING v.blob
"""
DROP_DOCUMENTS: Final = """
DELETE FROM catalog.document d
WHERE d.id = ANY (%(documents)s::uuid[]) AND d.deleted IS NOT NULL
  AND NOT EXISTS (SELECT FROM catalog.version v WHERE v.document = d.id)
"""
UNNAMED_BLOBS: Final = """
WITH unnamed AS (
    SELECT blob FROM unnest(%s::text[]) AS blob
    WHERE NOT EXISTS (SELECT FROM catalog.version v WHERE v.blob = blob.blob)
      AND NOT EXISTS (SELECT FROM catalog.trash t WHERE t.blob = blob.blob)
      AND NOT EXISTS (SELECT FROM catalog.merged m WHERE m.blob = blob.blob)
), forgotten AS (
    DELETE FROM catalog.recognised r USING unnamed WHERE r.blob = unnamed.blob
)
SELECT blob FROM unnamed ORDER BY blob
"""

# For each generation the index is read in order and no further than needed, so that a backlog of
# a million rows costs what a short one does. Rows, not documents, are limited inside: a document
# has a few of them.
UNFINISHED: Final = """
SELECT open.document
FROM catalog.generation g CROSS JOIN LATERAL (
    (SELECT l.document, l.due FROM catalog.ledger l
     WHERE l.generation = g.number AND l.due <= now()
       AND l.panel NOT IN (SELECT name FROM catalog.panel WHERE standing = 'clearing')
       AND l.panel <> ALL (%(down)s::text[])
     ORDER BY l.due, l.document LIMIT %(rows)s)
    UNION ALL
    -- No wait is that long: the clock went back since.
    (SELECT l.document, l.due FROM catalog.ledger l
     WHERE l.generation = g.number AND l.due > now() + interval '5 min' AND l.due < 'infinity'
       AND l.panel NOT IN (SELECT name FROM catalog.panel WHERE standing = 'clearing')
       AND l.panel <> ALL (%(down)s::text[])
     ORDER BY l.due, l.document LIMIT %(rows)s)
    UNION ALL
    -- Somebody emptied the queue's tables by hand: no job, and still rows that wait for one.
    (SELECT l.document, l.due FROM catalog.ledger l
     WHERE l.generation = g.number AND l.due = 'infinity'
       AND l.panel <> ALL (%(down)s::text[]) AND NOT EXISTS (
         SELECT FROM queue.procrastinate_jobs WHERE status IN ('todo', 'doing'))
     ORDER BY l.due, l.document LIMIT %(rows)s)
) AS open
WHERE g.state IN ('building', 'live', 'standby')
GROUP BY open.document
ORDER BY min(open.due), open.document
LIMIT %(limit)s
"""
# Rows are locked in order: of two such statements none waits for the other's rows in a circle.
NAMED_BY_JOB: Final = """
WITH held AS MATERIALIZED (
    SELECT document, number, generation, panel FROM catalog.ledger
    WHERE document = ANY (%s::uuid[]) AND due IS NOT NULL
    ORDER BY document, number, generation, panel FOR UPDATE
)
UPDATE catalog.ledger l SET due = 'infinity' FROM held
WHERE (l.document, l.number, l.generation, l.panel)
    = (held.document, held.number, held.generation, held.panel)
"""
RELEASED: Final = """
UPDATE catalog.ledger
SET misses = misses + 1,
    due = now() + make_interval(secs => least(60, 2 ^ least(misses + 1, 6)))
WHERE document = ANY (%s::uuid[]) AND due = 'infinity'
"""
BACKLOG: Final = """
SELECT panel, count(*) FROM catalog.ledger WHERE due IS NOT NULL AND wanted <> reached
GROUP BY panel
"""
MOVING: Final = """
SELECT DISTINCT document FROM catalog.ledger
WHERE document = ANY (%(documents)s::uuid[]) AND due IS NOT NULL
  AND generation = coalesce(%(generation)s, generation)
"""
EXPECTATIONS: Final = """
SELECT d.id, d.live, d.workspace, bool_and(l.reached = 'live'), array_agg(l.panel),
       array_agg(l.seal)
FROM catalog.document d
JOIN catalog.ledger l ON l.document = d.id AND l.number = d.live
WHERE d.deleted IS NULL AND l.generation = %(generation)s
  AND (%(documents)s::uuid[] IS NULL OR d.id = ANY (%(documents)s::uuid[]))
GROUP BY d.id
ORDER BY d.id
"""
# Blocks of the table at random, some fifty documents in each, then documents of them: no ids or
# positions are drawn, which would favour what lies behind a gap.
SAMPLE: Final = """
SELECT d.id
FROM catalog.document d TABLESAMPLE SYSTEM (least(100, 100.0 * (20 + %(count)s / 4)
    / greatest(1, pg_relation_size('catalog.document') / 8192)))
WHERE d.live IS NOT NULL AND d.deleted IS NULL AND EXISTS (
    SELECT FROM catalog.ledger l
    WHERE l.document = d.id AND l.number = d.live AND l.generation = %(generation)s)
ORDER BY random()
LIMIT %(count)s
"""
