"""Turns what people said of answers into candidates: where to look, never what is right."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Protocol
from uuid import UUID

from contracts.curating import Candidate, Source, Suites
from contracts.measuring import Kind, Label, Question
from contracts.paging import pages
from contracts.record import DocumentPage
from contracts.tracing import Feedback, Trace, TraceFilter, TraceKind, TracePage, Verdict
from eval.curating import question_id
from eval.placing import name_of

PAGE = 100
SEEN = 5
"""Documents that a candidate remembers of those that were found."""


class Judged(Protocol):
    """The part of the traces that this needs."""

    async def find(
        self, wanted: TraceFilter, *, limit: int = 50, cursor: str | None = None
    ) -> TracePage:
        """List traces, newest first."""
        ...

    async def feedback(self, traces: Sequence[UUID]) -> list[Feedback]:
        """Give what was said of these traces, oldest first."""
        ...


class Chosen(Protocol):
    """The part of the record's documents that this needs."""

    async def find(
        self, workspace: str, *, limit: int, ids: Sequence[UUID] | None = None
    ) -> DocumentPage:
        """List documents, those of ``ids``."""
        ...


@dataclass(frozen=True, slots=True)
class Collected:
    """How many judged questions there were, and how many of them are new candidates."""

    judged: int
    new: int


class Collect:
    """Use case: every question that somebody judged becomes a candidate, once."""

    def __init__(
        self, suites: Suites, traces: Judged, documents: Chosen, now: Callable[[], datetime]
    ) -> None:
        self._suites = suites
        self._traces = traces
        self._documents = documents
        self._now = now

    async def __call__(self, suite: str, workspace: str | None = None) -> Collected:
        """Look through the feedback of the suite's workspace. Raises NotFound."""
        record = await self._suites.get(suite, workspace)
        judged: set[UUID] = set()
        new = 0
        for verdict in Verdict:
            wanted = TraceFilter(record.workspace, TraceKind.ASK, verdict=verdict)
            async for page in pages(partial(self._traces.find, wanted, limit=PAGE)):
                fresh = [one for one in page.items if one.text.strip()]
                judged.update(one.id for one in fresh)
                made = await self._candidates(suite, record.workspace, fresh)
                new += len(await self._suites.propose(made))
        return Collected(len(judged), new)

    async def _candidates(
        self, suite: str, workspace: str, traces: Sequence[Trace]
    ) -> list[Candidate]:
        said: dict[UUID, list[Feedback]] = {one.id: [] for one in traces}
        for one in await self._traces.feedback(list(said)):
            said[one.trace].append(one)
        ids = {hit.chunk.document for one in traces for hit in one.hits}
        names: dict[UUID, str] = {}
        if ids:
            page = await self._documents.find(workspace, limit=len(ids), ids=list(ids))
            names = {record.id: name_of(record) for record in page.items}
        now = self._now()
        return [_candidate(suite, one, said[one.id], names, now) for one in traces if said[one.id]]


def _candidate(
    suite: str, trace: Trace, said: Sequence[Feedback], names: Mapping[UUID, str], now: datetime
) -> Candidate:
    """Propose what was cited only where everybody was content; else say what was shown."""
    origin = f"trace:{trace.id}"
    content = all(one.verdict is Verdict.UP for one in said)
    cited = (Label(one.document, one.quote, one.part, one.span) for one in trace.citations)
    shown = (names[hit.chunk.document] for hit in trace.hits if hit.chunk.document in names)
    question = Question(
        id=question_id(Source.FEEDBACK, suite, origin),
        text=trace.text.strip(),
        kind=Kind.UNANSWERABLE if content and trace.refused else Kind.ANSWERABLE,
        labels=tuple(dict.fromkeys(cited)) if content and not trace.refused else (),
    )
    told = [one.verdict + (f": {one.comment}" if one.comment else "") for one in said]
    return Candidate(
        suite,
        origin,
        Source.FEEDBACK,
        question,
        by=f"key {said[-1].by}",
        proposed=now,
        note="\n".join(told),
        seen=tuple(Label(name) for name in list(dict.fromkeys(shown))[:SEEN]),
    )
