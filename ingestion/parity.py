"""Parity: prove that the panels hold the same chunks, byte for byte, and what the record wants."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from contracts.errors import NotFound
from contracts.nouns import PanelName
from contracts.policy import ParityLog, ParityNote
from contracts.record import Ledger
from ingestion.faults import Difference, ParityReport
from ingestion.surveying import Findings, Scope, Survey

SHOWN = 100
"""Differences listed in a report; all of them are counted."""


@dataclass(slots=True)
class Faults:
    """What was found: all counted, the first listed, and where the others are.

    ``places`` are the documents per generation, ``inside`` the panels per generation that have
    faults beside their versions.
    """

    counted: Counter[PanelName] = field(default_factory=Counter)
    shown: list[Difference] = field(default_factory=list)
    places: set[tuple[int, UUID]] = field(default_factory=set)
    inside: set[tuple[PanelName, int]] = field(default_factory=set)

    def add(self, found: Sequence[Difference]) -> None:
        """Take in more."""
        self.counted.update(difference.panel for difference in found)
        self.shown += found[: SHOWN - len(self.shown)]
        self.places |= {(d.generation, d.ref.document) for d in found if d.ref}


class CheckParity:
    """Use case: three witnesses (the ledger and both panels) must tell the same story."""

    def __init__(self, ledger: Ledger, survey: Survey, log: ParityLog) -> None:
        self._ledger = ledger
        self._survey = survey
        self._log = log

    async def __call__(
        self, documents: Sequence[UUID] | None = None, *, deep: bool = False
    ) -> ParityReport:
        """Compare counts and combined digests; ``deep`` also reads every payload again.

        Raises PanelUnavailable when a panel cannot be asked: parity is proven or unknown,
        never assumed. Raises NotFound for a document that nobody knows.
        """
        return (await self.faults(documents, deep=deep))[0]

    async def faults(
        self, documents: Sequence[UUID] | None, *, deep: bool
    ) -> tuple[ParityReport, Faults]:
        """Do the same, and give where the faults are."""
        scope, findings, faults = await self._survey.scope(), Findings(), Faults()
        async for found in self._survey.versions(scope, documents, findings, deep=deep):
            faults.add(found)
        await self._require(documents, findings)
        inside = await self._survey.inside(scope, documents, deep=deep)
        faults.add(inside)
        faults.inside |= {(difference.panel, difference.generation) for difference in inside}
        report = report_of(scope, findings, faults, deep=deep)
        if documents is None:
            await self.remember(report, faults.counted)
        return report, faults

    async def remember(self, report: ParityReport, faults: Mapping[PanelName, int]) -> None:
        """Keep what is known of everything: decisions ask for the latest."""
        await self._log.note(note(report, faults, sampled=False))

    async def _require(self, documents: Sequence[UUID] | None, findings: Findings) -> None:
        unseen = [document for document in documents or () if document not in findings.known]
        unknown = sorted(set(unseen) - await self._ledger.moving(unseen))
        if unknown:
            raise NotFound(
                f"No version of document {unknown[0]} is live or on its way.",
                "List the documents to find it.",
            )


def note(report: ParityReport, faults: Mapping[PanelName, int], *, sampled: bool) -> ParityNote:
    """Give the form in which a check is remembered."""
    return ParityNote(
        at=datetime.now(UTC),
        deep=report.deep,
        sampled=sampled,
        versions=report.versions,
        found=report.found,
        pending=report.pending,
        faults={panel: faults.get(panel, 0) for panel in report.chunks},
    )


def report_of(scope: Scope, findings: Findings, faults: Faults, *, deep: bool) -> ParityReport:
    """Sum up a survey."""
    counts, found = findings.counts, faults.counted.total()
    return ParityReport(
        clean=not found,
        deep=deep,
        versions=counts.versions,
        chunks={name: counts.chunks[name] for name in scope.panels},
        pending=counts.pending,
        found=found,
        differences=tuple(faults.shown),
    )
