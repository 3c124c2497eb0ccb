"""SQL of suites, their versions and candidates."""

from typing import Final

CREATE: Final = """
INSERT INTO catalog.suite (name, workspace) VALUES (%s, %s) ON CONFLICT DO NOTHING
"""
OWNER: Final = "SELECT workspace FROM catalog.suite WHERE name = %s"
LOCK: Final = """
SELECT name FROM catalog.suite WHERE name = ANY (%s::text[]) ORDER BY name FOR NO KEY UPDATE
"""
SUITES: Final = """
SELECT name, workspace, created FROM catalog.suite
WHERE (%(name)s::text IS NULL OR name = %(name)s)
  AND (%(workspace)s::text IS NULL OR workspace = %(workspace)s)
ORDER BY name
"""
COUNTS: Final = """
SELECT suite, state, count(*) FROM catalog.candidate
WHERE suite = ANY (%s::text[]) AND version IS NULL GROUP BY suite, state
"""
VERSIONS: Final = """
SELECT suite, number, fingerprint, questions, frozen, frozen_by FROM catalog.suite_version
WHERE suite = ANY (%s::text[]) ORDER BY number
"""
LATEST: Final = "SELECT max(number) FROM catalog.suite_version WHERE suite = %s"
QUESTIONS: Final = """
SELECT question FROM catalog.suite_question WHERE suite = %s AND number = %s ORDER BY position
"""
CONFIRMED: Final = """
SELECT question FROM catalog.candidate
WHERE suite = %s AND state = 'confirmed' AND version IS NULL ORDER BY position
"""
ADD_VERSION: Final = """
INSERT INTO catalog.suite_version (suite, number, fingerprint, questions, frozen_by)
VALUES (%s, %s, %s, %s, %s)
"""
ADD_QUESTIONS: Final = """
INSERT INTO catalog.suite_question (suite, number, position, question)
SELECT %s, %s, n.place, n.question::json
FROM unnest(%s::text[]) WITH ORDINALITY AS n (question, place)
"""
HELD: Final = """
UPDATE catalog.candidate SET version = %(number)s
WHERE suite = %(suite)s AND state = 'confirmed' AND version IS NULL
  AND question ->> 'id' = ANY (%(ids)s::text[])
"""
FORGET: Final = "DELETE FROM catalog.suite WHERE name = %s RETURNING workspace"
PROPOSE: Final = """
INSERT INTO catalog.candidate
    (id, suite, origin, source, question, proposed_by, proposed, note, seen)
SELECT n.id, n.suite, n.origin, n.source, n.question::json, n.by, n.proposed, n.note, n.seen::json
FROM unnest(%(id)s::uuid[], %(suite)s::text[], %(origin)s::text[], %(source)s::text[],
            %(question)s::text[], %(by)s::text[], %(proposed)s::timestamptz[], %(note)s::text[],
            %(seen)s::text[]) WITH ORDINALITY
     AS n (id, suite, origin, source, question, by, proposed, note, seen, place)
ORDER BY n.place
ON CONFLICT (id) DO NOTHING
RETURNING id
"""
_SHOWN: Final = """
SELECT c.suite, c.origin, c.source, c.question, c.proposed_by, c.proposed, c.note, c.seen, c.state,
       c.decided, c.decided_by, c.version
FROM catalog.candidate c JOIN catalog.suite s ON s.name = c.suite
"""
_AFTER: Final = "coalesce((SELECT position FROM catalog.candidate WHERE id = %(after)s), 0)"
CANDIDATES: Final = (
    _SHOWN
    + "WHERE c.suite = %(suite)s AND (%(state)s::text IS NULL OR c.state = %(state)s) "
    + "AND c.position > "
    + _AFTER
    + " ORDER BY c.position LIMIT %(limit)s"
)
CANDIDATE: Final = (
    _SHOWN
    + """
WHERE c.id = %(id)s AND (%(workspace)s::text IS NULL OR s.workspace = %(workspace)s)
"""
)
DECIDE: Final = """
UPDATE catalog.candidate
SET state = %(state)s, decided = clock_timestamp(), decided_by = %(by)s,
    question = coalesce(%(question)s::json, question)
WHERE id = %(id)s AND version IS NULL RETURNING id
"""
