"""SQL of PostgresLikeness."""

from typing import Final

KEEP: Final = """
INSERT INTO catalog.fingerprint AS f (document, number, workspace, scheme, text, shingles,
                                      signature, figures, names, openers, recognised)
SELECT u.document, u.number, d.workspace, %(scheme)s, u.text, u.shingles, u.signature,
       ARRAY(SELECT json_array_elements_text(u.figures)),
       ARRAY(SELECT json_array_elements_text(u.names)),
       ARRAY(SELECT json_array_elements_text(u.openers)), u.recognised
FROM unnest(%(documents)s::uuid[], %(numbers)s::integer[], %(texts)s::bytea[],
            %(shingles)s::integer[], %(signatures)s::bytea[], %(figures)s::json[],
            %(names)s::json[], %(openers)s::json[], %(recognised)s::boolean[])
     AS u (document, number, text, shingles, signature, figures, names, openers, recognised)
JOIN catalog.version v ON v.document = u.document AND v.number = u.number
JOIN catalog.document d ON d.id = u.document
ORDER BY u.document, u.number
ON CONFLICT (document) DO UPDATE
SET (number, scheme, text, shingles, signature, figures, names, openers, recognised)
    = (excluded.number, excluded.scheme, excluded.text, excluded.shingles, excluded.signature,
       excluded.figures, excluded.names, excluded.openers, excluded.recognised)
WHERE f.number <= excluded.number
RETURNING f.document
"""
DROP_BANDS: Final = "DELETE FROM catalog.band WHERE document = ANY (%s::uuid[])"
ADD_BANDS: Final = """
INSERT INTO catalog.band (workspace, band, document)
SELECT f.workspace, u.band, f.document
FROM unnest(%(documents)s::uuid[], %(bands)s::bigint[]) AS u (document, band)
JOIN catalog.fingerprint f ON f.document = u.document
WHERE f.document = ANY (%(kept)s::uuid[])
ON CONFLICT DO NOTHING
"""
PRINTS: Final = """
SELECT document, text, shingles, signature, figures, names, openers, recognised
FROM catalog.fingerprint WHERE document = ANY (%s::uuid[]) AND scheme = %s
"""

# Each of the three looks is bounded inside, in the order of an index. What is found in bands that
# few share counts most: a copy of an old invoice is among those, its template's others are not.
CANDIDATES: Final = """
WITH mine AS (
    SELECT d.id, d.workspace, d.sha256, f.text, f.scheme
    FROM catalog.document d JOIN catalog.fingerprint f ON f.document = d.id
    WHERE d.id = ANY (%(documents)s::uuid[])
), banded AS (
    SELECT mine.id, same.document AS other,
           1.0 / count(*) OVER (PARTITION BY mine.id, b.band) AS weight
    FROM mine JOIN catalog.band b ON b.document = mine.id CROSS JOIN LATERAL (
        SELECT o.document FROM catalog.band o
        WHERE o.workspace = b.workspace AND o.band = b.band AND o.document <> b.document
        ORDER BY o.document DESC LIMIT %(newest)s
    ) same
), ranked AS (
    SELECT id, other, row_number() OVER (PARTITION BY id
                                         ORDER BY sum(weight) DESC, other DESC) AS place
    FROM banded GROUP BY id, other
), alike AS (
    SELECT mine.id, same.id AS other, true AS same_file
    FROM mine CROSS JOIN LATERAL (
        SELECT d.id FROM catalog.document d
        WHERE d.workspace = mine.workspace AND d.sha256 = mine.sha256 AND d.deleted IS NULL
          AND d.id <> mine.id
        ORDER BY d.id LIMIT %(eldest)s
    ) same
    UNION ALL
    SELECT mine.id, same.document, false
    FROM mine CROSS JOIN LATERAL (
        SELECT f.document FROM catalog.fingerprint f
        WHERE f.workspace = mine.workspace AND f.text = mine.text AND f.document <> mine.id
        ORDER BY f.document LIMIT %(eldest)s
    ) same
    UNION ALL
    SELECT id, other, false FROM ranked WHERE place <= %(newest)s
)
SELECT alike.id, alike.other, bool_or(alike.same_file)
FROM alike
JOIN catalog.document d ON d.id = alike.other AND d.deleted IS NULL
JOIN mine ON mine.id = alike.id AND mine.workspace = d.workspace
JOIN catalog.fingerprint f ON f.document = alike.other AND f.scheme = mine.scheme
GROUP BY alike.id, alike.other
ORDER BY alike.id, alike.other
"""
UNLINK: Final = """
DELETE FROM catalog.twins
WHERE elder = ANY (%(documents)s::uuid[]) OR younger = ANY (%(documents)s::uuid[])
"""
LINK: Final = """
INSERT INTO catalog.twins (elder, younger, workspace, verdict, score)
SELECT u.elder, u.younger, e.workspace, u.verdict, u.score
FROM unnest(%(elders)s::uuid[], %(youngers)s::uuid[], %(verdicts)s::text[], %(scores)s::real[])
     AS u (elder, younger, verdict, score)
JOIN catalog.fingerprint e ON e.document = u.elder
JOIN catalog.fingerprint y ON y.document = u.younger AND y.workspace = e.workspace
ORDER BY u.younger, u.elder
ON CONFLICT DO NOTHING
"""
UNMEASURED: Final = """
SELECT r.document, r.number
FROM catalog.document d
JOIN catalog.reading r ON r.document = d.id AND r.number = d.newest
WHERE d.deleted IS NULL AND NOT EXISTS (
    SELECT FROM catalog.fingerprint f
    WHERE f.document = r.document AND f.number >= r.number AND f.scheme = %(scheme)s)
ORDER BY d.id
LIMIT %(limit)s
"""
FIND: Final = """
SELECT t.verdict, t.score, t.position, e.id, coalesce(er.title, ev.filename), e.source,
       ev.filename, e.created, y.id, coalesce(yr.title, yv.filename), y.source, yv.filename,
       y.created
FROM catalog.twins t
JOIN catalog.document e ON e.id = t.elder AND e.deleted IS NULL
JOIN catalog.document y ON y.id = t.younger AND y.deleted IS NULL
JOIN catalog.version ev ON ev.document = e.id AND ev.number = e.newest
JOIN catalog.version yv ON yv.document = y.id AND yv.number = y.newest
LEFT JOIN catalog.reading er ON er.document = e.id AND er.number = e.newest
LEFT JOIN catalog.reading yr ON yr.document = y.id AND yr.number = y.newest
WHERE t.workspace = %(workspace)s AND t.position < %(before)s
  AND (%(verdict)s::text IS NULL OR t.verdict = %(verdict)s)
  AND (%(document)s::uuid IS NULL OR %(document)s IN (t.elder, t.younger))
  AND %(apart)s = EXISTS (SELECT FROM catalog.apart a
                          WHERE a.elder = t.elder AND a.younger = t.younger)
ORDER BY t.position DESC
LIMIT %(limit)s
"""
ORIGINALS: Final = """
SELECT d.id, elder.id
FROM catalog.document d CROSS JOIN LATERAL (
    SELECT o.id FROM catalog.document o
    WHERE o.workspace = d.workspace AND o.sha256 = d.sha256 AND o.deleted IS NULL AND o.id < d.id
      AND NOT EXISTS (SELECT FROM catalog.apart a WHERE a.elder = o.id AND a.younger = d.id)
    ORDER BY o.id LIMIT 1
) elder
WHERE d.id = ANY (%(documents)s::uuid[]) AND d.workspace = %(workspace)s AND d.deleted IS NULL
"""
THERE: Final = """
SELECT count(*) FROM catalog.document
WHERE id = ANY (%(documents)s::uuid[]) AND workspace = %(workspace)s AND deleted IS NULL
"""
APART: Final = """
INSERT INTO catalog.apart (elder, younger, decided_by) VALUES (%s, %s, %s)
ON CONFLICT DO NOTHING
"""
TOGETHER: Final = "DELETE FROM catalog.apart WHERE elder = %s AND younger = %s"
