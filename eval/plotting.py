"""Drawing: the plots of a report as SVG text; the one file that knows matplotlib.

Colours are the report's CSS variables, so that one drawing is read in light and in dark; words
stay text, in the page's font.
"""

import importlib
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np

from contracts.errors import SetupFailed
from eval.statistics import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Colours that stand for CSS variables while matplotlib draws.
INK, SOFT, LINE = "#000001", "#000002", "#000003"
GOOD, BAD = "#000004", "#000005"
SERIES = ("#000011", "#000012", "#000013", "#000014", "#000015", "#000016")
_VARIABLES = {INK: "--ink", SOFT: "--soft", LINE: "--line", GOOD: "--good", BAD: "--bad"} | {
    colour: f"--series-{number}" for number, colour in enumerate(SERIES, start=1)
}
_STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "diptych",
    "text.parse_math": False,
    "font.size": 9.0,
    "font.sans-serif": ["DejaVu Sans"],
    "axes.edgecolor": LINE,
    "axes.labelcolor": SOFT,
    "axes.linewidth": 0.8,
    "text.color": INK,
    "xtick.color": SOFT,
    "ytick.color": INK,
}
_ABOUT = ("Date", "Creator", "Format", "Type")
WIDTH = 7.6
"""Inches; the page scales it."""
BINS = 21
LONGEST = 40
"""Letters of a name; longer ones would leave no room to draw in."""
SHORTEST = 0.1
"""Milliseconds; the scale of times has no zero."""
# Sizes and rules that would hold for the page, ids that would come twice in it.
_OWN = re.compile(
    r' (?:width|height)="[^"]*pt"| xmlns(?::xlink)?="[^"]*"|(?<=<g) id="[^"]*"'
    r"|<style.*?</style>",
    re.DOTALL,
)
_BUSY = Lock()


@dataclass(frozen=True, slots=True)
class Mark:
    """One line of a forest plot: a difference, its interval, and what is known of it."""

    name: str
    mean: float
    low: float
    high: float
    colour: str = SOFT


class Drawing:
    """Draws one picture at a time, from whatever thread."""

    def __init__(self) -> None:
        """Raise SetupFailed where matplotlib is not installed."""
        try:
            matplotlib = importlib.import_module("matplotlib")
            self._figures: ModuleType = importlib.import_module("matplotlib.figure")
            self._ticker: ModuleType = importlib.import_module("matplotlib.ticker")
        except ImportError as error:
            raise SetupFailed(
                "There are no plots, because matplotlib is not installed.",
                "Install it: pip install diptych[eval]",
            ) from error
        matplotlib.rcParams.update(_STYLE)

    def forest(self, marks: Sequence[Mark], label: str) -> str:
        """Draw differences with their intervals, the first line on top."""
        with _BUSY:
            figure, axes = self._sheet(0.55 + 0.27 * len(marks))
            axes.axvline(0, color=SOFT, linewidth=0.8)
            for row, mark in enumerate(marks):
                if np.isfinite([mark.low, mark.high]).all():
                    axes.plot([mark.low, mark.high], [row, row], color=mark.colour, linewidth=1.6)
                axes.plot([mark.mean], [row], "o", color=mark.colour, markersize=5)
            axes.set_ylim(len(marks) - 0.5, -0.5)
            axes.set_yticks(range(len(marks)), [_cut(mark.name) for mark in marks])
            _symmetric(axes, [edge for m in marks for edge in (m.low, m.mean, m.high)])
            axes.set_xlabel(_cut(label, 3 * LONGEST))
            axes.grid(axis="x", color=LINE, linewidth=0.6)
            return _svg(figure)

    def differences(self, values: Sequence[float], label: str) -> str:
        """Draw how many questions got worse and better, by how much; equal ones are left out."""
        moved = np.array([value for value in values if value], dtype=float)
        reach = float(np.abs(moved).max()) if len(moved) else 1.0
        counts, edges = np.histogram(moved, BINS, (-reach, reach))
        with _BUSY:
            figure, axes = self._sheet(1.9)
            middles = (edges[:-1] + edges[1:]) / 2
            colours = [BAD if middle < 0 else GOOD for middle in middles]
            axes.bar(middles, counts, width=np.diff(edges) * 0.88, color=colours)
            axes.axvline(0, color=SOFT, linewidth=0.8)
            axes.yaxis.set_major_locator(self._ticker.MaxNLocator(4, integer=True))
            axes.set_ylabel("questions")
            axes.set_xlabel(_cut(label, 3 * LONGEST))
            axes.grid(axis="y", color=LINE, linewidth=0.6)
            axes.set_axisbelow(True)
            return _svg(figure)

    def shares(self, times: Mapping[str, Sequence[float]], label: str) -> str:
        """Draw the share of questions that took at most so long, a line for each name."""
        with _BUSY:
            figure, axes = self._sheet(2.3)
            for number, (name, values) in enumerate(times.items()):
                axes.ecdf(_seen(values), label=_cut(name), color=_series(number), linewidth=1.6)
            self._times(axes, label)
            axes.set_ylabel("share of questions")
            axes.grid(color=LINE, linewidth=0.6)
            axes.legend(frameon=False, loc="lower right")
            return _svg(figure)

    def boxes(self, times: Mapping[str, Mapping[str, Sequence[float]]], label: str) -> str:
        """Draw the middle half of each stage's times, whiskers to p5 and p95, a box for each name.

        ``times`` is by name, then by stage; names are drawn in the colours of ``shares``.
        """
        listed = list(dict.fromkeys(stage for one in times.values() for stage in one))
        with _BUSY:
            figure, axes = self._sheet(0.55 + len(listed) * (0.14 + 0.15 * len(times)))
            height = 0.78 / len(times)
            for number, one in enumerate(times.values()):
                rows = [row for row, stage in enumerate(listed) if stage in one]
                _box(
                    axes,
                    [one[listed[row]] for row in rows],
                    [row - 0.39 + height * (number + 0.5) for row in rows],
                    height * 0.7,
                    _series(number),
                )
            axes.set_ylim(len(listed) - 0.5, -0.5)
            axes.set_yticks(range(len(listed)), [_cut(stage) for stage in listed])
            self._times(axes, label)
            axes.grid(axis="x", color=LINE, linewidth=0.6)
            return _svg(figure)

    def _times(self, axes: "Axes", label: str) -> None:
        """Lay milliseconds out by their orders of magnitude, in plain numbers."""
        axes.set_xscale("log", subs=[])
        axes.xaxis.set_major_locator(self._ticker.LogLocator(subs=(1.0, 2.0, 5.0)))
        axes.xaxis.set_major_formatter("{x:,g}")
        axes.set_xlabel(_cut(label, 3 * LONGEST))

    def _sheet(self, height: float) -> "tuple[Figure, Axes]":
        """Give an empty picture without a ground of its own."""
        figure: Figure = self._figures.Figure(figsize=(WIDTH, height), layout="constrained")
        figure.patch.set_visible(False)
        axes = figure.add_subplot()
        axes.patch.set_visible(False)
        for side in ("top", "right", "left"):
            axes.spines[side].set_visible(False)
        axes.tick_params(length=0)
        return figure, axes


def _series(number: int) -> str:
    return SERIES[number % len(SERIES)]


def _cut(name: str, longest: int = LONGEST) -> str:
    return name if len(name) <= longest else f"{name[: longest - 1]}…"


def _seen(times: Sequence[float]) -> Floats:
    """Give times as they can be drawn: what took next to nothing stands at SHORTEST."""
    return np.asarray([max(ms, SHORTEST) for ms in times], dtype=float)


def _box(
    axes: "Axes",
    columns: Sequence[Sequence[float]],
    places: Sequence[float],
    height: float,
    colour: str,
) -> None:
    line = {"color": colour, "linewidth": 1.1}
    axes.boxplot(
        [_seen(column) for column in columns],
        positions=list(places),
        widths=height,
        orientation="horizontal",
        whis=(5, 95),
        showfliers=False,
        manage_ticks=False,
        patch_artist=True,
        boxprops={"facecolor": colour, "edgecolor": colour, "alpha": 0.35},
        medianprops={"color": colour, "linewidth": 2.0},
        whiskerprops=line,
        capprops={"linewidth": 0.0},
    )


def _symmetric(axes: "Axes", edges: Sequence[float]) -> None:
    """Put no difference into the middle."""
    reach = max((abs(edge) for edge in edges if np.isfinite(edge)), default=0.0) or 1.0
    axes.set_xlim(-1.08 * reach, 1.08 * reach)


def _svg(figure: "Figure") -> str:
    """Write a picture as an element that takes the page's width, colours and font."""
    written = io.StringIO()
    figure.savefig(written, format="svg", metadata=dict.fromkeys(_ABOUT))
    text = written.getvalue()
    text = _OWN.sub("", text[text.index("<svg") :])
    for colour, variable in _VARIABLES.items():
        text = text.replace(colour, f"var({variable})")
    return text
