"""What is answered about evaluations: runs, what came of their questions, comparisons.

Read from the nouns of ``eval`` by their attributes; figures that JSON cannot say are null.
"""

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue

from contracts.nouns import ReadMode
from eval.comparing import Verdict
from eval.guarding import Standing


def _finite(value: float) -> float | None:
    """Say nothing for an interval that has no end."""
    return value if math.isfinite(value) else None


Edge = Annotated[float | None, BeforeValidator(_finite)]


class Told(BaseModel):
    """Base of what is read from nouns."""

    model_config = ConfigDict(from_attributes=True)


class RunAnswer(BaseModel):
    """One measurement of a suite; ``complete`` when every question was asked.

    ``settings`` are those that are not the defaults.
    """

    id: UUID
    suite: str
    mode: ReadMode
    settings: dict[str, int | float | bool | str | None]
    workspace: str
    questions: int
    done: int
    begun: datetime
    ended: datetime | None
    complete: bool


class RunRow(RunAnswer):
    """A run with the mean of one metric, null where it concerns no question."""

    value: float | None


class RunList(BaseModel):
    """Runs, newest first; ``cursor`` leads to the following ones."""

    metric: str
    runs: list[RunRow]
    cursor: UUID | None


class GenerationPin(Told):
    """The embedding space that a run searched."""

    number: int
    model: str
    dimension: int
    chunker: str


class PinsAnswer(Told):
    """Everything that decides what a run measures."""

    suite: str
    suite_fingerprint: str
    corpus_fingerprint: str
    workspace: str
    mode: ReadMode
    generation: GenerationPin
    models: Mapping[str, str]
    code: str
    packages: str
    configuration: Mapping[str, JsonValue]
    seed: int


class MeanAnswer(Told):
    """A metric's mean with its 95 % interval over whole documents."""

    metric: str
    value: float
    low: Edge
    high: Edge
    questions: int


class RunDetail(RunAnswer):
    """A run in whole: what was pinned, its means, its times by stage, the machine meanwhile."""

    pins: PinsAnswer
    load: Mapping[str, float]
    means: list[MeanAnswer]
    took_ms: Mapping[str, Mapping[str, float]] = Field(description="p50, p95 and p99 by stage.")
    failed: int


class QuestionResult(Told):
    """What came of one question."""

    question: str
    text: str
    group: str
    slices: Mapping[str, str]
    metrics: Mapping[str, float]
    took_ms: Mapping[str, float]
    found: list[str]
    answer: str | None
    refused: bool | None
    error: str | None


class ResultList(BaseModel):
    """Results by question id; ``cursor`` leads to the following ones."""

    results: list[QuestionResult]
    cursor: str | None


class EffectAnswer(Told):
    """What paired differences come to; ``detectable`` is found four times in five."""

    questions: int
    groups: int
    mean: float
    low: Edge
    high: Edge
    p: float
    detectable: Edge


class LineAnswer(Told):
    """One metric in both runs; ``p`` is adjusted for having looked at several."""

    metric: str
    first: float
    second: float
    effect: EffectAnswer
    p: float
    verdict: Verdict


class SliceAnswer(Told):
    """The primary metric among the questions of one kind."""

    dimension: str
    value: str
    line: LineAnswer


class GuardAnswer(Told):
    """What must not get worse beyond a margin."""

    name: str
    margin: float
    value: float
    low: Edge
    high: Edge
    standing: Standing


class ChangedAnswer(Told):
    """A question that the second run answers better or worse."""

    question: str
    text: str
    first: float
    second: float
    found_first: list[str]
    found_second: list[str]


class PairingAnswer(Told):
    """The second run against the first; the primary metric is the first line."""

    first: str
    second: str
    sentence: str
    lines: list[LineAnswer]
    slices: list[SliceAnswer]
    guards: list[GuardAnswer]
    changed: list[ChangedAnswer]
    changed_count: int
    notes: list[str]


class ComparisonAnswer(BaseModel):
    """Each run compared with each before it."""

    comparisons: list[PairingAnswer]
