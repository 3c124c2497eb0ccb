import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from contracts.content import Message, Spent
from contracts.curating import CandidateState, Source
from contracts.errors import ModelUnavailable, NotFound
from contracts.nouns import DEFAULT_WORKSPACE, UNDETERMINED, Card, Part, Reading, Span
from contracts.record import KeptReading
from eval.corpus import anchor, look
from eval.generating import SHORTEST, Corpus, Fate, Generate
from tests.catalog.desk import Desk
from tests.fakes.catalog import InMemoryCatalog

NOW = datetime(2026, 1, 2, tzinfo=UTC)
TEXT = "The Aldgate lease was signed in\n1987 by Ada Byron. " + "It has further clauses. " * 5
GOOD = {"question": "When was the Aldgate lease signed?", "answer": "in 1987"}


class Sentences:
    def split(self, text: str, language: str) -> list[Span]:
        assert language == UNDETERMINED
        ends = [place + 1 for place, letter in enumerate(text) if letter == "."]
        return [Span(a, b) for a, b in zip([0, *(one + 1 for one in ends)], ends, strict=False)]


class Model:
    """Writes ``written``, answers with the passage ``open`` and without it ``closed``."""

    model = "scripted"

    def __init__(
        self, written: object = GOOD, open_: str = "In 1987.", closed: str = "UNKNOWN"
    ) -> None:
        self.written = written if isinstance(written, str) else json.dumps(written)
        self.open, self.closed = open_, closed
        self.calls = 0
        self.fails_at = 0

    async def stream(
        self, messages: Sequence[Message], *, max_tokens: int, spent: Spent | None = None
    ) -> AsyncIterator[str]:
        assert max_tokens
        assert spent is None
        self.calls += 1
        if self.calls == self.fails_at:
            raise ModelUnavailable("The model does not answer.", "Start it.")
        rules = messages[0].content
        closed = "which you cannot see" in rules
        assert ("Aldgate lease was" in "".join(one.content for one in messages)) is not closed
        for piece in (
            self.written if "test question" in rules else [self.closed] * closed or [self.open]
        ):
            yield piece


class Works:
    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        catalog = desk.catalog
        self.suites = catalog.suites
        self.corpus = Corpus(catalog.documents, catalog.ledger, Sentences())

    async def fates(self, model: Model, wanted: int = 9) -> dict[Fate, int]:
        generate = Generate(self.suites, self.corpus, model, lambda: NOW)
        return dict((await generate("leases", wanted)).fates)


@pytest.fixture
async def works(tmp_path: Path) -> Works:
    desk = await Desk(InMemoryCatalog(tmp_path)).opened()
    names = ("a.txt", "b.txt", "c.txt", "short.txt")
    for ref, name in zip(await desk.live_documents(*names), names, strict=True):
        text = "Short." if name == "short.txt" else TEXT
        reading = Reading("text/plain", (Part(0, "text", text),), name)
        card = Card(DEFAULT_WORKSPACE, name, name, "text/plain")
        await desk.catalog.ledger.save_readings([KeptReading(ref, reading, card)])
    await desk.catalog.suites.create("leases", DEFAULT_WORKSPACE)
    return Works(desk)


async def test_a_question_that_holds_is_proposed_with_the_exact_words(works: Works) -> None:
    assert await works.fates(Model()) == {Fate.PROPOSED: 3}
    found = await works.suites.candidates("leases")
    one = found[0]
    assert (one.source, one.state, one.by) == (
        Source.GENERATED,
        CandidateState.PROPOSED,
        "scripted",
    )
    (label,) = one.question.labels
    assert (label.quote, label.span, one.question.answers) == (
        "in\n1987",
        Span(29, 36),
        ("in 1987",),
    )
    assert len(one.seen[0].quote) >= SHORTEST
    corpus = await look(works.desk.catalog.documents, DEFAULT_WORKSPACE)
    asked = [one.question for one in found]
    assert (await anchor(asked, corpus, works.desk.catalog.ledger)).doubts == ()


@pytest.mark.parametrize(
    ("model", "fate"),
    [
        (Model("Sure! Here is one."), Fate.MALFORMED),
        (Model('{"question": "When?"}'), Fate.MALFORMED),
        (Model('{"question": 7, "answer": ["in 1987"]}'), Fate.MALFORMED),
        (Model('["in 1987"]'), Fate.MALFORMED),
        (Model({"question": "", "answer": "in 1987"}), Fate.MALFORMED),
        (Model({"question": "Q" * 501, "answer": "in 1987"}), Fate.MALFORMED),
        (Model("[" * 100_000), Fate.MALFORMED),
        (Model({**GOOD, "answer": "in 2001"}), Fate.NOT_THERE),
        (Model({**GOOD, "question": "Was it signed in 1987?"}), Fate.TOLD),
        (Model(open_="UNKNOWN"), Fate.UNANSWERED),
        (Model(open_="Ada Byron"), Fate.UNANSWERED),
        (Model(closed="In 1987"), Fate.COMMON),
        (Model(closed="Perhaps in 2001"), Fate.COMMON),
    ],
)
async def test_what_does_not_hold_is_counted_and_never_proposed(
    works: Works, model: Model, fate: Fate
) -> None:
    assert await works.fates(model) == {fate: 3}
    assert await works.suites.candidates("leases") == []


async def test_output_around_the_object_does_no_harm(works: Works) -> None:
    assert await works.fates(Model(f"```json\n{json.dumps(GOOD)}\n```")) == {Fate.PROPOSED: 3}


async def test_no_more_than_wanted_and_no_place_twice(works: Works) -> None:
    assert await works.fates(Model(), 2) == {Fate.PROPOSED: 2}
    (first, _) = await works.suites.candidates("leases")
    await works.suites.decide(first.id, CandidateState.REJECTED, "ada")
    again = Model()
    assert await works.fates(again) == {Fate.KNOWN: 2, Fate.PROPOSED: 1}
    assert again.calls == 3


async def test_what_was_made_before_a_model_fails_is_kept(works: Works) -> None:
    model = Model()
    model.fails_at = 4
    with pytest.raises(ModelUnavailable):
        await works.fates(model)
    assert len(await works.suites.candidates("leases")) == 1


async def test_an_unknown_suite_is_said(works: Works) -> None:
    with pytest.raises(NotFound):
        await Generate(works.suites, works.corpus, Model(), lambda: NOW)("others", 1)
