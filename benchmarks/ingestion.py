"""Ingestion end to end beside the bare embedder on the very same passages, in one run."""

import asyncio
import json
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

from benchmarks import material
from benchmarks.report import Row
from contracts.nouns import PanelName
from deploy.settings import load as settings
from deploy.wiring import Diptych, open_diptych
from ingestion.receiving import Upload

SET = "piaf_fr"
ROUNDS = 2
WORKSPACE = "default"
LOOK_EVERY = 0.2
"""Seconds: often enough for a run of some ten of them, and seldom enough to cost little."""


async def measure() -> list[Row]:
    """Alternate bare embedding and the whole way into both panels, ROUNDS times."""
    records, _, _ = material.retrieval_set(SET)
    with tempfile.TemporaryDirectory(prefix="diptych-bench-") as folder:
        place = settings().model_copy(update={"home": Path(folder)})
        async with open_diptych(place) as diptych:
            async with diptych.helping(needed=True):
                # The first round warms the servers up: a service runs for weeks.
                rounds = [await _round(diptych, records, n) for n in range(ROUNDS + 1)][1:]
            report = await diptych.parity()
    ratios = sorted(whole / bare for bare, whole in rounds)
    bare, whole = rounds[-1]
    note = f"{whole:.1f} chunks/s end to end, {bare:.1f} bare; parity clean: {report.clean}"
    return [Row("ingest end to end / bare embedder", sum(ratios) / ROUNDS, "", (">=", 0.9), note)]


async def _round(
    diptych: Diptych, records: list[dict[str, str]], number: int
) -> tuple[float, float]:
    """Give chunks per second of the bare embedder and of ingestion."""
    lines = [json.dumps({**r, "_id": f"{number}-{r['_id']}"}, ensure_ascii=False) for r in records]
    data = "\n".join(lines).encode()

    async def pieces() -> AsyncIterator[bytes]:
        yield data

    began = time.perf_counter()
    receipts = await diptych.receive(WORKSPACE, Upload(f"{number}.jsonl", pieces()))
    moving = {receipt.ref.document for receipt in receipts}
    while moving := await diptych.ledger.moving(sorted(moving)):
        await asyncio.sleep(LOOK_EVERY)
    whole = time.perf_counter() - began
    passages: list[str] = []
    for receipt in receipts:
        held = diptych.panels[PanelName.VECTOR].export([receipt.ref], diptych.generation.number)
        passages += [chunk.chunk.passage async for chunk in held]
    began = time.perf_counter()
    await diptych.embedder.embed_passages(passages)
    bare = time.perf_counter() - began
    return len(passages) / bare, len(passages) / whole
