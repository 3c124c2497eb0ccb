import ir_measures
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ir_measures import AP, RR, P, R, Success, nDCG

from eval.metrics import (
    average_precision,
    mean,
    ndcg,
    order,
    precision,
    recall,
    reciprocal_rank,
    success,
)

IDS = st.integers(0, 40).map(str)
QRELS = st.dictionaries(IDS, st.integers(0, 3), max_size=12)
RANKING = st.lists(IDS, unique=True, max_size=30)


@given(QRELS, RANKING, st.integers(1, 15))
def test_every_metric_equals_trec_evals(
    relevance: dict[str, int], ranking: list[str], k: int
) -> None:
    if not relevance or not ranking:
        return
    # trec_eval breaks ties by id, so the scores fall strictly.
    run = {"q": {key: float(len(ranking) - place) for place, key in enumerate(ranking)}}
    wanted = ir_measures.calc_aggregate(
        [R @ k, P @ k, Success @ k, RR @ k, nDCG @ k, AP, AP @ k], {"q": relevance}, run
    )
    assert recall(ranking, relevance, k) == pytest.approx(wanted[R @ k], abs=1e-9)
    assert precision(ranking, relevance, k) == pytest.approx(wanted[P @ k], abs=1e-9)
    assert success(ranking, relevance, k) == pytest.approx(wanted[Success @ k], abs=1e-9)
    assert reciprocal_rank(ranking, relevance, k) == pytest.approx(wanted[RR @ k], abs=1e-9)
    assert ndcg(ranking, relevance, k) == pytest.approx(wanted[nDCG @ k], abs=1e-9)
    assert average_precision(ranking, relevance) == pytest.approx(wanted[AP], abs=1e-9)
    assert average_precision(ranking, relevance, k) == pytest.approx(wanted[AP @ k], abs=1e-9)


def test_the_mean_counts_unanswered_questions_as_trec_eval_does() -> None:
    qrels = {"a": {"1": 1}, "b": {"2": 1}}
    found = {"a": ["1"], "b": []}
    ours = mean([ndcg(found[q], qrels[q], 10) for q in qrels])
    assert ours == ir_measures.calc_aggregate([nDCG @ 10], qrels, {"a": {"1": 1.0}})[nDCG @ 10]
    assert ours == 0.5


@given(QRELS, RANKING, st.integers(1, 15))
def test_an_id_that_comes_again_changes_nothing(
    relevance: dict[str, int], ranking: list[str], k: int
) -> None:
    doubled = [key for key in ranking for _ in range(2)] + ranking
    for metric in (recall, precision, success, reciprocal_rank, ndcg, average_precision):
        assert metric(doubled, relevance, k) == metric(ranking, relevance, k)


def test_equal_scores_are_ordered_by_id() -> None:
    assert order({"b": 1.0, "a": 1.0, "c": 2.0}) == ["c", "a", "b"]


def test_nothing_relevant_and_nothing_found_score_zero() -> None:
    for metric in (recall, precision, success, reciprocal_rank, ndcg, average_precision):
        assert metric(["1"], {}, 5) == 0
        assert metric(["1"], {"1": 0}, 5) == 0
        assert metric([], {"1": 1}, 5) == 0
    assert mean([]) == 0
