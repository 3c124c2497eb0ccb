"""Every Cypher statement of the graph panel.

The graph::

    (:Document {id, live})-[:HAS_VERSION]->(:Version {id, card ...})-[:TAGGED]->(:Facet {id})
    (:Chunk {id, text, embedding ...})-[:OF]->(:Version)      (:Chunk)-[:NEXT]->(:Chunk)

A chunk is seen by readers when its ``version`` is its document's ``live`` number, so publishing
writes one property of one node and never touches a chunk. A chunk carries a label for its
generation (the vector index) and one for its generation and language (the full-text index);
``__chunks__`` stands for the generation's label, see graphstore.names.
"""

from typing import Final, LiteralString

# --- Schema -------------------------------------------------------------------------------

CONSTRAINTS: Final[tuple[LiteralString, ...]] = (
    "CREATE CONSTRAINT document_id IF NOT EXISTS FOR (n:Document) REQUIRE n.id IS UNIQUE",
    "CREATE CONSTRAINT version_id IF NOT EXISTS FOR (n:Version) REQUIRE n.id IS UNIQUE",
    "CREATE CONSTRAINT chunk_id IF NOT EXISTS FOR (n:Chunk) REQUIRE n.id IS UNIQUE",
    "CREATE CONSTRAINT facet_id IF NOT EXISTS FOR (n:Facet) REQUIRE n.id IS UNIQUE",
    "CREATE CONSTRAINT generation IF NOT EXISTS FOR (n:Generation) REQUIRE n.number IS UNIQUE",
    "CREATE CONSTRAINT schema_name IF NOT EXISTS FOR (n:Schema) REQUIRE n.name IS UNIQUE",
)

# The schema's version, written by the first program that comes.
SCHEMA_VERSION: Final = """
MERGE (s:Schema {name: 'diptych'}) ON CREATE SET s.version = $version
RETURN s.version AS version
"""

# The generation of this number as first prepared.
CLAIM_GENERATION: Final = """
MERGE (g:Generation {number: $number})
ON CREATE SET g.model = $model, g.dimension = $dimension, g.chunker = $chunker
RETURN g.number AS number, g.model AS model, g.dimension AS dimension, g.chunker AS chunker
"""

GENERATION: Final = """
MATCH (g:Generation {number: $number})
RETURN g.number AS number, g.model AS model, g.dimension AS dimension, g.chunker AS chunker
"""

# Quantised vectors lose a tenth of recall@10 on clustered data, so they stay as they are.
VECTOR_INDEX: Final = """
CYPHER 25 CREATE VECTOR INDEX __chunks__ IF NOT EXISTS
FOR (c:__chunks__) ON c.embedding WITH [c.workspace]
OPTIONS {indexConfig: {`vector.dimensions`: $dimension, `vector.similarity_function`: 'cosine',
                       `vector.quantization.enabled`: false}}
"""

# ``scope`` holds the words of the workspace and of the version, for clauses that only narrow.
TEXT_INDEX: Final = """
CREATE FULLTEXT INDEX __chunks__ IF NOT EXISTS
FOR (c:__chunks__) ON EACH [c.search, c.scope]
OPTIONS {indexConfig: {`fulltext.analyzer`: $analyser, `fulltext.eventually_consistent`: false}}
"""

AWAIT_INDEX: Final = "CALL db.awaitIndex($name, $seconds)"

# --- Writing ------------------------------------------------------------------------------

# Write cards. The locks on the versions, held to the end of the transaction, put batches of
# one version in line: else two neighbours, staged at once, would not see each other for NEXT.
PUT_VERSIONS: Final = """
UNWIND $versions AS row
MERGE (d:Document {id: row.document})
MERGE (v:Version {id: row.id})
SET v = row.properties
MERGE (d)-[:HAS_VERSION]->(v)
"""

# Take away facets that a replaced card no longer has.
UNTAG: Final = """
UNWIND $versions AS row
MATCH (:Version {id: row.id})-[tagged:TAGGED]->(f:Facet) WHERE NOT f.id IN row.facets
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

# Store chunks that are new or whose digest changed; all others are left alone. The label of
# the language goes first, because a replaced chunk may have changed its language.
PUT_CHUNKS: Final = """
CYPHER 25
UNWIND $chunks AS row
MERGE (c:Chunk {id: row.properties.id})
WITH c, row WHERE c.digest IS NULL OR c.digest <> row.properties.digest
REMOVE c:$($language_labels)
SET c = row.properties
SET c:$(row.labels)
WITH c, row
MATCH (v:Version {id: row.version})
MERGE (c)-[:OF]->(v)
WITH c, row
CALL db.create.setNodeVectorProperty(c, 'embedding', row.embedding)
"""

# Reading order inside a version; the neighbour may not be there yet.
LINK_CHUNKS: Final = """
UNWIND $pairs AS pair
MATCH (before:Chunk {id: pair[0]})
MATCH (after:Chunk {id: pair[1]})
MERGE (before)-[:NEXT]->(after)
"""

# Writing the id first locks the document, so that of two publishers the higher number wins.
PUBLISH: Final = """
UNWIND $rows AS row
MERGE (d:Document {id: row.document})
SET d.id = row.document
WITH d, row WHERE coalesce(d.live, 0) < row.number
SET d.live = row.number
"""

# --- Removing: hide, then chunks in bounded transactions, then what is left ---------------
# A target names a version by its number, or all versions of a document by null.

HIDE: Final = """
UNWIND $targets AS target
MATCH (d:Document {id: target.document})
SET d.id = target.document
WITH d, target WHERE target.number IS NULL OR d.live = target.number
REMOVE d.live
"""

DROP_CHUNKS: Final = """
UNWIND $targets AS target
MATCH (:Document {id: target.document})-[:HAS_VERSION]->(v:Version)<-[:OF]-(c:Chunk)
WHERE target.number IS NULL OR v.number = target.number
WITH DISTINCT c LIMIT $batch
DETACH DELETE c
RETURN count(*) AS dropped
"""

# A version that was staged again meanwhile keeps its card with its chunks.
DROP_VERSIONS: Final = """
UNWIND $targets AS target
MATCH (:Document {id: target.document})-[:HAS_VERSION]->(v:Version)
WHERE target.number IS NULL OR v.number = target.number
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

DROP_DOCUMENTS: Final = """
UNWIND $targets AS target
WITH DISTINCT target.document AS id
MATCH (d:Document {id: id})
SET d.id = id
WITH d WHERE d.live IS NULL AND NOT EXISTS { (d)-[:HAS_VERSION]->() }
DELETE d
"""

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
OPTIONAL MATCH (d)-[:HAS_VERSION]->(v:Version {number: d.live, generation: $generation})
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
UNWIND $indexes AS index
CALL (index) {
  CALL db.index.fulltext.queryNodes(index, $question, {limit: $fetch}) YIELD node AS c, score
  WITH c.document AS document, collect([c.id, c.version, score]) AS found
  OPTIONAL MATCH (d:Document {id: document})
  OPTIONAL MATCH (d)-[:HAS_VERSION]->(v:Version {number: d.live, generation: $generation})
  WHERE ($documents IS NULL OR document IN $documents)
    AND all(facet IN $facets WHERE EXISTS { (v)-[:TAGGED]->(:Facet {id: facet}) })
  RETURN v.number AS live, found
}
RETURN index, live, found
"""

# Live versions that a filter names, at most $limit, with their numbers of chunks.
NARROW_BY_DOCUMENTS: Final = """
UNWIND $documents AS document
MATCH (d:Document {id: document})-[:HAS_VERSION]->
      (v:Version {number: d.live, generation: $generation, workspace: $workspace})
WHERE all(facet IN $facets WHERE EXISTS { (v)-[:TAGGED]->(:Facet {id: facet}) })
WITH v LIMIT $limit
RETURN v.document AS document, v.number AS number, count { (v)<-[:OF]-() } AS chunks
"""

# The facet with the fewest versions leads.
NARROW_BY_FACETS: Final = """
MATCH (f:Facet) WHERE f.id IN $facets
WITH f ORDER BY count { (f)<-[:TAGGED]-() } LIMIT 1
MATCH (f)<-[:TAGGED]-(v:Version {generation: $generation})
MATCH (d:Document {id: v.document}) WHERE d.live = v.number
  AND all(facet IN $facets WHERE EXISTS { (v)-[:TAGGED]->(:Facet {id: facet}) })
WITH v LIMIT $limit
RETURN v.document AS document, v.number AS number, count { (v)<-[:OF]-() } AS chunks
"""

# --- Reading ------------------------------------------------------------------------------

# Live chunks by id, each version's card once; the live number is read once for each document.
READ: Final = """
MATCH (c:Chunk) WHERE c.id IN $ids AND c.workspace = $workspace
WITH c.document AS document, c.version AS number, c.generation AS generation,
     collect(c {.id, .part, .page, .start, .end, .text, .context, .language}) AS chunks
WITH document, collect({number: number, generation: generation, chunks: chunks}) AS versions
MATCH (d:Document {id: document})
WITH d, d.live AS live, versions
UNWIND [one IN versions WHERE one.number = live] AS one
MATCH (d)-[:HAS_VERSION]->(v:Version {number: live, generation: one.generation})
RETURN properties(v) AS version, one.chunks AS chunks
"""

VERSION: Final = """
MATCH (v:Version {id: $id}) RETURN properties(v) AS version
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
       d.live = v.number AS live, chunks, mark_a, mark_b
ORDER BY document, number
"""

ORDINALS: Final = """
MATCH (:Version {id: $id})<-[:OF]-(c:Chunk) RETURN c.ordinal AS ordinal ORDER BY ordinal
"""

# Vectors come as raw float32: half the time of a list of floats, and no rounding.
EXPORT: Final = """
CYPHER 25
MATCH (c:Chunk) WHERE c.id IN $ids
RETURN c {.id, .part, .page, .start, .end, .text, .context, .language, .digest} AS chunk,
       vector(c.embedding, $dimension, FLOAT32) AS embedding
ORDER BY c.ordinal
"""

# --- Health -------------------------------------------------------------------------------

HEALTH: Final = """
SHOW DATABASE $database YIELD access, currentStatus, writer, statusMessage
"""

SERVER: Final = """
CALL dbms.components() YIELD name, versions, edition WHERE name = 'Neo4j Kernel'
RETURN versions[0] AS version, edition
"""
