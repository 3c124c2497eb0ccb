"""Which chunker finds most: each beside the default one, through the lab; docs/chunkers.md.

The documents are ingested once into a home of their own (``DIPTYCH_CHUNKERS_HOME``). Each chunker
is built as a side generation and asked in turns with the default one; what was measured there
before is only told again. ``DIPTYCH_CHUNKERS`` names some chunkers, ``DIPTYCH_CHUNKERS_SETS`` some
sets; ``DIPTYCH_CHUNKERS_ASK=1`` has the questions answered as well, not only searched for.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from uuid import UUID

from benchmarks.articles import articles
from benchmarks.material import data_folder
from benchmarks.report import Row
from contracts.errors import NotFound
from contracts.nouns import Generation, Part, Reading, ReadMode, VersionRef
from contracts.policy import Change
from contracts.tuning import Configuration
from contracts.variants import Variant
from deploy import measuring
from deploy.commands.console import err
from deploy.commands.measure import filled
from deploy.lab import built
from deploy.settings import load
from deploy.trying import Trying
from deploy.wiring import Diptych, open_diptych
from eval import leaderboard
from eval.comparing import Measured
from eval.importing import load_suite
from eval.suites import Loaded

QUESTIONS = 300
CHUNKERS = (
    "structure-100-15",
    "structure-270-40",
    "sentences-3-1",
    "sentences-6-1",
    "semantic-200",
    "pages-350",
    "tokens-200-30",
    "parent-child-400-100",
    "parent-child-800-200",
)
"""Without tables ``rows`` cuts as the default does, so it is not among them."""
ARTICLES = ("piaf_fr", "xquad_en", "xquad_ru")
SHEETS = "servicepublic_fr"
"""Long documents as they are; what counts is the document."""
METRICS = (
    "span_recall@4000c",
    "span_recall@1000c",
    "span_mrr@10",
    "ndcg@10",
    "citation_recall",
    "citation_precision",
    "token_f1",
)
"""The first one that a suite's runs have is what decides."""
ACTOR = "benchmark"
SAMPLE = 64
PATIENT = Configuration(ReadMode.VECTOR).changed({"search.deadline_s": 300})
"""Both panels hold the same chunks, so one of them tells; a slow machine is only slow."""


async def measure() -> list[Row]:
    """Measure every chunker on every set, then say what all of them come to."""
    home = Path(os.environ.get("DIPTYCH_CHUNKERS_HOME", ".diptych-chunkers"))
    answers = bool(os.environ.get("DIPTYCH_CHUNKERS_ASK"))
    suites = [_suite(name) for name in _chosen("DIPTYCH_CHUNKERS_SETS", (*ARTICLES, SHEETS))]
    rows: list[Row] = []
    async with open_diptych(load().model_copy(update={"home": home.resolve()})) as diptych:
        await diptych.warm()
        for loaded in suites:
            await filled(diptych, loaded, lambda *_: None)
        base = str((await diptych.configurations.add(PATIENT, "", Change(ACTOR))).number)
        for chunker in _chosen("DIPTYCH_CHUNKERS", CHUNKERS):
            name = f"{chunker}-{'asked' if answers else 'searched'}-{base}"
            variant = Variant(name, base=base, chunker=chunker, answers=answers)
            rows += await _tried(diptych, variant, suites)
        for loaded in suites:
            rows += [row async for row in _verdicts(diptych, loaded, base)]
    return rows


def _chosen(variable: str, known: Sequence[str]) -> Sequence[str]:
    named = os.environ.get(variable, "")
    return named.split(",") if named else known


def _suite(name: str) -> Loaded:
    if name in ARTICLES:
        return articles(name, QUESTIONS)
    whole = load_suite(data_folder() / "retrieval" / name)
    questions = whole.suite.questions[:QUESTIONS]
    return replace(whole, suite=replace(whole.suite, questions=questions))


async def _tried(diptych: Diptych, variant: Variant, suites: Sequence[Loaded]) -> list[Row]:
    """Build a chunker's generation and measure it where it was not yet."""
    done = {one.run.pins.suite_fingerprint for _, one in await _runs(diptych, variant.name)}
    missing = [one for one in suites if one.suite.fingerprint not in done]
    rows = await _built(diptych, variant, suites) if missing else []
    for loaded in missing:
        await Trying(diptych, variant, ACTOR, lambda *_: None, err.print).on(loaded, "", 0)
    return rows


async def _built(diptych: Diptych, variant: Variant, suites: Sequence[Loaded]) -> list[Row]:
    """Build, and say what cutting costs beside embedding."""
    live = diptych.generation
    space = replace(live, number=0, chunker=variant.chunker or live.chunker)
    await diptych.variants.keep(variant, ACTOR)
    began = time.perf_counter()
    await built(diptych, variant.name, space, ACTOR, lambda *_: None)
    seconds = time.perf_counter() - began
    readings = [
        Reading("text/plain", (Part(0, "", one.text),), one.title)
        for loaded in suites
        for one in loaded.documents
    ]
    rows = [Row(f"{variant.chunker} built in both panels", seconds, "s")]
    for generation in (live, space):
        rows += await _costs(diptych, generation, readings)
    return rows


async def _costs(
    diptych: Diptych, generation: Generation, readings: Sequence[Reading]
) -> list[Row]:
    spaces, name = diptych.models.spaces, generation.chunker
    chunker, ref = spaces.chunker(generation), VersionRef(UUID(int=0), 1)
    began = time.perf_counter()
    # In a thread: a chunker may ask the embedder, which this loop serves.
    passages = await asyncio.to_thread(
        lambda: [one.passage for text in readings for one in chunker.chunks(ref, 0, text)]
    )
    cut = time.perf_counter() - began
    some = passages[:: max(len(passages) // SAMPLE, 1)][:SAMPLE]
    began = time.perf_counter()
    await spaces.embedder(generation).embed_passages(some)
    embedding = (time.perf_counter() - began) * len(passages) / len(some)
    return [
        Row(f"{name} chunks", len(passages), "", note=f"{len(readings)} documents"),
        Row(f"{name} cutting / embedding", cut / embedding, "", note=f"{cut:.1f} s"),
        Row(f"{name} embedding", embedding, "s", note=f"from {len(some)} of them"),
    ]


async def _runs(diptych: Diptych, name: str) -> list[tuple[Measured, Measured]]:
    """Give a variant's finished runs, each with its base's."""
    try:
        kept = await diptych.variants.get(name)
    except NotFound:
        return []
    found = []
    for pair in kept.runs:
        base, run = await diptych.runs.get(pair.baseline), await diptych.runs.get(pair.run)
        if run.complete and base.complete:
            measured = measuring.measured
            first = await measured(diptych, base, "base")
            found.append((first, await measured(diptych, run, name)))
    return found


async def _verdicts(diptych: Diptych, loaded: Loaded, base: str) -> AsyncIterator[Row]:
    """Say what every variant that was measured on a suite comes to, p adjusted for all."""
    pairs = [
        pair
        for kept in await diptych.variants.all()
        if kept.variant.base == base
        for pair in await _runs(diptych, kept.variant.name)
        if pair[1].run.pins.suite_fingerprint == loaded.suite.fingerprint
    ]
    for asked in (False, True):
        group = [one for one in pairs if _has(one, "refusal") is asked]
        for metric in [m for m in METRICS if group and all(_has(one, m) for one in group)]:
            rows = [leaderboard.row(*one, metric) for one in group]
            for one in leaderboard.ranked(rows):
                yield _row(one)


def _has(pair: tuple[Measured, Measured], metric: str) -> bool:
    return metric in pair[1].results[0].metrics


def _row(one: leaderboard.Row) -> Row:
    note = (
        f"default {one.base:.3f}, difference {one.low:+.3f} to {one.high:+.3f}, p {one.p:.3f}: "
        f"{one.verdict}; {one.p50_ms:.0f} and {one.base_p50_ms:.0f} ms"
    )
    return Row(f"{one.suite} {one.variant} {one.metric}", one.value, "", note=note)
