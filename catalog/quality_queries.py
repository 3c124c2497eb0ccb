"""SQL of PostgresAssessments."""

from typing import Final

SAVE: Final = """
INSERT INTO catalog.quality
    (document, number, workspace, media_type, rules, state, z, figures, repeated, reasons, at)
SELECT u.document, u.number, u.workspace, u.media_type, u.rules, u.state, u.z, u.figures::jsonb,
       u.repeated::json, u.reasons::json, v.updated
FROM unnest(%(documents)s::uuid[], %(numbers)s::integer[], %(workspaces)s::text[],
            %(types)s::text[], %(rules)s::integer[], %(states)s::text[], %(scores)s::float8[],
            %(figures)s::text[], %(repeated)s::text[], %(reasons)s::text[])
     AS u (document, number, workspace, media_type, rules, state, z, figures, repeated, reasons)
JOIN catalog.version v ON v.document = u.document AND v.number = u.number
ORDER BY u.document, u.number
FOR KEY SHARE OF v -- what is being dropped is waited for, and left out
ON CONFLICT (document, number) DO UPDATE
SET workspace = excluded.workspace, media_type = excluded.media_type, rules = excluded.rules,
    state = excluded.state, z = excluded.z, figures = excluded.figures,
    repeated = excluded.repeated, reasons = excluded.reasons
"""
_FIELDS: Final = """
SELECT q.document, q.number, q.workspace, q.media_type, q.rules, q.figures, q.repeated, q.state,
       q.reasons
"""
KNOWN: Final = """
SELECT FROM catalog.document WHERE id = %(document)s AND workspace = %(workspace)s
                               AND deleted IS NULL
"""
OF: Final = (
    _FIELDS + "FROM catalog.quality q WHERE q.document = %(document)s ORDER BY q.number DESC"
)
# Of each document the newest version counts, unless it could not be read.
_NEWEST: Final = """
FROM catalog.quality q
JOIN catalog.document d ON d.id = q.document AND d.newest = q.number AND d.deleted IS NULL
LEFT JOIN catalog.reading r ON r.document = q.document AND r.number = q.number
WHERE (%(workspace)s::text IS NULL OR q.workspace = %(workspace)s)
"""
FIND: Final = (
    _FIELDS
    + ", coalesce(r.title, ''), d.source, q.at, q.z"
    + _NEWEST
    + """
  AND (%(state)s::text IS NULL OR q.state = %(state)s)
  AND (NOT %(outliers)s OR q.z > 0)
  AND (%(from)s::text IS NULL
       OR (array_position(ARRAY['good', 'doubtful', 'bad'], q.state), q.z, q.at, q.document)
        < (array_position(ARRAY['good', 'doubtful', 'bad'], %(from)s::text), %(z)s::float8,
           %(at)s::timestamptz, %(document)s::uuid))
ORDER BY array_position(ARRAY['good', 'doubtful', 'bad'], q.state) DESC, q.z DESC, q.at DESC,
         q.document DESC
LIMIT %(limit)s
"""
)
TOTALS: Final = "SELECT q.media_type, q.state, count(*)" + _NEWEST + "GROUP BY 1, 2 ORDER BY 1, 2"
DAYS: Final = (
    "SELECT (q.at AT TIME ZONE 'UTC')::date, q.state, count(*)"
    + _NEWEST
    + "AND q.at >= %(since)s::date::timestamp AT TIME ZONE 'UTC' GROUP BY 1, 2 ORDER BY 1, 2"
)

STANDARDS: Final = """
SELECT n.workspace, n.media_type, n.figures
FROM catalog.quality_norm n WHERE n.workspace = ANY (%(workspaces)s::text[])
UNION ALL
SELECT e.workspace, NULL, e.expectations
FROM catalog.quality_expectation e WHERE e.workspace = ANY (%(workspaces)s::text[])
"""
EXPECTED: Final = (
    "SELECT expectations FROM catalog.quality_expectation WHERE workspace = %s FOR UPDATE"
)
EXPECT: Final = """
INSERT INTO catalog.quality_expectation (workspace, expectations, changed)
VALUES (%s, %s::jsonb, clock_timestamp())
ON CONFLICT (workspace) DO UPDATE
SET expectations = excluded.expectations, changed = excluded.changed
"""

UNMEASURED: Final = """
SELECT r.document, r.number
FROM catalog.reading r
JOIN catalog.document d ON d.id = r.document AND d.deleted IS NULL
LEFT JOIN catalog.quality q ON q.document = r.document AND q.number = r.number
WHERE q.rules IS DISTINCT FROM %(rules)s
  AND (r.document, r.number) > (%(document)s, %(number)s)
  AND (%(workspace)s::text IS NULL OR d.workspace = %(workspace)s)
ORDER BY r.document, r.number
LIMIT %(limit)s
"""
PAGE: Final = (
    _FIELDS
    + """
FROM catalog.quality q
WHERE q.workspace = %(workspace)s AND q.media_type = %(media_type)s
  AND (q.document, q.number) > (%(document)s, %(number)s)
ORDER BY q.document, q.number
LIMIT %(limit)s
"""
)

# Of each kind the newest documents stand for what is usual: norms follow what is poured in, and
# cost the same however many there are.
RENEW: Final = """
WITH kind AS (
    SELECT workspace, media_type, count(*) AS documents FROM catalog.quality
    WHERE %(workspace)s::text IS NULL OR workspace = %(workspace)s
    GROUP BY workspace, media_type
), due AS (
    SELECT k.* FROM kind k
    LEFT JOIN catalog.quality_norm n USING (workspace, media_type)
    LEFT JOIN catalog.quality_expectation e USING (workspace)
    WHERE %(force)s OR (n.documents IS NULL AND k.documents >= %(sample)s)
       OR k.documents >= n.documents * 1.1 + 1
       OR e.changed > coalesce(n.at, '-infinity')
), value AS (
    SELECT d.workspace, d.media_type, f.key,
           CASE WHEN f.key = ANY (%(logarithmic)s::text[]) THEN ln(1 + f.value::float8)
                ELSE f.value::float8 END AS value
    FROM due d
    CROSS JOIN LATERAL (
        SELECT figures FROM catalog.quality
        WHERE workspace = d.workspace AND media_type = d.media_type
        ORDER BY at DESC LIMIT %(newest)s
    ) q
    CROSS JOIN LATERAL jsonb_each_text(q.figures) f
), median AS (
    SELECT workspace, media_type, key, count(*) AS count,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY value) AS median
    FROM value GROUP BY workspace, media_type, key
), spread AS (
    SELECT m.workspace, m.media_type, m.key, m.count, m.median,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY abs(v.value - m.median)) AS mad
    FROM median m JOIN value v USING (workspace, media_type, key)
    GROUP BY m.workspace, m.media_type, m.key, m.count, m.median
), norm AS (
    SELECT workspace, media_type, jsonb_object_agg(key, jsonb_build_array(count, median, mad)) AS f
    FROM spread GROUP BY workspace, media_type
), renewed AS (
    INSERT INTO catalog.quality_norm (workspace, media_type, documents, figures, at, judged)
    SELECT d.workspace, d.media_type, d.documents, coalesce(n.f, '{}'), clock_timestamp(), false
    FROM due d LEFT JOIN norm n USING (workspace, media_type)
    ORDER BY d.workspace, d.media_type
    ON CONFLICT (workspace, media_type) DO UPDATE
    SET documents = excluded.documents, figures = excluded.figures, at = excluded.at,
        judged = false
    RETURNING workspace, media_type
)
SELECT workspace, media_type FROM renewed
UNION
SELECT workspace, media_type FROM catalog.quality_norm
WHERE NOT judged AND (%(workspace)s::text IS NULL OR workspace = %(workspace)s)
"""
JUDGED: Final = """
UPDATE catalog.quality_norm SET judged = true
WHERE workspace = %(workspace)s AND media_type = %(media_type)s
"""
