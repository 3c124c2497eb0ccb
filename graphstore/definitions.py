"""The Cypher statements that make the schema: constraints, indexes, generations.

``__chunks__`` stands for a label that is also an index's name, see graphstore.names.
"""

from typing import Final, LiteralString

CONSTRAINTS: Final[tuple[LiteralString, ...]] = (
    "CREATE CONSTRAINT document_id IF NOT EXISTS FOR (n:Document) REQUIRE n.id IS UNIQUE",
    "CREATE CONSTRAINT version_id IF NOT EXISTS FOR (n:Version) REQUIRE n.id IS UNIQUE",
    "CREATE CONSTRAINT chunk_id IF NOT EXISTS FOR (n:Chunk) REQUIRE n.id IS UNIQUE",
    "CREATE CONSTRAINT facet_id IF NOT EXISTS FOR (n:Facet) REQUIRE n.id IS UNIQUE",
    "CREATE CONSTRAINT entity_id IF NOT EXISTS FOR (n:Entity) REQUIRE n.id IS UNIQUE",
    "CREATE CONSTRAINT generation IF NOT EXISTS FOR (n:Generation) REQUIRE n.number IS UNIQUE",
    "CREATE CONSTRAINT schema_name IF NOT EXISTS FOR (n:Schema) REQUIRE n.name IS UNIQUE",
)

SCHEMA_VERSION: Final = """
MATCH (s:Schema {name: 'diptych'}) RETURN s.version AS version
"""

SET_SCHEMA_VERSION: Final = """
MERGE (s:Schema {name: 'diptych'}) SET s.version = $version
"""

# Schema 1 knew one live number for all generations. A version that was live stays so in each
# generation that it was staged in.
SPLIT_LIVE: Final = """
CYPHER 25
MATCH (d:Document) WHERE d.live IS NOT NULL
WITH d LIMIT $batch
SET d.id = d.id
WITH d, d.live AS live
CALL (d, live) {
  MATCH (d)-[:HAS_VERSION]->(v:Version {number: live})
  SET d['live_' + v.generation] = live
}
REMOVE d.live
RETURN count(*) AS documents
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

GENERATIONS: Final = "MATCH (g:Generation) RETURN g.number AS number ORDER BY number"

DROP_GENERATION: Final = "MATCH (g:Generation {number: $number}) DELETE g"

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

DROP_INDEX: Final = "DROP INDEX __chunks__ IF EXISTS"

AWAIT_INDEX: Final = "CALL db.awaitIndex($name, $seconds)"
