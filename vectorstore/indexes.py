"""The search indexes of each generation: built after a bulk load, dropped before one."""

import psycopg
from psycopg import errors, sql

from contracts.nouns import Generation
from vectorstore import queries
from vectorstore.connections import Connection

WIDEST = 4000
"""Dimensions of half floats that an HNSW index takes; wider generations are scanned."""

# ef_construction by measuring the ten nearest of 100,000 clustered vectors: 40 finds 0.951 of them,
# however many are searched; 64 finds 0.995 and is built in 25 s instead of 18; 128 all, in 41 s.
_NEAR = sql.SQL(
    "CREATE INDEX IF NOT EXISTS {name} ON panel.chunk"
    " USING hnsw ((embedding::halfvec({dimension})) halfvec_cosine_ops)"
    " WITH (m = 16, ef_construction = 64) WHERE generation = {number}"
)
# A short pending list: it is read by every search until it is merged.
_TERMS = sql.SQL(
    "CREATE INDEX IF NOT EXISTS {name} ON panel.bag USING gin (terms)"
    " WITH (gin_pending_list_limit = 1024) WHERE generation = {number}"
)
_DROP = sql.SQL("DROP INDEX IF EXISTS panel.{}, panel.{}")
_THERE = """
SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace('panel') AND relname = ANY (%s)
"""
# The graph of an HNSW index has to fit, else the rest of it is inserted row by row.
_ROOM = """
SELECT set_config('maintenance_work_mem',
                  least(2097151, greatest(65536, count(*) * (2 * %s + 700) / 1000)) || 'kB', false)
  FROM panel.version AS v JOIN panel.chunk AS c ON c.version = v.id WHERE v.generation = %s
"""
_WORKERS = "SELECT set_config('max_parallel_maintenance_workers', %s::text, false)"
_MOST_WORKERS = 8
"""The server takes fewer by the size of the table and by its own limits."""
_SETTLE = "VACUUM (ANALYZE, INDEX_CLEANUP OFF) panel.chunk, panel.bag, panel.version"


def _near(number: int) -> str:
    return f"chunk_near_{number}"


def _terms(number: int) -> str:
    return f"bag_terms_{number}"


def missing(connection: psycopg.Connection, generation: Generation) -> dict[str, sql.Composed]:
    """Give the statements that make the indexes which are not there, by name."""
    number = sql.Literal(generation.number)
    near, terms = _near(generation.number), _terms(generation.number)
    wanted = {terms: _TERMS.format(name=sql.Identifier(terms), number=number)}
    if generation.dimension <= WIDEST:
        dimension = sql.Literal(generation.dimension)
        name = sql.Identifier(near)
        wanted[near] = _NEAR.format(name=name, dimension=dimension, number=number)
    there = {name for (name,) in connection.execute(_THERE, (list(wanted),))}
    return {name: statement for name, statement in wanted.items() if name not in there}


def build(connection: psycopg.Connection, generation: Generation) -> None:
    """Build what is missing, in parallel: 20,000 chunks of 384 dimensions take 2 s on two cores.

    Inserted row by row they take 15 s. Afterwards the tables are settled for index-only reads.
    """
    statements = missing(connection, generation)
    if not statements:
        return
    connection.execute(_ROOM, (generation.dimension, generation.number))
    for statement in statements.values():
        try:
            connection.execute(_WORKERS, (_MOST_WORKERS,))
            connection.execute(statement)
        except errors.DiskFull:
            # Workers share memory in /dev/shm, of which containers get 64 MB; alone needs none.
            connection.execute(_WORKERS, (0,))
            connection.execute(statement)
    connection.execute(queries.FOLD)
    connection.execute(_SETTLE)


async def drop(connection: Connection, number: int) -> None:
    """Drop the generation's indexes; the primary keys stay."""
    names = (sql.Identifier(_near(number)), sql.Identifier(_terms(number)))
    await connection.execute(_DROP.format(*names))
