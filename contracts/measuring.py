"""Nouns and ports of measuring: questions with labels, runs, and what came of each question."""

import hashlib
import json
import shlex
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from contracts.nouns import UNDETERMINED, Generation, Json, ReadMode, Span
from contracts.policy import Change
from contracts.tuning import PANEL, Configuration, kept

SETTINGS = "settings"


class Kind(StrEnum):
    """What a question demands."""

    ANSWERABLE = "answerable"
    UNANSWERABLE = "unanswerable"
    """The right answer is a refusal; it has no label."""
    MULTI_HOP = "multi-hop"
    CROSS_LANGUAGE = "cross-language"
    LIST = "list"
    FOLLOW_UP = "follow-up"
    """Cannot be understood without the questions before it."""


@dataclass(frozen=True, slots=True)
class Label:
    """Where an answer stands: in a document, and there at the words of ``quote``.

    Never a chunk: labels outlive every way of cutting. ``document`` is the external id, the source
    or the file name. Without ``quote`` and ``span`` the whole document is the label.
    """

    document: str
    quote: str = ""
    part: int | None = None
    span: Span | None = None
    grade: int = 1


@dataclass(frozen=True, slots=True)
class Question:
    """A question with the places that answer it and the answers that are right."""

    id: str
    text: str
    language: str = UNDETERMINED
    kind: Kind = Kind.ANSWERABLE
    labels: tuple[Label, ...] = ()
    answers: tuple[str, ...] = ()
    before: tuple[str, ...] = ()

    @property
    def answerable(self) -> bool:
        """Whether the documents hold the answer."""
        return self.kind is not Kind.UNANSWERABLE

    @property
    def asked(self) -> str:
        """What is put to the service: the questions before it as well, where there are any."""
        return "\n".join((*self.before, self.text))

    @property
    def group(self) -> str:
        """The document that it is about: its questions are not independent of each other."""
        return self.labels[0].document if self.labels else f"?{self.id}"


@dataclass(frozen=True, slots=True)
class Suite:
    """Questions with labels; their ids are unique."""

    name: str
    questions: tuple[Question, ...]

    @property
    def fingerprint(self) -> str:
        """The same for the same questions and labels, in whatever order."""
        lines = sorted(json.dumps(asdict(one), sort_keys=True) for one in self.questions)
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Pins:
    """Everything that decides what a run measures.

    ``models`` maps roles to names, ``code`` is the program's version with a digest of its source,
    ``packages`` a digest of what is installed. ``configuration`` says how was asked, and under
    SETTINGS how questions are answered.
    """

    suite: str
    suite_fingerprint: str
    corpus_fingerprint: str
    workspace: str
    mode: ReadMode
    generation: Generation
    models: Mapping[str, str]
    code: str
    packages: str
    configuration: Json = field(default_factory=dict)
    seed: int = 0

    @property
    def configured(self) -> Configuration:
        """How the questions are answered: the pinned ``settings``, else the defaults."""
        settings = self.configuration.get(SETTINGS)
        return kept({**(settings if isinstance(settings, Mapping) else {}), PANEL: self.mode})


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one question.

    ``metrics`` holds those that concern the question, ``found`` the first documents, best first.
    ``error`` says how asking failed; its metrics are then 0.
    """

    question: str
    text: str
    group: str
    slices: Mapping[str, str]
    metrics: Mapping[str, float]
    took_ms: Mapping[str, float]
    found: tuple[str, ...] = ()
    answer: str | None = None
    refused: bool | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One measurement of a suite; ``done`` of its ``questions`` were asked so far.

    ``load`` is what the machine did meanwhile, summed up.
    """

    id: UUID
    pins: Pins
    questions: int
    begun: datetime
    done: int = 0
    ended: datetime | None = None
    load: Mapping[str, float] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether every question was asked, of the same documents."""
        return self.ended is not None

    @property
    def go_on(self) -> str:
        """The command that asks the questions that are left."""
        suite = shlex.quote(str(self.pins.configuration.get("source") or self.pins.suite))
        return f"diptych eval run {suite} --resume {self.id}"


class Runs(Protocol):
    """Runs and what came of their questions. Verbs raise CatalogUnavailable."""

    async def begin(self, run: Run) -> None:
        """Record a run, nothing asked yet; again is nothing new."""
        ...

    async def keep(self, run: UUID, results: Sequence[Result]) -> None:
        """Keep results in one transaction; a question's later result replaces the earlier one.

        Raises NotFound.
        """
        ...

    async def end(self, run: UUID, load: Mapping[str, float], at: datetime) -> None:
        """Note that a run ended, and the machine's load. Raises NotFound."""
        ...

    async def get(self, run: UUID) -> Run:
        """Give a run. Raises NotFound."""
        ...

    async def find(self, name: str) -> Run:
        """Give the run of that name, id or beginning of an id.

        Raises NotFound, and InvalidInput for a beginning that several runs have.
        """
        ...

    async def latest(self, limit: int = 20, before: UUID | None = None) -> list[Run]:
        """Give the latest runs, newest first, or those that follow ``before`` in that order.

        After a run that is not there comes none.
        """
        ...

    async def results(
        self, run: UUID, *, limit: int | None = None, after: str | None = None
    ) -> list[Result]:
        """Give what came of a run's questions so far, by question id, those after ``after``."""
        ...

    async def means(self, runs: Sequence[UUID], metric: str) -> Mapping[UUID, float]:
        """Give a metric's mean over the questions of each run that it concerns, if any.

        Every run is told in one round trip.
        """
        ...

    async def name(self, name: str, run: UUID, change: Change) -> None:
        """Let a name (``champion``) mean this run from now on, with its audit row.

        Raises NotFound.
        """
        ...

    async def forget(self, run: UUID) -> None:
        """Remove a run with all that came of it. Raises NotFound, Conflict while it has a name."""
        ...


class LoadMeter(Protocol):
    """Watches what the machine does, so that slow can be told from busy."""

    def watching(self) -> AbstractContextManager[dict[str, float]]:
        """Sample while the block runs; the mapping holds the summary when it has ended."""
        ...
