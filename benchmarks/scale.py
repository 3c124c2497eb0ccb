"""100,000 chunks in both panels: parity, searches, dual write, backlog and rebuilds."""

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from benchmarks import material
from benchmarks.library import Load, accept, fill, library, settle
from benchmarks.report import Row
from benchmarks.writing import write
from contracts.nouns import (
    DEFAULT_WORKSPACE,
    NO_FILTERS,
    ChunkId,
    Filters,
    PanelName,
    PanelQuery,
    Vector,
    facet,
)
from contracts.policy import Change
from deploy.commands.rebuild import finish
from deploy.wiring import Diptych

COUNT = int(os.environ.get("DIPTYCH_BENCH_CHUNKS", "100000"))
MORE = COUNT // 10
QUESTIONS = 200
K = 10
BATCH = 128
"""Documents per job of the queue."""


async def measure() -> list[Row]:
    """Fill once, then measure everything on it."""
    async with library() as diptych:
        load, online = await fill(diptych, COUNT, seed=1)
        rows = [
            Row(f"{name} written online, {COUNT} chunks", rate, "chunks/s")
            for name, rate in online.items()
        ]
        rows += await _parity(diptych)
        rows += await _search(diptych, load)
        rows += _dual(await _more(diptych))
        rows += await _checks(diptych)
        for panel in PanelName:
            rows += await _backlog(diptych, panel)
        for panel, target in ((PanelName.VECTOR, 3.0), (PanelName.GRAPH, 1.2)):
            rows += await _rebuild(diptych, panel, online[panel], target)
        report = await diptych.parity(deep=True)
        rows.append(Row("faults after all of it (deep)", report.found, "", ("<=", 0)))
    return rows


async def _parity(diptych: Diptych) -> list[Row]:
    began = time.perf_counter()
    cheap = await diptych.parity()
    middle = time.perf_counter()
    deep = await diptych.parity(deep=True)
    took = time.perf_counter() - middle
    chunks = sum(deep.chunks.values())
    return [
        Row("cheap parity", middle - began, "s", ("<=", 6.0), f"clean: {cheap.clean}"),
        Row(
            "deep parity",
            chunks / took,
            "chunks/s",
            (">=", 5000),
            f"{chunks} stored chunks in {took:.1f} s, clean: {deep.clean}",
        ),
    ]


async def _search(diptych: Diptych, load: Load) -> list[Row]:
    versions, chunks = load
    queries = material.clustered(QUESTIONS, seed=99)
    few = {v.ref for v in versions if v.card.metadata["slice"] == 0}
    narrow = Filters(facets=(facet("slice", 0),))
    rows = []
    for label, filters, keep in (
        ("", NO_FILTERS, [True] * len(chunks)),
        (", 1 % filter", narrow, [c.chunk.id.ref in few for c in chunks]),
    ):
        kept = [c for c, one in zip(chunks, keep, strict=True) if one]
        matrix = np.stack([c.embedding for c in kept])
        best = np.argsort(-(queries @ matrix.T), axis=1, kind="stable")[:, :K]
        truth = [{kept[i].chunk.id for i in row} for row in best]
        for name in PanelName:
            rows += await _asked(diptych, name, Questions(queries, truth, filters, label))
    return rows


@dataclass(frozen=True, slots=True, eq=False)
class Questions:
    """What to ask, and the true nearest of each."""

    vectors: Vector
    truth: Sequence[set[ChunkId]]
    filters: Filters
    label: str


async def _asked(diptych: Diptych, name: PanelName, questions: Questions) -> list[Row]:
    filters, label = questions.filters, questions.label
    words, took, recall = material.vocabulary(), [], []
    for number, vector in enumerate(questions.vectors):
        text = " ".join(words[number * 3 + i * 40] for i in range(6))
        query = PanelQuery(DEFAULT_WORKSPACE, diptych.generation, text, vector, K, filters)
        began = time.perf_counter()
        found = await diptych.panels[name].search(query)
        took.append(time.perf_counter() - began)
        recall.append(len({hit.chunk for hit in found.dense[:K]} & questions.truth[number]) / K)
    p50, p95 = material.percentile(took, 50), material.percentile(took, 95)
    return [
        Row(f"{name} both legs p95{label}", p95, "ms", note=f"p50 {p50:.1f} ms"),
        Row(f"{name} recall@{K}{label}", float(np.mean(recall)), "", (">=", 0.99)),
    ]


async def _more(diptych: Diptych) -> dict[str, float]:
    """Chunks per second of each panel alone and of both, on top of what is there."""
    rates = {}
    for seed, (label, names) in enumerate(
        (*((n.value, [n]) for n in PanelName), ("both", list(PanelName))), start=10
    ):
        load = await accept(diptych, MORE, seed)
        seconds = await write([diptych.panels[n] for n in names], *load)
        rates[label] = MORE / seconds
        await diptych.documents.delete(DEFAULT_WORKSPACE, [v.ref.document for v in load[0]])
        for panel in diptych.panels.values():
            await panel.erase([v.ref.document for v in load[0]])
    return rates


def _dual(online: dict[str, float]) -> list[Row]:
    slower = min(online[n] for n in PanelName)
    note = ", ".join(f"{name} {rate:.0f}/s" for name, rate in online.items())
    return [
        Row(
            "both panels / slower alone, in time",
            slower / online["both"],
            "times",
            ("<=", 1.05),
            note,
        )
    ]


async def _checks(diptych: Diptych) -> list[Row]:
    """Write with and without the continuous check beside it."""
    seconds = []
    for seed, checked in ((20, False), (21, True)):
        load = await accept(diptych, MORE, seed)
        checking = asyncio.create_task(_check_on(diptych)) if checked else None
        seconds.append(await write(list(diptych.panels.values()), *load))
        if checking:
            checking.cancel()
            with suppress(asyncio.CancelledError):
                await checking
        await settle(diptych, load)
    cost = seconds[1] / seconds[0] - 1
    return [Row("checks cost of writing", cost, "", ("<=", 0.10), "sampled as in production")]


async def _check_on(diptych: Diptych) -> None:
    """Ask for the sampled check as often as the sweep does; it comes about once a minute."""
    while True:
        await diptych.sample()
        await asyncio.sleep(10)


async def _backlog(diptych: Diptych, name: PanelName) -> list[Row]:
    """Take versions from a panel and let the reconciler bring them back."""
    load = await accept(diptych, MORE, seed=30 + len(name))
    began = time.perf_counter()
    await write([diptych.panels[name]], *load)
    bulk = MORE / (time.perf_counter() - began)
    others = [panel for other, panel in diptych.panels.items() if other != name]
    await write(others, *load)
    await settle(diptych, load)
    refs = [v.ref for v in load[0]]
    await diptych.panels[name].retire(refs)
    await diptych.ledger.redo(refs, diptych.generation.number, name)
    documents = [ref.document for ref in refs]
    began = time.perf_counter()
    await asyncio.gather(
        *(
            diptych.reconcile(documents[start : start + BATCH])
            for start in range(0, len(documents), BATCH)
        )
    )
    drained = MORE / (time.perf_counter() - began)
    note = f"{drained:.0f}/s drained, {bulk:.0f}/s bulk"
    return [Row(f"{name} backlog drained / bulk rate", drained / bulk, "", (">=", 0.9), note)]


async def _rebuild(diptych: Diptych, name: PanelName, online: float, target: float) -> list[Row]:
    counts = await _chunks(diptych, name)
    clock: dict[str, float] = {"begin": time.perf_counter()}
    await diptych.rebuild.begin(name, _other(name), Change("benchmark"))
    await diptych.rebuild.step()
    clock["cleared"] = time.perf_counter()
    await finish(diptych, name, _first(clock))
    done = time.perf_counter()
    filled = counts / (done - clock["cleared"])
    note = (
        f"{filled:.0f} chunks/s with indexes, {online:.0f}/s online; "
        f"cleared in {clock['cleared'] - clock['begin']:.1f} s, "
        f"filled in {clock['filled'] - clock['cleared']:.1f} s, "
        f"indexed in {done - clock['filled']:.1f} s"
    )
    return [Row(f"{name} rebuilt / written online", filled / online, "times", (">=", target), note)]


def _other(name: PanelName) -> str:
    return next(other.value for other in PanelName if other is not name)


def _first(clock: dict[str, float]) -> Callable[[int, int], None]:
    def told(reached: int, wanted: int) -> None:
        if reached >= wanted:
            clock.setdefault("filled", time.perf_counter())

    return told


async def _chunks(diptych: Diptych, name: PanelName) -> int:
    stream = diptych.panels[name].digests(diptych.generation.number)
    return sum([digest.chunks async for digest in stream])
