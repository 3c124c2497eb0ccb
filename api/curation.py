"""What the routes and pages of suites call."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from contracts.content import SentenceSplitter
from contracts.curating import Candidate, CandidateState, Suites
from eval.collecting import Collected
from eval.curating import UNCHANGED, Revision


class Curating(Protocol):
    """The use case by which people propose and decide."""

    async def propose(
        self, workspace: str, suite: str, revision: Revision, by: str, origin: str | None = None
    ) -> Candidate:
        """Keep a person's question as a candidate."""
        ...

    async def decide(
        self,
        workspace: str,
        candidate: UUID,
        state: CandidateState,
        by: str,
        revision: Revision = UNCHANGED,
    ) -> Candidate:
        """Confirm, reject or put back a candidate."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Curation:
    """Everything behind the routes and pages of suites.

    ``collect`` makes candidates of the feedback in a suite's workspace.
    """

    suites: Suites
    curate: Curating
    collect: Callable[[str, str | None], Awaitable[Collected]]
    splitter: SentenceSplitter
