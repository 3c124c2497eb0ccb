from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import pytest

from contracts.measuring import Kind, Label, Question
from contracts.nouns import Chunk, ChunkId, Span, VersionRef
from eval.checking import FoundPassage, check

PART = "Le préavis est de\ntrois mois. Le salaire est de 2 450 euros."
ID = ChunkId(UUID(int=1), 1, 1, 0)


@dataclass(frozen=True)
class Shown:
    chunk: Chunk
    source: str
    external_id: str | None = None

    @property
    def read(self) -> Chunk:
        return self.chunk


@dataclass(frozen=True)
class Cites:
    chunk: ChunkId
    part: int
    span: Span
    quote: str
    source: str


@dataclass(frozen=True)
class Says:
    text: str
    refused: bool = False
    citations: tuple[Cites, ...] = ()


def question(
    name: str = "1",
    text: str = "Quel préavis ?",
    document: str = "bail.pdf",
    quote: str = "préavis est de trois mois",
) -> Question:
    return Question(name, text, "fr", labels=(Label(document, quote),), answers=("Trois mois",))


def shown(text: str, source: str = "dossier/bail.pdf") -> Shown:
    return Shown(Chunk(ID, 0, 1, Span(0, len(text)), text, "", "fr"), source)


def cites(quote: str = PART[:30], start: int = 0, source: str = "dossier/bail.pdf") -> Cites:
    return Cites(ID, 0, Span(start, start + len(quote)), quote, source)


async def part_text(ref: VersionRef, part: int) -> str:
    return PART if (ref, part) == (ID.ref, 0) else ""


async def outcome(
    asked: Question, found: Sequence[FoundPassage] = (), says: Says | None = None
) -> tuple[int | None, bool, bool, tuple[str, ...]]:
    async def search(text: str) -> Sequence[FoundPassage]:
        assert text == asked.text
        return found

    async def ask(text: str) -> Says:
        assert text == asked.text
        assert says is not None
        return says

    (one,) = (await check([asked], search, ask if says else None, part_text)).checked
    return one.rank, one.cited, one.told, one.unresolved


async def test_the_rank_is_of_the_right_document_and_ignores_line_breaks() -> None:
    found = [shown("Autre."), shown(PART, "autre.pdf"), shown(PART), shown(PART)]
    assert (await outcome(question(), found))[0] == 3
    assert (await outcome(question(document="dossier/bail.pdf"), found))[0] == 3
    assert (await outcome(question(document="ail.pdf"), found))[0] is None
    assert (await outcome(question(quote="six mois"), found))[0] is None
    assert (await outcome(question(), [shown(PART, "C:\\dossier\\bail.pdf")]))[0] == 1


async def test_a_citation_counts_when_it_rests_on_the_right_words() -> None:
    for quote, right in ((PART[:30], True), ("trois mois", True), ("Le salaire", False)):
        says = Says(
            "trois mois",
            citations=(cites(quote, PART.replace("\n", " ").index(quote.replace("\n", " "))),),
        )
        _, cited, told, unresolved = await outcome(question(), says=says)
        assert (cited, told, unresolved) == (right, True, ())
    says = Says("?", citations=(cites(source="autre.pdf"),))
    assert (await outcome(question(), says=says))[1:3] == (False, False)


@pytest.mark.parametrize("wrong", [cites(start=1), cites("inventé"), cites("")])
async def test_a_quote_that_does_not_stand_there_is_unresolved(wrong: Cites) -> None:
    assert (await outcome(question(), says=Says("", citations=(wrong,))))[3] == (wrong.quote,)


async def test_the_report_adds_up() -> None:
    questions = [
        question("found", "a"),
        question("second", "b"),
        question("lost", "c"),
        Question("no", "d", kind=Kind.UNANSWERABLE),
    ]
    ranks = {"a": [PART], "b": ["Autre.", PART], "c": [], "d": [PART]}
    answers = {
        "a": Says("Trois mois", citations=(cites(),)),
        "b": Says("Six mois", citations=(cites("faux"),)),
        "c": Says("", refused=True),
        "d": Says("", refused=True),
    }

    async def search(text: str) -> Sequence[FoundPassage]:
        return [shown(one) for one in ranks[text]]

    async def ask(text: str) -> Says:
        return answers[text]

    report = await check(questions, search, ask, part_text)
    assert (report.success(1), report.success(5)) == (1 / 3, 2 / 3)
    assert report.mrr == 0.5
    assert (report.cited, report.told) == (1 / 3, 1 / 3)
    assert (report.refused, report.refused_wrongly) == (1.0, 1 / 3)
    assert not report.resolved


async def test_no_question_is_nothing_to_do() -> None:
    async def search(_: str) -> Sequence[FoundPassage]:
        raise AssertionError

    report = await check([], search)
    assert (report.checked, report.mrr, report.resolved) == ((), 0, True)
