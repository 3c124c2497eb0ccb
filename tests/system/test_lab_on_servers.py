"""The test platform on real servers: a variant is built, measured, swept, and leaves nothing."""

import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from contracts.nouns import DEFAULT_WORKSPACE, ReadMode
from contracts.policy import Change
from contracts.tracing import Outcome, Trace, TraceKind
from contracts.tuning import Configuration
from contracts.variants import Variant
from deploy import lab, trying
from deploy.settings import load
from deploy.wiring import Diptych, open_diptych
from eval.importing import load_suite

TOPICS = (
    "lease", "heating", "parking", "deposit", "insurance", "garden", "noise", "keys",
    "repairs", "lift", "cellar", "internet", "pets", "painting", "windows", "moving",
    "laundry", "bicycles", "rubbish", "mail", "electricity", "water",
)  # fmt: skip


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in the BEIR layout, one question for each document."""
    folder = tmp_path_factory.mktemp("suite") / "house"
    folder.mkdir()
    texts = {
        topic: f"The rules for {topic} are on page {n}. Ask the caretaker about {topic} first. "
        f"Whoever ignores the rules for {topic} pays {n} euros."
        for n, topic in enumerate(TOPICS)
    }
    corpus = ({"_id": one, "title": one, "text": text} for one, text in texts.items())
    queries = ({"_id": f"q-{one}", "text": f"What does {one} cost?"} for one in TOPICS)
    for name, records in (("corpus", corpus), ("queries", queries)):
        lines = "".join(json.dumps(one) + "\n" for one in records)
        (folder / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    judged = "".join(f"q-{one}\t{one}\t1\n" for one in TOPICS)
    (folder / "qrels.tsv").write_text(judged, encoding="utf-8")
    return folder


def _still(label: str, done: int, total: int) -> None:
    """Show no bar."""


async def test_a_variant_is_built_measured_swept_replayed_and_leaves_nothing(
    tmp_path: Path, suite: Path
) -> None:
    told: list[str] = []
    async with open_diptych(load().model_copy(update={"home": tmp_path / "home"})) as diptych:
        # In the vector panel alone and with all patience, so that a slow machine is only slow.
        patient = Configuration(ReadMode.VECTOR).changed({"search.deadline_s": 300})
        version = await diptych.configurations.add(patient, "", Change("setup"))
        variant = Variant("short", base=str(version.number), chunker="sentences-1-0")
        tried = trying.Trying(diptych, variant, "ada", _still, told.append)
        await try_it(diptych, tried, suite)
        assert told.pop().startswith("About 66 chunks of 22 documents")
        await sweep_it(diptych, tried, suite)
        await replay_it(diptych, tried)
        await lab.remove(diptych, "short", "ada", _still, told.append)
        assert told == []
        await nothing_is_left(diptych)


async def try_it(diptych: Diptych, tried: trying.Trying, suite: Path) -> None:
    row = await tried.on(load_suite(suite), str(suite), 0)
    assert (row.variant, row.suite, row.questions) == ("short", "house", len(TOPICS))
    assert row.value > 0.8
    assert await trying.board(diptych, {"house"}) == [row]
    assert await trying.board(diptych, {"another"}) == []
    kept = await diptych.variants.get("short")
    assert kept.runs == (await trying.latest(diptych, "short"),)
    pins = [(await diptych.runs.get(one)).pins for one in (row.baseline, row.run)]
    assert [one.generation.number for one in pins] == [1, kept.generation]
    assert [one.generation.chunker for one in pins] == ["structure-200-30", "sentences-1-0"]


async def sweep_it(diptych: Diptych, tried: trying.Trying, suite: Path) -> None:
    grid = [{"search.depth": str(depth)} for depth in (1, 10, 50)]
    swept = await tried.sweep(grid, load_suite(suite), str(suite), 0)
    assert (swept.tried, [one.candidates for one in swept.rounds]) == (3, [3, 2])
    assert len(await diptych.runs.latest()) == 4, "the rounds' runs are gone"


async def replay_it(diptych: Diptych, tried: trying.Trying) -> None:
    (place,) = (await diptych.variants.get("short")).workspaces
    words, now = "What does parking cost?", datetime.now(UTC)
    asked = [
        Trace(id=uuid4(), kind=kind, workspace=place, at=now, outcome=Outcome.ANSWERED, text=words)
        for kind in (TraceKind.ASK, TraceKind.ASK, TraceKind.SEARCH)
    ]
    await diptych.traced.traces.add(asked)
    replay = await tried.replay(10, place)
    assert (replay.questions, replay.failed) == (1, (0, 0))
    assert 0 < replay.overlap <= 1


async def nothing_is_left(diptych: Diptych) -> None:
    assert await diptych.people.workspaces() == [DEFAULT_WORKSPACE]
    assert [one.generation.number for one in await diptych.generations.records()] == [1]
    assert await diptych.variants.all() == []
    assert await diptych.runs.latest() == []
    for panel in diptych.panels.values():
        assert await panel.generations() == [1]
        assert [one async for one in panel.digests(1)] == []
        assert [one async for one in panel.strays(1)] == []
