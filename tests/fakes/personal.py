"""Counts of personal data in memory, and a finder of one made-up kind of it."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from uuid import UUID

from contracts.errors import InvalidInput, NotFound
from contracts.nouns import Span, VersionRef
from contracts.personal import (
    Certainty,
    Finding,
    PersonalCount,
    PersonalDocument,
    PersonalKind,
    PersonalLevel,
    PersonalPage,
    PersonalTotals,
)
from tests.fakes.catalog_tables import Document, Tables


class AtSignFinder:
    """Finds words with an @, as e-mail addresses, and words of 15 digits, as NIRs."""

    def find(self, text: str, language: str) -> list[Finding]:  # noqa: ARG002 - the port's
        return [
            Finding(
                Span(*found.span()),
                PersonalKind.EMAIL if "@" in found[0] else PersonalKind.NIR,
                Certainty.LIKELY,
            )
            for found in re.finditer(r"[^\s@]+@[\w.]*\w|\b[0-9]{15}\b", text)
        ]


class InMemoryPersonalCounts:
    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self.kept: dict[VersionRef, PersonalCount] = {}

    async def save(self, counts: Sequence[PersonalCount]) -> None:
        self._tables.check()
        self.kept |= {one.ref: one for one in counts if self._tables.version(one.ref)}

    async def get(self, workspace: str, document: UUID) -> PersonalDocument:
        self._tables.check()
        for _, one in self._counted(workspace):
            if one.count.ref.document == document:
                return one
        raise NotFound("Nothing was counted in such a document.", "Measure it.")

    async def find(
        self,
        workspace: str,
        *,
        limit: int,
        level: PersonalLevel | None = None,
        cursor: str | None = None,
    ) -> PersonalPage:
        self._tables.check()
        if cursor is not None and not cursor.isdigit():
            raise InvalidInput("The cursor is not one of this list.", "Start again.")
        levels = {level} if level else {PersonalLevel.LOW, PersonalLevel.HIGH}
        found = [
            (order, one)
            for order, one in sorted(self._counted(workspace), key=lambda pair: -pair[0])
            if one.count.level in levels and (cursor is None or order < int(cursor))
        ]
        following = str(found[limit - 1][0]) if len(found) > limit else None
        return PersonalPage(tuple(one for _, one in found[:limit]), following)

    async def totals(self, workspace: str) -> PersonalTotals:
        self._tables.check()
        counts = [one.count for _, one in self._counted(workspace)]
        kinds: dict[PersonalKind, list[int]] = defaultdict(list)
        for one in counts:
            for kind, seen in one.found.items():
                kinds[kind].append(seen.count)
        return PersonalTotals(
            Counter(one.level for one in counts),
            {kind: (sum(seen), len(seen)) for kind, seen in kinds.items()},
            len(await self.unmeasured(workspace, len(self._tables.documents))),
        )

    async def unmeasured(
        self, workspace: str, limit: int, after: UUID | None = None
    ) -> list[VersionRef]:
        self._tables.check()
        place = self._tables.documents[after].order if after in self._tables.documents else -1
        refs = [
            VersionRef(one.id, one.live)
            for one in self._documents(workspace)
            if one.live is not None and one.order > place
        ]
        return [ref for ref in refs if ref not in self.kept][:limit]

    def _documents(self, workspace: str) -> list[Document]:
        every = sorted(self._tables.documents.values(), key=lambda one: one.order)
        return [one for one in every if one.workspace == workspace and not one.deleted]

    def _counted(self, workspace: str) -> Iterator[tuple[int, PersonalDocument]]:
        for one in self._documents(workspace):
            ref = VersionRef(one.id, one.live or one.newest)
            if ref in self.kept and self._tables.version(ref):
                yield one.order, PersonalDocument(one.source, self.kept[ref])
