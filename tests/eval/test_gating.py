from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from contracts.errors import InvalidInput
from eval.comparing import Measured
from eval.gating import judge
from eval.recording import record, recorded
from tests.eval.measured import measured, result, scores

FAITHFUL = "judge_faithfulness"
TRUTH = np.random.default_rng(1).choice([0.0, 0.5, 1.0], 150)


def run(
    label: str,
    values: "np.ndarray[tuple[int], np.dtype[np.float64]]",
    seed: int = 1,
) -> Measured:
    times = np.random.default_rng(seed).lognormal(3, 0.4, len(values))
    return measured(
        label,
        [
            result(str(n), str(n // 3), ms=float(ms), ndcg_at_10=float(value), refusal=1.0)
            for n, (value, ms) in enumerate(zip(values, times, strict=True))
        ],
        seed,
    )


BASELINE = run("champion", TRUTH)


def test_twenty_runs_that_change_nothing_raise_no_alarm() -> None:
    for seed in range(2, 22):
        random = np.random.default_rng(seed)
        tied = np.where(random.random(150) < 0.03, random.choice([0.0, 0.5, 1.0], 150), TRUTH)
        gate = judge(BASELINE, run("same", tied, seed))
        assert gate.passed, gate.blocks


@pytest.mark.parametrize("share", [0.1, 0.3, 1.0])
def test_a_regression_is_caught(share: float) -> None:
    lost = np.where(np.random.default_rng(3).random(150) < share, 0.0, TRUTH)
    gate = judge(BASELINE, run("broken", lost))
    assert not gate.passed
    assert "ndcg@10 fell from" in gate.blocks[0]


def test_a_slow_run_is_caught_and_a_doubtful_one_told() -> None:
    def slower(times: float, spread: float) -> Measured:
        one = run("slow", TRUTH, 2)
        factors = np.random.default_rng(4).lognormal(np.log(times), spread, len(one.results))
        pairs = zip(one.results, BASELINE.results, factors, strict=True)
        return replace(
            one,
            results=tuple(
                replace(r, took_ms={"total": b.took_ms["total"] * float(f)}) for r, b, f in pairs
            ),
        )

    slow = slower(3, 0.1)
    assert "latency" in judge(BASELINE, slow).blocks[0]
    quiet, busy = ({"cpu_percent_mean": busy} for busy in (40.0, 95.0))
    before = replace(BASELINE, run=replace(BASELINE.run, load=quiet))
    disturbed = judge(before, replace(slow, run=replace(slow.run, load=busy)))
    assert disturbed.passed
    assert "busy 40 % and 95 %" in disturbed.doubts[0]
    assert not judge(before, replace(slow, run=replace(slow.run, load=quiet))).passed
    full = {"cpu_percent_mean": 99.0}
    before = replace(BASELINE, run=replace(BASELINE.run, load=full))
    assert judge(before, replace(slow, run=replace(slow.run, load=full))).passed
    doubtful = judge(BASELINE, slower(1.5, 0.8))
    assert doubtful.passed
    assert "latency" in doubtful.doubts[0]
    assert judge(BASELINE, slower(1.05, 0.1)).doubts == ()


@pytest.mark.parametrize(
    ("pins", "said"),
    [
        ({"corpus_fingerprint": "other"}, "The documents are not"),
        ({"suite_fingerprint": "other"}, "The questions are not"),
    ],
)
def test_other_documents_or_questions_need_another_baseline(
    pins: dict[str, object], said: str
) -> None:
    new = run("new", TRUTH)
    pinned = replace(new.run.pins, **pins)  # type: ignore[arg-type]  # any of its fields
    gate = judge(BASELINE, replace(new, run=replace(new.run, pins=pinned)))
    assert not gate.passed
    assert said in gate.blocks[0]
    assert "name that run the baseline" in gate.blocks[0]


def test_an_unfinished_run_passes_no_gate() -> None:
    half = run("half", TRUTH)
    gate = judge(BASELINE, replace(half, run=replace(half.run, done=9, ended=None)))
    assert not gate.passed
    assert "9 of 150" in gate.blocks[0]


def test_a_recorded_run_gives_the_same_decision(tmp_path: Path) -> None:
    candidate = run("candidate", np.minimum(TRUTH, 0.5))
    for one in (BASELINE, candidate):
        record(one, tmp_path / one.label)
    first, second = (recorded(tmp_path / one.label) for one in (BASELINE, candidate))
    assert (first, second) == (BASELINE, candidate)
    assert judge(first, second) == judge(BASELINE, candidate)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is not JSON"),
        ('{"format": "other"}', "no recorded run"),
        ('{"format": "diptych-run-1", "run": {}}', "damaged"),
        ('{"format": "diptych-run-1", "run": [], "results": []}', "damaged"),
    ],
)
def test_a_file_that_is_no_recorded_run_is_said_so(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "run.json").write_text(text, "utf-8")
    with pytest.raises(InvalidInput, match=said):
        recorded(tmp_path / "run.json")


def by_judge(label: str, values: list[float], metric: str) -> Measured:
    one = scores(label, [1.0] * len(values))
    results = [
        replace(result, metrics={**result.metrics, metric: value})
        for result, value in zip(one.results, values, strict=True)
    ]
    return replace(one, results=tuple(results))


def test_a_judge_that_is_not_calibrated_only_advises() -> None:
    high = [0.9 - n % 3 / 10 for n in range(60)]
    old, new = by_judge("a", high, FAITHFUL), by_judge("b", [x / 2 for x in high], FAITHFUL)
    advised = judge(old, new)
    assert advised.passed
    assert "judge_faithfulness fell" in advised.doubts[-1]
    assert "its judge is not calibrated" in advised.doubts[-1]
    assert judge(old, new, FAITHFUL).passed, "nor where it is the primary metric"
    assert judge(old, new, calibrated={"judge_context_recall"}).passed
    blocked = judge(old, new, calibrated={FAITHFUL})
    assert not blocked.passed
    assert not any("calibrated" in doubt for doubt in blocked.doubts)


def test_what_is_computed_from_an_answer_needs_no_calibration() -> None:
    high = [0.9 - n % 3 / 10 for n in range(60)]
    low = [x / 2 for x in high]
    old, new = by_judge("a", high, "ragas_chrf"), by_judge("b", low, "ragas_chrf")
    assert not judge(old, new).passed
