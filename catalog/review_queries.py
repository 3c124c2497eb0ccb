"""SQL of PostgresReview: what waits, from every source."""

from typing import Final

# The one place that knows the sources: each is a branch that finds its matters by an index.
_WAITING: Final = """
SELECT d.position, d.id AS document, d.newest AS number, 'reading' AS source, v.reason AS code,
       v.detail, NULL::json AS reasons, NULL::uuid AS other
FROM catalog.version v
JOIN catalog.document d ON d.id = v.document AND d.newest = v.number AND d.deleted IS NULL
WHERE v.state = 'quarantined' AND d.workspace = %(workspace)s

UNION ALL
SELECT d.position, d.id, d.newest, 'quality', q.reasons -> 0 ->> 'code', NULL, q.reasons, NULL
FROM catalog.quality q
JOIN catalog.document d ON d.id = q.document AND d.newest = q.number AND d.deleted IS NULL
WHERE q.state <> 'good' AND q.workspace = %(workspace)s

UNION ALL
SELECT d.position, d.id, d.newest, 'likeness', t.verdict, NULL, NULL, t.elder
FROM catalog.twins t
JOIN catalog.document d ON d.id = t.younger AND d.deleted IS NULL
JOIN catalog.document e ON e.id = t.elder AND e.deleted IS NULL
WHERE t.verdict <> 'same_template' AND t.workspace = %(workspace)s
  AND NOT EXISTS (SELECT FROM catalog.apart a
                  WHERE a.elder = t.elder AND a.younger = t.younger)
"""
_MATTERS: Final = (
    "FROM ("
    + _WAITING
    + """) m
WHERE (%(source)s::text IS NULL OR m.source = %(source)s)
  AND NOT EXISTS (SELECT FROM catalog.settled s
                  WHERE s.document = m.document AND s.number = m.number AND s.source = m.source)
"""
)

# Two statements: the first looks at all that waits, but only at positions; the second at a page.
PAGE: Final = (
    "SELECT DISTINCT m.position, m.document "
    + _MATTERS
    + "AND m.position < %(before)s ORDER BY m.position DESC LIMIT %(limit)s"
)
OF: Final = (
    """
WITH m AS (SELECT m.* """
    + _MATTERS
    + """AND m.document = ANY (%(documents)s::uuid[]))
SELECT d.id, coalesce(dr.title, dv.filename), d.source, dv.filename, d.created,
       m.number, m.source, m.code, m.detail, m.reasons,
       e.id, coalesce(er.title, ev.filename), e.source, ev.filename, e.created
FROM m
JOIN catalog.document d ON d.id = m.document
JOIN catalog.version dv ON dv.document = d.id AND dv.number = m.number
LEFT JOIN catalog.reading dr ON dr.document = d.id AND dr.number = m.number
LEFT JOIN catalog.document e ON e.id = m.other
LEFT JOIN catalog.version ev ON ev.document = e.id AND ev.number = e.newest
LEFT JOIN catalog.reading er ON er.document = e.id AND er.number = e.newest
ORDER BY m.position DESC, e.position
"""
)
COUNTS: Final = "SELECT m.source, count(DISTINCT m.document) " + _MATTERS + "GROUP BY m.source"
SETTLE: Final = (
    """
INSERT INTO catalog.settled (document, number, source, settled_by)
SELECT m.document, m.number, m.source, %(actor)s """
    + _MATTERS
    + """AND m.document = %(document)s
ON CONFLICT DO NOTHING
RETURNING number
"""
)
