"""How well each panel and each leg finds, on every set of the data folder; docs/quality.md.

The documents are ingested once into a home of their own (``DIPTYCH_QUALITY_HOME``): a second
measurement only asks. ``DIPTYCH_QUALITY_SETS`` names some sets; with ``DIPTYCH_QUALITY_REPORT``, a
folder, each set's comparison of the panels is written there as HTML.
"""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from benchmarks.material import data_folder
from benchmarks.report import Row
from contracts.nouns import ReadMode
from contracts.tuning import Configuration
from deploy import measuring
from deploy.commands.console import err
from deploy.commands.measure import filled
from deploy.commands.report import write_report
from deploy.settings import load
from deploy.wiring import Diptych, open_diptych
from eval.comparing import Measured, compare
from eval.importing import load_suite
from eval.suites import Loaded
from eval.summing import sum_up

QUESTIONS = 300
"""The first ones of each set, as the reference figures were taken."""
METRICS = ("ndcg@10", "mrr@10", "recall@10")
DENSE, LEXICAL = {"fusion.lexical": 0.0}, {"fusion.dense": 0.0}
PATIENT = {"search.deadline_s": 60.0}
"""What is found does not depend on how busy the machine is."""
WAYS: Mapping[str, Configuration] = {
    "vector dense": Configuration(ReadMode.VECTOR).changed(DENSE | PATIENT),
    "vector lexical": Configuration(ReadMode.VECTOR).changed(LEXICAL | PATIENT),
    "vector": Configuration(ReadMode.VECTOR).changed(PATIENT),
    "graph dense": Configuration(ReadMode.GRAPH).changed(DENSE | PATIENT),
    "graph lexical": Configuration(ReadMode.GRAPH).changed(LEXICAL | PATIENT),
    "graph": Configuration(ReadMode.GRAPH).changed(PATIENT),
    "fused": Configuration(ReadMode.FUSED).changed(PATIENT),
}
REFERENCES: Mapping[tuple[str, str, str], float] = {
    ("piaf_fr", "lexical", "mrr@10"): 0.786,
    ("piaf_fr", "dense", "mrr@10"): 0.722,
    ("xquad_ru", "lexical", "mrr@10"): 0.924,
    ("xquad_ru", "dense", "mrr@10"): 0.947,
    ("xquad_ru", "", "mrr@10"): 0.961,
    ("xquad_en", "lexical", "mrr@10"): 0.946,
    ("xquad_en", "dense", "mrr@10"): 0.963,
    ("xquad_en", "", "mrr@10"): 0.971,
    ("scifact_train_en", "lexical", "ndcg@10"): 0.715,
}
"""What other programs reach on the same 300 questions: set, leg (none: both), metric."""


async def measure() -> list[Row]:
    """Measure every set in every way; say what the comparisons of the panels come to."""
    folders = sorted(path for path in (data_folder() / "retrieval").iterdir() if path.is_dir())
    chosen = os.environ.get("DIPTYCH_QUALITY_SETS", "").split(",")
    home = Path(os.environ.get("DIPTYCH_QUALITY_HOME", ".diptych-quality"))
    report = os.environ.get("DIPTYCH_QUALITY_REPORT")
    rows: list[Row] = []
    async with open_diptych(load().model_copy(update={"home": home.resolve()})) as diptych:
        await diptych.warm()
        for folder in folders:
            if chosen[0] and folder.name not in chosen:
                continue
            found = await _runs(diptych, _first(load_suite(folder)))
            rows += [row for one in found for row in _rows(folder.name, one)]
            whole = [one for one in found if " " not in one.label]
            for pairing in compare(whole):
                err.print(f"{folder.name}: {pairing.sentence}", markup=False, highlight=False)
            if report:
                write_report(whole, METRICS[0], Path(report, f"{folder.name}.html"))
    return rows


def _first(loaded: Loaded) -> Loaded:
    questions = loaded.suite.questions[:QUESTIONS]
    return replace(loaded, suite=replace(loaded.suite, questions=questions))


async def _runs(diptych: Diptych, loaded: Loaded) -> list[Measured]:
    workspace = await filled(diptych, loaded, lambda *_: None)
    plan = measuring.Plan(loaded.suite, tuple(WAYS.values()), workspace)
    runs = await measuring.carry_out(diptych, plan, lambda *_: None)
    named = zip(runs, WAYS, strict=True)
    return [await measuring.measured(diptych, run, label) for run, label in named]


def _rows(name: str, measured: Measured) -> list[Row]:
    means = {one.metric: one for one in sum_up(measured.results).means}
    panel, _, leg = measured.label.partition(" ")
    rows = []
    for metric in METRICS:
        mean = means[metric]
        least = None if panel == "fused" else REFERENCES.get((name, leg, metric))
        note = f"{mean.low:.3f} to {mean.high:.3f}, {mean.questions} questions"
        target = (">=", least) if least else None
        rows.append(Row(f"{name} {measured.label} {metric}", mean.value, "", target, note))
    return rows
