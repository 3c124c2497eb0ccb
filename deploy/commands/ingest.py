"""``diptych ingest``: pour files, folders and corpora in, and watch them become live."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, TypeVar
from uuid import UUID

import typer

from contracts.errors import CatalogUnavailable, DiptychError, InvalidInput, Overloaded
from contracts.nouns import DEFAULT_WORKSPACE, Json
from contracts.paging import pages
from contracts.record import FINAL, DocumentRecord, Documents, Receipt, VersionState
from deploy.commands.console import (
    DONE,
    FAILED,
    Bar,
    JsonOption,
    QuietOption,
    WorkspaceOption,
    emit,
    err,
    progress,
    run,
)
from deploy.settings import load
from deploy.wiring import Diptych, open_diptych
from ingestion.receiving import Upload

PIECE = 1024 * 1024
LOOK_EVERY = 0.3
"""Seconds between looks at the record while waiting; one indexed query each."""
LOOK_AT = 500
FEW = 3
"""When so many documents are left, each is shown by name, with its pages and the time left."""
PAUSE_S = 10.0
"""Seconds before a document that there was no room for is sent again."""
AGAIN_S, PATIENCE = 2.0, 30
"""Seconds before a record that is away is asked again (it may be starting), and how often it is."""
T = TypeVar("T")
NOT_LIVE = {"rejected", VersionState.QUARANTINED, VersionState.CANCELLED}


@dataclass(frozen=True, slots=True)
class Outcome:
    """One line of the result: what became of one document of one file."""

    path: str
    document: UUID | None
    state: str
    reason: str | None = None
    detail: str | None = None
    chunks: int | None = None
    parts: int = 0
    external_id: str | None = None
    unchanged: bool = False


@dataclass(frozen=True, slots=True)
class Awaited:
    """A document that is waited for: where it came from, and whether it was there before."""

    path: str
    unchanged: bool


def ingest(
    paths: Annotated[list[Path], typer.Argument(help="Files, folders, .jsonl corpora.")],
    workspace: WorkspaceOption = DEFAULT_WORKSPACE,
    metadata: Annotated[str, typer.Option(help="JSON object for every document.")] = "{}",
    wait: Annotated[bool, typer.Option(help="Wait until each document is live or not.")] = True,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Ingest files and folders; each document is durable as soon as it is accepted."""
    raise typer.Exit(
        run(_ingest(paths, workspace, metadata, wait=wait, as_json=as_json, quiet=quiet))
    )


async def _ingest(
    paths: Sequence[Path], workspace: str, metadata: str, *, wait: bool, as_json: bool, quiet: bool
) -> int:
    files = list(found(paths))
    described = parse_metadata(metadata)
    failed = 0
    with progress(quiet=quiet) as bar:
        async with open_diptych(load(), bar) as diptych:
            async for outcome in pour(
                diptych, [(f, None) for f in files], workspace, described, bar, wait=wait
            ):
                failed += outcome.state in NOT_LIVE
                if as_json:
                    emit(outcome)
                elif outcome.reason:
                    err.print(
                        f"{outcome.path}: {outcome.reason}. {outcome.detail or ''}", markup=False
                    )
    return FAILED if failed else DONE


def found(paths: Sequence[Path]) -> Iterator[Path]:
    """Give all files below the paths, in order; hidden ones are left out.

    Raises InvalidInput for a path that does not exist, before anything is ingested.
    """
    for path in paths:
        if not path.exists():
            raise InvalidInput(f"{path} does not exist.", "Check the path, then try again.")
    for path in paths:
        if path.is_dir():
            below = (p for p in path.rglob("*") if p.is_file() and not hidden(p, path))
            yield from sorted(below)
        else:
            yield path


def hidden(path: Path, root: Path) -> bool:
    """Tell whether a file, or a folder on its way from the root, begins with a dot."""
    return any(name.startswith(".") for name in path.relative_to(root).parts)


def parse_metadata(text: str) -> Json:
    """Read the metadata option. Raises InvalidInput."""
    try:
        value = json.loads(text)
    except ValueError as error:
        raise InvalidInput(
            f"--metadata is not JSON: {error}.", "Try '{\"year\": 2026}'."
        ) from error
    if not isinstance(value, dict):
        raise InvalidInput("--metadata is not a JSON object.", "Try '{\"year\": 2026}'.")
    return value


async def pour(
    diptych: Diptych,
    files: Sequence[tuple[Path, str | None]],
    workspace: str,
    metadata: Json,
    bar: Bar,
    *,
    wait: bool,
) -> AsyncIterator[Outcome]:
    """Accept files (with the source that names each), then follow their documents to the end.

    What lies in them follows, by its path there: ``mail.eml!/annexe.pdf``. One file that is
    refused never stops the others. Works itself when no worker is alive.
    """
    waiting: dict[UUID, Awaited] = {}
    for number, (path, source) in enumerate(files, 1):
        named = source or f"file:{path.resolve()}"
        send = partial(_send, diptych, workspace, path, named, metadata)
        try:
            receipts = await patiently(partial(steadily, send), diptych.helping)
        except (DiptychError, OSError) as error:
            yield Outcome(
                str(path), None, "rejected", getattr(error, "code", "unreadable_file"), str(error)
            )
            continue
        finally:
            bar("Accepting", number, len(files))
        for receipt in receipts:
            if wait:
                waiting[receipt.ref.document] = Awaited(str(path), receipt.unchanged)
            else:
                yield Outcome(
                    str(path), receipt.ref.document, "accepted", unchanged=receipt.unchanged
                )
    async with diptych.helping(needed=bool(waiting)):
        async for outcome in ended(diptych.documents, workspace, waiting, bar):
            yield outcome


async def _send(
    diptych: Diptych, workspace: str, path: Path, source: str, metadata: Json
) -> list[Receipt]:
    upload = Upload(path.name, pieces(path), source, metadata, bulk=True)
    return await diptych.receive(workspace, upload)


async def patiently(
    send: Callable[[], Awaitable[T]],
    helping: Callable[..., AbstractAsyncContextManager[None]],
    pause_s: float = PAUSE_S,
) -> T:
    """Send until there is room for it; while it waits, work here when no worker is alive."""
    waited = False
    while True:
        try:
            return await send()
        except Overloaded as error:
            if not waited:
                err.print(f"Waiting: {error}", markup=False)
            waited = True
            async with helping(needed=True):
                await asyncio.sleep(pause_s)


async def steadily(ask: Callable[[], Awaitable[T]], again_s: float = AGAIN_S) -> T:
    """Ask until the record answers; after PATIENCE times what it says is the caller's."""
    for number in range(1, PATIENCE):
        try:
            return await ask()
        except CatalogUnavailable as error:
            if number == 1:
                err.print(f"Waiting: {error}", markup=False)
            await asyncio.sleep(again_s)
    return await ask()


async def ended(
    documents: Documents, workspace: str, waiting: Mapping[UUID, Awaited], bar: Bar
) -> AsyncIterator[Outcome]:
    """Yield each document once its newest version has come to an end, then what lies in it."""
    pending = dict(waiting)
    done = 0
    while pending:
        some = list(pending)[:LOOK_AT]
        page = await steadily(partial(documents.find, workspace, limit=LOOK_AT, ids=some))
        known = {record.id: record for record in page.items}
        ordered = (known[document] for document in some if document in known)
        finished = [record for record in ordered if record.state in FINAL]
        for record in finished:
            yield _outcome(pending[record.id], record)
        pending |= await _inside(documents, workspace, finished, pending)
        for over in (set(some) - set(known)).union(record.id for record in finished):
            del pending[over]
        done += len(finished)
        bar("Ingesting", done, done + len(pending))
        if len(pending) <= FEW:
            _show_pages(page.items, bar)
        if pending and not finished:
            await asyncio.sleep(LOOK_EVERY)


def _show_pages(records: Sequence[DocumentRecord], bar: Bar) -> None:
    """Show how far documents are that tell it."""
    for record in records:
        if record.total:
            bar(f"{record.filename}: {record.stage}", record.done, record.total)


async def _inside(
    documents: Documents,
    workspace: str,
    ended: Sequence[DocumentRecord],
    awaited: Mapping[UUID, Awaited],
) -> dict[UUID, Awaited]:
    """Give what lies directly in documents that have ended, in its order there."""
    parents = {record.id: record for record in ended}

    async def look() -> list[DocumentRecord]:
        find = partial(documents.find, workspace, limit=LOOK_AT, parents=list(parents))
        return [record async for page in pages(find) for record in page.items]

    found = await steadily(look) if parents else []
    members = {}
    for member in reversed(found):
        parent = parents[member.parent] if member.parent else member
        path = awaited[parent.id].path + member.source.removeprefix(parent.source)
        members[member.id] = Awaited(path, awaited[parent.id].unchanged)
    return members


def _outcome(awaited: Awaited, record: DocumentRecord) -> Outcome:
    return Outcome(
        path=awaited.path,
        document=record.id,
        state=record.state,
        reason=record.reason,
        detail=record.detail,
        chunks=next((p.chunks for p in record.panels if p.chunks is not None), None),
        parts=record.parts,
        external_id=record.external_id,
        unchanged=awaited.unchanged,
    )


async def pieces(path: Path) -> AsyncIterator[bytes]:
    """Read a file piece by piece, off the event loop."""
    file = await asyncio.to_thread(path.open, "rb")
    with file:
        while piece := await asyncio.to_thread(file.read, PIECE):
            yield piece
