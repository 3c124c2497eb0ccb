"""Scores what a service gave for one question against the places that answer it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeAlias

from contracts.measuring import Question
from contracts.nouns import UNDETERMINED
from eval import metrics
from eval.answers import (
    Place,
    citation_precision,
    citation_recall,
    exact_match,
    span_recall,
    token_f1,
    within,
)

DEPTH = 100
"""Passages asked for: ten documents need more than ten passages where documents are long."""
READ = (1_000, 4_000)
"""Characters of passages that are read, however long each is: large ones have no advantage."""
_LENGTHS = ((5, "1-5"), (10, "6-10"), (20, "11-20"))
_RANKED: Mapping[str, Callable[[Sequence[str], metrics.Relevance], float]] = {
    "success@1": partial(metrics.success, k=1),
    "success@5": partial(metrics.success, k=5),
    "precision@5": partial(metrics.precision, k=5),
    "recall@10": partial(metrics.recall, k=10),
    "mrr@10": partial(metrics.reciprocal_rank, k=10),
    "ndcg@10": partial(metrics.ndcg, k=10),
    "map": partial(metrics.average_precision, k=DEPTH),
}


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer as far as it is scored."""

    text: str
    refused: bool
    cited: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Observed:
    """What a service gave: passages best first, and the answer where one was asked for."""

    found: tuple[Place, ...] = ()
    answer: Answered | None = None
    took_ms: Mapping[str, float] = field(default_factory=dict)


Labels: TypeAlias = Sequence[tuple[Place, int]]


def score(question: Question, labels: Labels, observed: Observed) -> dict[str, float]:
    """Give the metrics that concern the question.

    Ranking metrics are of documents, ``span_`` ones of the labelled characters. An unanswerable
    question has none of them: what is found for it is neither right nor wrong.
    """
    relevant = [(place, grade) for place, grade in labels if grade > 0]
    return {
        "answered": 1.0,
        **(_ranked(relevant, observed.found) if relevant else {}),
        **(_answer(question, [place for place, _ in relevant], observed.answer)),
    }


def failed(question: Question, labels: Labels, *, answers: bool) -> dict[str, float]:
    """Give the same metrics for a question that could not be asked: all of them 0."""
    nothing = Observed(answer=Answered("", refused=False) if answers else None)
    return dict.fromkeys(score(question, labels, nothing), 0.0)


def _ranked(relevant: Labels, found: Sequence[Place]) -> dict[str, float]:
    grades: dict[str, int] = {}
    for place, grade in relevant:
        grades[place.document] = max(grade, grades.get(place.document, 0))
    ranking = [one.document for one in found]
    scores = {name: metric(ranking, grades) for name, metric in _RANKED.items()}
    places = [place for place, _ in relevant if place.span is not None]
    if places:
        hits = [any(one.shares(place) for place in places) for one in found[:10]]
        scores["span_mrr@10"] = 1 / (hits.index(True) + 1) if True in hits else 0.0
        scores["span_recall@10"] = span_recall(found[:10], places)
        for read in READ:
            scores[f"span_recall@{read}c"] = span_recall(within(found, read), places)
    return scores


def _answer(
    question: Question, places: Sequence[Place], answer: Answered | None
) -> dict[str, float]:
    if answer is None:
        return {}
    scores = {"refusal": float(answer.refused is not question.answerable)}
    if question.answerable:
        text = "" if answer.refused else answer.text
        scores["citation_precision"] = citation_precision(answer.cited, places)
        scores["citation_recall"] = citation_recall(answer.cited, places)
        if question.answers:
            scores["exact_match"] = exact_match(text, question.answers)
            scores["token_f1"] = token_f1(text, question.answers)
    return scores


def slices(question: Question, detect: Callable[[str], str]) -> dict[str, str]:
    """Tell of what sort a question is; its language is detected where the suite is silent."""
    known = question.language != UNDETERMINED
    words = len(question.text.split())
    documents = len({one.document for one in question.labels})
    return {
        "language": question.language if known else detect(question.text),
        "kind": question.kind,
        "length": next((name for most, name in _LENGTHS if words <= most), ">20"),
        "hops": str(documents) if documents <= 2 else ">2",  # noqa: PLR2004 - few enough to tell
    }
