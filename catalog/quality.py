"""PostgresAssessments: figures of what was read, what is usual, and what is thought of it."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any, Final
from uuid import UUID

from psycopg.errors import ForeignKeyViolation

from catalog import quality_queries as queries
from catalog.connections import Connections
from catalog.cursors import moment, read_keys, write_keys
from catalog.failures import no_workspace
from catalog.plain_text import dump, plain, plain_or_none
from catalog.settings import note
from contracts.errors import NotFound
from contracts.nouns import VersionRef
from contracts.policy import Change
from contracts.quality import (
    LOGARITHMIC,
    SAMPLE,
    Assessed,
    AssessedPage,
    Assessment,
    Expectations,
    Kind,
    Measured,
    Norm,
    Norms,
    QualityDay,
    QualityState,
    QualitySummary,
    QualityTotal,
    Reason,
    Standards,
)

_NEWEST: Final = 2000
"""Documents of a kind that stand for what is usual: a tenth of a second for all their figures."""
_LONG_SECONDS: Final = 120.0
_BEGINNING: Final = VersionRef(UUID(int=0), -1)
_KEYS: Final[Mapping[str, Callable[[str], Any]]] = {
    "from": QualityState,
    "z": float,
    "at": moment,
    "document": UUID,
}
"""What a cursor of the list of documents holds, in the order of the list."""


class PostgresAssessments:
    """The Assessments port on PostgreSQL; every verb is one or two statements."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def save(self, assessments: Sequence[Assessment]) -> None:
        """Keep assessments, in the place of earlier ones."""
        if assessments:
            async with self._connections.session() as connection:
                await connection.execute(queries.SAVE, _columns(assessments))

    async def of(self, workspace: str, document: UUID) -> list[Assessment]:
        """Give those of a document's versions, newest first."""
        values = {"workspace": plain(workspace), "document": document}
        async with self._connections.session() as connection:
            if await (await connection.execute(queries.KNOWN, values)).fetchone() is None:
                raise NotFound(
                    f"There is no document {document} in this workspace.",
                    "List the documents to find it.",
                )
            rows = await (await connection.execute(queries.OF, values)).fetchall()
        return [_assessment(row) for row in rows]

    async def find(
        self,
        workspace: str | None,
        *,
        limit: int,
        cursor: str | None = None,
        state: QualityState | None = None,
        outliers: bool = False,
    ) -> AssessedPage:
        """List documents, the worst first, by keyset."""
        last = [None] * len(_KEYS) if cursor is None else read_keys(cursor, *_KEYS.values())
        values = {
            **dict(zip(_KEYS, last, strict=True)),
            "workspace": plain_or_none(workspace),
            "state": state,
            "outliers": outliers,
            "limit": limit + 1,
        }
        async with self._connections.session() as connection:
            rows = await (await connection.execute(queries.FIND, values)).fetchall()
        page = tuple(Assessed(_assessment(row[:9]), *row[9:12]) for row in rows[:limit])
        if len(rows) <= limit or not page:
            return AssessedPage(page, None)
        judged, at, z = page[-1].assessment, page[-1].at, rows[limit - 1][12]
        return AssessedPage(page, write_keys(judged.state, z, at.isoformat(), judged.ref.document))

    async def summary(self, workspace: str | None, since: date) -> QualitySummary:
        """Sum up by state, per media type and per day."""
        values = {"workspace": plain_or_none(workspace), "since": since}
        async with self._connections.session() as connection:
            totals = await (await connection.execute(queries.TOTALS, values)).fetchall()
            days = await (await connection.execute(queries.DAYS, values)).fetchall()
        return QualitySummary(
            tuple(QualityTotal(kind, QualityState(state), count) for kind, state, count in totals),
            tuple(QualityDay(day, QualityState(state), count) for day, state, count in days),
        )

    async def standards(self, workspaces: Collection[str]) -> Standards:
        """Give what versions of these workspaces are judged by."""
        values = {"workspaces": [plain(workspace) for workspace in workspaces]}
        norms: dict[Kind, Norms] = {}
        expectations: dict[str, Expectations] = {}
        async with self._connections.session() as connection:
            async for workspace, media_type, value in await connection.execute(
                queries.STANDARDS, values
            ):
                if media_type is None:
                    expectations[workspace] = _expectations(value)
                else:
                    norms[Kind(workspace, media_type)] = {
                        figure: Norm(*entry) for figure, entry in value.items()
                    }
        return Standards(norms, expectations)

    async def expect(self, workspace: str, expectations: Expectations, change: Change) -> None:
        """Set a workspace's expectations, with their audit row."""
        workspace, after = plain(workspace), asdict(expectations)
        async with self._connections.transaction() as connection:
            row = await (await connection.execute(queries.EXPECTED, (workspace,))).fetchone()
            try:
                await connection.execute(queries.EXPECT, (workspace, json.dumps(after)))
            except ForeignKeyViolation as error:
                raise no_workspace(workspace) from error
            before = row[0] if row else {}
            await note(connection, change, "quality.expect", workspace, before, after)

    async def unmeasured(
        self, rules: int, after: VersionRef | None, limit: int, workspace: str | None = None
    ) -> list[VersionRef]:
        """Give read versions without figures taken by these rules."""
        values = _past(after) | {"rules": rules, "limit": limit}
        values["workspace"] = plain_or_none(workspace)
        async with self._connections.session() as connection:
            cursor = await connection.execute(queries.UNMEASURED, values)
            return [VersionRef(*row) async for row in cursor]

    async def renew(self, workspace: str | None = None, *, force: bool = False) -> list[Kind]:
        """Compute the norms that are out of date, in one statement; give also what was left."""
        values = {
            "workspace": plain_or_none(workspace),
            "force": force,
            "sample": SAMPLE,
            "newest": _NEWEST,
            "logarithmic": list(LOGARITHMIC),
        }
        async with self._connections.session(_LONG_SECONDS) as connection:
            cursor = await connection.execute(queries.RENEW, values)
            return sorted([Kind(*row) async for row in cursor])

    async def judged(self, kind: Kind) -> None:
        """Note that all of a kind are judged by its norms."""
        async with self._connections.session() as connection:
            await connection.execute(queries.JUDGED, asdict(kind))

    async def page(self, kind: Kind, after: VersionRef | None, limit: int) -> list[Assessment]:
        """Give assessments of a kind in order of their versions."""
        values = asdict(kind) | {"limit": limit} | _past(after)
        async with self._connections.session() as connection:
            rows = await (await connection.execute(queries.PAGE, values)).fetchall()
        return [_assessment(row) for row in rows]


def _past(after: VersionRef | None) -> dict[str, Any]:
    return asdict(after or _BEGINNING)


def _columns(assessments: Sequence[Assessment]) -> dict[str, list[Any]]:
    """Give assessments as the columns of the statement that keeps them."""
    return {
        "documents": [one.ref.document for one in assessments],
        "numbers": [one.ref.number for one in assessments],
        "workspaces": [one.kind.workspace for one in assessments],
        "types": [one.kind.media_type for one in assessments],
        "rules": [one.rules for one in assessments],
        "states": [one.state.value for one in assessments],
        "scores": [one.z for one in assessments],
        "figures": [dump(one.measured.figures) for one in assessments],
        "repeated": [json.dumps([plain(x) for x in one.measured.repeated]) for one in assessments],
        "reasons": [json.dumps([asdict(reason) for reason in one.reasons]) for one in assessments],
    }


def _assessment(row: Sequence[Any]) -> Assessment:
    """Build an assessment from the columns of ``quality_queries._FIELDS``."""
    document, number, workspace, media_type, rules, figures, repeated, state, told = row
    return Assessment(
        VersionRef(document, number),
        Kind(workspace, media_type),
        rules,
        Measured(figures, tuple(repeated)),
        QualityState(state),
        reasons(told),
    )


def reasons(told: Sequence[Mapping[str, Any]]) -> tuple[Reason, ...]:
    """Build reasons from what the table keeps of them."""
    return tuple(Reason(**{**one, "state": QualityState(one["state"])}) for one in told)


def _expectations(value: Mapping[str, Any]) -> Expectations:
    return Expectations(**{**value, "languages": tuple(value["languages"])})
