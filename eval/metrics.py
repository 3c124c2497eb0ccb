"""Retrieval metrics of one ranking: recall, precision, success, MRR, nDCG, MAP.

As trec_eval defines them (nDCG with linear gain and log2 discount), so figures can be compared
with published ones. A ranking is ids, best first; an id that comes again counts where it came
first and takes no other place. Relevance is graded; a grade of 1 or more is relevant. A question
with nothing relevant scores 0 in each; whoever averages decides whether it belongs.
"""

import math
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Relevance: TypeAlias = Mapping[str, int]


def order(scores: Mapping[str, float]) -> list[str]:
    """Turn scores into a ranking; equal scores in the order of their ids."""
    return sorted(scores, key=lambda key: (-scores[key], key))


def _hits(ranking: Sequence[str], relevance: Relevance, k: int | None) -> list[bool]:
    """Tell for each of the first ``k`` places whether it is relevant."""
    return [relevance.get(key, 0) > 0 for key in list(dict.fromkeys(ranking))[:k]]


def _wanted(relevance: Relevance) -> int:
    """Count what is relevant."""
    return sum(grade > 0 for grade in relevance.values())


def recall(ranking: Sequence[str], relevance: Relevance, k: int) -> float:
    """Share of the relevant that is among the first ``k``."""
    wanted = _wanted(relevance)
    return sum(_hits(ranking, relevance, k)) / wanted if wanted else 0.0


def precision(ranking: Sequence[str], relevance: Relevance, k: int) -> float:
    """Share of the first ``k`` places that is relevant; places left empty count against it."""
    return sum(_hits(ranking, relevance, k)) / k


def success(ranking: Sequence[str], relevance: Relevance, k: int) -> float:
    """1 when anything relevant is among the first ``k``, else 0."""
    return float(any(_hits(ranking, relevance, k)))


def reciprocal_rank(ranking: Sequence[str], relevance: Relevance, k: int) -> float:
    """1 / rank of the first relevant one among the first ``k``, else 0; its mean is MRR@k."""
    hits = _hits(ranking, relevance, k)
    return 1 / (hits.index(True) + 1) if True in hits else 0.0


def ndcg(ranking: Sequence[str], relevance: Relevance, k: int) -> float:
    """Discounted gain of the first ``k``, over that of the best possible ranking."""
    gains = [max(relevance.get(key, 0), 0) for key in list(dict.fromkeys(ranking))[:k]]
    ideal = sorted((max(grade, 0) for grade in relevance.values()), reverse=True)[:k]
    best = _discounted(ideal)
    return _discounted(gains) / best if best else 0.0


def _discounted(gains: Sequence[int]) -> float:
    """Sum gains, each over log2(rank + 1)."""
    return math.fsum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, start=1))


def average_precision(ranking: Sequence[str], relevance: Relevance, k: int | None = None) -> float:
    """Mean over the relevant of the precision at each one's rank, 0 for those not found: AP."""
    hits = _hits(ranking, relevance, k)
    wanted = _wanted(relevance)
    found = [sum(hits[:rank]) / rank for rank, hit in enumerate(hits, start=1) if hit]
    return math.fsum(found) / wanted if wanted else 0.0


def mean(values: Sequence[float]) -> float:
    """Mean, 0 for nothing; a question that a system did not answer must be in it, as 0."""
    return math.fsum(values) / len(values) if values else 0.0
