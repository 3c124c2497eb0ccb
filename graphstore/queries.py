"""Every Cypher statement of the graph panel.

The graph::

    (:Document {id, live_1 ...})-[:HAS_VERSION]->(:Version {id, card ...})-[:TAGGED]->(:Facet {id})
    (:Chunk {id, text, embedding ...})-[:OF]->(:Version)      (:Chunk)-[:NEXT]->(:Chunk)
    (:Chunk)-[:MENTIONS {start, end, place}]->(:Entity {id, workspace, kind, name})

A chunk is seen by readers of a generation when its ``version`` is the number that its document
has for that generation (``live_1``, given as ``$live``), so publishing writes one property of
one node and never touches a chunk. A chunk carries a label for its generation (the vector index)
and one for its generation and language (the full-text index); ``__chunks__`` stands for the
generation's label, see graphstore.names. What finds and mends inconsistencies is in
graphstore.faults.
"""

from typing import Final, LiteralString

# --- Writing ------------------------------------------------------------------------------

# Write cards that are new or differ, and name those. The locks on the versions, held to the end
# of the transaction, put batches of one version in line: else two neighbours, staged at once,
# would not see each other for NEXT. Without a claim on the generation nothing is written.
PUT_VERSIONS: Final = """
UNWIND $versions AS row
MATCH (:Generation {number: row.properties.generation})
MERGE (d:Document {id: row.document})
MERGE (v:Version {id: row.properties.id})
SET v.id = row.properties.id
MERGE (d)-[:HAS_VERSION]->(v)
WITH v, row, properties(v) <> row.properties AS changed
FOREACH (_ IN CASE WHEN changed THEN [1] END | SET v = row.properties)
RETURN v.id AS id, changed
"""

# Take away facets that a replaced card no longer has.
UNTAG: Final = """
UNWIND $versions AS row
MATCH (:Version {id: row.properties.id})-[tagged:TAGGED]->(f:Facet) WHERE NOT f.id IN row.facets
DELETE tagged
RETURN DISTINCT f.id AS facet
"""

TAG: Final = """
UNWIND $tags AS tag
MERGE (f:Facet {id: tag.facet})
WITH f, tag
MATCH (v:Version {id: tag.version})
MERGE (v)-[:TAGGED]->(f)
"""

# What is there of these chunks. One that is filed wrongly has no digest here, so it is replaced.
FOUND_CHUNKS: Final = """
UNWIND $chunks AS row
MATCH (c:Chunk {id: row.id})
RETURN c.id AS id, CASE WHEN c.workspace = row.workspace
  AND EXISTS { (c)-[:OF]->(:Version {id: row.version}) } THEN c.digest END AS digest
"""

# Columns, one entry for each chunk of a group; a group is of one version and language. Sent
# as a map for each chunk, they take the driver twice the time.
CREATE_CHUNKS: Final = """
CYPHER 25
UNWIND $groups AS g
MATCH (v:Version {id: g.version})
UNWIND range(0, size(g.ordinals) - 1) AS n
CREATE (c:Chunk:$(g.labels) {
  id: g.version + '.' + g.ordinals[n], document: g.document, version: g.number,
  generation: g.generation, ordinal: g.ordinals[n], workspace: g.workspace, scope: g.scope,
  language: g.languages[n], part: g.parts[n], page: g.pages[n], start: g.starts[n],
  end: g.ends[n], text: g.texts[n], context: g.contexts[n], parent: g.parents[n],
  search: g.searches[n], digest: g.digests[n], mark_a: g.marks_a[n], mark_b: g.marks_b[n]
})-[:OF]->(v)
WITH c, g.embeddings[n] AS embedding
CALL db.create.setNodeVectorProperty(c, 'embedding', embedding)
"""

# Reading order inside a version; the neighbour may not be there yet.
LINK_CHUNKS: Final = """
UNWIND $pairs AS pair
MATCH (before:Chunk {id: pair[0]})
MATCH (after:Chunk {id: pair[1]})
MERGE (before)-[:NEXT]->(after)
"""

PUT_ENTITIES: Final = """
UNWIND $entities AS row
MERGE (e:Entity {id: row.id})
WITH e, row WHERE properties(e) <> row
SET e = row
"""

# Of chunks that were just created.
MENTION: Final = """
UNWIND $mentions AS row
MATCH (c:Chunk {id: row[0]})
MATCH (e:Entity {id: row[1]})
CREATE (c)-[:MENTIONS {start: row[2], end: row[3], place: row[4]}]->(e)
"""

# Writing the id first locks the document, so that of two publishers the higher number wins.
PUBLISH: Final = """
CYPHER 25
UNWIND $rows AS row
MERGE (d:Document {id: row.document})
SET d.id = row.document
WITH d, row WHERE coalesce(d[$live], 0) < row.number
SET d[$live] = row.number
"""

# --- Removing: hide, then chunks in bounded transactions, then what is left ---------------
# A target is what the ids of its chunks and versions begin with: a document, a version in all
# generations, or in one. ``number`` and ``live`` are null where they do not narrow.

HIDE: Final = """
CYPHER 25
UNWIND $targets AS target
MATCH (d:Document {id: target.document})
SET d.id = target.document
FOREACH (key IN [key IN keys(d) WHERE key STARTS WITH 'live_'
                 AND key = coalesce(target.live, key)
                 AND d[key] = coalesce(target.number, d[key])] | REMOVE d[key])
"""

_DROP: Final = """
OPTIONAL MATCH (c)-[:MENTIONS]->(e:Entity)
WITH collect(DISTINCT c) AS chunks, collect(DISTINCT e.id) AS entities
FOREACH (c IN chunks | DETACH DELETE c)
RETURN size(chunks) AS dropped, entities
"""
"""Names the entities that may have lost their last chunk."""

DROP_CHUNKS: Final[LiteralString] = (
    """
UNWIND $targets AS target
MATCH (c:Chunk) WHERE c.id STARTS WITH target.prefix
WITH DISTINCT c LIMIT $batch
"""
    + _DROP
)

DROP_NAMED: Final[LiteralString] = "MATCH (c:Chunk) WHERE c.id IN $ids" + _DROP

# A version that was staged again meanwhile keeps its card with its chunks.
DROP_VERSIONS: Final = """
UNWIND $targets AS target
MATCH (:Document {id: target.document})-[:HAS_VERSION]->(v:Version)
WHERE v.id + '.' STARTS WITH target.prefix
SET v.id = v.id
WITH v WHERE NOT EXISTS { (v)<-[:OF]-(:Chunk) }
OPTIONAL MATCH (v)-[:TAGGED]->(f:Facet)
WITH v, collect(f.id) AS facets
DETACH DELETE v
WITH facets UNWIND facets AS facet
RETURN DISTINCT facet
"""

DROP_FACETS: Final = """
UNWIND $facets AS facet
MATCH (f:Facet {id: facet})
SET f.id = facet
WITH f WHERE NOT EXISTS { (f)<-[:TAGGED]-() }
DELETE f
"""

DROP_ENTITIES: Final = """
UNWIND $entities AS entity
MATCH (e:Entity {id: entity})
SET e.id = entity
WITH e WHERE NOT EXISTS { (e)<-[:MENTIONS]-() }
DELETE e
"""

DROP_DOCUMENTS: Final = """
UNWIND $targets AS target
WITH DISTINCT target.document AS id
MATCH (d:Document {id: id})
SET d.id = id
WITH d WHERE none(key IN keys(d) WHERE key STARTS WITH 'live_')
  AND NOT EXISTS { (d)-[:HAS_VERSION]->() }
DELETE d
"""

# What documents hold of a generation; those that hold nothing of it are left out.
HELD: Final = """
CYPHER 25
UNWIND $documents AS document
MATCH (d:Document {id: document})
WITH d, [(d)-[:HAS_VERSION]->(v:Version {generation: $generation}) | v.number] AS numbers
WHERE d[$live] IS NOT NULL OR size(numbers) > 0
RETURN d.id AS document, numbers
"""

# Documents go first: without them readers see nothing of the rest.
CLEAR: Final[tuple[LiteralString, ...]] = (
    "MATCH (n:Document) WITH n LIMIT $batch DETACH DELETE n RETURN count(*) AS dropped",
    "MATCH (n:Chunk) WITH n LIMIT $batch DETACH DELETE n RETURN count(*) AS dropped",
    "MATCH (n:Version) WITH n LIMIT $batch DETACH DELETE n RETURN count(*) AS dropped",
    "MATCH (n:Facet|Entity) WITH n LIMIT $batch DETACH DELETE n RETURN count(*) AS dropped",
)

# --- Searching ----------------------------------------------------------------------------
# Candidates come grouped by document, whose live number is read once for all its chunks: so
# a leg sees each document before or after a publication, never half of both.

DENSE: Final = """
CYPHER 25
MATCH (c)
SEARCH c IN (VECTOR INDEX __chunks__ FOR $vector WHERE c.workspace = $workspace LIMIT $fetch)
SCORE AS score
WITH c.document AS document, collect([c.id, c.version, score]) AS found
OPTIONAL MATCH (d:Document {id: document})
WITH d, d[$live] AS live, document, found
OPTIONAL MATCH (d)-[:HAS_VERSION]->
               (v:Version {number: live, generation: $generation, workspace: $workspace})
WHERE ($documents IS NULL OR document IN $documents)
  AND all(facet IN $facets WHERE EXISTS { (v)-[:TAGGED]->(:Facet {id: facet}) })
RETURN v.number AS live, found
"""

# Exact scores over the few chunks that a filter leaves.
DENSE_EXACT: Final = """
CYPHER 25
UNWIND $versions AS id
MATCH (:Version {id: id})<-[:OF]-(c:Chunk)
RETURN c.id AS id, vector.similarity.cosine(c.embedding, $vector) AS score
ORDER BY score DESC, c.document, c.ordinal LIMIT $limit
"""

# One round trip asks the index of each language.
LEXICAL: Final = """
UNWIND $asked AS asked
CALL (asked) {
  CALL db.index.fulltext.queryNodes(asked[0], asked[1], {limit: $fetch}) YIELD node AS c, score
  WITH c.document AS document, collect([c.id, c.version, score]) AS found
  OPTIONAL MATCH (d:Document {id: document})
  WITH d, d[$live] AS live, document, found
  OPTIONAL MATCH (d)-[:HAS_VERSION]->
                 (v:Version {number: live, generation: $generation, workspace: $workspace})
  WHERE ($documents IS NULL OR document IN $documents)
    AND all(facet IN $facets WHERE EXISTS { (v)-[:TAGGED]->(:Facet {id: facet}) })
  RETURN v.number AS live, found
}
RETURN asked[0] AS index, live, found
"""

# Live versions that a filter names, at most $limit, with their numbers of chunks.
NARROW_BY_DOCUMENTS: Final = """
UNWIND $documents AS document
MATCH (d:Document {id: document})
WITH d, d[$live] AS live
MATCH (d)-[:HAS_VERSION]->
      (v:Version {number: live, generation: $generation, workspace: $workspace})
WHERE all(facet IN $facets WHERE EXISTS { (v)-[:TAGGED]->(:Facet {id: facet}) })
WITH v LIMIT $limit
RETURN v.document AS document, v.number AS number, count { (v)<-[:OF]-() } AS chunks
"""

# The facet with the fewest versions leads.
NARROW_BY_FACETS: Final = """
MATCH (f:Facet) WHERE f.id IN $facets
WITH f ORDER BY count { (f)<-[:TAGGED]-() } LIMIT 1
MATCH (f)<-[:TAGGED]-(v:Version {generation: $generation, workspace: $workspace})
MATCH (d:Document {id: v.document}) WHERE d[$live] = v.number
  AND all(facet IN $facets WHERE EXISTS { (v)-[:TAGGED]->(:Facet {id: facet}) })
WITH v LIMIT $limit
RETURN v.document AS document, v.number AS number, count { (v)<-[:OF]-() } AS chunks
"""

# --- Reading ------------------------------------------------------------------------------

# Live chunks by id, each version's card once; a live number is read once for each document.
READ: Final = """
MATCH (c:Chunk) WHERE c.id IN $ids AND c.workspace = $workspace
WITH c.document AS document, c.version AS number, c.generation AS generation,
     collect(c {.id, .part, .page, .start, .end, .text, .context, .language, .parent}) AS chunks
WITH document, generation, collect({number: number, chunks: chunks}) AS versions
MATCH (d:Document {id: document})
WITH d, d['live_' + generation] AS live, generation, versions
UNWIND [one IN versions WHERE one.number = live] AS one
MATCH (d)-[:HAS_VERSION]->
      (v:Version {number: live, generation: generation, workspace: $workspace})
RETURN properties(v) AS version, one.chunks AS chunks
"""

CARDS: Final = """
UNWIND $ids AS id
MATCH (v:Version {id: id}) RETURN properties(v) AS version
"""

DOCUMENT_IDS: Final = """
MATCH (d:Document) WHERE d.id > $after RETURN d.id AS id ORDER BY d.id LIMIT $page
"""

DIGESTS: Final = """
UNWIND $documents AS document
MATCH (d:Document {id: document})-[:HAS_VERSION]->(v:Version {generation: $generation})
OPTIONAL MATCH (v)<-[:OF]-(c:Chunk)
WITH d, v, count(c) AS chunks, sum(c.mark_a) AS mark_a, sum(c.mark_b) AS mark_b
RETURN v.document AS document, v.number AS number, v.workspace AS workspace, v.digest AS card,
       d[$live] = v.number AS live, chunks, mark_a, mark_b
ORDER BY document, number
"""

SIZES: Final = """
UNWIND $ids AS id
MATCH (v:Version {id: id}) RETURN v.id AS id, count { (v)<-[:OF]-(:Chunk) } AS chunks
"""

# An id, not its copies in other properties, says which chunk of a version one is.
CHUNK_IDS: Final = """
UNWIND $versions AS version
MATCH (:Version {id: version})<-[:OF]-(c:Chunk) WHERE c.id STARTS WITH version + '.'
RETURN version, collect(toInteger(substring(c.id, size(version) + 1))) AS ordinals
"""

# Vectors come as raw float32: half the time of a list of floats, and no rounding. All in one
# row: the driver waits for each row anew, which takes it longer than reading what is in it.
EXPORT: Final = """
CYPHER 25
MATCH (c:Chunk) WHERE c.id IN $ids
RETURN collect(c {
  .id, .part, .page, .start, .end, .text, .context, .language, .parent, .digest,
  embedding: CASE WHEN size(c.embedding) = $dimension
                  THEN vector(c.embedding, $dimension, FLOAT32) END,
  mentions: [(c)-[m:MENTIONS]->(e:Entity) | [m.place, m.start, m.end, e.kind, e.name]]
}) AS chunks
"""

# What chunks are found by, with all that it follows from.
INDEXED: Final = """
MATCH (c:Chunk) WHERE c.id IN $ids
RETURN collect(c {
  .id, .part, .page, .start, .end, .text, .context, .language, .parent, .search
}) AS chunks
"""

# --- Health -------------------------------------------------------------------------------

HEALTH: Final = """
SHOW DATABASE $database YIELD access, currentStatus, writer, statusMessage
"""

SERVER: Final = """
CALL dbms.components() YIELD name, versions, edition WHERE name = 'Neo4j Kernel'
RETURN versions[0] AS version, edition
"""
