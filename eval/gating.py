"""The gate: whether a run may follow the baseline, and if not, why."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from contracts.errors import Conflict, InvalidInput
from contracts.judging import JUDGED
from eval.comparing import PRIMARY, Measured, Pairing, compare, unlike_times
from eval.guarding import LATENCY, Standing


@dataclass(frozen=True, slots=True)
class Gate:
    """What the gate decided: it opens when nothing ``blocks``.

    ``doubts`` are guards that the run is too small to prove, times of a machine that was busier,
    and metrics that fell by the word of a judge that is not calibrated. ``pairing`` is None where
    the two cannot be compared.
    """

    blocks: tuple[str, ...]
    doubts: tuple[str, ...]
    pairing: Pairing | None

    @property
    def passed(self) -> bool:
        """Whether the run may follow the baseline."""
        return not self.blocks


def judge(
    baseline: Measured,
    candidate: Measured,
    primary: str = PRIMARY,
    calibrated: Collection[str] = (),
) -> Gate:
    """Compare a candidate with the baseline.

    It is blocked by other documents or other questions than the baseline's, by a metric that is
    worse beyond doubt, and by a guard whose whole interval is beyond its margin. What a language
    model judged blocks only where it is among the ``calibrated`` metrics, and times only where the
    machine was about as busy. The same runs give the same decision.
    """
    old, new = baseline.run.pins, candidate.run.pins
    changed = []
    if old.corpus_fingerprint != new.corpus_fingerprint:
        changed.append("documents")
    if old.suite_fingerprint != new.suite_fingerprint:
        changed.append("questions")
    if changed:
        other = f"The {' and '.join(changed)} are not those of the baseline"
        return Gate((f"{other}: measure again, and name that run the baseline.",), (), None)
    try:
        pair = [replace(baseline, label="baseline"), replace(candidate, label="candidate")]
        (pairing,) = compare(pair, primary)
    except (Conflict, InvalidInput) as error:
        return Gate((str(error),), (), None)
    blocks, doubts = _fallen(pairing, calibrated)
    unlike = unlike_times(baseline.run, candidate.run)
    for guard in pairing.guards:
        if guard.standing is Standing.OPEN:
            doubts.append(guard.sentence)
        elif guard.standing is Standing.BROKEN and guard.name == LATENCY and unlike:
            doubts.append(f"{guard.sentence}. {unlike}")
        elif guard.standing is Standing.BROKEN:
            blocks.append(guard.sentence)
    return Gate(tuple(blocks), tuple(doubts), pairing)


def _fallen(pairing: Pairing, calibrated: Collection[str]) -> tuple[list[str], list[str]]:
    """Say which metrics fell, and which only by the word of a judge that is not calibrated."""
    blocks, doubts = [], []
    for line in pairing.worse:
        said = f"{line.metric} fell from {line.first:.4f} to {line.second:.4f}, p {line.p:.4f}"
        if line.metric.startswith(JUDGED) and line.metric not in calibrated:
            doubts.append(f"{said}; its judge is not calibrated.")
        else:
            blocks.append(f"{said}.")
    return blocks, doubts
