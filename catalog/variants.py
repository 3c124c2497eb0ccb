"""PostgresVariants: what is tried in the test platform, and what is there because of it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

from psycopg.errors import ForeignKeyViolation

from catalog.connections import Connections
from catalog.plain_text import dump, plain
from contracts.errors import Conflict, NotFound
from contracts.variants import KeptVariant, Variant, VariantRun

# JSON is compared as it means, so that the same settings in another order are the same.
_KEEP: Final = """
INSERT INTO catalog.variant AS v (name, declared, by) VALUES (%s, %s::json, %s)
ON CONFLICT (name) DO UPDATE SET name = v.name
WHERE v.declared::jsonb = excluded.declared::jsonb
RETURNING name
"""
_BUILT: Final = "UPDATE catalog.variant SET generation = %s WHERE name = %s RETURNING name"
_FILLED: Final = """
UPDATE catalog.variant
SET workspaces = CASE WHEN %(workspace)s = ANY (workspaces) THEN workspaces
                      ELSE workspaces || %(workspace)s::text END
WHERE name = %(name)s RETURNING name
"""
_RAN: Final = """
INSERT INTO catalog.variant_run (variant, run, baseline) VALUES (%s, %s, %s)
ON CONFLICT DO NOTHING
"""
_VARIANTS: Final = """
SELECT v.declared, v.by, v.at, v.generation, v.workspaces,
       coalesce(array_agg(r.run ORDER BY r.place) FILTER (WHERE r.run IS NOT NULL), '{}'),
       coalesce(array_agg(r.baseline ORDER BY r.place) FILTER (WHERE r.run IS NOT NULL), '{}')
FROM catalog.variant v LEFT JOIN catalog.variant_run r ON r.variant = v.name
"""
_GET: Final = _VARIANTS + "WHERE v.name = %s GROUP BY v.name"
_ALL: Final = _VARIANTS + "GROUP BY v.name ORDER BY v.name"
_FORGET: Final = "DELETE FROM catalog.variant WHERE name = %s RETURNING name"


class PostgresVariants:
    """Variants on PostgreSQL."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def keep(self, variant: Variant, by: str) -> None:
        """Keep a declaration, unless the name stands for another one."""
        values = (plain(variant.name), dump(asdict(variant)), plain(by))
        async with self._connections.session() as connection:
            if await (await connection.execute(_KEEP, values)).fetchone() is None:
                raise Conflict(
                    f"The name '{variant.name}' stands for another variant.",
                    f"Remove that one (diptych lab remove {variant.name}), or take another name.",
                )

    async def built(self, name: str, generation: int | None) -> None:
        """Note which generation is there for it."""
        async with self._connections.session() as connection:
            row = await (await connection.execute(_BUILT, (generation, plain(name)))).fetchone()
        _there(name, row)

    async def filled(self, name: str, workspace: str) -> None:
        """Note a workspace that is there for it."""
        values = {"name": plain(name), "workspace": plain(workspace)}
        async with self._connections.session() as connection:
            row = await (await connection.execute(_FILLED, values)).fetchone()
        _there(name, row)

    async def ran(self, name: str, run: VariantRun) -> None:
        """Note a run of it."""
        with _known(name, run.run):
            async with self._connections.session() as connection:
                await connection.execute(_RAN, (plain(name), run.run, run.baseline))

    async def get(self, name: str) -> KeptVariant:
        """Give a variant."""
        async with self._connections.session() as connection:
            row = await (await connection.execute(_GET, (plain(name),))).fetchone()
        if row is None:
            raise _no_variant(name)
        return _variant(row)

    async def all(self) -> list[KeptVariant]:
        """Give all of them by name."""
        async with self._connections.session() as connection:
            rows = await (await connection.execute(_ALL)).fetchall()
        return [_variant(row) for row in rows]

    async def forget(self, name: str) -> None:
        """Forget a variant and which runs were its own."""
        async with self._connections.session() as connection:
            row = await (await connection.execute(_FORGET, (plain(name),))).fetchone()
        _there(name, row)


@contextmanager
def _known(name: str, run: UUID) -> Iterator[None]:
    """Say what is not there when the database says so."""
    try:
        yield
    except ForeignKeyViolation as error:
        raise NotFound(
            f"There is no variant '{name[:40]}', or no run {run}.",
            "List them: diptych lab list, diptych eval list.",
        ) from error


def _there(name: str, row: object) -> None:
    if row is None:
        raise _no_variant(name)


def _no_variant(name: str) -> NotFound:
    return NotFound(f"There is no variant '{name[:40]}'.", "List them: diptych lab list.")


def _variant(row: Sequence[Any]) -> KeptVariant:
    """Read a variant as the table keeps it."""
    declared, by, at, generation, workspaces, runs, baselines = row
    variant = Variant(**{**declared, "suites": tuple(declared["suites"])})
    pairs = tuple(VariantRun(*pair) for pair in zip(runs, baselines, strict=True))
    return KeptVariant(variant, by, at, generation, tuple(workspaces), pairs)
