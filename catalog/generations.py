"""PostgresGenerations: which embedding model and chunker the documents are in."""

from typing import Final

from catalog import locks
from catalog.connections import Connections
from contracts.errors import Conflict
from contracts.nouns import Generation

_FIND: Final = """
SELECT number FROM catalog.generation WHERE model = %s AND dimension = %s AND chunker = %s
"""
_ADD: Final = """
INSERT INTO catalog.generation (number, model, dimension, chunker)
SELECT coalesce(max(number), 0) + 1, %s, %s, %s FROM catalog.generation
RETURNING number
"""
# All rows are of one generation, because this file refuses a second one: any row tells which.
_IN_USE: Final = """
SELECT g.number, g.model, g.chunker
FROM (SELECT generation FROM catalog.ledger WHERE wanted = 'live' LIMIT 1) AS l
JOIN catalog.generation g ON g.number = l.generation
"""


class PostgresGenerations:
    """The generations port on PostgreSQL."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def ensure(self, model: str, dimension: int, chunker: str) -> Generation:
        """Give the generation of exactly this model and chunker, recording it if it is new."""
        space = (model, dimension, chunker)
        async with self._connections.transaction() as connection:
            await connection.execute(locks.HOLD, (locks.CLASS, locks.GENERATION))
            row = await (await connection.execute(_FIND, space)).fetchone()
            row = row or await (await connection.execute(_ADD, space)).fetchone()
            used = await (await connection.execute(_IN_USE)).fetchone()
            # An insertion always returns its row; the check is for the type checker.
            number = row[0] if row else 0
            if used and used[0] != number:
                raise Conflict(
                    f"The documents were embedded with {used[1]} and cut by {used[2]}, "
                    f"not with {model} and {chunker}.",
                    "Set the model and the chunker back, or start with an empty catalog.",
                )
        return Generation(number, model, dimension, chunker)
