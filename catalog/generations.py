"""PostgresGenerations: the embedding spaces side by side, and which of them reads use."""

from typing import Any, Final, LiteralString

from catalog.connections import Connection, Connections
from catalog.settings import LOCK_LEDGER, changing, no_generation, note
from contracts.errors import Conflict, NotFound
from contracts.nouns import Generation, Json
from contracts.policy import Change, GenerationRecord, GenerationState

_FIELDS: Final = "SELECT number, model, dimension, chunker, state FROM catalog.generation "
_LIVE: Final = _FIELDS + "WHERE state = 'live'"
_GET: Final = _FIELDS + "WHERE number = %s"
_ALL: Final = _FIELDS + "ORDER BY number"
_ADD: Final = """
INSERT INTO catalog.generation (number, model, dimension, chunker, state)
VALUES (nextval('catalog.generation_number'), %s, %s, %s, %s) RETURNING number
"""
# Every version of the live generation gets its rows: those that are to go as well, so that the
# last trace of a version can be dropped whichever generation is retired first.
_GIVE_ROWS: Final = """
INSERT INTO catalog.ledger (document, number, generation, panel, wanted, reached, due)
SELECT l.document, l.number, %(number)s, l.panel, l.wanted,
       CASE l.wanted WHEN 'live' THEN 'nothing' ELSE 'absent' END,
       CASE WHEN l.wanted = 'absent' OR v.state <> 'quarantined' THEN now() END
FROM catalog.ledger l
JOIN catalog.version v ON v.document = l.document AND v.number = l.number
WHERE l.generation = %(live)s
"""
_TURN: Final = """
UPDATE catalog.generation SET state = %(state)s, since = clock_timestamp() WHERE number = %(number)s
"""
_DROP_ROWS: Final = "DELETE FROM catalog.ledger WHERE generation = %s"
_FORGET: Final = "DELETE FROM catalog.generation WHERE number = %s AND state = 'retiring'"
_EXPIRED: Final = """
SELECT number FROM catalog.generation
WHERE state = 'standby' AND since <= now() - make_interval(secs => %s)
ORDER BY number
"""
# What is missing is few rows, found by their index; what is there follows from it.
_RECORDS: Final = """
SELECT g.number, g.model, g.dimension, g.chunker, g.state, g.since,
       CASE WHEN g.state = 'retiring' THEN 0 ELSE shown.documents END,
       coalesce(gaps.number, 0)
FROM catalog.generation g
LEFT JOIN (SELECT generation, count(*) AS number
           FROM (SELECT DISTINCT generation, document, number FROM catalog.gap) AS gap
           GROUP BY generation) AS gaps
     ON gaps.generation = g.number
CROSS JOIN (SELECT count(*) AS documents FROM catalog.document
            WHERE live IS NOT NULL AND deleted IS NULL) AS shown
ORDER BY g.number
"""


class PostgresGenerations:
    """The generations port on PostgreSQL."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def ensure(self, model: str, dimension: int, chunker: str) -> Generation:
        """Give the live generation; at the first start, record this one."""
        async with self._connections.session() as connection:
            if row := await _one(connection, _LIVE):
                return Generation(*row[:4])
        async with changing(self._connections) as connection:
            if row := await _one(connection, _LIVE):
                return Generation(*row[:4])
            return await _add(connection, (model, dimension, chunker), GenerationState.LIVE)

    async def get(self, number: int) -> Generation:
        """Give a generation."""
        async with self._connections.session() as connection:
            return (await _found(connection, number))[0]

    async def records(self) -> list[GenerationRecord]:
        """Give all generations with how far they are, oldest first."""
        async with self._connections.session() as connection:
            rows = await (await connection.execute(_RECORDS)).fetchall()
        return [_record(row) for row in rows]

    async def begin(self, model: str, dimension: int, chunker: str, change: Change) -> Generation:
        """Record a generation to build, and give every version its rows in it."""
        space = (model, dimension, chunker)
        async with changing(self._connections) as connection:
            live = await _live(connection)
            async for row in await connection.execute(_ALL):
                _refuse_beside(Generation(*row[:4]), GenerationState(row[4]), space)
            generation = await _add(connection, space, GenerationState.BUILDING)
            values = {"number": generation.number, "live": live.number}
            await connection.execute(_GIVE_ROWS, values)
            await _note(connection, change, "begin", generation, {}, GenerationState.BUILDING)
        return generation

    async def pause(self, number: int, change: Change) -> None:
        """Stop building until ``resume``."""
        pair = (GenerationState.BUILDING, GenerationState.PAUSED)
        await self._turn("pause", number, *pair, change)

    async def resume(self, number: int, change: Change) -> None:
        """Go on building."""
        pair = (GenerationState.PAUSED, GenerationState.BUILDING)
        await self._turn("resume", number, *pair, change)

    async def activate(self, number: int, change: Change) -> None:
        """Make it the live one for every reader at once; being it already is fine."""
        async with changing(self._connections) as connection:
            generation, state = await _found(connection, number)
            former = await _live(connection)
            if generation == former:
                return
            _refuse_unfinished(state, await self._record_in(connection, number))
            for one, turned in ((former, "standby"), (generation, "live")):
                await connection.execute(_TURN, {"number": one.number, "state": turned})
            before, after = {"live": former.number}, {"live": number}
            await note(connection, change, "generation.activate", str(number), before, after)

    async def retire(self, number: int, change: Change) -> None:
        """Turn it to RETIRING and drop its ledger rows; retiring already is fine."""
        async with changing(self._connections) as connection:
            await connection.execute(LOCK_LEDGER)
            generation, state = await _found(connection, number)
            if state is GenerationState.LIVE:
                raise Conflict(
                    f"Generation {number} is the live one.", "Activate another one first."
                )
            if state is GenerationState.RETIRING:
                return
            turned = {"number": number, "state": GenerationState.RETIRING}
            await connection.execute(_TURN, turned)
            await connection.execute(_DROP_ROWS, (number,))
            before = {"state": state}
            await _note(connection, change, "retire", generation, before, GenerationState.RETIRING)

    async def retired(self, number: int) -> None:
        """Forget a RETIRING generation; any other one stays."""
        async with self._connections.session() as connection:
            await connection.execute(_FORGET, (number,))

    async def expired(self, grace_s: float) -> list[int]:
        """Give the STANDBY generations that have not been live for so many seconds."""
        async with self._connections.session() as connection:
            return [row[0] async for row in await connection.execute(_EXPIRED, (grace_s,))]

    async def _turn(
        self,
        verb: str,
        number: int,
        before: GenerationState,
        after: GenerationState,
        change: Change,
    ) -> None:
        async with changing(self._connections) as connection:
            generation, state = await _found(connection, number)
            if state is not before:
                raise Conflict(
                    f"Generation {number} is {state}, not {before}.", "List the generations."
                )
            await connection.execute(_TURN, {"number": number, "state": after})
            await _note(connection, change, verb, generation, {"state": before}, after)

    async def _record_in(self, connection: Connection, number: int) -> GenerationRecord:
        rows = await (await connection.execute(_RECORDS)).fetchall()
        return next(_record(row) for row in rows if row[0] == number)


def _refuse_beside(known: Generation, state: GenerationState, space: tuple[str, int, str]) -> None:
    """Raise Conflict for a space that is there, and for a second one to build."""
    if (known.model, known.dimension, known.chunker) == space:
        raise Conflict(
            f"Generation {known.number} is of this model and chunker already; it is {state}.",
            "Activate it, or wait until it is gone.",
        )
    if state in {GenerationState.BUILDING, GenerationState.PAUSED}:
        raise Conflict(
            f"Generation {known.number} is being built.", "Activate or retire that one first."
        )


def _refuse_unfinished(state: GenerationState, record: GenerationRecord) -> None:
    number = record.generation.number
    if state is GenerationState.RETIRING:
        raise Conflict(f"Generation {number} is being removed.", "Build it anew.")
    if record.reached < record.wanted:
        raise Conflict(
            f"Generation {number} has {record.reached:,} of {record.wanted:,} versions complete.",
            "Wait until it is built in every panel that is on.",
        )


async def _note(
    connection: Connection,
    change: Change,
    verb: str,
    generation: Generation,
    before: Json,
    state: GenerationState,
) -> None:
    subject = str(generation.number)
    await note(connection, change, f"generation.{verb}", subject, before, {"state": state})


async def _add(
    connection: Connection, space: tuple[str, int, str], state: GenerationState
) -> Generation:
    row = await _one(connection, _ADD, (*space, state))
    # An insertion always returns its row; the check is for the type checker.
    return Generation(row[0] if row else 0, *space)


async def _found(connection: Connection, number: int) -> tuple[Generation, GenerationState]:
    row = await _one(connection, _GET, (number,))
    if row is None:
        raise NotFound(f"There is no generation {number}.", "List the generations to find it.")
    return Generation(*row[:4]), GenerationState(row[4])


async def _live(connection: Connection) -> Generation:
    row = await _one(connection, _LIVE)
    if row is None:
        raise no_generation()
    return Generation(*row[:4])


def _record(row: tuple[Any, ...]) -> GenerationRecord:
    """Build a record from a row of _RECORDS."""
    wanted, missing = row[6:]
    state = GenerationState(row[4])
    return GenerationRecord(Generation(*row[:4]), state, row[5], wanted, wanted - missing)


async def _one(
    connection: Connection, query: LiteralString, values: tuple[object, ...] = ()
) -> tuple[Any, ...] | None:
    return await (await connection.execute(query, values)).fetchone()
