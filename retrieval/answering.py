"""The use case of asking: search, weigh the evidence, then answer with citations or refuse."""

import re
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from contracts.content import (
    ChatModel,
    LanguageDetector,
    Message,
    SentenceSplitter,
    Spent,
)
from contracts.errors import DiptychError, ModelUnavailable
from contracts.nouns import Span
from contracts.observing import Metrics
from retrieval.asking import (
    Answer,
    AskEvent,
    AskRequest,
    Citation,
    Cited,
    Delta,
    Final,
    Found,
    SearchDone,
    SearchRequest,
    SearchResult,
    answer_of,
)
from retrieval.claims import Claim, Claims
from retrieval.evidence import Evidence, weigh
from retrieval.extractive import chosen
from retrieval.grounding import Ground
from retrieval.language import language_of, refusal
from retrieval.prompting import fitting, messages
from retrieval.searching import Looked, Search

EXTRACTIVE = "extractive"
_ENDS = tuple(".!?…")
_BULLET = re.compile(r"^(?:[-*•–—‣▪◦]|#+)\s+")


Private: TypeAlias = Callable[[str, ChatModel], ChatModel]


@dataclass(slots=True)
class _Draft:
    """The answer as far as it was sent."""

    language: str
    method: str = EXTRACTIVE
    note: str = ""
    text: str = ""
    refused: bool = False
    citations: list[Citation] = field(default_factory=list)
    spent: Spent = field(default_factory=Spent)

    def add(self, words: str, source: Found, span: Span) -> Iterator[AskEvent]:
        """Write a sentence with its mark; a source cited before keeps its number."""
        quote = source.chunk.text[span.start : span.end]
        start = source.chunk.span.start
        place = Span(start + span.start, start + span.end)
        known = [c for c in self.citations if (c.chunk, c.span) == (source.chunk.id, place)]
        citation = known[0] if known else _citation(len(self.citations) + 1, source, place, quote)
        gap = (
            ""
            if not self.text
            else " "
            if self.text.rstrip("]0123456789[ ").endswith(_ENDS)
            else "\n"
        )
        shown = _BULLET.sub("", " ".join(words.split()))
        piece = f"{gap}{shown} [{citation.number}]"
        self.text += piece
        yield Delta(piece)
        if not known:
            self.citations.append(citation)
            yield Cited(citation)

    def refuse(self) -> Iterator[AskEvent]:
        """Say that the documents do not hold the answer."""
        self.refused = True
        self.text = refusal(self.language)
        yield Delta(self.text)


def _citation(number: int, source: Found, place: Span, quote: str) -> Citation:
    """Point at the characters of the part that a sentence rests on."""
    chunk = source.chunk
    return Citation(
        number, chunk.id, chunk.part, chunk.page, place, quote,
        source.title, source.source, source.external_id,
    )  # fmt: skip


class Ask:
    """Answers a question from the documents of one workspace.

    Without ``chat`` the answer is the documents' own sentences. With it, each sentence of the
    model is checked against the passages before it is sent. ``private`` gives the model as it
    may be shown a workspace's passages.
    """

    def __init__(
        self,
        search: Search,
        splitter: SentenceSplitter,
        detector: LanguageDetector,
        metrics: Metrics,
        chat: ChatModel | None = None,
        *,
        private: Private = lambda _, chat: chat,
    ) -> None:
        self._search = search
        self._splitter = splitter
        self._detector = detector
        self._metrics = metrics
        self._chat = chat
        self._private = private

    async def __call__(self, request: AskRequest) -> Answer:
        """Give the whole answer. Raises what Search raises."""
        return await answer_of(self.stream(request))

    async def stream(self, request: AskRequest) -> AsyncGenerator[AskEvent, None]:
        """Yield the passages, then checked pieces with their citations, then the whole answer.

        Closing the iterator cancels the model's call. Raises what Search raises, before the
        first event.
        """
        panel = self._search.mode(request.workspace, request.mode).value
        outcome = "cancelled"
        try:
            async with aclosing(self._events(request)) as events:
                async for event in events:
                    if isinstance(event, Final):
                        outcome = _outcome(event.answer)
                    yield event
        except DiptychError as error:
            outcome = error.code
            raise
        finally:
            self._metrics.asked("ask", panel, outcome)

    async def _events(self, request: AskRequest) -> AsyncGenerator[AskEvent, None]:
        """Search, weigh, answer."""
        begun = time.perf_counter()
        tuning = self._search.tuning(request.tuning)
        limit = tuning.answer.passages if request.limit is None else request.limit
        asked = _search(request, limit, parents=bool(tuning.answer.parents))
        looked = await self._search.look(asked, tuning.evidence.depth)
        found = tuple(replace(one, chunk=one.read) for one in looked.result.found)
        result = replace(looked.result, found=looked.result.found[:limit])
        yield SearchDone(result)
        searched = time.perf_counter()
        draft = _Draft(language_of(request.question, self._detector))
        evidence = await weigh(
            request.question,
            draft.language,
            looked.vector,
            found,
            self._splitter,
            looked.embedder,
            tuning.evidence,
        )
        weighed = time.perf_counter()
        shown = replace(looked, result=replace(result, found=found[:limit]))
        async with aclosing(self._answer(request, evidence, shown, draft)) as events:
            async for event in events:
                yield event
        done = time.perf_counter()
        self._metrics.query_took("answer", result.mode.value, done - searched)
        took = {"evidence": weighed - searched, "answer": done - weighed, "total": done - begun}
        yield Final(
            Answer(
                text=draft.text,
                refused=draft.refused,
                citations=tuple(draft.citations),
                method=draft.method,
                language=draft.language,
                search=_noted(result, draft.note),
                took_ms=dict(result.took_ms) | {k: 1000 * v for k, v in took.items()},
                tokens=draft.spent,
            )
        )

    async def _answer(
        self, request: AskRequest, evidence: Evidence, looked: Looked, draft: _Draft
    ) -> AsyncGenerator[AskEvent, None]:
        """Refuse, or let the model write, or quote."""
        if evidence.probability < looked.tuning.evidence.threshold:
            for event in draft.refuse():
                yield event
            return
        if self._chat is not None:
            chat = self._private(request.workspace, self._chat)
            async with aclosing(self._written(chat, request.question, looked, draft)) as events:
                async for event in events:
                    yield event
            if draft.method != EXTRACTIVE:
                return
        for rank, span in chosen(evidence, looked.tuning.answer):
            source = evidence.found[rank]
            for event in draft.add(source.chunk.text[span.start : span.end], source, span):
                yield event

    async def _written(
        self, chat: ChatModel, question: str, looked: Looked, draft: _Draft
    ) -> AsyncGenerator[AskEvent, None]:
        """Yield what the model says and a passage supports; nothing left is a refusal.

        A model that fails before anything was sent leaves the method extractive.
        """
        how = looked.tuning.answer
        passages = fitting(looked.result.found, how)
        asked = messages(question, draft.language, passages, how.prompt)
        claims = Claims(self._splitter, draft.language)
        ground = Ground(passages, self._splitter, looked.embedder, looked.tuning.support)
        draft.method = chat.model
        try:
            async with aclosing(_claimed(chat, asked, claims, how.tokens, draft.spent)) as stream:
                async for claim in stream:
                    if support := await ground.support(claim, draft.language):
                        source = passages[support.rank]
                        for event in draft.add(claim.text, source, support.span):
                            yield event
        except ModelUnavailable:
            if draft.text:
                draft.note = "The chat model stopped in the middle of its answer."
            else:
                draft.note = "The chat model does not answer, so sentences were quoted instead."
                draft.method = EXTRACTIVE
            return
        if not draft.text:
            for event in draft.refuse():
                yield event


async def _claimed(
    chat: ChatModel, asked: Sequence[Message], claims: Claims, tokens: int, spent: Spent
) -> AsyncGenerator[Claim, None]:
    """Yield the model's sentences as they are completed."""
    stream = chat.stream(asked, max_tokens=tokens, spent=spent)
    try:
        async for piece in stream:
            for claim in claims.feed(piece):
                yield claim
    finally:
        # The port's iterator may be a generator: closing it cancels the call at once.
        if isinstance(stream, AsyncGenerator):
            await stream.aclose()
    for claim in claims.end():
        yield claim


def _search(request: AskRequest, limit: int, *, parents: bool) -> SearchRequest:
    """Give the search that a question needs."""
    return SearchRequest(
        request.workspace,
        request.question,
        request.mode,
        limit,
        request.filters,
        request.key,
        request.tuning,
        request.generation,
        parents=parents,
    )


def _noted(result: SearchResult, note: str) -> SearchResult:
    """Add a sentence to what is said about how the answer was got."""
    if not note:
        return result
    return replace(result, degraded=" ".join(filter(None, (result.degraded, note))))


def _outcome(answer: Answer) -> str:
    """Name how an answer ended, for counting."""
    if answer.refused:
        return "refused"
    return "degraded" if answer.search.degraded else "answered"
