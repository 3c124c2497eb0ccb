"""The leaderboard: each variant's latest run of a suite beside its base's, best first."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from eval.comparing import ALPHA, PRIMARY, Measured, Verdict, compare
from eval.statistics import holm, percentiles


@dataclass(frozen=True, slots=True)
class Row:
    """One variant on one suite; ``value`` less ``base`` is within ``low`` and ``high``.

    ``p`` is adjusted for the number of rows, or of the combinations that a sweep tried.
    """

    variant: str
    suite: str
    metric: str
    value: float
    base: float
    low: float
    high: float
    p: float
    verdict: Verdict
    p50_ms: float
    base_p50_ms: float
    questions: int
    run: UUID
    baseline: UUID


def row(baseline: Measured, found: Measured, metric: str = PRIMARY, tried: int = 1) -> Row:
    """Compare a variant's run with its base's, ``tried`` of which it was chosen from.

    The p value is multiplied by that number (Bonferroni): whichever led was chosen on the same
    questions. Raises InvalidInput, Conflict.
    """
    pair = [replace(baseline, label="base"), replace(found, label="variant")]
    (pairing,) = compare(pair, metric)
    line = pairing.lines[0]
    return _judged(
        Row(
            variant=found.label,
            suite=found.run.pins.suite,
            metric=metric,
            value=line.second,
            base=line.first,
            low=line.effect.low,
            high=line.effect.high,
            p=line.p,
            verdict=line.verdict,
            p50_ms=_median(found),
            base_p50_ms=_median(baseline),
            questions=line.effect.questions,
            run=found.run.id,
            baseline=baseline.run.id,
        ),
        min(1.0, line.p * tried),
    )


def ranked(rows: Sequence[Row]) -> list[Row]:
    """Order rows by how much better they are than their base, adjusting p for all of them."""
    adjusted = holm([one.p for one in rows])
    judged = (_judged(one, p) for one, p in zip(rows, adjusted, strict=True))
    return sorted(judged, key=lambda one: (one.base - one.value, one.variant))


def _judged(one: Row, p: float) -> Row:
    """Take back a verdict that the adjusted p value does not bear."""
    proven = one.verdict in {Verdict.BETTER, Verdict.WORSE}
    return replace(one, p=p, verdict=Verdict.OPEN if proven and p > ALPHA else one.verdict)


def _median(one: Measured) -> float:
    times = [result.took_ms["total"] for result in one.results if "total" in result.took_ms]
    return percentiles(times).get("p50", 0.0)
