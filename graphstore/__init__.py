"""The graph panel: Neo4j with vector and full-text indexes."""
