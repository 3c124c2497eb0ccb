"""``diptych keys`` and ``diptych workspaces``: who may do what, where."""

from typing import Annotated
from uuid import UUID

import typer

from contracts.nouns import DEFAULT_WORKSPACE
from contracts.people import KeyRecord, Role
from deploy.commands.console import JsonOption, emit, out, run
from deploy.settings import load
from deploy.wiring import open_diptych

keys = typer.Typer(help="API keys: add, list, revoke.", no_args_is_help=True)
workspaces = typer.Typer(help="Workspaces: add, list.", no_args_is_help=True)


@keys.command("add")
def add_key(
    name: Annotated[str, typer.Argument(help="Whose key it is.")],
    role: Annotated[Role, typer.Option(help="What it may do.")] = Role.READER,
    workspace: Annotated[str | None, typer.Option("--workspace", "-w")] = None,
    as_json: JsonOption = False,
) -> None:
    """Create a key and print its secret, the only time."""
    where = workspace or (None if role is Role.ADMIN else DEFAULT_WORKSPACE)

    async def main() -> tuple[KeyRecord, str]:
        async with open_diptych(load()) as diptych:
            return await diptych.people.add_key(name, role, where)

    record, secret = run(main())
    if as_json:
        emit({"id": record.id, "name": name, "role": role, "workspace": where, "secret": secret})
    else:
        out.print(secret, highlight=False)


@keys.command("list")
def list_keys(as_json: JsonOption = False) -> None:
    """List keys, newest first; secrets are not kept and cannot be shown."""

    async def main() -> list[KeyRecord]:
        async with open_diptych(load()) as diptych:
            return await diptych.people.keys()

    for key in run(main()):
        if as_json:
            emit(key)
        else:
            state = "revoked" if key.revoked else key.workspace or "every workspace"
            out.print(f"{key.id}  {key.role:<7} {state:<20} {key.name}", highlight=False)


@keys.command("revoke")
def revoke_key(key: UUID) -> None:
    """End a key at once."""

    async def main() -> None:
        async with open_diptych(load()) as diptych:
            await diptych.people.revoke(key)

    run(main())


@workspaces.command("add")
def add_workspace(name: str) -> None:
    """Create a workspace; being there already is fine."""

    async def main() -> None:
        async with open_diptych(load()) as diptych:
            await diptych.people.add_workspace(name)

    run(main())


@workspaces.command("list")
def list_workspaces(as_json: JsonOption = False) -> None:
    """List workspaces."""

    async def main() -> list[str]:
        async with open_diptych(load()) as diptych:
            return await diptych.people.workspaces()

    names = run(main())
    if as_json:
        emit(names)
    else:
        out.print("\n".join(names), highlight=False)
