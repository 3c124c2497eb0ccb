"""The relational panel: PostgreSQL with pgvector, BM25 included."""
