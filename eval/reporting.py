"""Reports: runs and their comparisons as one HTML file that asks nothing of any other host.

The file needs no script, is read in light and in dark, and prints. Everything in it is escaped:
questions, answers and names come from people.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from contracts.errors import SetupFailed
from contracts.measuring import Run
from eval.comparing import PRIMARY, Line, Measured, Pairing, Verdict, compare
from eval.plotting import BAD, GOOD, SOFT, Drawing, Mark
from eval.summing import Mean, Summary, stages, sum_up

TONES = {Verdict.BETTER: "good", Verdict.WORSE: "bad"}
_COLOURS = {Verdict.BETTER: GOOD, Verdict.WORSE: BAD}
TOTAL = "total"
_SHORT = 16
"""Letters of a fingerprint that are shown: enough to tell two apart."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table with a column for each run; ``differs`` where the runs are not alike."""

    name: str
    values: tuple[str, ...]
    differs: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """A comparison with its pictures; ``moved`` counts questions that got worse and better."""

    pairing: Pairing
    headline: str
    forest: Markup | None
    slices: Markup | None
    differences: Markup | None
    moved: tuple[int, int]


def report(runs: Sequence[Measured], metric: str = PRIMARY) -> str:
    """Give the HTML of one run, or of several with each compared with those before it.

    Without matplotlib there are tables and no plots, and the report says so. This is work for a
    processor: about a second for a thousand questions. Raises as ``compare`` does.
    """
    pairings = compare(runs, metric) if len(runs) > 1 else []
    try:
        drawing: Drawing | None = Drawing()
        missing = None
    except SetupFailed as error:
        drawing, missing = None, str(error)
    summaries = [sum_up(one.results) for one in runs]
    pairs = [_pair(one, runs, drawing) for one in pairings]
    times = {one.label: stages(one.results) for one in runs}
    return (
        _environment()
        .get_template("report.html.jinja")
        .render(
            runs=runs,
            metric=metric,
            title=_title(runs, pairs),
            pairs=pairs,
            missing=missing,
            means=_means(summaries, metric),
            summaries=summaries,
            stages=list(dict.fromkeys(name for one in summaries for name in one.took_ms)),
            times=_times(times, drawing) if drawing else None,
            pins=_rows([_pinned(one.run) for one in runs]),
            load=_rows([_load(one.run.load) for one in runs]),
        )
    )


def headline(pairing: Pairing) -> str:
    """Say the verdict on the primary metric in a few words."""
    verdict = pairing.lines[0].verdict
    if verdict in TONES:
        return f"{pairing.second} is {verdict} than {pairing.first}"
    return f"{pairing.second} and {pairing.first}: {verdict}"


def _title(runs: Sequence[Measured], pairs: Sequence[Pair]) -> str:
    if len(pairs) == 1:
        return pairs[0].headline
    suite = runs[0].run.pins.suite
    return f"{suite}: {len(runs)} runs" if pairs else f"{suite}: {runs[0].label}"


def _pair(pairing: Pairing, runs: Sequence[Measured], drawing: Drawing | None) -> Pair:
    metric = pairing.lines[0].metric
    values = {one.label: one.results for one in runs}
    second = {one.question: one.metrics for one in values[pairing.second]}
    moves = [
        second[one.question][metric] - one.metrics[metric]
        for one in values[pairing.first]
        if metric in one.metrics and metric in second[one.question]
    ]
    label = f"{pairing.second} less {pairing.first}"
    forest = slices = differences = None
    if drawing:
        marks = [_mark(line.metric, line) for line in pairing.lines]
        forest = _inline(drawing.forest(marks, label))
        if parts := [_mark(f"{one.dimension} {one.value}", one.line) for one in pairing.slices]:
            slices = _inline(drawing.forest(parts, f"{metric}: {label}"))
        if any(moves):
            differences = _inline(drawing.differences(moves, f"{metric}: {label}, per question"))
    moved = sum(move < 0 for move in moves), sum(move > 0 for move in moves)
    return Pair(pairing, headline(pairing), forest, slices, differences, moved)


def _mark(name: str, line: Line) -> Mark:
    effect, colour = line.effect, _COLOURS.get(line.verdict, SOFT)
    return Mark(name, effect.mean, effect.low, effect.high, colour)


def _times(
    times: Mapping[str, Mapping[str, Sequence[float]]], drawing: Drawing
) -> tuple[Markup | None, Markup | None]:
    """Draw how long questions took in all, and in each stage."""
    total = {label: one[TOTAL] for label, one in times.items() if one.get(TOTAL)}
    parts = {label: one for label, one in times.items() if one}
    return (
        _inline(drawing.shares(total, "milliseconds in all")) if total else None,
        _inline(drawing.boxes(parts, "milliseconds by stage")) if parts else None,
    )


def _inline(svg: str) -> Markup:
    """Let a picture stand in the page as it is; matplotlib escaped the words in it."""
    return Markup(svg)  # noqa: S704 - see above; a test draws hostile names


def _means(summaries: Sequence[Summary], metric: str) -> list[tuple[str, list[Mean | None]]]:
    """Give the means of all runs by metric, the primary one first."""
    columns = [{mean.metric: mean for mean in one.means} for one in summaries]
    names = sorted(
        {name for one in columns for name in one}, key=lambda name: (name != metric, name)
    )
    return [(name, [one.get(name) for one in columns]) for name in names]


def _rows(columns: Sequence[Mapping[str, str]]) -> list[Row]:
    rows = []
    for name in dict.fromkeys(name for one in columns for name in one):
        values = tuple(one.get(name, "–") for one in columns)
        rows.append(Row(name, values, len(set(values)) > 1))
    return rows


def _pinned(run: Run) -> dict[str, str]:
    """Give what was pinned, as a table shows it."""
    pins = asdict(run.pins)
    times = {"begun": f"{run.begun:%Y-%m-%d %H:%M} UTC", "questions": str(run.questions)}
    told = {name: _short(text) for name, text in _flat(pins)}
    return {"run": str(run.id), **times, **told}


def _short(text: str) -> str:
    return text[:_SHORT] if len(text) > 3 * _SHORT and text.isalnum() else text


def _flat(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield the leaves of nested objects by their paths."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(inner, f"{name}, {key}" if name else str(key).replace("_", " "))
    else:
        yield name, str(value)


def _load(load: Mapping[str, float]) -> dict[str, str]:
    """Give what the machine did, and what it cost where that is known."""
    return {name.replace("_", " "): f"{value:,.6g}" for name, value in load.items()}


def _number(value: float, sign: str = "-") -> str:
    """Write four digits, with a minus sign and not a hyphen."""
    return format(value, f"{sign}.4f").replace("-", "−") if math.isfinite(value) else "–"


def _ms(value: float) -> str:
    return f"{value:.1f}" if value < 10 else f"{value:,.0f}"  # noqa: PLR2004 - digits to read


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"number": _number, "signed": partial(_number, sign="+"), "ms": _ms}
    environment.globals |= {"tone": lambda verdict: TONES.get(verdict, "open")}
    return environment
