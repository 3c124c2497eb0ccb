"""Curates suites: people propose questions and decide, with labels that stand in the documents."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from uuid import UUID, uuid4

from contracts.curating import Candidate, CandidateState, Source, Suites, candidate_id
from contracts.errors import InvalidInput, NotFound
from contracts.measuring import Kind, Label, Question
from contracts.nouns import Part, Span, VersionRef
from contracts.record import DocumentRecord
from eval.placing import find, name_of

TEXT_LIMIT = 4000
"""Characters of a question, as of one that is asked."""


class Texts(Protocol):
    """The part of the record's documents that this needs."""

    async def get(self, workspace: str, document: UUID) -> DocumentRecord:
        """Give one document."""
        ...

    async def parts(self, workspace: str, ref: VersionRef) -> list[Part]:
        """Give the text that was read, part by part."""
        ...


@dataclass(frozen=True, slots=True)
class Mark:
    """A place that a person marked: by its span, else by its words, else the whole document."""

    document: UUID
    part: int = 0
    span: Span | None = None
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Revision:
    """What a person changes of a question; None leaves it as it is.

    ``marks`` come in the place of the labels, but for those of them that are ``kept``.
    """

    text: str | None = None
    kind: Kind | None = None
    answers: tuple[str, ...] | None = None
    language: str | None = None
    before: tuple[str, ...] | None = None
    marks: tuple[Mark, ...] | None = None
    kept: tuple[Label, ...] = ()


UNCHANGED = Revision()


class Curate:
    """Use case: nothing enters a suite but what a person confirmed, with labels that can be met."""

    def __init__(self, suites: Suites, documents: Texts, now: Callable[[], datetime]) -> None:
        self._suites = suites
        self._documents = documents
        self._now = now

    async def propose(
        self, workspace: str, suite: str, revision: Revision, by: str, origin: str | None = None
    ) -> Candidate:
        """Keep a person's question as a candidate; the same origin again gives the one there is.

        Raises NotFound for an unknown suite, and what ``decide`` raises.
        """
        await self._suites.get(suite, workspace)
        origin = origin or f"person:{uuid4()}"
        blank = Question(question_id(Source.PERSON, suite, origin), "")
        question = await self._revised(workspace, blank, revision)
        made = Candidate(suite, origin, Source.PERSON, question, by, self._now())
        await self._suites.propose([made])
        return await self._suites.candidate(made.id)

    async def decide(
        self,
        workspace: str,
        candidate: UUID,
        state: CandidateState,
        by: str,
        revision: Revision = UNCHANGED,
    ) -> Candidate:
        """Confirm, reject or put back a candidate, with its question changed where asked.

        Raises NotFound, Conflict for one that a version holds, and InvalidInput for a label
        outside its document, a question to confirm that has none, or an unanswerable one that has.
        """
        found = await self._suites.candidate(candidate, workspace)
        question = await self._revised(workspace, found.question, revision)
        if state is CandidateState.CONFIRMED:
            _complete(question)
        changed = question if question != found.question else None
        return await self._suites.decide(candidate, state, by, changed)

    async def _revised(self, workspace: str, old: Question, revision: Revision) -> Question:
        """Give the question as it is to be. Raises InvalidInput, NotFound."""
        text = old.text if revision.text is None else revision.text.strip()
        if not 0 < len(text) <= TEXT_LIMIT:
            raise InvalidInput(
                f"A question has 1 to {TEXT_LIMIT} characters; this has {len(text)}.",
                "Write it anew.",
            )
        answers = old.answers if revision.answers is None else revision.answers
        kind = revision.kind or old.kind
        if kind is Kind.UNANSWERABLE:
            answers = ()
        labels = old.labels
        if revision.marks is not None:
            marked = await self._labels(workspace, revision.marks)
            labels = (*(one for one in old.labels if one in revision.kept), *marked)
        elif revision.kind is Kind.UNANSWERABLE:
            labels = ()
        return replace(
            old,
            text=text,
            kind=kind,
            answers=tuple(dict.fromkeys(one.strip() for one in answers if one.strip())),
            language=revision.language or old.language,
            before=old.before if revision.before is None else revision.before,
            labels=labels,
        )

    async def _labels(self, workspace: str, marks: Sequence[Mark]) -> tuple[Label, ...]:
        """Give each mark as a label, in the words that stand there; a document is read once."""
        records: dict[UUID, DocumentRecord] = {}
        texts: dict[UUID, list[Part]] = {}
        labels: dict[Label, None] = {}
        for mark in marks:
            if mark.document not in records:
                record = await self._documents.get(workspace, mark.document)
                records[mark.document] = record
                texts[mark.document] = await self._text(workspace, record)
            name = name_of(records[mark.document])
            labels[_label(mark, name, texts[mark.document])] = None
        return tuple(labels)

    async def _text(self, workspace: str, record: DocumentRecord) -> list[Part]:
        """Give the text that readers see. Raises NotFound while there is none."""
        if record.live is None:
            raise NotFound(
                f"'{record.title}' has no text yet.", "Wait until it is live, then mark it."
            )
        return await self._documents.parts(workspace, VersionRef(record.id, record.live))


def question_id(source: Source, suite: str, origin: str) -> str:
    """Give the id that a candidate's question has in its suite."""
    return f"{source}-{candidate_id(suite, origin).hex[:12]}"


def _complete(question: Question) -> None:
    """Raise InvalidInput unless the question can be measured as it stands."""
    if question.answerable and not question.labels:
        raise InvalidInput(
            "The question has no label.", "Mark the words that answer it, or call it unanswerable."
        )
    if not question.answerable and question.labels:
        raise InvalidInput(
            "The question is unanswerable and has a label.", "Take the labels away, or its kind."
        )


def _label(mark: Mark, name: str, parts: Sequence[Part]) -> Label:
    """Give the label of a mark. Raises InvalidInput for one that the document has not."""
    if mark.span is None and not mark.quote:
        return Label(name)
    part = next((one for one in parts if one.ordinal == mark.part), None)
    if part is None:
        raise InvalidInput(
            f"'{name}' has no part {mark.part}.", f"It has {len(parts)}, numbered from 0."
        )
    span = mark.span or find(mark.quote, part.text)
    if span is None:
        raise InvalidInput(
            f"These words do not stand in part {mark.part} of '{name}'.", "Copy them from it."
        )
    quote = part.text[span.start : span.end]
    if not 0 <= span.start < span.end <= len(part.text) or not quote.strip():
        raise InvalidInput(
            f"The span {span.start} to {span.end} is outside the text of part {mark.part} of "
            f"'{name}', or has no words.",
            f"Its text has {len(part.text)} characters.",
        )
    if mark.quote and find(mark.quote, quote) is None:
        raise InvalidInput(
            f"Other words stand at {span.start} to {span.end} in part {mark.part} of '{name}'.",
            "Read its text again: the document may have another version.",
        )
    return Label(name, quote, part.ordinal, span)
