"""Writing ready vectors: both panels at once, against each alone."""

import asyncio
import time
from collections.abc import Sequence

from benchmarks import material
from benchmarks.report import Row
from benchmarks.servers import bench
from contracts.nouns import EmbeddedChunk, StagedVersion
from contracts.panels import Panel
from ingestion.writing import BLOCK

COUNT = 5_000
ROUNDS = 3


async def write(
    panels: Sequence[Panel],
    versions: Sequence[StagedVersion],
    chunks: Sequence[EmbeddedChunk],
    block: int = BLOCK,
) -> float:
    """Stage block by block in all panels at once, publish; give the seconds it took."""
    began = time.perf_counter()
    await asyncio.gather(*(_write(panel, versions, chunks, block) for panel in panels))
    return time.perf_counter() - began


async def _write(
    panel: Panel,
    versions: Sequence[StagedVersion],
    chunks: Sequence[EmbeddedChunk],
    block: int,
) -> None:
    """Write one panel block by block, at its own pace, as ingestion does."""
    for start in range(0, len(chunks), block):
        part = chunks[start : start + block]
        names = {c.chunk.id.ref for c in part}
        await panel.stage([v for v in versions if v.ref in names], part)
    for generation in {v.generation for v in versions}:
        await panel.publish([v.ref for v in versions], generation)


async def measure() -> list[Row]:
    """Interleave vector alone, graph alone, both: the median ratio of ROUNDS."""
    ratios, rates = [], []
    async with bench(material.GENERATION) as place:
        for number in range(ROUNDS):
            alone = {}
            for name, panel in (("vector", place.vector), ("graph", place.graph)):
                load = material.chunks(COUNT, f"alone-{number}", seed=10 + number)
                alone[name] = await write([panel], *load)
                await panel.erase([v.ref.document for v in load[0]])
            load = material.chunks(COUNT, f"both-{number}", seed=20 + number)
            both = await write([place.vector, place.graph], *load)
            for panel in (place.vector, place.graph):
                await panel.erase([v.ref.document for v in load[0]])
            ratios.append(both / max(alone.values()))
            rates.append((COUNT / both, COUNT / alone["vector"], COUNT / alone["graph"]))
    middle = sorted(range(ROUNDS), key=lambda i: ratios[i])[ROUNDS // 2]
    both_rate, vector, graph = rates[middle]
    note = f"both {both_rate:.0f}/s, vector alone {vector:.0f}/s, graph alone {graph:.0f}/s"
    return [Row("write both / slower alone", ratios[middle], "times", ("<=", 1.15), note)]
