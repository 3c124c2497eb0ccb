"""PostgresConfigurations: versions of how questions are answered, and the names of some."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from psycopg.errors import ForeignKeyViolation

from catalog import settings
from catalog.connections import Connection, Connections
from catalog.plain_text import dump, plain
from catalog.policies import put
from contracts.configurations import Alias, Version
from contracts.errors import NotFound
from contracts.policy import AuditRow, Change, Policy
from contracts.tuning import Configuration, kept

_ADDED, _NAMED = "configuration.add", "configuration.name"
_MOST: Final = 2**31 - 1
# One at a time, so that numbers have no gaps.
_LOCK: Final = "LOCK TABLE catalog.configuration IN SHARE ROW EXCLUSIVE MODE"
_ADD: Final = """
INSERT INTO catalog.configuration (number, digest, settings, note, by, run)
SELECT coalesce(max(number), 0) + 1, %s, %s::json, %s, %s, %s FROM catalog.configuration
ON CONFLICT (digest) DO NOTHING RETURNING number
"""
_VERSIONS: Final = "SELECT number, settings, note, by, at, run FROM catalog.configuration "
_SAME: Final = _VERSIONS + "WHERE digest = %s"
_GET: Final = _VERSIONS + "WHERE number = %s"
_LATEST: Final = _VERSIONS + "ORDER BY number DESC LIMIT %s"
_ALIASES: Final = "SELECT name, number, previous FROM catalog.configuration_name"
_BEFORE: Final = "SELECT number FROM catalog.configuration_name WHERE name = %s FOR UPDATE"
# Pointing at what is pointed at already does not hide what was before.
_POINT: Final = """
INSERT INTO catalog.configuration_name AS n (name, number) VALUES (%s, %s)
ON CONFLICT (name) DO UPDATE SET number = excluded.number, previous = n.number
WHERE n.number <> excluded.number
"""
_HISTORY: Final = """
SELECT at, actor, action, subject, before, after, forced, reasons FROM catalog.audit
WHERE action = ANY (%s::text[]) ORDER BY id DESC LIMIT %s
"""


class PostgresConfigurations:
    """Configurations on PostgreSQL."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def add(
        self, configuration: Configuration, note: str, change: Change, run: UUID | None = None
    ) -> Version:
        """Keep a configuration under the next number, or give the one with these settings."""
        values, digest = configuration.settings(), configuration.digest
        texts = (digest, dump(values), plain(note), plain(change.actor), run)
        async with self._connections.transaction() as connection:
            await connection.execute(_LOCK)
            try:
                row = await (await connection.execute(_ADD, texts)).fetchone()
            except ForeignKeyViolation as error:
                raise NotFound(
                    f"There is no run {run}.", "List them: diptych eval list."
                ) from error
            if row is not None:
                await settings.note(connection, change, _ADDED, str(row[0]), {}, values)
            rows = await (await connection.execute(_SAME, (digest,))).fetchall()
        return _version(rows[0])

    async def get(self, number: int) -> Version:
        """Give a version."""
        if not 0 < number <= _MOST:
            raise _no_version(number)
        async with self._connections.session() as connection:
            return _version(await _row(connection, number))

    async def find(self, name: str) -> Version:
        """Give the version of that number or alias."""
        if name.isascii() and name.isdecimal():
            return await self.get(int(name))
        alias = (await self.aliases()).get(name)
        if alias is None:
            raise _no_version(name)
        return await self.get(alias.number)

    async def latest(self, limit: int = 100) -> list[Version]:
        """Give the latest versions, newest first."""
        async with self._connections.session() as connection:
            rows = await (await connection.execute(_LATEST, (limit,))).fetchall()
        return [_version(row) for row in rows]

    async def aliases(self) -> Mapping[str, Alias]:
        """Give what the names mean."""
        async with self._connections.session() as connection:
            rows = await (await connection.execute(_ALIASES)).fetchall()
        return {row[0]: Alias(*row) for row in rows}

    async def point(
        self, name: str, number: int, change: Change, policy: Policy | None = None
    ) -> None:
        """Let a name mean a version, and the default policy be this one."""
        async with self._connections.transaction() as connection:
            await _row(connection, number)
            row = await (await connection.execute(_BEFORE, (name,))).fetchone()
            await connection.execute(_POINT, (name, number))
            before = {"configuration": row[0]} if row else {}
            await settings.note(connection, change, _NAMED, name, before, {"configuration": number})
            if policy is not None:
                await put(connection, None, policy, change)

    async def history(self, limit: int = 100) -> list[AuditRow]:
        """Give the latest changes of configurations and names, newest first."""
        async with self._connections.session() as connection:
            found = await connection.execute(_HISTORY, ([_ADDED, _NAMED], limit))
            rows = await found.fetchall()
        return [AuditRow(*[*row[:-1], tuple(row[-1])]) for row in rows]


async def _row(connection: Connection, number: int) -> Sequence[Any]:
    """Give a version's row. Raises NotFound."""
    row = await (await connection.execute(_GET, (number,))).fetchone()
    if row is None:
        raise _no_version(number)
    return row


def _no_version(name: object) -> NotFound:
    return NotFound(
        f"There is no configuration '{name!s:.40}'.", "List them: diptych champion list."
    )


def _version(row: Sequence[Any]) -> Version:
    number, values, *rest = row
    return Version(number, kept(values), *rest)
