"""What can be inconsistent inside the graph: how the server finds it, and how it is mended.

Each finding statement gives the node (``key``), its id, and what its mending needs; each mending
statement looks again before it removes, because a writer may have come between. ``$versions``
are a page's versions: ``{id, scope, facets}`` as their cards say; a statement that does not use
it looks at the whole store. ``__chunks__`` is the label of the generation.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, LiteralString
from uuid import UUID

from contracts.nouns import Stray, StrayKind, VersionRef

PAGE_VERSIONS: Final = """
UNWIND $documents AS document
MATCH (:Document {id: document})-[:HAS_VERSION]->(v:Version {generation: $generation})
RETURN properties(v) AS version
"""


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of inconsistency; ``sentence`` says it of one id."""

    kind: StrayKind
    sentence: str
    find: LiteralString
    mend: LiteralString

    def stray(self, found: Mapping[str, Any]) -> Stray:
        """Say what was found in the contract's words."""
        id_ = str(found["id"])
        return Stray(self.kind, _ref(id_), self.sentence.format(id_))


def _ref(id_: str) -> VersionRef | None:
    """Give the version that an id names; None for ids of what belongs to no one version."""
    document, _, rest = id_.partition(".")
    try:
        return VersionRef(UUID(document), int(rest.partition(".")[0]))
    except ValueError:
        return None


_WELL_FILED: Final = """
EXISTS { (c)-[:OF]->(v:Version) WHERE c.id STARTS WITH v.id + '.' }
"""
_OWN_VERSION: Final = """
EXISTS { (v:Version {id: split(c.id, '.')[0] + '.' + split(c.id, '.')[1] + '.'
                         + split(c.id, '.')[2]}) }
"""
_OF_GENERATION: Final = """
MATCH (c:Chunk|__chunks__)
WHERE (c:__chunks__ OR split(c.id, '.')[2] = toString($generation))
"""

LOST_VERSION: Final = Fault(
    StrayKind.LINK,
    "Version {} does not hang on its document.",
    """
MATCH (v:Version) WHERE v.id ENDS WITH '.' + $generation
  AND (count { (v)<-[:HAS_VERSION]-() } <> 1
       OR NOT EXISTS { (v)<-[:HAS_VERSION]-(d:Document) WHERE v.id STARTS WITH d.id + '.' })
RETURN elementId(v) AS key, v.id AS id
""",
    """
UNWIND $rows AS row
MATCH (v) WHERE elementId(v) = row.key
OPTIONAL MATCH (v)<-[wrong:HAS_VERSION]-()
DELETE wrong
WITH DISTINCT v
MERGE (d:Document {id: split(v.id, '.')[0]})
MERGE (d)-[:HAS_VERSION]->(v)
""",
)

MISNAMED_VERSION: Final = Fault(
    StrayKind.GENERATION,
    "Version {} is filed under another document, number or generation.",
    """
MATCH (v:Version) WHERE v.id ENDS WITH '.' + $generation
  AND NOT coalesce(v.id = v.document + '.' + v.number + '.' + v.generation, false)
RETURN elementId(v) AS key, v.id AS id
""",
    """
UNWIND $rows AS row
MATCH (v) WHERE elementId(v) = row.key
WITH v, split(v.id, '.') AS parts
SET v.document = parts[0], v.number = toInteger(parts[1]), v.generation = toInteger(parts[2])
""",
)

ORPHAN_CHUNK: Final = Fault(
    StrayKind.ORPHAN,
    "Chunk {} has no version.",
    _OF_GENERATION
    + "AND (NOT c:Chunk OR (NOT "
    + _WELL_FILED
    + "AND NOT "
    + _OWN_VERSION
    + ")) RETURN elementId(c) AS key, c.id AS id",
    """
UNWIND $rows AS row
MATCH (c) WHERE elementId(c) = row.key
SET c.id = c.id
WITH c WHERE NOT c:Chunk OR NOT
"""
    + _OWN_VERSION
    + "DETACH DELETE c",
)

LOST_CHUNK: Final = Fault(
    StrayKind.LINK,
    "Chunk {} does not hang on its version.",
    _OF_GENERATION
    + "AND c:Chunk AND (count { (c)-[:OF]->() } <> 1 OR NOT "
    + _WELL_FILED
    + ") AND "
    + _OWN_VERSION
    + "RETURN elementId(c) AS key, c.id AS id",
    """
UNWIND $rows AS row
MATCH (c) WHERE elementId(c) = row.key
OPTIONAL MATCH (c)-[wrong:OF]->()
DELETE wrong
WITH DISTINCT c, split(c.id, '.') AS parts
MATCH (v:Version {id: parts[0] + '.' + parts[1] + '.' + parts[2]})
MERGE (c)-[:OF]->(v)
""",
)

_REFILE: Final = """
CYPHER 25
UNWIND $rows AS row
MATCH (c)-[:OF]->(v:Version) WHERE elementId(c) = row.key
REMOVE c:$([label IN labels(c) WHERE label STARTS WITH 'Chunk_'])
SET c.workspace = v.workspace, c.document = v.document, c.version = v.number,
    c.generation = v.generation, c.ordinal = toInteger(split(c.id, '.')[3]), c.scope = row.scope
SET c:__chunks__
SET c:$(coalesce($labels[c.language], $labels.und))
"""

OTHER_AUDIENCE: Final = Fault(
    StrayKind.AUDIENCE,
    "Chunk {} is searched in another workspace than its version's.",
    """
UNWIND $versions AS version
MATCH (v:Version {id: version.id})<-[:OF]-(c:Chunk)
WHERE c.id STARTS WITH v.id + '.' AND NOT coalesce(c.workspace = v.workspace, false)
RETURN elementId(c) AS key, c.id AS id, version.scope AS scope
""",
    _REFILE,
)

MISFILED_CHUNK: Final = Fault(
    StrayKind.GENERATION,
    "Chunk {} is filed under another document, version, generation, language or place.",
    """
CYPHER 25
UNWIND $versions AS version
MATCH (v:Version {id: version.id})<-[:OF]-(c:Chunk)
WHERE c.id STARTS WITH v.id + '.' AND NOT coalesce(
  c.id = v.id + '.' + c.ordinal AND c.document = v.document AND c.version = v.number
  AND c.generation = v.generation AND c.scope = version.scope
  AND c:__chunks__ AND coalesce($labels[c.language], $labels.und) IN labels(c)
  AND size([label IN labels(c) WHERE label STARTS WITH 'Chunk_']) = 2, false)
RETURN elementId(c) AS key, c.id AS id, version.scope AS scope
""",
    _REFILE,
)

MISLINKED_CHUNK: Final = Fault(
    StrayKind.LINK,
    "Chunk {} does not lead to the one after it.",
    """
UNWIND $versions AS version
MATCH (v:Version {id: version.id})<-[:OF]-(c:Chunk)
OPTIONAL MATCH (after:Chunk {id: v.id + '.' + (c.ordinal + 1)})
WITH c, after
WHERE count { (c)-[:NEXT]->() } <> CASE WHEN after IS NULL THEN 0 ELSE 1 END
  OR (after IS NOT NULL AND NOT EXISTS { (c)-[:NEXT]->(after) })
RETURN elementId(c) AS key, c.id AS id
""",
    """
UNWIND $rows AS row
MATCH (c)-[:OF]->(v:Version) WHERE elementId(c) = row.key
OPTIONAL MATCH (c)-[wrong:NEXT]->()
DELETE wrong
WITH DISTINCT c, v
MATCH (after:Chunk {id: v.id + '.' + (c.ordinal + 1)})
MERGE (c)-[:NEXT]->(after)
""",
)

MISTAGGED_VERSION: Final = Fault(
    StrayKind.LINK,
    "Version {} is not found by exactly the facets of its card.",
    """
UNWIND $versions AS version
MATCH (v:Version {id: version.id})
WITH v, version, [(v)-[:TAGGED]->(f) | f.id] AS tagged
WHERE size(tagged) <> size(version.facets)
  OR any(facet IN version.facets WHERE NOT facet IN tagged)
RETURN elementId(v) AS key, v.id AS id, version.facets AS facets
""",
    """
UNWIND $rows AS row
MATCH (v) WHERE elementId(v) = row.key
CALL (v) { MATCH (v)-[tagged:TAGGED]->() DELETE tagged }
CALL (v, row) {
  UNWIND row.facets AS facet
  MERGE (f:Facet {id: facet})
  MERGE (v)-[:TAGGED]->(f)
}
""",
)

IDLE_ENTITY: Final = Fault(
    StrayKind.ORPHAN,
    "Entity {} is mentioned nowhere.",
    """
MATCH (e:Entity) WHERE NOT EXISTS { (e)<-[:MENTIONS]-() }
RETURN elementId(e) AS key, coalesce(e.name, e.id) AS id
""",
    """
UNWIND $rows AS row
MATCH (e) WHERE elementId(e) = row.key
SET e.id = e.id
WITH e WHERE NOT EXISTS { (e)<-[:MENTIONS]-() }
DELETE e
""",
)

IDLE_FACET: Final = Fault(
    StrayKind.ORPHAN,
    "Facet {} is on no card.",
    """
MATCH (f:Facet) WHERE NOT EXISTS { (f)<-[:TAGGED]-() }
RETURN elementId(f) AS key, f.id AS id
""",
    """
UNWIND $rows AS row
MATCH (f) WHERE elementId(f) = row.key
SET f.id = f.id
WITH f WHERE NOT EXISTS { (f)<-[:TAGGED]-() }
DELETE f
""",
)

IDLE_DOCUMENT: Final = Fault(
    StrayKind.ORPHAN,
    "Document {} has no version.",
    """
MATCH (d:Document) WHERE NOT EXISTS { (d)-[:HAS_VERSION]->() }
  AND none(key IN keys(d) WHERE key STARTS WITH 'live_')
RETURN elementId(d) AS key, d.id AS id
""",
    """
UNWIND $rows AS row
MATCH (d) WHERE elementId(d) = row.key
SET d.id = d.id
WITH d WHERE NOT EXISTS { (d)-[:HAS_VERSION]->() }
  AND none(key IN keys(d) WHERE key STARTS WITH 'live_')
DELETE d
""",
)

FROM_THE_TOP: Final = (LOST_VERSION, MISNAMED_VERSION, ORPHAN_CHUNK, LOST_CHUNK)
"""Mended first, so that all of a generation is reached from its documents."""
BY_VERSION: Final = (OTHER_AUDIENCE, MISFILED_CHUNK, MISLINKED_CHUNK, MISTAGGED_VERSION)
LEFT_OVER: Final = (IDLE_ENTITY, IDLE_FACET, IDLE_DOCUMENT)
