"""A suite measured through the wiring of measuring, over a service in memory."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import cast
from uuid import UUID

import pytest

from contracts.digests import embed
from contracts.errors import InvalidInput, NotFound
from contracts.nouns import (
    Card,
    Chunk,
    ChunkId,
    Part,
    Reading,
    ReadMode,
    Span,
    StagedVersion,
)
from contracts.policy import Change
from contracts.record import Held, KeptReading, Reached, Task
from contracts.tuning import Configuration
from deploy import measuring
from deploy.commands.measure import Wish, measure_suite, wanted
from deploy.commands.reproduce import again, suite_of
from deploy.settings import Settings
from deploy.wiring import Diptych
from eval.comparing import Verdict, compare
from eval.importing import load_suite
from eval.reproducing import reproduced
from tests.api.stand import Stand

BOTH = (Configuration(ReadMode.VECTOR), Configuration(ReadMode.GRAPH))
TEXTS = [f"The kiln number{n} burns at {900 + n} degrees." for n in range(24)]


class Models:
    chat = None

    class detector:  # noqa: N801 - it stands for an object
        @staticmethod
        def detect(_: str) -> str:
            return "en"


class Small(Stand):
    """What measuring uses of a Diptych; its worker reads the records of a corpus."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.settings = Settings(home=folder, llm_url=None)
        self.models = Models()
        self.documents = self.catalog.documents
        self.ledger = self.catalog.ledger
        self.runs = self.catalog.runs
        self.people = self.catalog.people
        self.receive = self.service.receive
        self.search = self.service.search
        self.suites = self.catalog.suites
        self.configurations = self.catalog.configurations
        self.plans = lambda: self.plan
        self.poured = 0

    @property
    def generation(self) -> object:
        return self.plan.generation

    async def warm(self) -> None:
        """Have nothing to load."""

    @asynccontextmanager
    async def helping(self, *, needed: bool) -> AsyncIterator[None]:
        assert needed
        self.poured += 1
        await self.catalog.queue.drain(self.read)
        yield

    async def read(self, documents: Sequence[UUID]) -> None:
        async with self.ledger.claim(documents) as tasks:
            for task in tasks:
                path = await self.catalog.blobs.path(task.slice.blob)
                await self.write(
                    task, json.loads(path.read_bytes()[task.slice.start : task.slice.end])
                )

    async def write(self, task: Task, record: dict[str, str]) -> None:
        ref, text, name = task.ref, record["text"], record["_id"]
        card = Card(task.workspace, name, task.source, "text/plain", name)
        reading = Reading("text/plain", (Part(0, "text", text),), name, {}, name)
        await self.ledger.save_readings([KeptReading(ref, reading, card)])
        chunk = Chunk(
            ChunkId(ref.document, ref.number, 1, 0), 0, None, Span(0, len(text)), text, "", "en"
        )
        (vector,) = await self.embedder.embed_passages([chunk.passage])
        for panel_name, panel in self.panels.items():
            await panel.stage([StagedVersion(ref, 1, card)], [embed(chunk, vector, "hash")])
            await panel.publish([ref], 1)
            held = {ref: Held(1, "1.0.0.card")}
            await self.ledger.reached([ref], 1, panel_name, Reached.LIVE, held)
        await self.ledger.go_live([ref])


@pytest.fixture
async def small(tmp_path: Path) -> Small:
    small = Small(tmp_path)
    await small.prepare()
    return small


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "kilns"
    folder.mkdir()

    def write(name: str, *records: dict[str, str]) -> None:
        (folder / name).write_text("\n".join(map(json.dumps, records)), "utf-8")

    write("corpus.jsonl", *({"_id": f"d{n}", "text": text} for n, text in enumerate(TEXTS)))
    asked = (f"At how many degrees burns kiln number{n}?" for n in range(24))
    write("queries.jsonl", *({"_id": f"q{n}", "text": text} for n, text in enumerate(asked)))
    (folder / "qrels.tsv").write_text("".join(f"q{n}\td{n}\t1\n" for n in range(24)), "utf-8")
    return folder


def unseen(label: str, done: int, total: int) -> None:
    assert label
    assert done <= total


async def test_a_beir_folder_is_ingested_once_and_measured_panel_by_panel(
    small: Small, folder: Path
) -> None:
    diptych, loaded = cast("Diptych", small), load_suite(folder)
    for answers in (False, True):
        runs = await measure_suite(diptych, loaded, Wish(BOTH, answers=answers), unseen)
        assert [one.label for one in runs] == ["vector", "graph"]
        assert all(one.run.complete and one.run.done == 24 for one in runs)
        assert ("token_f1" in runs[0].results[0].metrics) is False
        assert ("refusal" in runs[0].results[0].metrics) is answers
    assert small.poured == 1
    (pair,) = compare(runs)
    assert pair.lines[0].first > 0.9
    assert pair.lines[0].verdict is Verdict.EQUAL
    pins = runs[0].run.pins
    assert pins.workspace == measuring.workspace_of(loaded)
    assert (pins.suite, pins.models["chat"]) == ("kilns", "extractive")
    assert pins.generation == small.plan.generation


async def test_an_unfinished_run_goes_on_with_its_own_settings(small: Small, folder: Path) -> None:
    diptych, loaded = cast("Diptych", small), load_suite(folder)
    steep = tuple(one.changed({"fusion.k": 5}) for one in BOTH)
    whole = await measure_suite(diptych, loaded, Wish(steep, seed=5, source="x"), unseen)
    cut = replace(whole[0].run, id=UUID(int=1), done=0, ended=None, load={})
    await small.runs.begin(cut)
    await small.runs.keep(cut.id, whole[0].results[:10])
    other = Wish(BOTH, answers=True, resumed=(cut,))
    (again,) = await measure_suite(diptych, loaded, other, unseen)
    assert again.run.pins.configured.tuning.fusion.k == 5
    assert (again.run.id, again.run.pins) == (cut.id, whole[0].run.pins)
    assert [one.metrics for one in again.results] == [one.metrics for one in whole[0].results]


async def test_a_run_is_reproduced_to_the_last_digit_from_its_pins(
    small: Small, folder: Path
) -> None:
    diptych, loaded = cast("Diptych", small), load_suite(folder)
    steep = (BOTH[0].changed({"fusion.k": 5}),)
    wish = Wish(steep, answers=True, seed=3, source=str(folder))
    (first,) = await measure_suite(diptych, loaded, wish, unseen)
    pins = first.run.pins
    suite = await suite_of(diptych, pins, None)
    (second,) = await measure_suite(diptych, suite, again(diptych, pins), unseen)
    found = reproduced(first, second)
    assert (found.equal, found.pins) == (True, ())
    assert second.run.id != first.run.id
    assert second.run.pins.configured.tuning.fusion.k == 5
    nowhere = replace(pins, configuration={**pins.configuration, "source": ""})
    with pytest.raises(InvalidInput):
        await suite_of(diptych, nowhere, None)


async def test_settings_change_what_answers_now_or_a_kept_configuration(small: Small) -> None:
    diptych = cast("Diptych", small)
    flat = BOTH[0].tuning.changed({"fusion.k": 90, "evidence.read": 3})
    small.plan = replace(small.plan, tuning=flat)
    found = await wanted(diptych, ["fusion.k=5"], (), None)
    assert [one.mode for one in found] == ["vector", "graph", "fused"]
    assert {(one.tuning.fusion.k, one.tuning.evidence.read) for one in found} == {(5, 3)}
    (alone,) = await wanted(diptych, ["panel=graph"], (), None)
    assert (alone.mode, alone.tuning) == (ReadMode.GRAPH, flat)
    await small.configurations.add(BOTH[1], "", Change("me"))
    assert await wanted(diptych, [], (), "1") == (BOTH[1],)
    (kept,) = await wanted(diptych, ["fusion.k=7"], [ReadMode.VECTOR], "1")
    assert (kept.mode, kept.tuning.fusion.k) == (ReadMode.VECTOR, 7)
    for wrong in (["fusion.k=0"], ["answer.prompt=cited-0"]):
        with pytest.raises(InvalidInput):
            await wanted(diptych, wrong, (), None)
    with pytest.raises(NotFound):
        await wanted(diptych, [], (), "9")
