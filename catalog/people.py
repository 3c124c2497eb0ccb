"""PostgresPeople: workspaces and keys."""

import hashlib
import re
import secrets
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID, uuid4

from psycopg.errors import CheckViolation, ForeignKeyViolation

from catalog import locks
from catalog.connections import Connection, Connections
from catalog.failures import no_workspace
from catalog.plain_text import plain
from contracts.errors import Conflict, InvalidInput, NotFound, Unauthenticated
from contracts.people import Identity, KeyRecord, Role

_WORKSPACE_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_PREFIX = "dpt_"
_SECRET_BYTES = 32

_ADD_WORKSPACE: Final = """
INSERT INTO catalog.workspace (name) VALUES (%s) ON CONFLICT DO NOTHING
"""
_WORKSPACES: Final = "SELECT name FROM catalog.workspace ORDER BY name"
_REMOVE_WORKSPACE: Final = """
DELETE FROM catalog.workspace w
WHERE name = %s AND NOT EXISTS (SELECT FROM catalog.document d WHERE d.workspace = w.name)
RETURNING 1
"""
_ADD_KEY: Final = """
INSERT INTO catalog.key (id, name, role, workspace, digest) VALUES (%s, %s, %s, %s, %s)
RETURNING id, name, role, workspace, created, last_used, revoked
"""
_ANY_KEY: Final = "SELECT 1 FROM catalog.key LIMIT 1"
_KEYS: Final = """
SELECT id, name, role, workspace, created, last_used, revoked FROM catalog.key
ORDER BY created DESC, id
"""
_REVOKE: Final = """
UPDATE catalog.key SET revoked = coalesce(revoked, now()) WHERE id = %s RETURNING 1
"""
# One look-up; the time of use is written at most once a minute, so that reading stays reading.
_IDENTIFY: Final = """
WITH found AS (
    SELECT id, name, role, workspace, last_used FROM catalog.key
    WHERE digest = %s AND revoked IS NULL
), noted AS (
    UPDATE catalog.key k SET last_used = now() FROM found
    WHERE k.id = found.id
      AND (found.last_used IS NULL OR found.last_used < now() - interval '1 minute')
)
SELECT id, name, role, workspace FROM found
"""


class PostgresPeople:
    """The people port on PostgreSQL."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def add_workspace(self, name: str) -> None:
        """Create a workspace; being there already is fine."""
        if not _WORKSPACE_NAME.fullmatch(name):
            raise InvalidInput(
                f"{name[:80]!r} cannot be the name of a workspace.",
                "Use 1 to 63 of a-z, 0-9, _ and -, beginning with a letter or a digit.",
            )
        async with self._connections.session() as connection:
            await connection.execute(_ADD_WORKSPACE, (name,))

    async def workspaces(self) -> list[str]:
        """List workspace names in order."""
        async with self._connections.session() as connection:
            return [row[0] async for row in await connection.execute(_WORKSPACES)]

    async def remove_workspace(self, name: str) -> None:
        """Remove a workspace that holds nothing any more."""
        held = Conflict(
            f"The workspace '{name[:80]}' still has documents, keys, suites, places or a policy.",
            "Remove those first; deleted documents take a moment to be gone.",
        )
        if name not in await self.workspaces():
            raise NotFound(f"There is no workspace '{name[:80]}'.", "Use one of the list.")
        async with self._connections.session() as connection:
            try:
                row = await (await connection.execute(_REMOVE_WORKSPACE, (name,))).fetchone()
            except ForeignKeyViolation as error:
                raise held from error
        if row is None:
            raise held

    async def add_key(self, name: str, role: Role, workspace: str | None) -> tuple[KeyRecord, str]:
        """Create a key and give its secret, the only time it is seen."""
        async with self._connections.session() as connection:
            return await _add_key(connection, name, role, workspace)

    async def first_key(self, name: str) -> str | None:
        """Create the first admin key and give its secret, or None when any key exists."""
        async with self._connections.transaction() as connection:
            await connection.execute(locks.HOLD, (locks.CLASS, locks.FIRST_KEY))
            if await (await connection.execute(_ANY_KEY)).fetchone():
                return None
            _, secret = await _add_key(connection, name, Role.ADMIN, None)
        return secret

    async def keys(self) -> list[KeyRecord]:
        """List keys, newest first."""
        async with self._connections.session() as connection:
            return [_record(row) async for row in await connection.execute(_KEYS)]

    async def revoke(self, key: UUID) -> None:
        """End a key at once."""
        async with self._connections.session() as connection:
            if await (await connection.execute(_REVOKE, (key,))).fetchone() is None:
                raise NotFound(f"There is no key {key}.", "List the keys to find it.")

    async def identify(self, secret: str) -> Identity:
        """Tell who holds this secret."""
        async with self._connections.session() as connection:
            row = await (await connection.execute(_IDENTIFY, (_digest(secret),))).fetchone()
        if row is None:
            raise Unauthenticated(
                "The key is not known, or it was revoked.", "Ask an admin for a key and send it."
            )
        return Identity(row[0], row[1], Role(row[2]), row[3])


async def _add_key(
    connection: Connection, name: str, role: Role, workspace: str | None
) -> tuple[KeyRecord, str]:
    secret = _PREFIX + secrets.token_urlsafe(_SECRET_BYTES)
    values = (uuid4(), plain(name), role, workspace, _digest(secret))
    try:
        row = await (await connection.execute(_ADD_KEY, values)).fetchone()
    except CheckViolation as error:
        raise InvalidInput(
            "Only an admin's key can be for every workspace.", "Name the workspace of this key."
        ) from error
    except ForeignKeyViolation as error:
        raise no_workspace(workspace) from error
    return _record(row or ()), secret


def _record(row: Sequence[Any]) -> KeyRecord:
    """Build a key from a row of _KEYS or _ADD_KEY."""
    return KeyRecord(row[0], row[1], Role(row[2]), *row[3:])


def _digest(secret: str) -> bytes:
    """Hash a secret of 256 random bits: nothing slower is needed, it cannot be guessed."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
