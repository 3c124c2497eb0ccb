"""Nouns and the port of curating: suites that are kept, their versions, candidates for them.

Whatever proposes a question, a person decides whether it enters a suite, and with which labels:
an answer that somebody praised, a passage that a search found or a question that a model wrote
is where to look, never what is right.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID, uuid5

from contracts.errors import InvalidInput, NotFound
from contracts.measuring import Label, Question, Suite
from contracts.policy import Change

_CANDIDATES = UUID("6f0d2f4e-4a6b-5d0c-9e59-5b1d0a6f3c21")


class Source(StrEnum):
    """Where a candidate comes from."""

    FEEDBACK = "feedback"
    GENERATED = "generated"
    PERSON = "person"


class CandidateState(StrEnum):
    """What a person decided about a candidate."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question that may enter a suite.

    ``origin`` is what it was made of: a trace, a place in a document, or what the person calls
    it. ``by`` proposed it, ``decided_by`` decided last. Labels and answers of ``question`` are
    proposals until it is confirmed; ``seen`` are passages that were shown for it, where to look
    and no more. ``version`` is the first one that holds it; from then on it stays as it is.
    """

    suite: str
    origin: str
    source: Source
    question: Question
    by: str
    proposed: datetime
    note: str = ""
    seen: tuple[Label, ...] = ()
    state: CandidateState = CandidateState.PROPOSED
    decided: datetime | None = None
    decided_by: str | None = None
    version: int | None = None

    @property
    def id(self) -> UUID:
        """The same for the same origin and suite: proposed again, it is the same candidate."""
        return candidate_id(self.suite, self.origin)


def candidate_id(suite: str, origin: str) -> UUID:
    """Give the id that a suite's candidate of this origin has."""
    return uuid5(_CANDIDATES, f"{suite}\n{origin}")


@dataclass(frozen=True, slots=True)
class SuiteVersion:
    """One version of a suite, numbered from 1; what it holds never changes."""

    number: int
    fingerprint: str
    questions: int
    frozen: datetime
    by: str


@dataclass(frozen=True, slots=True)
class SuiteRecord:
    """A suite that is kept, with its versions, oldest first, and its candidates by state.

    ``workspace`` holds the documents that its labels name. Candidates that a version holds are
    not counted.
    """

    name: str
    workspace: str
    created: datetime
    versions: tuple[SuiteVersion, ...] = ()
    candidates: Mapping[CandidateState, int] = field(default_factory=dict)


def next_questions(
    latest: Sequence[Question],
    confirmed: Sequence[Question],
    given: Sequence[Question],
    without: Collection[str],
) -> tuple[Question, ...]:
    """Give what the next version of a suite holds; see ``Suites.freeze``."""
    questions = {one.id: one for one in (*latest, *confirmed, *given)}
    for gone in without:
        if questions.pop(gone, None) is None:
            raise NotFound(
                f"The suite has no question '{gone[:80]}'.", "Export it to see which it has."
            )
    if not questions:
        raise InvalidInput(
            "The suite would hold no question.", "Confirm a candidate, or import questions."
        )
    return tuple(questions.values())


class Suites(Protocol):
    """Suites, their versions and candidates. Verbs raise CatalogUnavailable.

    Names are unique in the service. With ``workspace``, a suite of another one is not there.
    """

    async def create(self, name: str, workspace: str) -> None:
        """Have a suite, at first without a version; again is nothing new.

        Raises InvalidInput for a bad name, Conflict when another workspace has one of that name.
        """
        ...

    async def records(self, workspace: str | None = None) -> list[SuiteRecord]:
        """List suites by name."""
        ...

    async def get(self, name: str, workspace: str | None = None) -> SuiteRecord:
        """Give a suite. Raises NotFound."""
        ...

    async def version(self, name: str, number: int | None = None) -> Suite:
        """Give what a version holds, named ``name@number``; None means the latest.

        Raises NotFound for an unknown suite or version, and while there is no version.
        """
        ...

    async def freeze(
        self,
        name: str,
        change: Change,
        questions: Sequence[Question] = (),
        without: Collection[str] = (),
    ) -> SuiteVersion:
        """Make the next version, with its audit row, and give it.

        It holds what the latest one holds, then every confirmed candidate that no version holds,
        then ``questions``, each in the place of an earlier one of the same id, but none of the
        ids in ``without``. Nothing different gives the latest version and makes none. Raises
        NotFound, also for an id in ``without`` that is not there, and InvalidInput when nothing
        would be left.
        """
        ...

    async def forget(self, name: str, change: Change) -> None:
        """Remove a suite with its versions and candidates, with an audit row. Raises NotFound."""
        ...

    async def propose(self, candidates: Sequence[Candidate]) -> list[UUID]:
        """Keep candidates, as proposed ones; give the ids of those that are new.

        One that was proposed before stays as it is, rejected or not. One transaction. Raises
        NotFound for an unknown suite.
        """
        ...

    async def candidates(
        self,
        suite: str,
        state: CandidateState | None = None,
        *,
        limit: int = 50,
        after: UUID | None = None,
    ) -> list[Candidate]:
        """List candidates in the order in which they were proposed, those after a candidate."""
        ...

    async def candidate(self, candidate: UUID, workspace: str | None = None) -> Candidate:
        """Give a candidate. Raises NotFound."""
        ...

    async def decide(
        self,
        candidate: UUID,
        state: CandidateState,
        by: str,
        question: Question | None = None,
    ) -> Candidate:
        """Note what a person decided, with the question as it is now where that changed.

        Whatever was decided before may be decided anew. Raises NotFound, and Conflict for a
        candidate that a version holds.
        """
        ...
