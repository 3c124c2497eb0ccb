from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from contracts.errors import Conflict, InvalidInput, PanelUnavailable, TooLarge, Unavailable
from contracts.measuring import Kind, Label, Pins, Question, Suite
from contracts.nouns import DEFAULT_WORKSPACE, Chunk, ChunkId, ReadMode, Span
from contracts.tuning import Configuration
from eval.running import Machine, Measure
from tests.catalog.desk import Desk
from tests.eval.measured import PINS
from tests.fakes.catalog import InMemoryCatalog

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SUITE = Suite(
    "names",
    (
        *(Question(f"q{n}", f"doc{n} ?", "fr", labels=(Label(f"doc{n}"),)) for n in range(30)),
        Question("none", "nothing ?", kind=Kind.UNANSWERABLE),
    ),
)
NAMES = [f"doc{n}" for n in range(30)]
VECTOR, GRAPH = ReadMode.VECTOR, ReadMode.GRAPH
BOTH = [Configuration(VECTOR), Configuration(GRAPH)]
ALONE = BOTH[:1]


@dataclass(frozen=True)
class Passage:
    chunk: Chunk
    source: str
    external_id: str | None = None

    @property
    def read(self) -> Chunk:
        return self.chunk


@dataclass(frozen=True)
class Search:
    found: Sequence[Passage]
    degraded: str | None = None
    took_ms: Mapping[str, float] = field(default_factory=lambda: {"total": 5.0})


@dataclass(frozen=True)
class Citation:
    chunk: ChunkId
    part: int
    span: Span
    quote: str
    source: str


@dataclass(frozen=True)
class Answer:
    text: str
    refused: bool
    citations: tuple[Citation, ...]
    search: Search
    took_ms: Mapping[str, float]


class Meter:
    @contextmanager
    def watching(self) -> Iterator[dict[str, float]]:
        load: dict[str, float] = {}
        yield load
        load["cpu_percent_mean"] = 12.0


class Stand:
    """A service whose vector panel finds the named document and whose graph panel finds none."""

    def __init__(self, desk: Desk, documents: Mapping[str, UUID]) -> None:
        self.desk = desk
        self.documents = documents
        self.asked: list[tuple[str, ReadMode]] = []
        self.failing: dict[str, Exception] = {}
        self.degraded: str | None = None
        self.seed = 7
        self.with_answers = False

    async def search(self, pins: Pins, text: str) -> Search:
        mode = pins.mode
        assert pins.workspace == DEFAULT_WORKSPACE
        self.asked.append((text, mode))
        if text in self.failing:
            raise self.failing[text]
        name = text.split(maxsplit=1)[0]
        found = [self.passage(name)] if mode is VECTOR and name in self.documents else []
        return Search(found, self.degraded)

    def passage(self, name: str) -> Passage:
        chunk = ChunkId(self.documents[name], 1, 1, 0)
        return Passage(Chunk(chunk, 0, None, Span(0, 4), "text", "", "fr"), f"folder/{name}")

    async def ask(self, pins: Pins, text: str) -> Answer:
        search = await self.search(pins, text)
        cited = [Citation(p.chunk.id, 0, p.chunk.span, "text", p.source) for p in search.found]
        return Answer("text", not cited, tuple(cited), search, {"total": 9.0})

    def pinning(self, how: Configuration, corpus: str) -> Pins:
        fingerprint = SUITE.fingerprint
        return replace(
            PINS,
            mode=how.mode,
            corpus_fingerprint=corpus,
            suite_fingerprint=fingerprint,
            seed=self.seed,
        )

    @property
    def measure(self) -> Measure:
        catalog = self.desk.catalog
        machine = Machine(lambda: NOW, Meter(), lambda _: "fr")
        ask = self.ask if self.with_answers else None
        documents, ledger = catalog.documents, catalog.ledger
        return Measure(catalog.runs, documents, ledger, machine, self.search, ask)


@pytest.fixture
async def stand(tmp_path: Path) -> Stand:
    desk = await Desk(InMemoryCatalog(tmp_path)).opened()
    refs = await desk.live_documents(*NAMES)
    return Stand(desk, {name: ref.document for name, ref in zip(NAMES, refs, strict=True)})


def unseen(done: int, total: int) -> None:
    assert done <= total


async def test_every_question_is_asked_in_every_mode_and_kept(stand: Stand) -> None:
    runs = await stand.measure.begin(SUITE, BOTH, stand.pinning, DEFAULT_WORKSPACE)
    vector, graph = await stand.measure.finish(SUITE, runs, stand.pinning, unseen)
    assert (vector.pins.mode, vector.done, vector.ended) == (VECTOR, 31, NOW)
    assert vector.complete
    assert vector.load == {"cpu_percent_mean": 12.0}
    kept = {one.question: one for one in await stand.desk.catalog.runs.results(vector.id)}
    assert kept["q7"].metrics["ndcg@10"] == 1
    assert (kept["q7"].found, kept["q7"].group) == (("doc7",), "doc7")
    assert (kept["q7"].took_ms, kept["q7"].answer) == ({"total": 5.0}, None)
    assert kept["none"].metrics == {"answered": 1.0}
    lost = await stand.desk.catalog.runs.results(graph.id)
    assert {one.metrics["ndcg@10"] for one in lost if one.question != "none"} == {0.0}


async def test_modes_take_turns_so_that_the_machine_strikes_both_alike(stand: Stand) -> None:
    runs = await stand.measure.begin(SUITE, BOTH, stand.pinning, DEFAULT_WORKSPACE)
    await stand.measure.finish(SUITE, runs, stand.pinning, unseen)
    turns = [mode for _, mode in stand.asked]
    assert turns[:4] == [VECTOR, GRAPH, GRAPH, VECTOR]


async def test_the_seed_decides_the_order_of_the_questions(stand: Stand) -> None:
    orders = []
    for seed in (7, 7, 8):
        stand.seed = seed
        runs = await stand.measure.begin(SUITE, ALONE, stand.pinning, DEFAULT_WORKSPACE)
        await stand.measure.finish(SUITE, runs, stand.pinning, unseen)
        orders.append([text for text, _ in stand.asked])
        stand.asked.clear()
    assert orders[0] == orders[1] != orders[2]
    assert sorted(orders[0]) == sorted(orders[2])


async def test_answers_are_scored_with_their_citations_and_times(stand: Stand) -> None:
    stand.with_answers = True
    runs = await stand.measure.begin(SUITE, ALONE, stand.pinning, DEFAULT_WORKSPACE)
    (run,) = await stand.measure.finish(SUITE, runs, stand.pinning, unseen)
    kept = {one.question: one for one in await stand.desk.catalog.runs.results(run.id)}
    assert (kept["q1"].answer, kept["q1"].refused) == ("text", False)
    assert kept["q1"].metrics["citation_precision"] == kept["q1"].metrics["refusal"] == 1
    assert kept["q1"].took_ms == {"total": 5.0, "ask_total": 9.0}
    assert kept["none"].metrics == {"answered": 1.0, "refusal": 1.0}


async def test_a_run_that_was_cut_off_goes_on_where_it_was(stand: Stand) -> None:
    runs = await stand.measure.begin(SUITE, BOTH, stand.pinning, DEFAULT_WORKSPACE)
    stand.failing["doc3 ?"] = PanelUnavailable("Down.")
    with pytest.raises(PanelUnavailable):
        await stand.measure.finish(SUITE, runs, stand.pinning, unseen)
    before = len(stand.asked) - 1
    cut = [await stand.desk.catalog.runs.get(run.id) for run in runs]
    assert sum(run.done for run in cut) == before > 0
    assert not any(run.complete for run in cut)
    stand.failing.clear()
    stand.asked.clear()
    ended = await stand.measure.finish(SUITE, runs, stand.pinning, unseen)
    assert len(stand.asked) == 62 - before
    assert all(run.complete and run.done == 31 for run in ended)


async def test_one_panel_is_never_measured_for_another(stand: Stand) -> None:
    runs = await stand.measure.begin(SUITE, ALONE, stand.pinning, DEFAULT_WORKSPACE)
    stand.degraded = "The graph answered for it."
    with pytest.raises(Unavailable, match="answered for it"):
        await stand.measure.finish(SUITE, runs, stand.pinning, unseen)
    assert (await stand.desk.catalog.runs.get(runs[0].id)).done == 0


async def test_a_question_that_the_service_refuses_counts_as_not_answered(stand: Stand) -> None:
    stand.failing["doc3 ?"] = TooLarge("Too long.")
    runs = await stand.measure.begin(SUITE, ALONE, stand.pinning, DEFAULT_WORKSPACE)
    (run,) = await stand.measure.finish(SUITE, runs, stand.pinning, unseen)
    kept = {one.question: one for one in await stand.desk.catalog.runs.results(run.id)}
    assert kept["q3"].error == "Too long."
    assert kept["q3"].metrics["answered"] == kept["q3"].metrics["ndcg@10"] == 0


async def test_a_run_over_other_documents_than_it_began_with_is_refused(stand: Stand) -> None:
    runs = await stand.measure.begin(SUITE, ALONE, stand.pinning, DEFAULT_WORKSPACE)
    await stand.desk.live_documents("new")
    with pytest.raises(Conflict, match="another corpus fingerprint"):
        await stand.measure.finish(SUITE, runs, stand.pinning, unseen)
    assert stand.asked == []


async def test_a_run_whose_documents_change_under_way_never_ends(stand: Stand) -> None:
    runs = await stand.measure.begin(SUITE, ALONE, stand.pinning, DEFAULT_WORKSPACE)
    search = stand.search

    async def meanwhile(pins: Pins, text: str) -> Search:
        if text == "doc3 ?":
            await stand.desk.live_documents("new")
        return await search(pins, text)

    stand.search = meanwhile  # type: ignore[method-assign]
    with pytest.raises(Conflict, match="another corpus fingerprint"):
        await stand.measure.finish(SUITE, runs, stand.pinning, unseen)
    run = await stand.desk.catalog.runs.get(runs[0].id)
    assert (run.done, run.complete) == (31, False)


async def test_a_run_goes_on_only_as_it_began(stand: Stand) -> None:
    runs = await stand.measure.begin(SUITE, ALONE, stand.pinning, DEFAULT_WORKSPACE)
    stand.seed = 8
    with pytest.raises(Conflict, match="another seed"):
        await stand.measure.finish(SUITE, runs, stand.pinning, unseen)


async def test_labels_that_do_not_match_the_documents_stop_it_before_it_begins(
    stand: Stand,
) -> None:
    gone = Question("gone", "?", labels=(Label("elsewhere.pdf"),))
    suite = Suite("names", (*SUITE.questions, gone))
    with pytest.raises(InvalidInput, match=r"1 labels.*'gone', 'elsewhere.pdf': no such document"):
        await stand.measure.begin(suite, ALONE, stand.pinning, DEFAULT_WORKSPACE)
    assert await stand.desk.catalog.runs.latest() == []
