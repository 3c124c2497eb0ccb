"""The leaderboard's rows, and what a replay comes to."""

import pytest

from eval.comparing import Verdict
from eval.leaderboard import ranked, row
from eval.replaying import Reply, summed
from tests.eval.measured import scores

BASE = scores("base", [n % 3 / 2 for n in range(90)])
BETTER = scores("better", [min(1.0, n % 3 / 2 + (n % 2) / 4) for n in range(90)])
SLIGHT = scores("slight", [n % 3 / 2 + (0.02 if n % 4 else -0.03) for n in range(90)])


def test_a_row_tells_the_difference_and_what_is_known_of_it() -> None:
    found = row(BASE, BETTER)
    assert (found.variant, found.suite, found.questions) == ("better", "piaf", 90)
    assert found.verdict is Verdict.BETTER
    assert found.low < found.value - found.base < found.high
    assert found.p50_ms == found.base_p50_ms == 10.0
    assert (found.run, found.baseline) == (BETTER.run.id, BASE.run.id)


def test_what_led_among_many_needs_more_proof() -> None:
    alone = row(BASE, SLIGHT)
    assert alone.verdict is Verdict.BETTER
    many = row(BASE, SLIGHT, tried=1000)
    assert many.p == pytest.approx(min(1.0, alone.p * 1000))
    assert many.verdict is Verdict.OPEN
    assert many.value == alone.value


def test_rows_are_ranked_by_gain_and_judged_together() -> None:
    rows = [row(BASE, SLIGHT), row(BASE, BETTER), row(BASE, scores("same", [0.5] * 90))]
    found = ranked(rows)
    assert [one.variant for one in found] == ["better", "slight", "same"]
    before = {one.variant: one.p for one in rows}
    assert all(one.p >= before[one.variant] for one in found)
    assert ranked([]) == []


def test_a_replay_says_how_alike_how_fast_and_how_often_refused() -> None:
    base = [Reply((1, 2), ms=10), Reply((1, 2), ms=20), Reply((3,), refused=True), Reply(None)]
    variant = [Reply((1, 2), ms=30), Reply((2, 9), ms=50), Reply((3,)), Reply((4,))]
    found = summed(["a", "b", "c", "d"], base, variant)
    assert found.questions == 4
    assert found.overlap == pytest.approx((1 + 0.5 + 1) / 3)
    assert (found.refused, found.failed, found.turned) == ((1, 0), (1, 0), 1)
    assert found.p50_ms == (10.0, 15.0)
    assert [(one.question, one.overlap) for one in found.differing] == [("b", 0.5)]


def test_a_replay_of_nothing_comes_to_nothing() -> None:
    found = summed([], [], [])
    assert (found.questions, found.overlap, found.differing) == (0, 0.0, ())
