"""Contract of Suites: versions never change, nothing is dropped, only a decision lets in."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from contracts.curating import Candidate, CandidateState, Source
from contracts.errors import Conflict, InvalidInput, NotFound
from contracts.measuring import Kind, Label, Question
from contracts.nouns import DEFAULT_WORKSPACE, Span
from tests.catalog.desk import CHANGE, Desk

NOW = datetime(2026, 1, 2, 3, 4, 5, 678_901, tzinfo=UTC)
FULL = Question(
    "a",
    "Quel préavis ?",
    "fr",
    Kind.FOLLOW_UP,
    (Label("bail.txt", "trois mois", 2, Span(18, 28), 2), Label("autre.txt")),
    ("trois mois", "3 mois"),
    ("Qui loue ?",),
)
PLAIN = Question("b", "Who?", kind=Kind.UNANSWERABLE)
UNKNOWN = UUID(int=7)


def candidate(origin: str = "trace-1", suite: str = "leases") -> Candidate:
    return Candidate(
        suite,
        origin,
        Source.FEEDBACK,
        replace(FULL, id=f"q-{origin}"),
        "ada",
        NOW,
        "It was late.",
        (Label("bail.txt"),),
    )


class SuitesContract:
    """A subclass supplies the ``desk`` fixture over an empty catalog."""

    async def test_versions_come_back_as_they_were_frozen(self, desk: Desk) -> None:
        suites = desk.catalog.suites
        await suites.create("leases", DEFAULT_WORKSPACE)
        first = await suites.freeze("leases", CHANGE, [FULL, PLAIN])
        assert (first.number, first.questions, first.by) == (1, 2, "ada")
        changed = replace(FULL, text="Quel délai ?")
        second = await suites.freeze("leases", CHANGE, [changed])
        assert second.number == 2
        assert (await suites.version("leases", 1)).questions == (FULL, PLAIN)
        latest = await suites.version("leases")
        assert (latest.name, latest.questions) == ("leases@2", (changed, PLAIN))
        assert latest.fingerprint == second.fingerprint != first.fingerprint
        assert (await suites.get("leases")).versions == (first, second)
        row, _ = await desk.catalog.policies.audit()
        assert (row.action, row.subject, row.after["version"]) == ("suite.freeze", "leases", 2)

    async def test_freezing_what_is_there_already_makes_no_version(self, desk: Desk) -> None:
        suites = desk.catalog.suites
        await suites.create("leases", DEFAULT_WORKSPACE)
        first = await suites.freeze("leases", CHANGE, [FULL])
        assert await suites.freeze("leases", CHANGE, [FULL]) == first
        assert await suites.freeze("leases", CHANGE) == first
        await suites.create("leases", DEFAULT_WORKSPACE)
        assert len((await suites.get("leases")).versions) == 1

    async def test_a_question_leaves_by_name_and_the_last_one_stays(self, desk: Desk) -> None:
        suites = desk.catalog.suites
        await suites.create("leases", DEFAULT_WORKSPACE)
        await suites.freeze("leases", CHANGE, [FULL, PLAIN])
        await suites.freeze("leases", CHANGE, without=["a"])
        assert (await suites.version("leases")).questions == (PLAIN,)
        with pytest.raises(NotFound):
            await suites.freeze("leases", CHANGE, without=["a"])
        with pytest.raises(InvalidInput):
            await suites.freeze("leases", CHANGE, without=["b"])
        assert len((await suites.get("leases")).versions) == 2

    async def test_only_what_was_confirmed_enters_the_next_version(self, desk: Desk) -> None:
        suites = desk.catalog.suites
        await suites.create("leases", DEFAULT_WORKSPACE)
        wanted, other, waiting = (candidate(name) for name in "xyz")
        assert await suites.propose([wanted, other, waiting]) == [wanted.id, other.id, waiting.id]
        with pytest.raises(InvalidInput):
            await suites.freeze("leases", CHANGE)
        better = replace(wanted.question, labels=(Label("bail.txt", "six mois"),))
        decided = await suites.decide(wanted.id, CandidateState.CONFIRMED, "bob", better)
        assert (decided.question, decided.decided_by) == (better, "bob")
        assert decided.decided is not None
        await suites.decide(other.id, CandidateState.REJECTED, "bob")
        assert (await suites.get("leases")).candidates == dict.fromkeys(CandidateState, 1)
        frozen = await suites.freeze("leases", CHANGE)
        assert (await suites.version("leases")).questions == (better,)
        assert (await suites.candidate(wanted.id)).version == frozen.number == 1
        with pytest.raises(Conflict):
            await suites.decide(wanted.id, CandidateState.REJECTED, "bob")
        await suites.freeze("leases", CHANGE, [FULL], without=[better.id])
        await suites.freeze("leases", CHANGE, [PLAIN])
        assert better not in (await suites.version("leases")).questions

    async def test_a_candidate_that_was_left_out_stays_confirmed(self, desk: Desk) -> None:
        suites = desk.catalog.suites
        await suites.create("leases", DEFAULT_WORKSPACE)
        await suites.propose([candidate()])
        await suites.decide(candidate().id, CandidateState.CONFIRMED, "bob")
        await suites.freeze("leases", CHANGE, [FULL], without=[candidate().question.id])
        assert (await suites.candidate(candidate().id)).version is None
        await suites.freeze("leases", CHANGE)
        assert candidate().question in (await suites.version("leases")).questions

    async def test_what_was_rejected_stays_so_when_it_is_proposed_again(self, desk: Desk) -> None:
        suites = desk.catalog.suites
        await suites.create("leases", DEFAULT_WORKSPACE)
        await suites.create("others", DEFAULT_WORKSPACE)
        assert await suites.propose([candidate(), candidate()]) == [candidate().id]
        assert await suites.candidate(candidate().id) == candidate()
        await suites.decide(candidate().id, CandidateState.REJECTED, "bob")
        again = replace(candidate(), question=replace(FULL, text="Otherwise?"))
        assert await suites.propose([again]) == []
        (kept,) = await suites.candidates("leases")
        assert (kept.state, kept.question) == (CandidateState.REJECTED, candidate().question)
        assert len(await suites.propose([candidate(suite="others")])) == 1
        await suites.decide(candidate().id, CandidateState.PROPOSED, "ada")
        assert (await suites.candidate(candidate().id)).state is CandidateState.PROPOSED

    async def test_candidates_come_page_by_page_in_order(self, desk: Desk) -> None:
        suites = desk.catalog.suites
        await suites.create("leases", DEFAULT_WORKSPACE)
        made = [candidate(str(n)) for n in range(5)]
        await suites.propose(made[:3])
        await suites.propose(made[3:])
        await suites.decide(made[1].id, CandidateState.REJECTED, "bob")
        first = await suites.candidates("leases", CandidateState.PROPOSED, limit=2)
        rest = await suites.candidates("leases", CandidateState.PROPOSED, after=first[-1].id)
        assert [one.origin for one in (*first, *rest)] == ["0", "2", "3", "4"]

    async def test_a_suite_is_not_there_for_another_workspace(self, desk: Desk) -> None:
        suites = desk.catalog.suites
        await desk.catalog.people.add_workspace("other")
        await suites.create("leases", DEFAULT_WORKSPACE)
        await suites.propose([candidate()])
        assert [one.name for one in await suites.records("other")] == []
        assert [one.name for one in await suites.records(DEFAULT_WORKSPACE)] == ["leases"]
        with pytest.raises(NotFound):
            await suites.get("leases", "other")
        with pytest.raises(NotFound):
            await suites.candidate(candidate().id, "other")
        with pytest.raises(Conflict):
            await suites.create("leases", "other")

    async def test_a_forgotten_suite_leaves_nothing(self, desk: Desk) -> None:
        suites = desk.catalog.suites
        await suites.create("leases", DEFAULT_WORKSPACE)
        await suites.propose([candidate()])
        await suites.decide(candidate().id, CandidateState.CONFIRMED, "bob")
        await suites.freeze("leases", CHANGE, [FULL])
        await suites.forget("leases", CHANGE)
        assert await suites.records() == []
        with pytest.raises(NotFound):
            await suites.candidate(candidate().id)
        await suites.create("leases", DEFAULT_WORKSPACE)
        assert await suites.propose([candidate()]) == [candidate().id]

    @pytest.mark.parametrize("name", ["", "A", "a b", "a@1", "a/b", "x" * 64])
    async def test_a_bad_name_is_refused(self, desk: Desk, name: str) -> None:
        with pytest.raises(InvalidInput):
            await desk.catalog.suites.create(name, DEFAULT_WORKSPACE)

    async def test_what_is_not_there_is_said(self, desk: Desk) -> None:
        suites = desk.catalog.suites
        for verb in (
            suites.create("leases", "nowhere"),
            suites.get("leases"),
            suites.version("leases"),
            suites.freeze("leases", CHANGE, [FULL]),
            suites.forget("leases", CHANGE),
            suites.propose([candidate()]),
            suites.candidate(UNKNOWN),
            suites.decide(UNKNOWN, CandidateState.REJECTED, "bob"),
        ):
            with pytest.raises(NotFound):
                await verb
        await suites.create("leases", DEFAULT_WORKSPACE)
        assert await suites.candidates("leases") == []
        assert await suites.propose([]) == []
        for number in (None, 1):
            with pytest.raises(NotFound):
                await suites.version("leases", number)

    async def test_text_that_no_database_keeps_is_cleaned(self, desk: Desk) -> None:
        suites = desk.catalog.suites
        await suites.create("leases", DEFAULT_WORKSPACE)
        odd = replace(candidate(), note="a\0b", question=replace(FULL, text="À\0 \ud800Lyon"))
        await suites.propose([odd])
        assert (await suites.candidate(odd.id)).question.text.endswith("Lyon")
        frozen = await suites.freeze("leases", CHANGE, [odd.question])
        assert (await suites.version("leases")).fingerprint == frozen.fingerprint
