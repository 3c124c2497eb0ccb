"""``diptych suites``: suites that are kept here, their versions, and candidates for them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, NoReturn
from uuid import UUID

import typer

from contracts.curating import Candidate, CandidateState, SuiteRecord, SuiteVersion
from contracts.errors import InvalidInput
from contracts.measuring import Kind, Suite
from contracts.policy import Change
from deploy import curating
from deploy.commands.console import (
    DONE,
    NOT_CLEAN,
    Bar,
    JsonOption,
    QuietOption,
    emit,
    err,
    out,
    progress,
    run,
)
from deploy.commands.measure import filled
from deploy.commands.switch import actor
from deploy.settings import load
from deploy.wiring import Diptych, open_diptych
from eval.collecting import Collected
from eval.corpus import Doubt, anchor, look
from eval.curating import Mark, Revision
from eval.exporting import write_questions
from eval.generating import THRESHOLD, Generated
from eval.importing import load_suite
from eval.placing import place
from eval.suites import Loaded

PAGE = 200
SHOWN = 100

NameArgument = Annotated[str, typer.Argument(help="The suite's name.")]
CandidateArgument = Annotated[UUID, typer.Argument(help="The candidate's id.")]

suites = typer.Typer(
    help="Suites kept here: versions, and candidates for them.", no_args_is_help=True
)


@suites.command("import")
def import_suite(
    file: Annotated[Path, typer.Argument(help="BEIR, SQuAD, CSV, JSON Lines or ragas.")],
    name: Annotated[str | None, typer.Option("--as", help="Its name; none: the file's.")] = None,
    workspace: Annotated[
        str | None, typer.Option("--workspace", "-w", help="Where its documents are.")
    ] = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Keep a file's questions as the next version of a suite.

    Questions of the same id are replaced, all others stay. Documents that come with the file are
    ingested. Exit code 3 when a label does not match the documents.
    """
    loaded = load_suite(file)
    called = name or file.resolve().stem.lower()

    async def main() -> tuple[SuiteVersion, tuple[Doubt, ...]]:
        with progress(quiet=quiet or as_json) as bar:
            async with open_diptych(load(), bar) as diptych:
                return await keep(diptych, loaded, called, workspace, bar)

    _show_frozen(called, *run(main()), as_json=as_json)


def _show_frozen(
    name: str, version: SuiteVersion, doubts: Sequence[Doubt], *, as_json: bool
) -> NoReturn:
    """Tell of a new version; exit code 3 with labels in doubt."""
    if as_json:
        emit({"suite": name, "version": version, "doubts": doubts})
    else:
        out.print(f"{name}@{version.number}: {version.questions} questions", highlight=False)
        show_doubts(doubts)
    raise typer.Exit(NOT_CLEAN if doubts else DONE)


async def keep(
    diptych: Diptych, loaded: Loaded, name: str, workspace: str | None, bar: Bar
) -> tuple[SuiteVersion, tuple[Doubt, ...]]:
    """Have the documents, put labels where their words stand, and freeze the next version."""
    where = workspace or await filled(diptych, loaded, bar)
    await diptych.suites.create(name, where)
    asked = await place(loaded.suite.questions, diptych.documents, diptych.ledger, where)
    doubts = await doubted(diptych, Suite(name, asked), where)
    return await diptych.suites.freeze(name, Change(actor()), asked), doubts


async def doubted(diptych: Diptych, suite: Suite, workspace: str) -> tuple[Doubt, ...]:
    """Give the labels that a person should look at. Raises Conflict while documents move."""
    corpus = await look(diptych.documents, workspace)
    return (await anchor(suite.questions, corpus, diptych.ledger)).doubts


def show_doubts(doubts: Sequence[Doubt]) -> None:
    """Show labels that a person should look at."""
    for doubt in doubts:
        where = f"{doubt.question}: {doubt.label.document}: {doubt.label.quote[:80]}"
        err.print(f"{where} ({doubt.fault})", highlight=False, markup=False)


@suites.command("list")
def list_suites(as_json: JsonOption = False) -> None:
    """List the suites."""

    async def main() -> list[SuiteRecord]:
        async with open_diptych(load()) as diptych:
            return await diptych.suites.records()

    for one in run(main()):
        if as_json:
            emit(one)
            continue
        latest = one.versions[-1] if one.versions else None
        held = f"@{latest.number}, {latest.questions} questions" if latest else ", no version yet"
        out.print(f"{one.name}{held}, workspace {one.workspace}{_waiting(one)}", highlight=False)


def _waiting(one: SuiteRecord) -> str:
    """Say how many candidates wait for somebody."""
    counts = {state: one.candidates.get(state, 0) for state in CandidateState}
    told = [f"{count} {state}" for state, count in counts.items() if count]
    return f" ({', '.join(told)})" if told else ""


@suites.command("show")
def show_suite(
    name: Annotated[str, typer.Argument(help="The suite's name, maybe with @version.")],
    as_json: JsonOption = False,
) -> None:
    """Show a suite's versions and the questions of one of them, the latest unless it is named."""

    async def main() -> tuple[SuiteRecord, Suite | None]:
        async with open_diptych(load()) as diptych:
            record = await diptych.suites.get(name.partition("@")[0])
            if not record.versions:
                return record, None
            return record, (await curating.load_suite_from(diptych.suites, Path(name))).suite

    record, suite = run(main())
    if as_json:
        emit({"suite": record, "questions": suite.questions if suite else ()})
        return
    for one in record.versions:
        told = f"{one.questions} questions, {one.fingerprint[:12]}, {one.by}"
        out.print(
            f"{name.partition('@')[0]}@{one.number} {one.frozen:%Y-%m-%d %H:%M} {told}",
            highlight=False,
        )
    for question in (suite.questions if suite else ())[:SHOWN]:
        where = ", ".join(dict.fromkeys(label.document for label in question.labels)) or "-"
        out.print(
            f"  {question.id}: {question.text} ({question.kind}: {where})",
            highlight=False,
            markup=False,
        )


@suites.command("freeze")
def freeze_suite(
    name: NameArgument,
    without: Annotated[
        list[str] | None, typer.Option(help="Leave this question out from now on.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Make the next version: the last one with every candidate that was confirmed since.

    Exit code 3 when a label does not match the documents.
    """

    async def main() -> tuple[SuiteVersion, tuple[Doubt, ...]]:
        async with open_diptych(load()) as diptych:
            change = Change(actor())
            version = await diptych.suites.freeze(name, change, without=without or ())
            record = await diptych.suites.get(name)
            suite = await diptych.suites.version(name, version.number)
            return version, await doubted(diptych, suite, record.workspace)

    _show_frozen(name, *run(main()), as_json=as_json)


@suites.command("export")
def export_suite(
    name: Annotated[str, typer.Argument(help="The suite's name, maybe with @version.")],
    file: Annotated[Path, typer.Argument(help="The .jsonl file to write.")],
) -> None:
    """Write a version's questions into a file, one a line."""

    async def main() -> Suite:
        async with open_diptych(load()) as diptych:
            return (await curating.load_suite_from(diptych.suites, Path(name))).suite

    if Path(name).exists():
        raise InvalidInput(f"{name} is a path.", "Name a suite that is kept: diptych suites list.")
    write_questions(run(main()), file)


@suites.command("forget")
def forget_suite(name: NameArgument) -> None:
    """Remove a suite with its versions and candidates."""

    async def main() -> None:
        async with open_diptych(load()) as diptych:
            await diptych.suites.forget(name, Change(actor()))

    run(main())


@suites.command("candidates")
def list_candidates(
    name: NameArgument,
    state: Annotated[CandidateState, typer.Option(help="Only those.")] = CandidateState.PROPOSED,
    every: Annotated[bool, typer.Option("--all", help="In whatever state.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List the questions that wait for somebody to decide, or those that were decided."""

    async def main() -> list[Candidate]:
        async with open_diptych(load()) as diptych:
            await diptych.suites.get(name)
            found: list[Candidate] = []
            wanted = None if every else state
            page = await diptych.suites.candidates(name, wanted, limit=PAGE)
            while page:
                found += page
                after = page[-1].id
                page = await diptych.suites.candidates(name, wanted, limit=PAGE, after=after)
            return found

    for one in run(main()):
        if as_json:
            emit({"id": one.id, "candidate": one})
            continue
        out.print(
            f"{one.id} {one.state} {one.source} {one.question.text}", highlight=False, markup=False
        )
        for label in one.question.labels:
            out.print(f"  {label.document}: {label.quote[:80]}", highlight=False, markup=False)


@suites.command("propose")
def propose_candidate(
    name: NameArgument,
    question: Annotated[str, typer.Argument(help="In any language.")],
    answer: Annotated[list[str] | None, typer.Option(help="A right answer.")] = None,
) -> None:
    """Propose a question of your own; prints the candidate's id."""
    revision = Revision(text=question, answers=tuple(answer or ()))

    async def main() -> Candidate:
        async with open_diptych(load()) as diptych:
            workspace = (await diptych.suites.get(name)).workspace
            return await curating.curate(diptych).propose(workspace, name, revision, actor())

    out.print(run(main()).id, highlight=False)


@suites.command("confirm")
def confirm_candidate(
    candidate: CandidateArgument,
    document: Annotated[UUID | None, typer.Option(help="Id of the document that answers.")] = None,
    part: Annotated[int, typer.Option(help="Its part, from 0.")] = 0,
    quote: Annotated[str, typer.Option(help="The words there that answer.")] = "",
    unanswerable: Annotated[bool, typer.Option(help="A refusal is the right answer.")] = False,
) -> None:
    """Let a candidate into the next version; with --document instead of the proposed labels."""
    if quote and document is None:
        raise InvalidInput("Words alone are no label.", "Name their document too: --document ID.")
    marks = (Mark(document, part, None, quote),) if document else None
    revision = Revision(kind=Kind.UNANSWERABLE if unanswerable else None, marks=marks)
    _decide(candidate, CandidateState.CONFIRMED, revision)


@suites.command("reject")
def reject_candidate(candidate: CandidateArgument) -> None:
    """Keep a candidate out, also when it is proposed again."""
    _decide(candidate, CandidateState.REJECTED, Revision())


def _decide(candidate: UUID, state: CandidateState, revision: Revision) -> None:
    async def main() -> None:
        async with open_diptych(load()) as diptych:
            suite = (await diptych.suites.candidate(candidate)).suite
            workspace = (await diptych.suites.get(suite)).workspace
            decide = curating.curate(diptych).decide
            await decide(workspace, candidate, state, actor(), revision)

    run(main())


@suites.command("collect")
def collect_feedback(name: NameArgument, as_json: JsonOption = False) -> None:
    """Make candidates of the questions whose answers somebody judged."""

    async def main() -> Collected:
        async with open_diptych(load()) as diptych:
            return await curating.collect(diptych)(name)

    found = run(main())
    if as_json:
        emit(found)
    else:
        out.print(f"{found.new} new candidates of {found.judged} judged questions")


@suites.command("generate")
def generate_candidates(
    name: NameArgument,
    wanted: Annotated[int, typer.Option("--wanted", "-n", min=1, help="Questions.")] = 20,
    seed: Annotated[int, typer.Option(help="Decides which passages are tried.")] = 0,
    threshold: Annotated[
        float, typer.Option(min=0, max=1, help="Token F1 that an answer must reach.")
    ] = THRESHOLD,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Let the chat model propose questions, each checked with and without its passage."""

    async def main() -> Generated:
        with progress(quiet=quiet or as_json) as bar:
            async with open_diptych(load(), bar) as diptych:
                return await curating.generate(diptych)(
                    name,
                    wanted,
                    seed=seed,
                    threshold=threshold,
                    progress=lambda done, total: bar("Generating", done, total),
                )

    found = run(main())
    if as_json:
        emit(found)
        return
    for fate, count in found.fates.items():
        out.print(f"{count}: {fate}", highlight=False)
