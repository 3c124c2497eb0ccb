"""Assessments in memory, a short dictionary, and a detector that knows one language."""

import json
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from statistics import median
from uuid import UUID

from contracts.errors import InvalidInput, NotFound
from contracts.nouns import VersionRef
from contracts.policy import Change
from contracts.quality import (
    SAMPLE,
    Assessed,
    AssessedPage,
    Assessment,
    Expectations,
    Kind,
    Norm,
    Norms,
    QualityDay,
    QualityState,
    QualitySummary,
    QualityTotal,
    Standards,
)
from ingestion.quality.limits import scaled
from tests.fakes.catalog_tables import Document, Tables

_WORST = list(QualityState)[::-1]


class InMemoryAssessments:
    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._kept: dict[VersionRef, Assessment] = {}
        self._norms: dict[Kind, tuple[int, Norms]] = {}
        self._expected: dict[str, Expectations] = {}
        self._changed: set[str] = set()
        self._unjudged: set[Kind] = set()

    def forget(self) -> None:
        """Be as before anything was assessed."""
        self._kept.clear()

    async def save(self, assessments: Sequence[Assessment]) -> None:
        self._tables.check()
        self._kept |= {one.ref: one for one in assessments if self._tables.version(one.ref)}

    async def of(self, workspace: str, document: UUID) -> list[Assessment]:
        self._tables.check()
        self._tables.document(workspace, document)
        found = [one for ref, one in self._all() if ref.document == document]
        return sorted(found, key=lambda one: -one.ref.number)

    async def find(
        self,
        workspace: str | None,
        *,
        limit: int,
        cursor: str | None = None,
        state: QualityState | None = None,
        outliers: bool = False,
    ) -> AssessedPage:
        self._tables.check()
        after = None if cursor is None else _read_cursor(cursor)
        found = [
            ((_WORST.index(one.state), -one.z, -document.order), self._shown(document, one))
            for document, one in self._newest(workspace)
            if state in {None, one.state} and (one.z > 0 or not outliers)
        ]
        rest = sorted(
            (pair for pair in found if after is None or pair[0] > after), key=lambda pair: pair[0]
        )
        page = tuple(one for _, one in rest[:limit])
        following = " ".join(map(repr, rest[limit - 1][0])) if len(rest) > limit else None
        return AssessedPage(page, following)

    async def summary(self, workspace: str | None, since: date) -> QualitySummary:
        self._tables.check()
        newest = [one for _, one in self._newest(workspace)]
        totals = Counter((one.kind.media_type, one.state) for one in newest)
        days = Counter((self._read(one).date(), one.state) for one in newest)
        return QualitySummary(
            tuple(QualityTotal(*key, count) for key, count in sorted(totals.items())),
            tuple(QualityDay(*key, n) for key, n in sorted(days.items()) if key[0] >= since),
        )

    async def standards(self, workspaces: Collection[str]) -> Standards:
        self._tables.check()
        norms = {k: n for k, (_, n) in self._norms.items() if k.workspace in workspaces}
        return Standards(norms, {w: e for w, e in self._expected.items() if w in workspaces})

    async def expect(self, workspace: str, expectations: Expectations, change: Change) -> None:
        self._tables.check()
        if workspace not in self._tables.workspaces:
            raise NotFound(f"There is no workspace {workspace}.", "Create it first.")
        before = self._expected.get(workspace)
        self._expected[workspace] = expectations
        self._changed.add(workspace)
        before_and_after = json.loads(
            json.dumps([asdict(before) if before else {}, asdict(expectations)])
        )
        self._tables.note(change, "quality.expect", workspace, *before_and_after)

    async def unmeasured(
        self, rules: int, after: VersionRef | None, limit: int, workspace: str | None = None
    ) -> list[VersionRef]:
        self._tables.check()
        found = [
            version.ref
            for version in self._tables.versions()
            if version.kept
            and self._visible(version.ref, workspace)
            and (version.ref not in self._kept or self._kept[version.ref].rules != rules)
        ]
        return [ref for ref in sorted(found) if after is None or ref > after][:limit]

    async def renew(self, workspace: str | None = None, *, force: bool = False) -> list[Kind]:
        self._tables.check()
        kinds = Counter(one.kind for _, one in self._all())
        due = [
            kind
            for kind, count in sorted(kinds.items())
            if workspace in {None, kind.workspace}
            and (force or kind.workspace in self._changed or self._is_due(kind, count))
        ]
        self._norms |= {kind: (kinds[kind], self._norm(kind)) for kind in due}
        self._changed -= {kind.workspace for kind in due}
        self._unjudged |= set(due)
        return sorted(kind for kind in self._unjudged if workspace in {None, kind.workspace})

    async def judged(self, kind: Kind) -> None:
        self._tables.check()
        self._unjudged.discard(kind)

    async def page(self, kind: Kind, after: VersionRef | None, limit: int) -> list[Assessment]:
        self._tables.check()
        found = [one for ref, one in self._all() if one.kind == kind]
        return [one for one in found if after is None or one.ref > after][:limit]

    def _all(self) -> Iterator[tuple[VersionRef, Assessment]]:
        """Yield those whose versions are still recorded, in order."""
        return (x for x in sorted(self._kept.items(), key=_ref) if self._tables.version(x[0]))

    def _visible(self, ref: VersionRef, workspace: str | None) -> bool:
        document = self._tables.documents[ref.document]
        return not document.deleted and workspace in {None, document.workspace}

    def _newest(self, workspace: str | None) -> Iterator[tuple[Document, Assessment]]:
        for ref, one in self._all():
            document = self._tables.documents[ref.document]
            current = document.newest == ref.number and not document.deleted
            if current and workspace in {None, one.kind.workspace}:
                yield document, one

    def _read(self, one: Assessment) -> datetime:
        version = self._tables.version(one.ref)
        return version.updated if version else datetime.now(UTC)

    def _shown(self, document: Document, one: Assessment) -> Assessed:
        version = self._tables.version(one.ref)
        title = version.kept.card.title if version and version.kept else ""
        return Assessed(one, title, document.source, self._read(one))

    def _is_due(self, kind: Kind, count: int) -> bool:
        if kind not in self._norms:
            return count >= SAMPLE
        return count >= self._norms[kind][0] * 1.1 + 1

    def _norm(self, kind: Kind) -> Norms:
        values: dict[str, list[float]] = {}
        for _, one in self._all():
            if one.kind == kind:
                for figure, value in one.measured.figures.items():
                    values.setdefault(figure, []).append(scaled(figure, value))
        return {figure: _norm(found) for figure, found in values.items()}


def _read_cursor(cursor: str) -> tuple[int, float, int]:
    try:
        rank, z, order = cursor.split()
        return int(rank), float(z), int(order)
    except ValueError as error:
        raise InvalidInput("The cursor is not one of this list.", "Start again.") from error


def _ref(item: tuple[VersionRef, Assessment]) -> VersionRef:
    return item[0]


def _norm(values: Sequence[float]) -> Norm:
    middle = median(values)
    return Norm(len(values), middle, median(abs(value - middle) for value in values))


class PlainWords:
    """Knows every word but those with an x."""

    def unknown(self, words: Sequence[str], language: str) -> int:  # noqa: ARG002 - the port's
        return sum("x" in word for word in words)


class OneLanguage:
    """Takes every text for one language."""

    def __init__(self, language: str = "en") -> None:
        self._language = language

    def detect(self, text: str) -> str:  # noqa: ARG002 - the port's
        return self._language
