"""PostgresPolicies: which panel serves reads, and the audit of every setting."""

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from psycopg.errors import ForeignKeyViolation

from catalog.connections import Connection, Connections
from catalog.failures import no_workspace
from catalog.plain_text import plain, plain_or_none
from catalog.settings import no_generation, note
from contracts.errors import Conflict
from contracts.nouns import Generation, PanelName, ReadMode
from contracts.personal import MaskScope
from contracts.policy import AuditRow, Change, PanelStanding, Policy, ReadPlan, Stage, Trial
from contracts.tuning import Tuning, kept

_EVERYWHERE = "*"
"""Subject of the audit rows of the whole service's policy: no workspace can have this name."""

# Every process asks five times a second: one statement on seven tables of a few rows.
_PLAN: Final = """
SELECT generation.number, model, dimension, chunker,
       (SELECT array_agg(name) FROM catalog.panel WHERE standing = 'serving'),
       (SELECT policy FROM catalog.policy WHERE workspace IS NULL),
       (SELECT json_object_agg(workspace, policy) FROM catalog.policy
        WHERE workspace IS NOT NULL AND policy IS NOT NULL),
       c.number, c.settings,
       (SELECT json_object_agg(workspace, scopes) FROM catalog.masking WHERE scopes <> '{}')
FROM catalog.generation
LEFT JOIN (catalog.configuration_name n JOIN catalog.configuration c USING (number))
       ON n.name = 'champion'
WHERE state = 'live'
"""
_ADD: Final = """
INSERT INTO catalog.policy (workspace, policy) VALUES (%(workspace)s, NULL) ON CONFLICT DO NOTHING
"""
_KNOWN: Final = """
SELECT policy, previous, changed FROM catalog.policy
WHERE workspace IS NOT DISTINCT FROM %(workspace)s FOR UPDATE
"""
_SET: Final = """
UPDATE catalog.policy SET policy = %(policy)s::jsonb, previous = policy, changed = true
WHERE workspace IS NOT DISTINCT FROM %(workspace)s AND policy IS DISTINCT FROM %(policy)s::jsonb
"""
# Locked, so that nobody turns a panel off that this transaction is about to name.
_NAMED: Final = "SELECT name, standing FROM catalog.panel WHERE name = ANY (%s::text[]) FOR SHARE"
_DEFAULT: Final = "SELECT policy FROM catalog.policy WHERE workspace IS NULL"
# Gives what was wanted before, in the same statement.
_MASK: Final = """
WITH former AS (SELECT scopes FROM catalog.masking WHERE workspace = %(workspace)s FOR UPDATE),
wanted AS (
    INSERT INTO catalog.masking (workspace, scopes) VALUES (%(workspace)s, %(scopes)s::text[])
    ON CONFLICT (workspace) DO UPDATE SET scopes = excluded.scopes
)
SELECT scopes FROM former
"""
_AUDIT: Final = """
SELECT at, actor, action, subject, before, after, forced, reasons FROM catalog.audit
ORDER BY id DESC LIMIT %s
"""


class PostgresPolicies:
    """The read policy on PostgreSQL."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def plan(self) -> ReadPlan:
        """Give the plan of this moment, in one round trip."""
        async with self._connections.session() as connection:
            row = await (await connection.execute(_PLAN)).fetchone()
        if row is None:
            raise no_generation()
        masking = row[9] or {}
        return ReadPlan(
            generation=Generation(*row[:4]),
            serving=frozenset(map(PanelName, row[4] or ())),
            default=_policy(row[5]),
            workspaces={name: _policy(value) for name, value in (row[6] or {}).items()},
            tuning=kept(row[8]).tuning if row[8] else Tuning(),
            configuration=row[7],
            masking={name: frozenset(map(MaskScope, every)) for name, every in masking.items()},
        )

    async def set(self, workspace: str | None, policy: Policy, change: Change) -> None:
        """Set the policy of a workspace, or the default, with its audit row."""
        workspace = plain_or_none(workspace)
        async with self._connections.transaction() as connection:
            with _known_workspace(workspace):
                await connection.execute(_ADD, {"workspace": workspace})
            await put(connection, workspace, policy, change)

    async def back(self, workspace: str | None, change: Change) -> Policy:
        """Set the policy to what it was before the last change."""
        workspace = plain_or_none(workspace)
        async with self._connections.transaction() as connection:
            before, after, changed = await _known(connection, workspace)
            if not changed:
                raise Conflict(
                    "The read policy was not changed yet, so there is none to go back to.",
                    "Set the policy that you want.",
                )
            await _put(connection, workspace, before, after)
            await _note(connection, change, "policy.back", workspace, before, after)
            if after is None:
                row = await (await connection.execute(_DEFAULT)).fetchone()
                after = row[0] if row else {}
        return _policy(after)

    async def mask(self, workspace: str, scopes: Collection[MaskScope], change: Change) -> None:
        """Set where a workspace wants personal data masked, with its audit row."""
        values = {"workspace": plain(workspace), "scopes": sorted(one.value for one in scopes)}
        async with self._connections.transaction() as connection:
            with _known_workspace(workspace):
                row = await (await connection.execute(_MASK, values)).fetchone()
            before, after = {"scopes": row[0] if row else []}, {"scopes": values["scopes"]}
            await note(connection, change, "masking.set", workspace, before, after)

    async def audit(self, limit: int = 100) -> list[AuditRow]:
        """Give the latest changes of all settings, newest first."""
        async with self._connections.session() as connection:
            rows = await (await connection.execute(_AUDIT, (limit,))).fetchall()
        return [AuditRow(*[*row[:-1], tuple(row[-1])]) for row in rows]


@contextmanager
def _known_workspace(name: str | None) -> Iterator[None]:
    """Say that there is no such workspace when the database does."""
    try:
        yield
    except ForeignKeyViolation as error:
        raise no_workspace(name) from error


async def put(
    connection: Connection, workspace: str | None, policy: Policy, change: Change
) -> None:
    """Set a policy in this transaction, with its audit row. Raises Conflict."""
    before, _, _ = await _known(connection, workspace)
    after = _json(policy)
    await _put(connection, workspace, before, after)
    await _note(connection, change, "policy.set", workspace, before, after)


_Json = Mapping[str, Any]


async def _known(
    connection: Connection, workspace: str | None
) -> tuple[_Json | None, _Json | None, bool]:
    """Give a policy and the one before, locked; None for a workspace that has none of its own."""
    row = await (await connection.execute(_KNOWN, {"workspace": workspace})).fetchone()
    return (row[0], row[1], row[2]) if row else (None, None, False)


async def _put(
    connection: Connection, workspace: str | None, before: _Json | None, after: _Json | None
) -> None:
    """Write a policy. Raises Conflict when it names a panel that is off."""
    if after and after != before:
        named = [after["primary"], (after["trial"] or {}).get("candidate")]
        async for panel, standing in await connection.execute(_NAMED, (named,)):
            if standing == PanelStanding.OFF:
                raise Conflict(f"The panel {panel} is off.", "Enable it, and wait until it serves.")
    values = {"workspace": workspace, "policy": None if after is None else json.dumps(after)}
    await connection.execute(_SET, values)


async def _note(
    connection: Connection,
    change: Change,
    action: str,
    workspace: str | None,
    before: _Json | None,
    after: _Json | None,
) -> None:
    await note(connection, change, action, workspace or _EVERYWHERE, before or {}, after or {})


def _json(policy: Policy) -> _Json:
    """Write a policy as it is kept."""
    value: _Json = json.loads(json.dumps(asdict(policy), default=datetime.isoformat))
    return value


def _policy(value: _Json) -> Policy:
    """Read a policy as it is kept."""
    trial = value["trial"]
    return Policy(
        ReadMode(value["primary"]),
        trial
        and Trial(
            Stage(trial["stage"]),
            PanelName(trial["candidate"]),
            trial["share"],
            datetime.fromisoformat(trial["since"]),
        ),
    )
