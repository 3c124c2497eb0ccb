from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from contracts.curating import Candidate, CandidateState, Source
from contracts.errors import Conflict, InvalidInput, NotFound
from contracts.measuring import Kind, Label, Question
from contracts.nouns import DEFAULT_WORKSPACE, Card, Part, Reading, Span
from contracts.record import KeptReading
from eval.corpus import anchor, look
from eval.curating import Curate, Mark, Revision
from tests.catalog.desk import CHANGE, Desk
from tests.fakes.catalog import InMemoryCatalog

NOW = datetime(2026, 1, 2, tzinfo=UTC)
TEXT = "Le préavis est de\ntrois mois."
ASKED = Revision(text=" Quel préavis ? ", answers=("trois mois", " ", "trois mois"))


class Room:
    """One document, one suite, and who curates it."""

    def __init__(self, desk: Desk, document: UUID) -> None:
        self.desk = desk
        self.document = document
        self.suites = desk.catalog.suites
        self.curate = Curate(self.suites, desk.catalog.documents, lambda: NOW)

    def mark(self, start: int, end: int, quote: str = "", part: int = 1) -> Revision:
        return Revision(marks=(Mark(self.document, part, Span(start, end), quote),))

    async def proposed(self, revision: Revision = ASKED) -> Candidate:
        return await self.curate.propose(DEFAULT_WORKSPACE, "leases", revision, "ada")

    async def confirm(self, one: Candidate, revision: Revision) -> Candidate:
        confirmed = CandidateState.CONFIRMED
        return await self.curate.decide(DEFAULT_WORKSPACE, one.id, confirmed, "bob", revision)


@pytest.fixture
async def room(tmp_path: Path) -> Room:
    desk = await Desk(InMemoryCatalog(tmp_path)).opened()
    (ref,) = await desk.live_documents("bail.txt")
    parts = (Part(0, "page", "Rien."), Part(1, "page", TEXT))
    card = Card(DEFAULT_WORKSPACE, "Bail", "bail.txt", "text/plain")
    await desk.catalog.ledger.save_readings(
        [KeptReading(ref, Reading("text/plain", parts, "Bail"), card)]
    )
    await desk.catalog.suites.create("leases", DEFAULT_WORKSPACE)
    return Room(desk, ref.document)


async def test_a_persons_question_is_a_candidate_until_a_person_confirms_it(room: Room) -> None:
    made = await room.proposed()
    assert (made.source, made.by, made.state) == (Source.PERSON, "ada", CandidateState.PROPOSED)
    assert (made.question.text, made.question.answers) == ("Quel préavis ?", ("trois mois",))
    await room.confirm(made, room.mark(18, 28))
    await room.suites.freeze("leases", CHANGE)
    (question,) = (await room.suites.version("leases")).questions
    assert question.labels == (Label("bail.txt", "trois mois", 1, Span(18, 28)),)
    corpus = await look(room.desk.catalog.documents, DEFAULT_WORKSPACE)
    assert (await anchor([question], corpus, room.desk.catalog.ledger)).doubts == ()


@pytest.mark.parametrize(
    ("mark", "label"),
    [
        (Mark(UUID(int=0)), Label("bail.txt")),
        (
            Mark(UUID(int=0), 1, None, "de trois mois"),
            Label("bail.txt", "de\ntrois mois", 1, Span(15, 28)),
        ),
        (
            Mark(UUID(int=0), 1, Span(15, 28), "de trois mois"),
            Label("bail.txt", "de\ntrois mois", 1, Span(15, 28)),
        ),
    ],
)
async def test_a_mark_becomes_a_label_in_the_words_that_stand_there(
    room: Room, mark: Mark, label: Label
) -> None:
    own = Mark(room.document, mark.part, mark.span, mark.quote)
    found = await room.confirm(await room.proposed(), Revision(marks=(own, own)))
    assert found.question.labels == (label,)


@pytest.mark.parametrize(
    ("start", "end", "part", "quote", "said"),
    [
        (18, 99, 1, "", "outside the text of part 1"),
        (-3, 4, 1, "", "outside the text"),
        (9, 9, 1, "", "outside the text"),
        (17, 18, 1, "", "has no words"),
        (0, 4, 7, "", "has no part 7"),
        (0, 4, 1, "trois mois", "Other words stand at 0 to 4"),
    ],
)
async def test_a_label_outside_the_text_is_refused_and_changes_nothing(
    room: Room, start: int, end: int, part: int, quote: str, said: str
) -> None:
    made = await room.proposed()
    with pytest.raises(InvalidInput, match=said):
        await room.confirm(made, room.mark(start, end, quote, part))
    assert await room.suites.candidate(made.id) == made


async def test_words_that_do_not_stand_there_are_refused(room: Room) -> None:
    wrong = Revision(marks=(Mark(room.document, 1, None, "six mois"),))
    with pytest.raises(InvalidInput, match="do not stand in part 1"):
        await room.confirm(await room.proposed(), wrong)


async def test_only_a_question_that_can_be_measured_is_confirmed(room: Room) -> None:
    made = await room.proposed()
    with pytest.raises(InvalidInput, match="has no label"):
        await room.confirm(made, Revision())
    marks = room.mark(18, 28).marks
    with pytest.raises(InvalidInput, match="unanswerable and has a label"):
        await room.confirm(made, Revision(kind=Kind.UNANSWERABLE, marks=marks))
    for text in (" ", "x" * 4001):
        with pytest.raises(InvalidInput, match="1 to 4000 characters"):
            await room.confirm(made, Revision(text=text))
    found = await room.confirm(made, Revision(kind=Kind.UNANSWERABLE))
    assert (found.state, found.question.kind) == (CandidateState.CONFIRMED, Kind.UNANSWERABLE)
    assert found.question.answers == ()


async def test_calling_it_unanswerable_takes_the_proposed_labels_away(room: Room) -> None:
    question = Question("q", "?", labels=(Label("bail.txt"),))
    one = Candidate("leases", "trace", Source.FEEDBACK, question, "ada", NOW)
    await room.suites.propose([one])
    found = await room.confirm(one, Revision(kind=Kind.UNANSWERABLE))
    assert found.question.labels == ()


async def test_what_was_kept_of_the_proposal_stays_beside_the_marks(room: Room) -> None:
    first, second = Label("bail.txt"), Label("autre.txt")
    question = Question("q", "?", labels=(first, second))
    one = Candidate("leases", "trace", Source.FEEDBACK, question, "ada", NOW)
    await room.suites.propose([one])
    marks = room.mark(18, 28).marks
    found = await room.confirm(one, Revision(marks=marks, kept=(second, Label("foreign"))))
    words = Label("bail.txt", "trois mois", 1, Span(18, 28))
    assert found.question.labels == (second, words)


async def test_proposed_again_it_is_the_same_candidate(room: Room) -> None:
    first = await room.curate.propose(DEFAULT_WORKSPACE, "leases", ASKED, "ada", "ticket 7")
    rejected = CandidateState.REJECTED
    await room.curate.decide(DEFAULT_WORKSPACE, first.id, rejected, "bob")
    again = await room.curate.propose(DEFAULT_WORKSPACE, "leases", ASKED, "cleo", "ticket 7")
    assert (again.id, again.state, again.by) == (first.id, rejected, "ada")


async def test_another_workspace_reaches_nothing(room: Room) -> None:
    await room.desk.catalog.people.add_workspace("other")
    made = await room.proposed()
    for verb in (
        room.curate.propose("other", "leases", ASKED, "eve"),
        room.curate.decide("other", made.id, CandidateState.REJECTED, "eve"),
        room.confirm(made, Revision(marks=(Mark(uuid4()),))),
    ):
        with pytest.raises(NotFound):
            await verb


async def test_what_a_version_holds_is_decided(room: Room) -> None:
    made = await room.proposed()
    await room.confirm(made, room.mark(18, 28))
    await room.suites.freeze("leases", CHANGE)
    with pytest.raises(Conflict):
        await room.confirm(made, Revision())
