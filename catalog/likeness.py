"""PostgresLikeness: what documents are compared by, what they are to each other, decisions."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from catalog import likeness_queries as queries
from catalog import locks
from catalog.connections import Connections
from catalog.cursors import read_cursor, write_cursor
from catalog.plain_text import plain
from catalog.settings import note
from contracts.errors import InvalidInput, NotFound
from contracts.likeness import (
    Candidate,
    Decision,
    Fingerprint,
    Likeness,
    Link,
    Side,
    Twins,
    TwinsPage,
)
from contracts.nouns import VersionRef
from contracts.policy import Change

ELDEST, NEWEST = 5, 20
"""Candidates of equal bytes or text, and of a shared band."""


class PostgresLikeness:
    """The likeness port on PostgreSQL."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def keep(self, prints: Mapping[VersionRef, Fingerprint], scheme: int) -> None:
        """Keep fingerprints and their bands."""
        if not prints:
            return
        rows = [(ref.document, one) for ref, one in prints.items()]
        values = _columns(prints) | {"scheme": scheme}
        async with self._connections.transaction() as connection:
            cursor = await connection.execute(queries.KEEP, values)
            kept = [row[0] async for row in cursor]
            await connection.execute(queries.DROP_BANDS, (kept,))
            bands = [(document, band) for document, one in rows for band in one.bands]
            values = {
                "documents": [document for document, _ in bands],
                "bands": [band for _, band in bands],
                "kept": kept,
            }
            await connection.execute(queries.ADD_BANDS, values)

    async def prints(self, documents: Collection[UUID], scheme: int) -> Mapping[UUID, Fingerprint]:
        """Give fingerprints of a scheme, without their bands."""
        if not documents:
            return {}
        async with self._connections.session() as connection:
            values = (sorted(documents), scheme)
            cursor = await connection.execute(queries.PRINTS, values, binary=True)
            return {row[0]: _print(*row[1:]) async for row in cursor}

    async def candidates(self, documents: Sequence[UUID]) -> list[Candidate]:
        """Give what may be alike each document."""
        if not documents:
            return []
        values = {"documents": list(documents), "eldest": ELDEST, "newest": NEWEST}
        async with self._connections.session() as connection:
            cursor = await connection.execute(queries.CANDIDATES, values)
            return [Candidate(*row) async for row in cursor]

    async def link(self, documents: Sequence[UUID], links: Sequence[Link]) -> None:
        """Replace the links of documents; one transaction at a time, so that none gets stuck."""
        if not documents:
            return
        pairs = [sorted((link.document, link.other)) for link in links]
        values = {
            "elders": [elder for elder, _ in pairs],
            "youngers": [younger for _, younger in pairs],
            "verdicts": [link.verdict for link in links],
            "scores": [link.score for link in links],
        }
        async with self._connections.transaction() as connection:
            await connection.execute(locks.HOLD, (locks.CLASS, locks.TWINS))
            await connection.execute(queries.UNLINK, {"documents": list(documents)})
            await connection.execute(queries.LINK, values)

    async def unmeasured(self, limit: int, scheme: int) -> list[VersionRef]:
        """Give newest versions that were read and have no fingerprint of the scheme."""
        async with self._connections.session() as connection:
            values = {"limit": limit, "scheme": scheme}
            cursor = await connection.execute(queries.UNMEASURED, values)
            return [VersionRef(*row) async for row in cursor]

    async def find(
        self,
        workspace: str,
        *,
        limit: int,
        cursor: str | None = None,
        verdict: Likeness | None = None,
        document: UUID | None = None,
        apart: bool = False,
    ) -> TwinsPage:
        """List links that nobody put apart, or that somebody did, the newest first."""
        values = {
            "workspace": workspace,
            "limit": limit + 1,
            "before": read_cursor(cursor),
            "verdict": verdict,
            "document": document,
            "apart": apart,
        }
        async with self._connections.session() as connection:
            rows = await (await connection.execute(queries.FIND, values)).fetchall()
        page = rows[:limit]
        following = write_cursor(page[-1][2]) if len(rows) > limit and page else None
        return TwinsPage(tuple(map(_twins, page)), following)

    async def originals(self, workspace: str, documents: Sequence[UUID]) -> Mapping[UUID, UUID]:
        """Give the eldest document with the same bytes, for those that are not the eldest."""
        if not documents:
            return {}
        values = {"workspace": workspace, "documents": list(documents)}
        async with self._connections.session() as connection:
            cursor = await connection.execute(queries.ORIGINALS, values)
            return {document: elder async for document, elder in cursor}

    async def decide(
        self, workspace: str, document: UUID, other: UUID, decision: Decision, change: Change
    ) -> None:
        """Note a decision in the audit; APART hides the link, for good or until OPEN."""
        if document == other:
            raise InvalidInput("A document is no duplicate of itself.", "Name two documents.")
        elder, younger = sorted((document, other))
        async with self._connections.transaction() as connection:
            values = {"workspace": workspace, "documents": [elder, younger]}
            cursor = await connection.execute(queries.THERE, values)
            if await cursor.fetchone() != (2,):
                raise NotFound(
                    "One of the two documents is not in this workspace.",
                    "List the duplicates to see which there are.",
                )
            if decision is Decision.APART:
                values_apart = (elder, younger, plain(change.actor))
                await connection.execute(queries.APART, values_apart)
            if decision is Decision.OPEN:
                await connection.execute(queries.TOGETHER, (elder, younger))
            after = {"other": str(other), "decision": decision, "workspace": workspace}
            await note(connection, change, "duplicates.decide", str(document), {}, after)


def _columns(prints: Mapping[VersionRef, Fingerprint]) -> dict[str, Any]:
    return {
        "documents": [ref.document for ref in prints],
        "numbers": [ref.number for ref in prints],
        "texts": [one.text for one in prints.values()],
        "shingles": [one.shingles for one in prints.values()],
        "signatures": [one.signature for one in prints.values()],
        "figures": [json.dumps(one.figures) for one in prints.values()],
        "names": [json.dumps(one.names) for one in prints.values()],
        "openers": [json.dumps(one.openers) for one in prints.values()],
        "recognised": [one.recognised for one in prints.values()],
    }


def _print(
    text: bytes,
    shingles: int,
    signature: bytes,
    figures: list[str],
    names: list[str],
    openers: list[str],
    recognised: bool,  # noqa: FBT001 - a column
) -> Fingerprint:
    """Build a fingerprint from its row."""
    marks = (tuple(figures), tuple(names), tuple(openers))
    return Fingerprint(bytes(text), shingles, bytes(signature), (), *marks, recognised)


def _twins(row: Sequence[Any]) -> Twins:
    """Build a link from a row of FIND."""
    return Twins(Side(*row[3:8]), Side(*row[8:13]), Likeness(row[0]), row[1])
