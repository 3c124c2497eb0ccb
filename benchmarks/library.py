"""A service with many synthetic documents: the record, the ledger and both panels agree on them."""

import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import material
from benchmarks.writing import write
from contracts.digests import card_digest, marks
from contracts.nouns import (
    DEFAULT_WORKSPACE,
    EmbeddedChunk,
    PanelName,
    StagedVersion,
    VersionRef,
    seal,
)
from contracts.record import Arrival, Held, Reached
from deploy.settings import load as settings
from deploy.wiring import Diptych, open_diptych

Load = tuple[list[StagedVersion], list[EmbeddedChunk]]


@asynccontextmanager
async def library() -> AsyncIterator[Diptych]:
    """Open an empty service; nobody works its queue."""
    with TemporaryDirectory(prefix="diptych-bench-") as folder:
        place = settings().model_copy(update={"home": Path(folder)})
        async with open_diptych(place) as diptych:
            yield diptych


async def accept(diptych: Diptych, count: int, seed: int) -> Load:
    """Accept documents for ``count`` chunks and give what the panels are to hold of them."""
    documents = -(-count // material.CHUNKS_PER_DOCUMENT)
    arrivals = [_arrival(f"bench:{seed}/{n}") for n in range(documents)]
    receipts = await diptych.documents.accept(DEFAULT_WORKSPACE, arrivals)
    refs = [receipt.ref for receipt in receipts]
    return material.chunks(count, DEFAULT_WORKSPACE, seed, diptych.generation, refs)


def _arrival(source: str) -> Arrival:
    digest = hashlib.sha256(source.encode()).hexdigest()
    return Arrival(source, "a.txt", digest, digest, 0, 1)


async def fill(diptych: Diptych, count: int, seed: int) -> tuple[Load, dict[PanelName, float]]:
    """Accept and write to one panel after the other; the ledger knows. Gives chunks per second."""
    load, rates = await accept(diptych, count, seed), {}
    for name, panel in diptych.panels.items():
        rates[name] = count / await write([panel], *load)
    await settle(diptych, load)
    return load, rates


async def settle(
    diptych: Diptych, load: Load, panels: Sequence[PanelName] = tuple(PanelName)
) -> None:
    """Note in the ledger what the panels hold."""
    held = sealed(load)
    for name in panels:
        await diptych.ledger.reached(
            list(held), diptych.generation.number, name, Reached.LIVE, held
        )
    await diptych.ledger.go_live(list(held))


def sealed(load: Load) -> dict[VersionRef, Held]:
    """Give what each version comes to."""
    versions, chunks = load
    sums = {v.ref: (0, 0, 0) for v in versions}
    for one in chunks:
        ref, (first, second) = one.chunk.id.ref, marks(one.digest)
        count, firsts, seconds = sums[ref]
        sums[ref] = count + 1, firsts + first, seconds + second
    return {
        v.ref: Held(sums[v.ref][0], seal(sums[v.ref][0], sums[v.ref][1:], card_digest(v.card)))
        for v in versions
    }
