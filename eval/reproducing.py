"""Reproducing: whether a run, asked again, gives the same, and what is not the same if it does not.

Times are left out: no machine repeats them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from contracts.measuring import Pins, Result
from eval.comparing import Measured

NAMED = 20
"""Questions named; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Pin:
    """Something that decides a measurement and was not the same."""

    name: str
    before: str
    after: str

    @property
    def sentence(self) -> str:
        """Say it for a person."""
        return f"{self.name}: {self.before} → {self.after}"


@dataclass(frozen=True, slots=True)
class Deviation:
    """A metric that came out otherwise, on ``questions`` of them."""

    metric: str
    before: float
    after: float
    questions: int


@dataclass(frozen=True, slots=True)
class Reproduction:
    """A run beside its repetition, question by question.

    ``changed`` names the first questions whose figures, documents or answer are others, of
    ``changed_count``; ``missing`` those that only one of the two asked.
    """

    pins: tuple[Pin, ...]
    deviations: tuple[Deviation, ...]
    changed: tuple[str, ...]
    changed_count: int
    missing: tuple[str, ...]

    @property
    def equal(self) -> bool:
        """Whether every question came out the same."""
        return not (self.changed_count or self.missing)


def reproduced(first: Measured, again: Measured) -> Reproduction:
    """Compare a run with its repetition: exactly, and what decided them pin by pin."""
    old = {one.question: one for one in first.results}
    new = {one.question: one for one in again.results}
    both = sorted(old.keys() & new.keys())
    changed = [name for name in both if _came(old[name]) != _came(new[name])]
    missing = sorted(old.keys() ^ new.keys())
    return Reproduction(
        pins=_pins(first.run.pins, again.run.pins),
        deviations=_deviations([old[n] for n in both], [new[n] for n in both]),
        changed=tuple(changed[:NAMED]),
        changed_count=len(changed),
        missing=tuple(missing[:NAMED]),
    )


def _came(one: Result) -> tuple[object, ...]:
    """Give what came of a question, save how long it took."""
    return dict(one.metrics), one.found, one.answer, one.refused, one.error


def _deviations(old: Sequence[Result], new: Sequence[Result]) -> tuple[Deviation, ...]:
    found = []
    for name in sorted({name for one in (*old, *new) for name in one.metrics}):
        before, after = ([one.metrics.get(name) for one in side] for side in (old, new))
        count = sum(a != b for a, b in zip(before, after, strict=True))
        if count:
            found.append(Deviation(name, _mean(before), _mean(after), count))
    return tuple(found)


def _mean(values: Sequence[float | None]) -> float:
    """Give the mean over the questions that a metric concerns, 0 over none."""
    told = [value for value in values if value is not None]
    return sum(told) / len(told) if told else 0.0


def _pins(old: Pins, new: Pins) -> tuple[Pin, ...]:
    before, after = _flat(asdict(old)), _flat(asdict(new))
    return tuple(
        Pin(name, before.get(name, "-"), after.get(name, "-"))
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    )


def _flat(value: Mapping[str, object], under: str = "") -> dict[str, str]:
    """Give every leaf under its path."""
    found: dict[str, str] = {}
    for key, one in value.items():
        if isinstance(one, Mapping):
            found |= _flat(one, f"{under}{key}.")
        else:
            found[f"{under}{key}"] = str(one)
    return found
