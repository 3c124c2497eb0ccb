"""PostgresPlaces: where documents come from by themselves, and what is known of their items."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict
from typing import Any, Final

from psycopg.errors import ForeignKeyViolation

from catalog.connections import Connections
from catalog.failures import no_workspace
from catalog.plain_text import dump, plain
from catalog.rights import PostgresRights
from contracts.errors import Conflict, NotFound
from contracts.intake import Known, Missed, Place, PlaceKind, PlaceRecord, Report

REST: Final = 5
"""A place that is woken rests so many times as long as the last look at it took."""

_ADD: Final = """
INSERT INTO catalog.place (name, kind, address, workspace, every_s, mirror, options)
VALUES (%(name)s, %(kind)s, %(address)s, %(workspace)s, %(every_s)s, %(mirror)s, %(options)s::json)
ON CONFLICT DO NOTHING RETURNING name
"""
_PLACES: Final = """
SELECT name, kind, address, workspace, every_s, mirror, options,
       looked, took_s, report, troubles, extract(epoch FROM due - now())::double precision
FROM catalog.place
"""
_GET: Final = _PLACES + "WHERE name = %s"
_ALL: Final = _PLACES + "ORDER BY name"
_REMOVE: Final = "DELETE FROM catalog.place WHERE name = %s RETURNING name"
_HASTEN: Final = """
UPDATE catalog.place
SET hastened = true, due = least(due, greatest(
    now() + make_interval(secs => %(in_s)s),
    looked + make_interval(secs => %(rest)s * took_s)
))
WHERE name = %(name)s RETURNING name
"""
_BEGIN: Final = """
UPDATE catalog.place
SET looks = looks + 1, hastened = false, due = now() + make_interval(secs => every_s)
WHERE name = %s RETURNING looks
"""
_ENDED: Final = """
UPDATE catalog.place
SET looked = now(), took_s = %(took_s)s, report = %(report)s::json,
    troubles = CASE WHEN %(failed)s THEN troubles + 1 ELSE 0 END,
    due = now() + make_interval(secs => CASE
        WHEN hastened AND NOT %(failed)s THEN least(%(next_s)s, %(rest)s * %(took_s)s)
        ELSE %(next_s)s END)
WHERE name = %(name)s RETURNING name
"""
_KNOWN: Final = """
SELECT source, mark, documents, error FROM catalog.place_item WHERE place = %s AND key = ANY (%s)
"""
_REMEMBER: Final = """
INSERT INTO catalog.place_item (place, look, key, source, mark, documents, error)
SELECT p.name, %(look)s, i.key, i.source, i.mark,
       ARRAY(SELECT json_array_elements_text(i.documents::json))::uuid[], i.error
FROM unnest(%(keys)s::bytea[], %(sources)s::text[], %(marks)s::text[], %(documents)s::text[],
            %(errors)s::text[]) AS i (key, source, mark, documents, error)
CROSS JOIN catalog.place p
WHERE p.name = %(name)s
ORDER BY i.key
ON CONFLICT (place, key) DO UPDATE
SET look = excluded.look, mark = excluded.mark, documents = excluded.documents,
    error = excluded.error
"""
_SEEN: Final = "UPDATE catalog.place_item SET look = %s WHERE place = %s AND key = ANY (%s)"
_UNSEEN: Final = """
SELECT source, mark, documents, error FROM catalog.place_item
WHERE place = %s AND look < %s LIMIT %s
"""
_FORGET: Final = "DELETE FROM catalog.place_item WHERE place = %s AND key = ANY (%s)"


class PostgresPlaces:
    """The places port on PostgreSQL."""

    def __init__(self, connections: Connections, rights: PostgresRights) -> None:
        self._connections = connections
        self._rights = rights

    async def add(self, place: Place) -> bool:
        """Keep a place, unless the name stands for another one."""
        values = asdict(place) | {"options": dump(place.options), "address": plain(place.address)}
        try:
            async with self._connections.session() as connection:
                if await (await connection.execute(_ADD, values)).fetchone():
                    return True
        except ForeignKeyViolation as error:
            raise no_workspace(place.workspace[:80]) from error
        if (await self.get(place.name)).place == place:
            return False
        raise Conflict(
            f"The name '{place.name}' stands for another place, or for other settings of this one.",
            f"Take another --name, or remove that one: diptych intake remove {place.name}.",
        )

    async def get(self, name: str) -> PlaceRecord:
        """Give a place."""
        async with self._connections.session() as connection:
            row = await (await connection.execute(_GET, (plain(name),))).fetchone()
        return _record(_there(name, row))

    async def all(self) -> list[PlaceRecord]:
        """Give all of them by name."""
        async with self._connections.session() as connection:
            return [_record(row) async for row in await connection.execute(_ALL)]

    async def remove(self, name: str) -> None:
        """Forget a place and its marks."""
        async with self._connections.session() as connection:
            row = await (await connection.execute(_REMOVE, (plain(name),))).fetchone()
        _there(name, row)

    def alone(self, name: str) -> AbstractAsyncContextManager[bool]:
        """Lend the right to look at a place."""
        return self._rights.gathering(plain(name))

    async def hasten(self, name: str, in_s: float) -> None:
        """Let the next look be soon."""
        values = {"name": plain(name), "in_s": in_s, "rest": REST}
        async with self._connections.session() as connection:
            row = await (await connection.execute(_HASTEN, values)).fetchone()
        _there(name, row)

    async def begin(self, name: str) -> int:
        """Give a look its number."""
        async with self._connections.session() as connection:
            row = await (await connection.execute(_BEGIN, (plain(name),))).fetchone()
        return int(_there(name, row)[0])

    async def ended(self, name: str, report: Report, *, took_s: float, next_s: float) -> None:
        """Note how a look ended."""
        values = {
            "name": plain(name),
            "report": dump(asdict(report)),
            "failed": report.error is not None,
            "took_s": took_s,
            "next_s": next_s,
            "rest": REST,
        }
        async with self._connections.session() as connection:
            row = await (await connection.execute(_ENDED, values)).fetchone()
        _there(name, row)

    async def known(self, name: str, sources: Collection[str]) -> Mapping[str, Known]:
        """Give what is remembered of these items."""
        if not sources:
            return {}
        values = (plain(name), _keys(sources))
        async with self._connections.session() as connection:
            found = [_known(row) async for row in await connection.execute(_KNOWN, values)]
        return {one.source: one for one in found}

    async def remember(self, name: str, items: Sequence[Known], look: int) -> None:
        """Remember items; none is written for a place that was removed."""
        if not items:
            return
        values = {
            "name": plain(name),
            "look": look,
            "keys": _keys([one.source for one in items]),
            "sources": [plain(one.source) for one in items],
            "marks": [plain(one.mark) for one in items],
            "documents": [
                json.dumps([str(document) for document in one.documents]) for one in items
            ],
            "errors": [None if one.error is None else plain(one.error) for one in items],
        }
        async with self._connections.session() as connection:
            await connection.execute(_REMEMBER, values)

    async def seen(self, name: str, sources: Collection[str], look: int) -> None:
        """Note that known items are there."""
        if sources:
            async with self._connections.session() as connection:
                await connection.execute(_SEEN, (look, plain(name), _keys(sources)))

    async def unseen(self, name: str, look: int, limit: int) -> list[Known]:
        """Give some of the known items that were last seen before."""
        async with self._connections.session() as connection:
            cursor = await connection.execute(_UNSEEN, (plain(name), look, limit))
            return [_known(row) async for row in cursor]

    async def forget(self, name: str, sources: Collection[str]) -> None:
        """Forget items."""
        if sources:
            async with self._connections.session() as connection:
                await connection.execute(_FORGET, (plain(name), _keys(sources)))


def _keys(sources: Collection[str]) -> list[bytes]:
    return [hashlib.sha256(plain(source).encode()).digest() for source in sources]


def _there(name: str, row: Sequence[Any] | None) -> Sequence[Any]:
    if row is None:
        raise NotFound(
            f"There is no place '{name[:80]}' to look at.", "List them: diptych intake list."
        )
    return row


def _record(row: Sequence[Any]) -> PlaceRecord:
    """Build a place from a row of _PLACES."""
    name, kind, address, workspace, every_s, mirror, options, looked, took_s, report, *rest = row
    place = Place(name, PlaceKind(kind), address, workspace, every_s, mirror, options)
    return PlaceRecord(place, looked, took_s, report and _report(report), *rest)


def _report(kept: Mapping[str, Any]) -> Report:
    failures = tuple(Missed(**one) for one in kept["failures"])
    return Report(**{**kept, "failures": failures})


def _known(row: Sequence[Any]) -> Known:
    source, mark, documents, error = row
    return Known(source, mark, tuple(documents), error)
