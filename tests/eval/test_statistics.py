import math
import time
from itertools import product
from statistics import mean

import numpy as np
import pytest

from eval.statistics import Floats, effects, holm, percentiles, quantile_of_t

RUNS = 1_000
DOCUMENTS, EACH = 20, 6
SIGNS = list(product((-1, 1), repeat=5))


def clustered(effect: float = 0.0, *, uneven: bool = False) -> tuple[Floats, list[str]]:
    """Give many comparisons at once: a column each, with questions that hang together."""
    random = np.random.default_rng(7)
    sizes = [1 + 2 * (n % 6) for n in range(DOCUMENTS)] if uneven else [EACH] * DOCUMENTS
    of = np.repeat(np.arange(DOCUMENTS), sizes)
    shared = random.normal(0, 0.12, (DOCUMENTS, RUNS))[of]
    return effect + shared + random.normal(0, 0.12, (len(of), RUNS)), [str(n) for n in of]


def test_the_p_value_of_few_documents_counts_every_flip() -> None:
    values = [3.0, -1.0, 4.0, 1.0, -0.5]
    flips = [sum(s * v for s, v in zip(signs, values, strict=True)) for signs in SIGNS]
    wanted = mean(abs(flip) >= sum(values) for flip in flips)
    (found,) = effects(np.array(values)[:, None], list("abcde"))
    assert found.p == wanted


@pytest.mark.parametrize("better", [75, 85, 90])
def test_the_p_value_of_equal_steps_is_that_of_the_binomial(better: int) -> None:
    values = np.array([1.0] * better + [-1.0] * (150 - better))
    tail = sum(math.comb(150, n) for n in range(better, 151)) / 2**150
    (found,) = effects(values[:, None], [str(n) for n in range(150)])
    assert found.p == pytest.approx(min(1, 2 * tail), abs=0.012)


@pytest.mark.parametrize("uneven", [False, True])
def test_where_nothing_differs_the_p_value_says_so_as_often_as_it_promises(*, uneven: bool) -> None:
    found = effects(*clustered(uneven=uneven))
    for level in (0.01, 0.05, 0.2):
        rate = mean(one.p <= level for one in found)
        assert abs(rate - level) < 4 * math.sqrt(level * (1 - level) / RUNS)


def test_questions_taken_as_independent_would_find_what_is_not_there() -> None:
    differences, _ = clustered()
    alone = effects(differences, [str(n) for n in range(len(differences))])
    assert mean(one.p <= 0.05 for one in alone) > 0.15


@pytest.mark.parametrize("effect", [0.0, 0.1])
@pytest.mark.parametrize("uneven", [False, True])
def test_the_interval_covers_the_truth_as_often_as_it_promises(
    effect: float, *, uneven: bool
) -> None:
    found = effects(*clustered(effect, uneven=uneven))
    assert 0.93 < mean(one.low <= effect <= one.high for one in found) < 0.98


def test_the_detectable_difference_is_that_of_the_paired_t_test() -> None:
    values = np.array([0.0, 1.0] * 200)
    (found,) = effects(values[:, None], [str(n) for n in range(400)])
    error = math.sqrt(400 * 0.25 / 399) / math.sqrt(400)
    assert found.detectable == pytest.approx((quantile_of_t(0.975, 399) + 0.841621) * error)
    few, _ = effects(np.array([[0.0, 1.0], [1.0, 1.0], [2.0, 1.0]]), list("abc"))
    assert few.detectable == pytest.approx((quantile_of_t(0.975, 2) + 0.841621) / math.sqrt(3))


def test_the_detectable_difference_is_found_four_times_in_five() -> None:
    size = mean(one.detectable for one in effects(*clustered()))
    assert 0.75 < mean(one.p <= 0.05 for one in effects(*clustered(size))) < 0.87


def test_the_mean_is_over_questions_and_leaves_out_what_is_not_concerned() -> None:
    nan = math.nan
    differences = np.array([[1.0, 1.0], [0.0, nan], [-0.5, nan], [0.5, 2.0]])
    both, some = effects(differences, ["a", "a", "b", "c"])
    assert (both.questions, both.groups, both.mean) == (4, 3, 0.25)
    assert (some.questions, some.groups, some.mean) == (2, 2, 1.5)
    (alone,) = effects(differences[[0, 3], 1:], ["a", "c"])
    assert alone == some


def test_too_little_is_no_evidence_of_anything() -> None:
    (none,) = effects(np.full((3, 1), math.nan), ["a", "b", "c"])
    assert (none.questions, none.p, none.low, none.high) == (0, 1.0, -math.inf, math.inf)
    (one,) = effects(np.array([[0.5], [0.7]]), ["a", "a"])
    assert (one.groups, one.p, one.low, one.detectable) == (1, 1.0, -math.inf, math.inf)
    (same,) = effects(np.zeros((30, 1)), [str(n) for n in range(30)])
    assert (same.mean, same.low, same.high, same.p, same.detectable) == (0, 0, 0, 1, 0)


def test_the_same_question_gets_the_same_figures() -> None:
    random = np.random.default_rng(1)
    differences, groups = random.normal(0, 1, (90, 3)), [str(n % 30) for n in range(90)]
    assert effects(differences, groups) == effects(differences, groups)
    assert effects(differences, groups, seed=1) != effects(differences, groups)


def test_a_thousand_questions_take_less_than_a_second() -> None:
    random = np.random.default_rng(2)
    differences, groups = random.normal(0, 1, (1_000, 12)), [str(n) for n in range(1_000)]
    began = time.process_time()
    effects(differences, groups)
    assert time.process_time() - began < 4  # of processor time on all cores


@pytest.mark.parametrize(
    ("freedom", "printed"),
    [(1, 12.706), (2, 4.303), (3, 3.182), (5, 2.571), (19, 2.093), (120, 1.980)],
)
def test_the_quantile_of_t_is_that_of_the_printed_table(freedom: int, printed: float) -> None:
    assert quantile_of_t(0.975, freedom) == pytest.approx(printed, rel=0.01)


def test_holm_is_that_of_its_paper() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


def test_percentiles_are_of_all_values() -> None:
    assert percentiles([float(n) for n in range(101)]) == {"p50": 50, "p95": 95, "p99": 99}
    assert percentiles([]) == {}
