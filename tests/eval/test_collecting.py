from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from contracts.curating import Candidate, CandidateState
from contracts.errors import NotFound
from contracts.measuring import Kind, Label
from contracts.nouns import DEFAULT_WORKSPACE, ChunkId, Span
from contracts.tracing import (
    Feedback,
    Outcome,
    Trace,
    TracedCitation,
    TracedHit,
    TraceKind,
    Verdict,
)
from eval import collecting
from eval.collecting import Collect, Collected
from tests.catalog.desk import Desk
from tests.fakes.catalog import InMemoryCatalog

NOW = datetime(2026, 1, 2, tzinfo=UTC)
ADA, BOB = UUID(int=1), UUID(int=2)


class Box:
    """A suite, a document, and what people asked and said."""

    def __init__(self, desk: Desk, document: UUID) -> None:
        catalog = desk.catalog
        self.catalog = catalog
        self.chunk = ChunkId(document, 1, 1, 0)
        self.collect = Collect(catalog.suites, catalog.traces, catalog.documents, lambda: NOW)

    def trace(self, number: int, **fields: object) -> Trace:
        asked = Trace(
            id=UUID(int=100 + number),
            kind=TraceKind.ASK,
            workspace=DEFAULT_WORKSPACE,
            at=NOW,
            outcome=Outcome.ANSWERED,
            text=f" Question {number}? ",
            hits=(TracedHit(self.chunk, 0.5), TracedHit(replace(self.chunk, ordinal=1), 0.4)),
            citations=(TracedCitation(self.chunk, "bail.txt", 2, Span(4, 14), "trois mois"),),
        )
        return replace(asked, **fields)  # type: ignore[arg-type]  # a test names its fields

    async def judge(self, trace: Trace, verdict: Verdict, by: UUID = ADA, said: str = "") -> None:
        await self.catalog.traces.add([trace])
        await self.catalog.traces.judge(Feedback(trace.id, by, verdict, NOW, said))

    async def collected(self) -> list[Candidate]:
        await self.collect("leases")
        return await self.catalog.suites.candidates("leases")


@pytest.fixture
async def box(tmp_path: Path) -> Box:
    desk = await Desk(InMemoryCatalog(tmp_path)).opened()
    (ref,) = await desk.live_documents("bail.txt")
    await desk.catalog.suites.create("leases", DEFAULT_WORKSPACE)
    return Box(desk, ref.document)


async def test_what_was_cited_is_proposed_where_everybody_was_content(box: Box) -> None:
    await box.judge(box.trace(1), Verdict.UP, said="Exactly.")
    (found,) = await box.collected()
    assert found.question.text == "Question 1?"
    assert found.question.labels == (Label("bail.txt", "trois mois", 2, Span(4, 14)),)
    assert (found.state, found.note) == (CandidateState.PROPOSED, "up: Exactly.")


async def test_what_was_found_is_no_label_where_somebody_was_not(box: Box) -> None:
    await box.judge(box.trace(1), Verdict.UP, ADA)
    await box.judge(box.trace(1), Verdict.DOWN, BOB, "It is six months.")
    (found,) = await box.collected()
    assert found.question.labels == ()
    assert found.question.answers == ()
    assert [one.document for one in found.seen] == ["ext-1"]
    assert "down: It is six months." in found.note


async def test_a_refusal_that_was_right_proposes_an_unanswerable_question(box: Box) -> None:
    await box.judge(box.trace(1, outcome=Outcome.REFUSED, citations=()), Verdict.UP)
    await box.judge(box.trace(2, outcome=Outcome.REFUSED, citations=()), Verdict.DOWN)
    right, wrong = sorted(await box.collected(), key=lambda one: one.question.text)
    assert right.question.kind is Kind.UNANSWERABLE
    assert wrong.question.kind is Kind.ANSWERABLE


async def test_each_judged_question_comes_once_and_a_rejected_one_never_again(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collecting, "PAGE", 2)
    for number in range(5):
        await box.judge(box.trace(number), Verdict.DOWN if number % 2 else Verdict.UP)
    await box.catalog.traces.add([box.trace(9)])
    assert await box.collect("leases") == Collected(5, 5)
    first = (await box.catalog.suites.candidates("leases"))[0]
    await box.catalog.suites.decide(first.id, CandidateState.REJECTED, "ada")
    assert await box.collect("leases") == Collected(5, 0)
    assert (await box.catalog.suites.candidate(first.id)).state is CandidateState.REJECTED


async def test_only_questions_of_the_suites_own_workspace_are_taken(box: Box) -> None:
    await box.judge(box.trace(1, workspace="other"), Verdict.UP)
    await box.judge(box.trace(2, kind=TraceKind.INGEST), Verdict.UP)
    await box.judge(box.trace(3, text=" "), Verdict.UP)
    assert await box.collected() == []
    with pytest.raises(NotFound):
        await box.collect("others")
