"""Screen: count what was read of people, and mask it where the workspace wants that."""

import asyncio
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from contracts.nouns import UNDETERMINED, Heading, Part, Reading, VersionRef
from contracts.personal import (
    Finding,
    MaskScope,
    Occurrence,
    PersonalCount,
    PersonalCounts,
    PersonalDataFinder,
    PersonalKind,
    masked,
    placeholder,
)
from contracts.policy import Policies
from contracts.recognition import UNDERLINE
from contracts.record import KeptReading, Ledger

TOGETHER = 20
"""Documents whose stored text is in memory at a time."""

Progress: TypeAlias = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Count:
    """Finds personal data in readings; CPU work, called in a thread."""

    finder: PersonalDataFinder

    def find(self, part: Part) -> list[Finding]:
        """Give what a part tells of people."""
        return self.finder.find(part.text, part.language)

    def __call__(
        self, ref: VersionRef, reading: Reading, found: Sequence[Sequence[Finding]]
    ) -> PersonalCount:
        """Sum up the findings of all parts."""
        counts: Counter[PersonalKind] = Counter()
        pages: dict[PersonalKind, dict[int, None]] = defaultdict(dict)
        for part, findings in zip(reading.parts, found, strict=True):
            page = part.ordinal + 1 if part.page is None else part.page
            for one in findings:
                counts[one.kind] += 1
                pages[one.kind][page] = None
        seen = {kind: Occurrence(counts[kind], tuple(pages[kind])) for kind in sorted(counts)}
        return PersonalCount(ref, seen)


class Screen:
    """What every reading passes before it is kept.

    What is masked here stands in no panel and in no stored text; spans count characters of the
    masked text. The original bytes stay as they came, and what was recognised in their pictures.
    """

    def __init__(self, count: Count, counts: PersonalCounts, policies: Policies) -> None:
        self._count = count
        self._counts = counts
        self._policies = policies

    async def __call__(self, readings: Sequence[KeptReading]) -> list[KeptReading]:
        """Give the readings as they are to be kept. Counts are saved first: a crash loses none."""
        if not readings:
            return []
        plan = await self._policies.plan()
        wanted = {one.ref for one in readings if MaskScope.INDEX in plan.masks(one.card.workspace)}
        counts, screened = await asyncio.to_thread(self._pass, readings, wanted)
        await self._counts.save(counts)
        return screened

    def _pass(
        self, readings: Sequence[KeptReading], wanted: set[VersionRef]
    ) -> tuple[list[PersonalCount], list[KeptReading]]:
        counts, screened = [], []
        for kept in readings:
            found = [self._count.find(part) for part in kept.reading.parts]
            counts.append(self._count(kept.ref, kept.reading, found))
            screened.append(self._masked(kept, found) if kept.ref in wanted else kept)
        return counts, screened

    def _masked(self, kept: KeptReading, found: Sequence[Sequence[Finding]]) -> KeptReading:
        """Mask parts, titles and metadata; what names the document to its client stays."""
        reading, card = kept.reading, kept.card
        parts = (
            _masked_part(part, findings, self._mask)
            for part, findings in zip(reading.parts, found, strict=True)
        )
        return replace(
            kept,
            reading=replace(
                reading,
                parts=tuple(parts),
                title=reading.title and self._mask(reading.title),
                metadata=_masked_values(reading.metadata, self._mask),
            ),
            card=replace(
                card,
                title=self._mask(card.title),
                metadata=_masked_values(card.metadata, self._mask),
            ),
        )

    def _mask(self, text: str) -> str:
        return masked(text, self._count.finder.find(text, UNDETERMINED))


class Measure:
    """Use case: count in the stored text of live documents that were never looked at."""

    def __init__(self, ledger: Ledger, count: Count, counts: PersonalCounts) -> None:
        self._ledger = ledger
        self._count = count
        self._counts = counts

    async def __call__(self, workspace: str, progress: Progress) -> int:
        """Measure all of a workspace; give how many. The same call again goes on where it ended."""
        total, done, after = (await self._counts.totals(workspace)).unmeasured, 0, None
        progress(done, total)
        while refs := await self._counts.unmeasured(workspace, TOGETHER, after):
            # One that is being replaced has no text; its successor is counted as it is read.
            kept = await self._ledger.readings(refs)
            await self._counts.save(await asyncio.to_thread(self._of, list(kept.values())))
            done, after = done + len(kept), refs[-1].document
            progress(done, max(done, total))
        return done

    def _of(self, readings: Sequence[KeptReading]) -> list[PersonalCount]:
        return [
            self._count(one.ref, one.reading, [self._count.find(p) for p in one.reading.parts])
            for one in readings
        ]


_Mask: TypeAlias = Callable[[str], str]


def _masked_part(part: Part, findings: Sequence[Finding], mask: _Mask) -> Part:
    """Mask a part's text; its headings stand where their words are now."""
    text = masked(part.text, findings)
    moved = _Moved(findings)

    def heading(one: Heading) -> Heading:
        end = one.start + len(one.text)
        start = moved.start(one.start)
        if part.text[one.start : end] == one.text:
            return replace(one, start=start, text=text[start : moved.end(end)])
        return replace(one, start=start, text=mask(one.text))

    return replace(
        part,
        text=text,
        label=mask(part.label),
        headings=tuple(map(heading, part.headings)),
        doubtful=part.doubtful and tuple(w for w in part.doubtful if _sure(w) in text),
    )


def _sure(word: str) -> str:
    return word.replace(UNDERLINE, "")


class _Moved:
    """Where places of a text are in the masked one; in a finding, at its placeholder's ends."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self._findings = findings
        self._starts = [one.span.start for one in findings]
        self._offsets = [0]
        for one in findings:
            longer = len(placeholder(one.kind)) - (one.span.end - one.span.start)
            self._offsets.append(self._offsets[-1] + longer)

    def start(self, place: int) -> int:
        """Give where something that begins at a place begins now."""
        before = bisect_right(self._starts, place)
        if before and place < self._findings[before - 1].span.end:
            return self._starts[before - 1] + self._offsets[before - 1]
        return place + self._offsets[before]

    def end(self, place: int) -> int:
        """Give where something that ends at a place ends now."""
        before = bisect_right(self._starts, place - 1)
        if before and place <= self._findings[before - 1].span.end:
            return self._findings[before - 1].span.end + self._offsets[before]
        return place + self._offsets[before]


def _masked_values(values: Mapping[str, object], mask: _Mask) -> dict[str, object]:
    """Mask the strings of metadata, however deep; its keys stay."""
    return {key: _masked_value(value, mask) for key, value in values.items()}


def _masked_value(value: object, mask: _Mask) -> object:
    match value:
        case str():
            return mask(value)
        case Mapping():
            return _masked_values(value, mask)
        case list() | tuple():
            return [_masked_value(one, mask) for one in value]
        case _:
            return value
