"""Measuring from the command line: what is wanted, and the suite's documents at hand for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from contracts.measuring import Run
from contracts.nouns import ReadMode
from contracts.record import VersionState
from contracts.tuning import MODES, PANEL, Configuration, parse_settings
from deploy import measuring
from deploy.commands.console import Bar, err
from deploy.commands.ingest import pour
from deploy.commands.mirror import show_measured
from deploy.wiring import Diptych
from eval.comparing import Measured
from eval.suites import Loaded
from retrieval.prompting import rules

CHAMPION = "champion"

SuiteArgument = Annotated[
    Path,
    typer.Argument(help="BEIR folder, SQuAD .json, .csv or .jsonl; or a kept suite: NAME[@N]."),
]
DistractorsOption = Annotated[
    list[Path] | None,
    typer.Option("--distractors", help="Put these documents beside the suite's own."),
]
WorkspaceOption = Annotated[
    str | None,
    typer.Option("--workspace", "-w", help="Where the documents are; none: the suite's own."),
]
AnswersOption = Annotated[bool, typer.Option("--answers", help="Ask as well, not only search.")]
SeedOption = Annotated[int, typer.Option(help="Decides the order of the questions.")]
MetricOption = Annotated[str, typer.Option("--metric", help="The metric that decides.")]


SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", help="A setting to try, like fusion.k=30; several times for several."),
]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be measured, where (None: the suite's own workspace), and how.

    ``source`` is where the suite was read from. ``resumed`` runs go on as they began instead.
    """

    configurations: tuple[Configuration, ...]
    workspace: str | None = None
    answers: bool = False
    seed: int = 0
    source: str = ""
    resumed: tuple[Run, ...] = ()


async def wanted(
    diptych: Diptych, settings: Sequence[str], panels: Sequence[ReadMode], version: str | None
) -> tuple[Configuration, ...]:
    """Give the configurations that settings make of a version, or of what serves now.

    One for each panel, where neither the settings nor the version say which. Raises InvalidInput,
    NotFound.
    """
    changes = parse_settings(settings)
    if version:
        base = (await diptych.configurations.find(version)).configuration
        panels = panels or (base.mode,)
    else:
        base = Configuration(ReadMode.FUSED, diptych.plans().tuning)
    modes = (changes.get(PANEL, mode) for mode in panels or MODES)
    found = tuple(dict.fromkeys(base.changed({**changes, PANEL: mode}) for mode in modes))
    rules(found[0].tuning.answer.prompt)
    return found


async def measure_suite(diptych: Diptych, loaded: Loaded, wish: Wish, bar: Bar) -> list[Measured]:
    """Have the documents, ask the questions, and give the runs by their panels."""
    if wish.resumed:
        plan = measuring.as_pinned(loaded.suite, wish.resumed)
    else:
        place = wish.workspace or await filled(diptych, loaded, bar)
        how = (wish.answers, wish.seed, wish.source, loaded.distractors)
        plan = measuring.Plan(loaded.suite, wish.configurations, place, *how)
    asked = await measuring.carry_out(
        diptych, plan, lambda done, total: bar("Asking", done, total), wish.resumed
    )
    found = [await measuring.measured(diptych, one, str(one.pins.mode)) for one in asked]
    await show_measured(diptych, found)
    return found


async def filled(diptych: Diptych, loaded: Loaded, bar: Bar) -> str:
    """Have the suite's documents in a workspace of their own; give the workspace."""
    if not loaded.documents:
        return loaded.workspace
    workspace = measuring.workspace_of(loaded)
    await diptych.people.add_workspace(workspace)
    counts = await diptych.documents.counts(workspace)
    ended = sum(counts.get(state, 0) for state in (VersionState.LIVE, VersionState.QUARANTINED))
    if ended < len(loaded.documents):
        with measuring.corpus_file(loaded) as path:
            files = [(path, "corpus")]
            async for outcome in pour(diptych, files, workspace, {}, bar, wait=True):
                if outcome.reason:
                    err.print(f"{outcome.external_id}: {outcome.reason}", markup=False)
    return workspace
