"""``diptych switch`` and ``diptych audit``: which panel serves, how it came to, and back again."""

import getpass
from dataclasses import dataclass
from typing import Annotated

import typer

from contracts.errors import InvalidInput
from contracts.nouns import PanelName, ReadMode
from contracts.policy import AuditRow, Policy, Stage
from deploy.commands.console import JsonOption, QuietOption, emit, out, progress, run
from deploy.settings import load
from deploy.wiring import Diptych, open_diptych
from retrieval.switching import Step, Where


@dataclass(frozen=True, slots=True)
class Situation:
    """Who serves, and how far each panel is."""

    policy: Policy
    panels: tuple[Where, ...]


def actor() -> str:
    """Name who types, for the audit."""
    return f"command line, {getpass.getuser()}"


def switch(
    panel: Annotated[ReadMode | None, typer.Argument(help="vector, graph or fused.")] = None,
    stage: Annotated[Stage, typer.Option(help="How far to bring it.")] = Stage.PRIMARY,
    share: Annotated[float | None, typer.Option(help="Share in shadow or canary.")] = None,
    workspace: Annotated[str | None, typer.Option("--workspace", "-w")] = None,
    force: Annotated[bool, typer.Option("--force", help="Against the reasons; audited.")] = False,
    back: Annotated[bool, typer.Option("--back", help="Undo the last change.")] = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Make a panel serve reads, stage by stage; without a panel, show how far each one is.

    Refused while parity is not proven or the evidence is too thin. Every process follows within
    a second; --back undoes it.
    """
    if back and panel:
        raise InvalidInput("--back undoes the last change.", "Leave the panel out.")

    async def main() -> Situation:
        with progress(quiet=quiet or as_json) as bar:
            async with open_diptych(load(), bar) as diptych:
                if back:
                    await diptych.switch.back(workspace, actor())
                elif panel:
                    step = Step(panel, stage, share, force, workspace)
                    await diptych.switch(step, actor())
                return await _situation(diptych, workspace)

    found = run(main())
    if as_json:
        emit(found)
    else:
        _show(found)


async def _situation(diptych: Diptych, workspace: str | None) -> Situation:
    plan = await diptych.plans.look()
    policy = plan.default if workspace is None else plan.policy(workspace)
    return Situation(policy, tuple([await diptych.switch.where(n, workspace) for n in PanelName]))


def _show(found: Situation) -> None:
    trial = found.policy.trial
    tried = f", {trial.candidate} in {trial.stage} ({trial.share:.0%})" if trial else ""
    out.print(f"Reads are served by [bold]{found.policy.primary}[/bold]{tried}.")
    for one in found.panels:
        follows = f", next: {one.next}" if one.next else ""
        out.print(f"Panel {one.panel}: {one.standing}, stage {one.stage}{follows}")
        for criterion in one.criteria:
            mark = "[green]yes[/green]" if criterion.met else "[yellow]no [/yellow]"
            out.print(f"  {mark} {criterion.sentence}", highlight=False)


def audit(
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Changes to show.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """Show the latest changes of policies, panels and generations, newest first."""

    async def main() -> list[AuditRow]:
        async with open_diptych(load()) as diptych:
            return await diptych.policies.audit(limit)

    for row in run(main()):
        if as_json:
            emit(row)
            continue
        forced = " [red]forced[/red]" if row.forced else ""
        out.print(f"{row.at:%Y-%m-%d %H:%M:%S} {row.action} {row.subject}{forced} by {row.actor}")
        for reason in row.reasons:
            out.print(f"    against it: {reason}", highlight=False)
