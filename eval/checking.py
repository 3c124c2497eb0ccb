"""Runs a suite through a service's search and answers, and says what came of each question."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Protocol

from contracts.measuring import Question
from contracts.nouns import Chunk, ChunkId, Span, VersionRef
from eval.metrics import mean


class FoundPassage(Protocol):
    """A passage of a search, as retrieval gives it."""

    @property
    def chunk(self) -> Chunk:
        """The passage itself."""
        ...

    @property
    def read(self) -> Chunk:
        """What is read of it to answer: the longer passage that it was cut from, or itself."""
        ...

    @property
    def source(self) -> str:
        """Where its document came from."""
        ...

    @property
    def external_id(self) -> str | None:
        """The client's own id of its document."""
        ...


class FoundCitation(Protocol):
    """A citation of an answer, as retrieval gives it."""

    @property
    def chunk(self) -> ChunkId:
        """The chunk that is cited."""
        ...

    @property
    def part(self) -> int:
        """The part that the span counts in."""
        ...

    @property
    def span(self) -> Span:
        """Where in that part."""
        ...

    @property
    def quote(self) -> str:
        """What is said to stand there."""
        ...

    @property
    def source(self) -> str:
        """Where its document came from."""
        ...


class FoundAnswer(Protocol):
    """An answer, as retrieval gives it."""

    @property
    def text(self) -> str:
        """The answer's words."""
        ...

    @property
    def refused(self) -> bool:
        """Whether it says that the documents do not hold the answer."""
        ...

    @property
    def citations(self) -> Sequence[FoundCitation]:
        """What its words rest on."""
        ...


Searching = Callable[[str], Awaitable[Sequence[FoundPassage]]]
"""Gives the passages for a question, best first, in a workspace and mode that the caller chose."""
Asking = Callable[[str], Awaitable[FoundAnswer]]
PartText = Callable[[VersionRef, int], Awaitable[str]]
"""Gives the stored text of one part of a version."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of one question.

    ``rank`` (from 1) is that of the first passage of the right document that holds the quote,
    None when none does. ``refused`` is None when nothing was asked. ``cited`` tells that a
    citation of the right document overlaps the quote, ``told`` that the answer's text holds the
    expected words. ``unresolved`` holds the quotes that do not stand where they are said to.
    """

    question: Question
    rank: int | None
    refused: bool | None = None
    cited: bool = False
    told: bool = False
    citations: int = 0
    unresolved: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """A suite's outcome; shares are of the questions that they concern, 0 where there is none."""

    checked: tuple[Checked, ...]

    @property
    def answerable(self) -> tuple[Checked, ...]:
        """The questions that the documents answer."""
        return tuple(one for one in self.checked if one.question.answerable)

    @property
    def unanswerable(self) -> tuple[Checked, ...]:
        """The questions whose right answer is a refusal."""
        return tuple(one for one in self.checked if not one.question.answerable)

    def success(self, k: int) -> float:
        """Share of answerable questions whose passage is among the first ``k``."""
        return mean([one.rank is not None and one.rank <= k for one in self.answerable])

    @property
    def mrr(self) -> float:
        """Mean reciprocal rank of the right passage, over answerable questions."""
        return mean([1 / one.rank if one.rank else 0.0 for one in self.answerable])

    @property
    def cited(self) -> float:
        """Share of answerable questions whose answer cites the right words."""
        return mean([one.cited for one in self.answerable])

    @property
    def told(self) -> float:
        """Share of the questions with an expected answer whose answer holds it."""
        return mean([one.told for one in self.answerable if one.question.answers])

    @property
    def refused(self) -> float:
        """Share of unanswerable questions that were refused."""
        return mean([bool(one.refused) for one in self.unanswerable])

    @property
    def refused_wrongly(self) -> float:
        """Share of answerable questions that were refused."""
        return mean([bool(one.refused) for one in self.answerable])

    @property
    def resolved(self) -> bool:
        """Whether every citation's quote stands at its place."""
        return not any(one.unresolved for one in self.checked)


async def check(
    questions: Sequence[Question],
    search: Searching,
    ask: Asking | None = None,
    part_text: PartText | None = None,
) -> Report:
    """Put each question to ``search``, and to ``ask`` where it is given, one after the other.

    Without ``part_text`` citations are not resolved. Raises what the callables raise.
    """
    checked = []
    for question in questions:
        rank = _rank(question, await search(question.text))
        if ask is None:
            checked.append(Checked(question, rank))
            continue
        answer = await ask(question.text)
        unresolved = await _unresolved(answer, part_text) if part_text else ()
        checked.append(
            Checked(
                question,
                rank,
                refused=answer.refused,
                cited=any(_supports(question, citation) for citation in answer.citations),
                told=any(_plain(one) in _plain(answer.text) for one in question.answers),
                citations=len(answer.citations),
                unresolved=unresolved,
            )
        )
    return Report(tuple(checked))


def _plain(text: str) -> str:
    """Fold case and white space, so that a line break is no difference."""
    return " ".join(text.casefold().split())


def _is_of(source: str, document: str) -> bool:
    """Tell whether a source is the document that a question names, by its whole or last name."""
    return document in (source, PurePath(source.replace("\\", "/")).name)


def _rank(question: Question, found: Sequence[FoundPassage]) -> int | None:
    """Give the rank of the first passage of the right document that holds the quote."""
    for rank, one in enumerate(found, start=1):
        for label in question.labels:
            here = _is_of(one.source, label.document)
            if here and _plain(label.quote) in _plain(one.chunk.text):
                return rank
    return None


def _supports(question: Question, citation: FoundCitation) -> bool:
    """Tell whether a citation rests on the words that answer a question."""
    given = _plain(citation.quote)
    wanted = [_plain(x.quote) for x in question.labels if _is_of(citation.source, x.document)]
    return bool(given) and any(one in given or given in one for one in wanted)


async def _unresolved(answer: FoundAnswer, part_text: PartText) -> tuple[str, ...]:
    """Give the quotes of an answer that are not the stored text at their span."""
    wrong = []
    for citation in answer.citations:
        text = await part_text(citation.chunk.ref, citation.part)
        if not citation.quote or text[citation.span.start : citation.span.end] != citation.quote:
            wrong.append(citation.quote)
    return tuple(wrong)
