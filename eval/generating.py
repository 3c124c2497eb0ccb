"""Generates candidates from documents with a chat model, each checked by asking it again.

A question is proposed only when another call answers it from its passage, and refuses to without:
what a model knows by heart, or may mean anything, measures no search. A person decides anyway.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import partial

from contracts.content import ChatModel, SentenceSplitter
from contracts.curating import Candidate, Source, Suites
from contracts.measuring import Label, Question
from contracts.nouns import Part, Span, VersionRef
from contracts.paging import pages
from contracts.record import KeptReading
from eval.answers import token_f1, words
from eval.corpus import PAGE, READ_AT_ONCE, Listing, Readings
from eval.curating import question_id
from eval.placing import find, name_of
from eval.questioning import Malformed, answer, is_refusal, question_from

THRESHOLD = 0.6
"""Token F1 from which two answers count as the same."""
SHORTEST, LONGEST = 120, 1200
"""Characters of a passage: enough to be about something, few enough to be one chunk or two."""
TRIES = 4
"""Passages that are tried for each question that is wanted."""


class Fate(StrEnum):
    """What came of a passage."""

    PROPOSED = "proposed"
    KNOWN = "proposed before"
    MALFORMED = "the model's output was not a question with an answer"
    NOT_THERE = "the answer does not stand in the passage"
    TOLD = "the question tells its answer"
    UNANSWERED = "not answered from the passage"
    COMMON = "answered without the passage"


@dataclass(frozen=True, slots=True)
class Generated:
    """What came of the passages that were tried."""

    fates: Mapping[Fate, int] = field(default_factory=dict)

    @property
    def proposed(self) -> int:
        """How many new candidates there are."""
        return self.fates.get(Fate.PROPOSED, 0)


@dataclass(frozen=True, slots=True)
class _Passage:
    """Sentences of one part of a document."""

    document: str
    part: Part
    span: Span

    @property
    def text(self) -> str:
        return self.part.text[self.span.start : self.span.end]

    @property
    def origin(self) -> str:
        """Where it stands; the same place is never asked about twice."""
        return f"{self.document}#{self.part.ordinal}:{self.span.start}-{self.span.end}"


@dataclass(frozen=True, slots=True)
class Corpus:
    """Where passages come from: the documents of a workspace, cut into sentences."""

    documents: Listing
    ledger: Readings
    splitter: SentenceSplitter


class Generate:
    """Use case: proposes questions that passages of the documents answer."""

    def __init__(
        self, suites: Suites, corpus: Corpus, chat: ChatModel, now: Callable[[], datetime]
    ) -> None:
        self._suites = suites
        self._corpus = corpus
        self._chat = chat
        self._now = now

    async def __call__(
        self,
        suite: str,
        wanted: int,
        *,
        seed: int = 0,
        threshold: float = THRESHOLD,
        progress: Callable[[int, int], None] = lambda _done, _wanted: None,
    ) -> Generated:
        """Propose up to ``wanted`` questions, one for a document; each is kept as it is made.

        At most TRIES passages are tried for each. Raises NotFound, ModelUnavailable.
        """
        record = await self._suites.get(suite)
        fates: Counter[Fate] = Counter()
        known = await self._known(suite)
        refs = await self._refs(record.workspace)
        chance = random.Random(seed)  # noqa: S311 - a sample, not a secret
        order = sorted(refs)
        chance.shuffle(order)
        for batch in _batches(order[: wanted * TRIES]):
            readings = await self._corpus.ledger.readings(batch)
            for ref in batch:
                if fates[Fate.PROPOSED] >= wanted:
                    return Generated(dict(fates))
                passage = self._passage(refs[ref], readings.get(ref), chance)
                if passage is None:
                    continue
                if passage.origin in known:
                    fates[Fate.KNOWN] += 1
                    continue
                fates[await self._try(suite, passage, threshold)] += 1
                progress(fates[Fate.PROPOSED], wanted)
        return Generated(dict(fates))

    async def _refs(self, workspace: str) -> dict[VersionRef, str]:
        """Give the live versions with their documents' names."""
        refs: dict[VersionRef, str] = {}
        async for page in pages(partial(self._corpus.documents.find, workspace, limit=PAGE)):
            for one in page.items:
                if one.live is not None:
                    refs[VersionRef(one.id, one.live)] = name_of(one)
        return refs

    async def _known(self, suite: str) -> set[str]:
        """Give the places that were proposed before, whatever was decided about them."""
        found: set[str] = set()
        page = await self._suites.candidates(suite, limit=PAGE)
        while page:
            found.update(one.origin for one in page if one.source is Source.GENERATED)
            page = await self._suites.candidates(suite, limit=PAGE, after=page[-1].id)
        return found

    def _passage(
        self, name: str, kept: KeptReading | None, chance: random.Random
    ) -> _Passage | None:
        """Choose sentences in a row of one part, or None where there are not enough."""
        parts = [one for one in (kept.reading.parts if kept else ()) if len(one.text) >= SHORTEST]
        if not parts:
            return None
        part = chance.choice(parts)
        sentences = self._corpus.splitter.split(part.text, part.language)
        first = chance.randrange(len(sentences)) if sentences else 0
        rows = (sentences[max(0, first - back) :] for back in range(len(sentences)))
        spans = (Span(row[0].start, _end(row)) for row in rows if row)
        fitting = (one for one in spans if SHORTEST <= one.end - one.start <= LONGEST)
        span = next(fitting, None)
        return _Passage(name, part, span) if span else None

    async def _try(self, suite: str, passage: _Passage, threshold: float) -> Fate:
        """Have a question written and checked; propose it when it holds."""
        try:
            asked, told = await question_from(self._chat, passage.text)
        except Malformed:
            return Fate.MALFORMED
        place = find(told, passage.text)
        if place is None:
            return Fate.NOT_THERE
        if " ".join(words(told)) in " ".join(words(asked)):
            return Fate.TOLD
        held = await answer(self._chat, asked, passage.text)
        if is_refusal(held) or token_f1(held, [told]) < threshold:
            return Fate.UNANSWERED
        if not is_refusal(await answer(self._chat, asked, None)):
            return Fate.COMMON
        made = self._candidate(suite, passage, asked, place)
        return Fate.PROPOSED if await self._suites.propose([made]) else Fate.KNOWN

    def _candidate(self, suite: str, passage: _Passage, asked: str, place: Span) -> Candidate:
        start = passage.span.start
        span = Span(start + place.start, start + place.end)
        quote = passage.part.text[span.start : span.end]
        question = Question(
            id=question_id(Source.GENERATED, suite, passage.origin),
            text=asked,
            language=passage.part.language,
            labels=(Label(passage.document, quote, passage.part.ordinal, span),),
            answers=(" ".join(quote.split()),),
        )
        seen = (Label(passage.document, passage.text, passage.part.ordinal, passage.span),)
        return Candidate(
            suite,
            passage.origin,
            Source.GENERATED,
            question,
            by=self._chat.model,
            proposed=self._now(),
            seen=seen,
        )


def _batches(refs: Sequence[VersionRef]) -> Iterator[Sequence[VersionRef]]:
    for begin in range(0, len(refs), READ_AT_ONCE):
        yield refs[begin : begin + READ_AT_ONCE]


def _end(row: Sequence[Span]) -> int:
    """Give the end of the first sentences of a row that make a passage together."""
    start = row[0].start
    ends = [one.end for one in row if one.end - start <= LONGEST]
    return ends[-1] if ends else row[0].end
