"""Parity: prove that the panels hold the same chunks, byte for byte, and what the record wants."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from contracts.digests import chunk_digest, marks
from contracts.nouns import Generation, PanelName, VersionDigest, VersionRef
from contracts.panels import Panel
from contracts.record import Ledger

SHOWN = 100
"""Differences listed in a report; all of them are counted."""


class Fault(StrEnum):
    """How a panel differs from what it must hold."""

    MISSING = "missing"
    EXTRA = "extra"
    DIFFERENT = "different"
    HIDDEN = "hidden"
    CORRUPT = "corrupt"


@dataclass(frozen=True, slots=True)
class Difference:
    """One version in one panel that is not as it must be."""

    panel: PanelName
    ref: VersionRef
    fault: Fault
    detail: str


@dataclass(frozen=True, slots=True)
class ParityReport:
    """What was compared and found. ``pending`` versions were on their way during the check."""

    clean: bool
    deep: bool
    versions: int
    chunks: Mapping[PanelName, int]
    pending: int
    found: int
    differences: tuple[Difference, ...]


class CheckParity:
    """Use case: three witnesses (the record and both panels) must tell the same story."""

    def __init__(
        self,
        ledger: Ledger,
        panels: Mapping[PanelName, Panel],
        generation: Generation,
    ) -> None:
        self._ledger = ledger
        self._panels = panels
        self._generation = generation

    async def __call__(
        self, documents: Sequence[UUID] | None = None, *, deep: bool = False
    ) -> ParityReport:
        """Compare counts and combined digests; ``deep`` also reads every payload again.

        Raises PanelUnavailable when a panel cannot be asked: parity is proven or unknown,
        never assumed.
        """
        wanted = {
            ref
            async for ref in self._ledger.live_versions(self._generation.number)
            if documents is None or ref.document in set(documents)
        }
        held = {name: await self._held(name, documents) for name in self._panels}
        found = self._compare(wanted, held)
        if deep:
            for name, versions in held.items():
                found += [d async for d in self._corrupt(name, versions)]
        settled = await self._settled(found)
        return ParityReport(
            clean=not settled,
            deep=deep,
            versions=len(wanted),
            chunks={n: sum(d.chunks for d in v.values()) for n, v in held.items()},
            pending=len(found) - len(settled),
            found=len(settled),
            differences=tuple(settled[:SHOWN]),
        )

    async def _held(
        self, name: PanelName, documents: Sequence[UUID] | None
    ) -> dict[VersionRef, VersionDigest]:
        stream = self._panels[name].digests(self._generation.number, documents)
        return {digest.ref: digest async for digest in stream}

    def _compare(
        self,
        wanted: set[VersionRef],
        held: Mapping[PanelName, Mapping[VersionRef, VersionDigest]],
    ) -> list[Difference]:
        found: list[Difference] = []
        first = next(iter(held.values()))
        for name, versions in held.items():
            here = set(versions)
            found += [_fault(name, r, Fault.MISSING) for r in sorted(wanted - here)]
            found += [_fault(name, r, Fault.EXTRA) for r in sorted(here - wanted)]
            both = [(r, versions[r]) for r in sorted(wanted & here)]
            found += [_fault(name, r, Fault.HIDDEN) for r, mine in both if not mine.live]
            found += [
                _fault(name, r, Fault.DIFFERENT)
                for r, mine in both
                if r in first and _content(mine) != _content(first[r])
            ]
        return found

    async def _corrupt(
        self, name: PanelName, versions: Mapping[VersionRef, VersionDigest]
    ) -> AsyncIterator[Difference]:
        """Read payloads again and compare each with the digest that is stored beside it."""
        for ref, digest in versions.items():
            one, two = 0, 0
            async for held in self._panels[name].export(ref, self._generation.number):
                actual = chunk_digest(held.chunk, held.embedding, self._generation.model)
                if actual != held.digest:
                    detail = f"chunk {held.chunk.id.ordinal} is not what its digest says"
                    yield Difference(name, ref, Fault.CORRUPT, detail)
                one, two = one + marks(actual)[0], two + marks(actual)[1]
            if (one, two) != digest.marks:
                yield Difference(name, ref, Fault.CORRUPT, "the chunks do not add up")

    async def _settled(self, found: Sequence[Difference]) -> list[Difference]:
        """Leave out versions that the ledger already knows to be on their way."""
        moving = await self._ledger.moving(sorted({d.ref.document for d in found}))
        return [d for d in found if d.ref.document not in moving]


SENTENCES = {
    Fault.MISSING: "the record wants it, the panel lacks it",
    Fault.EXTRA: "the panel holds it, the record does not want it",
    Fault.HIDDEN: "it is stored but readers do not see it",
    Fault.DIFFERENT: "its chunks or its card differ between the panels",
}


def _fault(panel: PanelName, ref: VersionRef, fault: Fault) -> Difference:
    return Difference(panel, ref, fault, SENTENCES[fault])


def _content(digest: VersionDigest) -> tuple[int, tuple[int, int], str]:
    return digest.chunks, digest.marks, digest.card
