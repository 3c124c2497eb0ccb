"""How commands speak: results on standard output, progress and errors on standard error."""

import asyncio
import dataclasses
import json
import math
import sys
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeVar
from uuid import UUID

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from contracts.nouns import ChunkId

T = TypeVar("T")

DONE, FAILED, WRONG_USE, NOT_CLEAN = 0, 1, 2, 3

UNBROKEN = 10_000
"""Columns where nobody looks at a screen: a line stays one, for grep and for logs."""


def speaking(*, stderr: bool = False) -> Console:
    """Give a console that breaks lines at the edge of a screen, and only there."""
    screen = (sys.stderr if stderr else sys.stdout).isatty()
    return Console(stderr=stderr, width=None if screen else UNBROKEN)


out = speaking()
err = speaking(stderr=True)

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object (or NDJSON).")]
QuietOption = Annotated[bool, typer.Option("--quiet", help="No progress on standard error.")]
WorkspaceOption = Annotated[str, typer.Option("--workspace", "-w", help="Workspace to act in.")]


def run(main: Coroutine[object, object, T]) -> T:
    """Run a command's coroutine to its end."""
    return asyncio.run(main)


def plain(value: object) -> object:
    """Turn nouns into what JSON can say."""
    match value:
        case ChunkId() | UUID() | Path() | StrEnum():
            return str(value)
        case date():
            return value.isoformat()
        case Mapping():
            return {str(k): plain(v) for k, v in value.items()}
        case list() | tuple() | set() | frozenset():
            return [plain(v) for v in value]
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
        case _:  # JSON has no infinity
            return None if isinstance(value, float) and not math.isfinite(value) else value


def emit(value: object) -> None:
    """Print one JSON object on one line."""
    sys.stdout.write(json.dumps(plain(value), ensure_ascii=False) + "\n")
    sys.stdout.flush()


Bar = Callable[[str, int, int], None]


@contextmanager
def progress(*, quiet: bool) -> Iterator[Bar]:
    """Show bars by label: call the result with (label, done, total)."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, disable=quiet, transient=False) as bars:
        known: dict[str, object] = {}

        def show(label: str, done: int, total: int) -> None:
            if label not in known:
                known[label] = bars.add_task(label, total=total)
            task = known[label]
            bars.update(task, completed=done, total=total)  # type: ignore[arg-type]  # rich's TaskID is an int

        yield show
