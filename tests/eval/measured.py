"""Runs as tests need them: metrics per question, everything else alike."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from contracts.measuring import Pins, Result, Run
from contracts.nouns import Generation, ReadMode
from eval.comparing import Measured

PINS = Pins(
    suite="piaf",
    suite_fingerprint="s" * 64,
    corpus_fingerprint="c" * 64,
    workspace="default",
    mode=ReadMode.VECTOR,
    generation=Generation(1, "e5", 384, "sentences"),
    models={"embedder": "e5"},
    code="1.0",
    packages="p",
)
BEGUN = datetime(2026, 1, 1, tzinfo=UTC)


def run(number: int = 1, questions: int = 1, **pins: object) -> Run:
    pinned = replace(PINS, **pins)  # type: ignore[arg-type]  # any of its fields
    return Run(UUID(int=number), pinned, questions, BEGUN, done=questions, ended=BEGUN)


def result(
    question: str,
    document: str = "",
    *,
    ms: float = 10.0,
    error: str | None = None,
    **metrics: float,
) -> Result:
    told = {name.replace("_at_", "@"): value for name, value in metrics.items()}
    told["answered"] = float(error is None)
    slices = {"language": "fr" if int(question) % 2 else "ru"}
    took = {"total": ms}
    return Result(question, f"{question} ?", document or question, slices, told, took, error=error)


def measured(label: str, results: Sequence[Result], number: int = 1, **pins: object) -> Measured:
    return Measured(label, run(number, len(results), **pins), tuple(results))


def scores(label: str, values: Sequence[float], each: int = 1, **pins: object) -> Measured:
    """A run with these nDCGs; ``each`` questions in a row are about one document."""
    results = [result(str(n), str(n // each), ndcg_at_10=value) for n, value in enumerate(values)]
    return measured(label, results, number=sum(map(ord, label)), **pins)
