"""Judging answers: what a judge is shown, what it says of it, and what is kept of that."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from contracts.nouns import Json

BY_MODEL = (
    "faithfulness",
    "answer_relevancy",
    "context_precision",
    "context_recall",
    "factual_correctness",
    "noise_sensitivity",
)
"""Metrics that a language model judges; of ``noise_sensitivity`` less is better."""
WITHOUT_MODEL = (
    "id_context_precision",
    "id_context_recall",
    "text_context_precision",
    "text_context_recall",
    "rouge_l",
    "chrf",
    "string_similarity",
    "semantic_similarity",
)
"""Metrics that are computed; the last one from the embedding model's vectors."""


JUDGED = "judge_"
"""Begins the names of a result's metrics that a language model judged."""
COMPUTED = "ragas_"
"""Begins the names of those that were computed."""


class Failure(StrEnum):
    """Why there is no value."""

    JUDGE_FAILED = "judge_failed"
    """The judge did not answer, or not what it was asked."""
    NOT_APPLICABLE = "not_applicable"
    """There is nothing to judge: no answer, no right answer to compare with."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A value from 0 to 1, or why there is none, in a word and a sentence. Never NaN."""

    value: float | None = None
    failure: Failure | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        """Raise ValueError for what is neither or both, and for a value out of range."""
        if (self.value is None) is (self.failure is None):
            raise ValueError("A judgement is either a value or a failure.")
        if self.value is not None and not 0 <= self.value <= 1:
            raise ValueError(f"{self.value} is not between 0 and 1.")


@dataclass(frozen=True, slots=True)
class Case:
    """One answered question as a judge is shown it.

    ``passages`` were found, best first, in ``documents`` (an id each). ``reference`` is a right
    answer, ``reference_passages`` are the labelled words, ``reference_documents`` the labelled
    documents. What is not known is empty; an empty ``answer`` is none.
    """

    question: str
    answer: str = ""
    passages: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    reference: str = ""
    reference_passages: tuple[str, ...] = ()
    reference_documents: tuple[str, ...] = ()


class Judge(Protocol):
    """Judges cases by metrics of BY_MODEL and WITHOUT_MODEL."""

    @property
    def pins(self) -> Mapping[str, str]:
        """What decides its judgements: the model, a digest of the prompts, versions."""
        ...

    async def judge(
        self, cases: Sequence[Case], metrics: Collection[str]
    ) -> list[dict[str, Judgement]]:
        """Give a judgement for each case, in order, by each metric.

        A judge that is away, slow or talks nonsense is a failure of the judgement, never an
        error and never a value. Raises InvalidInput for an unknown metric, SetupFailed where
        what it needs is not installed.
        """
        ...


@dataclass(frozen=True, slots=True)
class Judged:
    """What a judge said of one question by one metric, the ``repeat``-th time."""

    question: str
    metric: str
    repeat: int
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class Calibrated:
    """How a judge agrees with people by one metric, and whether that is enough to rely on it."""

    judge: str
    metric: str
    trusted: bool
    at: datetime
    report: Json


class Judgements(Protocol):
    """The record of judgements and calibrations. Verbs raise CatalogUnavailable."""

    async def keep(
        self, run: UUID, judge: str, pins: Mapping[str, str], judged: Sequence[Judged]
    ) -> None:
        """Keep judgements of a run in one transaction; later ones replace earlier ones.

        ``judge`` names the judge with these pins. Raises NotFound for a question that the run
        did not ask, or no run.
        """
        ...

    async def judges(self, run: UUID) -> dict[str, Mapping[str, str]]:
        """Give the pins of each judge of a run, by its name."""
        ...

    async def judged(self, run: UUID, judge: str) -> list[Judged]:
        """Give what a judge said of a run, by question, metric and repeat."""
        ...

    async def calibrate(self, calibrated: Sequence[Calibrated]) -> None:
        """Keep calibrations, in the place of earlier ones. Raises NotFound for no such judge."""
        ...

    async def calibrations(self, judge: str) -> list[Calibrated]:
        """Give a judge's calibrations, by metric."""
        ...
