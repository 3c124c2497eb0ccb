"""Examine: compare what the ledger expects of one generation with what each panel holds."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from contracts.nouns import Generation, PanelName, VersionDigest, VersionRef
from contracts.panels import Panel
from contracts.record import Expectation, Ledger
from ingestion.faults import SENTENCES, Difference, Fault
from ingestion.inspecting import inspect
from ingestion.merging import batches, side_by_side
from ingestion.together import together

BATCH = 4096
"""Chunks judged together: large enough to read in bulk, small enough to keep memory flat."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the witnesses say of one version."""

    ref: VersionRef
    want: Expectation | None
    held: Mapping[PanelName, VersionDigest]

    @property
    def weight(self) -> int:
        """How much there is to read in the panel that holds most."""
        return 1 + max((digest.chunks for digest in self.held.values()), default=0)


@dataclass(slots=True)
class Counts:
    """How much was looked at."""

    versions: int = 0
    pending: int = 0
    chunks: Counter[PanelName] = field(default_factory=Counter)

    def add(self, seen: Seen) -> None:
        """Count a version in."""
        self.versions += seen.want is not None
        self.chunks.update({panel: digest.chunks for panel, digest in seen.held.items()})


async def witnesses(
    ledger: Ledger,
    panels: Mapping[PanelName, Panel],
    generation: int,
    documents: Sequence[UUID] | None,
) -> AsyncIterator[Seen]:
    """Yield every version that the ledger or a panel knows, in order."""
    streams: dict[PanelName | None, AsyncIterator[Expectation | VersionDigest]] = {
        None: ledger.expectations(generation, documents)
    }
    streams |= {name: panel.digests(generation, documents) for name, panel in panels.items()}
    async for ref, said in side_by_side(streams):
        want = said.get(None)
        held = {n: d for n, d in said.items() if n and isinstance(d, VersionDigest)}
        yield Seen(ref, want if isinstance(want, Expectation) else None, held)


async def examine(
    seen: AsyncIterator[Seen],
    panels: Mapping[PanelName, Panel],
    generation: Generation,
    *,
    deep: bool,
) -> AsyncIterator[list[Difference]]:
    """Yield what is wrong, batch by batch; ``deep`` reads every payload of all panels at once."""
    async for batch in batches(seen, lambda one: one.weight, BATCH):
        found = [d for one in batch for d in _judge(one, panels, generation.number)]
        if deep:
            held = {n: [one.held[n] for one in batch if n in one.held] for n in panels}
            each = [inspect(panels[n], generation, digests) for n, digests in held.items()]
            found += [d for differences in await together(each) for d in differences]
        yield found


def _judge(seen: Seen, panels: Mapping[PanelName, Panel], generation: int) -> Iterator[Difference]:
    def fault(panel: PanelName, what: Fault) -> Difference:
        return Difference(panel, seen.ref, what, SENTENCES[what], generation)

    want = seen.want
    if want is None:
        yield from (fault(panel, Fault.EXTRA) for panel in seen.held)
        return
    seals = [d.seal for n, d in seen.held.items() if d.seal == want.seals.get(n, d.seal)]
    for panel in panels:
        held = seen.held.get(panel)
        if held is None:
            yield fault(panel, Fault.MISSING)
            continue
        if held.workspace != want.workspace:
            yield fault(panel, Fault.AUDIENCE)
        if not held.live:
            yield fault(panel, Fault.HIDDEN)
        # Of panels that are what was recorded of each, or of which nothing was, the first counts.
        if held.seal != next(iter(seals), None):
            yield fault(panel, Fault.DIFFERENT)
