"""``diptych generations``: embedding models and chunkers side by side, and which one is read."""

from collections.abc import Awaitable, Callable
from typing import Annotated

import typer

from contracts.policy import Change, GenerationRecord
from deploy.commands.console import JsonOption, emit, out, run
from deploy.commands.switch import actor
from deploy.settings import load
from deploy.wiring import Diptych, open_diptych

generations = typer.Typer(
    help="Generations: list, build, pause, resume, activate, retire.", no_args_is_help=True
)
Number = Annotated[int, typer.Argument(help="The generation's number.")]


@generations.command("list")
def list_generations(as_json: JsonOption = False) -> None:
    """List generations with their state and how far they are."""
    _after(None, as_json=as_json)


@generations.command("build")
def build(
    model: Annotated[str | None, typer.Option(help="Embedding model; the live one's.")] = None,
    chunker: Annotated[
        str | None, typer.Option(help="Chunker, such as structure-120-20; the live one's.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Build a generation beside the live one, from the stored text; the workers do it."""

    async def begin(diptych: Diptych) -> None:
        live = (await diptych.plans.look()).generation
        name = model or live.model
        dimension = await diptych.dimension(name)
        await diptych.keep_generations.begin(
            name, dimension, chunker or live.chunker, Change(actor())
        )

    _after(begin, as_json=as_json)


@generations.command("pause")
def pause(number: Number, as_json: JsonOption = False) -> None:
    """Stop building it until it is resumed."""
    _after(lambda d: d.generations.pause(number, Change(actor())), as_json=as_json)


@generations.command("resume")
def resume(number: Number, as_json: JsonOption = False) -> None:
    """Go on building it."""
    _after(lambda d: d.generations.resume(number, Change(actor())), as_json=as_json)


@generations.command("activate")
def activate(number: Number, as_json: JsonOption = False) -> None:
    """Make it the one that is read, in both panels at once; also the way back to the former."""
    _after(lambda d: d.generations.activate(number, Change(actor())), as_json=as_json)


@generations.command("retire")
def retire(number: Number, as_json: JsonOption = False) -> None:
    """Remove one that is not read any more from both panels."""
    _after(lambda d: d.generations.retire(number, Change(actor())), as_json=as_json)


def _after(act: Callable[[Diptych], Awaitable[object]] | None, *, as_json: bool) -> None:
    """Do something, then show all generations."""

    async def main() -> list[GenerationRecord]:
        async with open_diptych(load()) as diptych:
            if act:
                await act(diptych)
            return await diptych.generations.records()

    for record in run(main()):
        if as_json:
            emit(record)
            continue
        one, far = record.generation, f"{record.reached} of {record.wanted}"
        out.print(
            f"{one.number}  {record.state:<9} {far:>17}  {one.model}, {one.chunker}",
            highlight=False,
        )
