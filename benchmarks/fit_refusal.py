"""Fit the odds of an answer (retrieval/calibration.py): ``python -m benchmarks.fit_refusal``.

Reads the sets of benchmarks.refusal_cases below ``DIPTYCH_DATA``; vectors are kept in
``.diptych/fit_refusal.npz`` for the next run. Fits on the questions of one half of the articles
and reports AUROC and the shares judged rightly on the other half.
"""

import asyncio
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt

from benchmarks.refusal_cases import PAIRS, Case, Remembering, cases, generation, load
from contracts.content import Chunker
from contracts.nouns import PanelName, ReadMode
from contracts.observing import NullMetrics
from contracts.panels import Panel
from contracts.policy import Policy, ReadPlan
from contracts.tuning import Weighing
from deploy.spaces import ConfiguredSpaces
from inference.e5 import ensure_e5
from inference.language import LangidDetector
from inference.openvino_embedder import OpenVinoEmbedder
from inference.sentences import SentencexSplitter
from retrieval.asking import SearchRequest
from retrieval.calibration import WITH_VECTORS, WORDS_ALONE, Judgement
from retrieval.evidence import weigh
from retrieval.language import language_of
from retrieval.searching import Search

Floats = npt.NDArray[np.float64]
QUESTIONS = 250
WEIGHING = Weighing()
SHARES = {
    "whole": 1.0, "small": 1.0, "article": 0.7, "small_without": 0.7, "sibling": 0.3,
    "small_sibling": 0.3, "foreign": 0.5,
}  # fmt: skip
"""What each kind weighs: answerable and not the same; a near miss less than a plain one, since
other passages of an article do now and then hold the answer."""
RIDGE = 1e-3
WRONGS = {"whole": ("article", "sibling"), "small": ("small_without", "small_sibling")}


async def measure(folder: Path, home: Path) -> list[tuple[Case, dict[str, float]]]:
    """Weigh the evidence of every case with the service's own code."""
    inner = OpenVinoEmbedder(await asyncio.to_thread(ensure_e5, home / "models"))
    embedder = Remembering(inner, home / "fit_refusal.npz")
    splitter, detector = SentencexSplitter(), LangidDetector()
    measured = []
    try:
        sets, records, panel = await load(folder, embedder)
        search = Search(
            # Only the verb that Search uses is there.
            {PanelName.VECTOR: cast("Panel", panel)},
            ConfiguredSpaces(embedder, chunker=_no_chunker),
            lambda: ReadPlan(
                generation(embedder), frozenset({PanelName.VECTOR}), Policy(ReadMode.VECTOR)
            ),
            NullMetrics(),
        )
        for case in cases(sets, records, QUESTIONS):
            panel.shown = case.shown
            looked = await search.look(SearchRequest("default", case.question), WEIGHING.depth)
            language = language_of(case.question, detector)
            evidence = await weigh(
                case.question, language, looked.vector, looked.result.found, splitter,
                embedder, WEIGHING,
            )  # fmt: skip
            measured.append((case, dict(evidence.features)))
    finally:
        embedder.save()
        await inner.close()
    return measured


def _no_chunker(name: str) -> Chunker:
    raise NotImplementedError(name)


def logistic(x: Floats, y: Floats, weight: Floats) -> Floats:
    """Weighted ridge logistic regression by Newton's method; intercept first."""
    middle, spread = x.mean(0), x.std(0) + 1e-9
    z = np.column_stack([np.ones(len(x)), (x - middle) / spread])
    beta = np.zeros(z.shape[1])
    ridge = RIDGE * weight.sum() * np.diag([0.0] + [1.0] * x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-z @ beta))
        gradient = z.T @ (weight * (y - p)) - ridge @ beta
        hessian = (z * (weight * p * (1 - p))[:, None]).T @ z + ridge
        step = np.linalg.solve(hessian, gradient)
        beta += step
        if np.abs(step).max() < 1e-9:
            break
    slopes = beta[1:] / spread
    fitted: Floats = np.concatenate([[beta[0] - slopes @ middle], slopes])
    return fitted


def balance(chosen: Sequence[Case]) -> Floats:
    """Weigh each pair of sets the same, and each kind of case in it by its share."""
    groups = [("foreign" if c.kind == "foreign" else c.pair, c.kind) for c in chosen]
    sizes = Counter(groups)
    return np.array([SHARES[kind] / sizes[pair, kind] for pair, kind in groups])


def auroc(right: Floats, wrong: Floats) -> float:
    """Chance that an answerable question scores above one that is not; ties count half."""
    above = (right[:, None] > wrong[None, :]).mean()
    return float(above + (right[:, None] == wrong[None, :]).mean() / 2)


def report(measured: Sequence[tuple[Case, dict[str, float]]], judgement: Judgement) -> None:
    """Fit on one half, print the constants and how they do on the other half."""
    names = list(judgement.weights)
    rows = [(case, np.array([f[name] for name in names])) for case, f in measured]
    fitted = [(case, x) for case, x in rows if case.half == 0]
    chosen = [case for case, _ in fitted]
    y = np.array([case.answerable for case in chosen], float)
    beta = logistic(np.array([x for _, x in fitted]), y, balance(chosen))
    slopes = ", ".join(f'"{n}": {b:.2f}' for n, b in zip(names, beta[1:], strict=True))
    print(f"\nJudgement({judgement.model!r}, {beta[0]:.2f}, {{{slopes}}})")
    held: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    for case, x in rows:
        if case.half == 1:
            asked = "foreign" if case.kind == "foreign" else case.pair[0]
            held[asked, case.kind].append(float(beta[0] + x @ beta[1:]))
    for asked, _ in PAIRS:
        odds = {kind: np.array(held[asked, kind]) for kind in SHARES if kind != "foreign"}
        print(f"{asked} (n={len(odds['whole'])})")
        for right, wrongs in WRONGS.items():
            print(f"  {right:6} answered {np.mean(odds[right] > 0):.2f}", end="")
            for wrong in wrongs:
                refused = np.mean(odds[wrong] <= 0)
                print(f" | {wrong} {refused:.2f} refused,", end="")
                print(f" AUROC {auroc(odds[right], odds[wrong]):.3f}", end="")
            print()
    print(f"another corpus: refused {np.mean(np.array(held['foreign', 'foreign']) <= 0):.2f}")


def main() -> int:
    """Run the measurement and print both regressions."""
    folder = Path(os.environ.get("DIPTYCH_DATA", "../shared/data"))
    if not (folder / "retrieval").is_dir():
        print(f"No data at {folder}: set DIPTYCH_DATA to a folder with retrieval/<set>/.")
        return 2
    measured = asyncio.run(measure(folder, Path(os.environ.get("DIPTYCH_HOME", ".diptych"))))
    for judgement in (WITH_VECTORS, WORDS_ALONE):
        report(measured, judgement)
    return 0


if __name__ == "__main__":
    sys.exit(main())
