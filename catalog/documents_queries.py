"""SQL of PostgresDocuments."""

from typing import Final

_FIELDS: Final = """
SELECT d.id, d.workspace, d.source, v.filename, coalesce(r.title, v.filename), r.external_id,
       coalesce(r.media_type, v.media_type), coalesce(r.metadata, v.metadata), v.sha256,
       v.stop - v.start, v.number, v.state, d.live, v.reason, v.detail, v.stage, v.done, v.total,
       d.created, v.updated, l.panels, d.parent,
       CASE WHEN v.state = 'processing' AND v.total > v.done AND v.done > v.paced_at
            THEN extract(epoch FROM v.updated - v.paced_from)::double precision
                 / (v.done - v.paced_at) * (v.total - v.done) END,
       (SELECT count(*) FROM catalog.part p WHERE p.document = v.document AND p.number = v.number),
       d.position, v.blob, v.start, v.stop
"""
_PANELS: Final = """
CROSS JOIN LATERAL (
    SELECT json_agg(json_build_array(panel, wanted, reached, chunks, attempts, error, seal)
                    ORDER BY panel) AS panels
    FROM catalog.ledger
    WHERE document = v.document AND number = v.number
      AND generation = (SELECT g.number FROM catalog.generation g WHERE g.state = 'live')
) l
"""
_NEWEST: Final = (
    _FIELDS  # noqa: S608 - constants of this file
    + """
FROM catalog.document d
JOIN catalog.version v ON v.document = d.id AND v.number = d.newest
LEFT JOIN LATERAL (
    SELECT * FROM catalog.reading WHERE document = d.id ORDER BY number DESC LIMIT 1
) r ON true
"""
    + _PANELS
)

GET: Final = (
    _NEWEST + "WHERE d.id = %(document)s AND d.workspace = %(workspace)s AND d.deleted IS NULL"
)
_CHOSEN: Final = """
WHERE d.workspace = %(workspace)s AND d.deleted IS NULL AND d.position < %(before)s
  AND (%(state)s::text IS NULL OR v.state = %(state)s)
  AND (%(ids)s::uuid[] IS NULL OR d.id = ANY (%(ids)s))
"""
_PAGE: Final = "ORDER BY d.position DESC LIMIT %(limit)s"
FIND: Final = _NEWEST + _CHOSEN + _PAGE
# The conditions of partial indexes stand in the statement, so that its plan may use them.
FIND_OUTSIDE: Final = _NEWEST + _CHOSEN + "AND d.parent IS NULL " + _PAGE
FIND_INSIDE: Final = _NEWEST + _CHOSEN + "AND d.parent = ANY (%(parents)s::uuid[]) " + _PAGE
VERSIONS: Final = (
    _FIELDS
    + """
FROM catalog.document d
JOIN catalog.version v ON v.document = d.id
LEFT JOIN catalog.reading r ON r.document = v.document AND r.number = v.number
"""
    + _PANELS
    + """
WHERE d.id = %(document)s AND d.workspace = %(workspace)s AND d.deleted IS NULL
ORDER BY v.number DESC
"""
)
COUNTS: Final = """
SELECT v.state, count(*)
FROM catalog.document d
JOIN catalog.version v ON v.document = d.id AND v.number = d.newest
WHERE d.deleted IS NULL AND (%(workspace)s::text IS NULL OR d.workspace = %(workspace)s)
GROUP BY v.state
"""
PARTS: Final = """
SELECT p.ordinal, p.label, p.text, p.page, p.headings, p.language, p.confidence, p.doubtful
FROM catalog.document d
JOIN catalog.part p ON p.document = d.id
WHERE d.id = %(document)s AND d.workspace = %(workspace)s AND d.deleted IS NULL
  AND p.number = %(number)s
ORDER BY p.ordinal
"""

LOCK_CHOSEN: Final = """
SELECT id FROM catalog.document
WHERE id = ANY (%(documents)s::uuid[]) AND workspace = %(workspace)s AND deleted IS NULL
ORDER BY id FOR UPDATE
"""

WORKSPACE: Final = """
SELECT EXISTS (SELECT FROM catalog.generation WHERE state = 'live')
FROM catalog.workspace WHERE name = %s
"""
KNOWN: Final = """
SELECT source_key, id, newest, sha256
FROM catalog.document
WHERE workspace = %s AND source_key = ANY (%s::bytea[]) AND deleted IS NULL
"""
LOCK_KNOWN: Final = KNOWN + "ORDER BY source_key FOR UPDATE"
ADD_DOCUMENTS: Final = """
WITH added AS (
    INSERT INTO catalog.document
        (id, workspace, source, source_key, newest, sha256, parent, top, depth)
    SELECT n.id, %(workspace)s, n.source, n.key, n.newest, n.sha256, %(parent)s, %(top)s, %(depth)s
    FROM unnest(%(ids)s::uuid[], %(sources)s::text[], %(keys)s::bytea[], %(newest)s::integer[],
                %(digests)s::text[]) WITH ORDINALITY AS n (id, source, key, newest, sha256, place)
    ORDER BY n.place
    ON CONFLICT (workspace, source_key) WHERE deleted IS NULL DO NOTHING
    RETURNING 1
)
SELECT count(*) FROM added
"""
MOVE_DOCUMENTS: Final = """
UPDATE catalog.document d SET newest = n.newest, sha256 = n.sha256
FROM unnest(%(ids)s::uuid[], %(newest)s::integer[], %(digests)s::text[]) AS n (id, newest, sha256)
WHERE d.id = n.id
"""
ADD_VERSIONS: Final = """
WITH arrived AS (
    SELECT * FROM unnest(
        %(documents)s::uuid[], %(numbers)s::integer[], %(filenames)s::text[], %(digests)s::text[],
        %(blobs)s::text[], %(starts)s::bigint[], %(stops)s::bigint[], %(types)s::text[],
        %(metadata)s::text[]
    ) AS a (document, number, filename, sha256, blob, start, stop, media_type, metadata)
), added AS (
    INSERT INTO catalog.version
        (document, number, filename, sha256, blob, start, stop, media_type, metadata)
    SELECT document, number, filename, sha256, blob, start, stop, media_type, metadata::json
    FROM arrived
)
INSERT INTO catalog.ledger (document, number, generation, panel)
SELECT arrived.document, arrived.number, g.number, p.name
FROM arrived CROSS JOIN catalog.generation g CROSS JOIN catalog.panel p
WHERE g.state <> 'retiring' AND p.standing <> 'off'
"""
