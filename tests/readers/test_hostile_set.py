"""Every file of the hostile set ends as its table says; nothing is fetched, nothing is left."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from contracts.content import Enclosed, Source
from contracts.errors import UnreadableDocument
from readers.child import _failure
from readers.draft import Draft
from readers.formats import FORMATS
from readers.kinds import media_type
from readers.limits import LIMITS
from readers.pool import ProcessReader
from tests.readers.hostile.case import Bait, Case
from tests.readers.hostile.hostile_set import hostile_set, table
from tests.readers.scanning import engine, rows, saying

SECRET = "what only this machine knows"
PAGE = Path(__file__).parents[2] / "docs" / "hostile.md"
SEEN = engine(saying(rows((1, 1, 1, 96, "found"))))
"""Sees the same word in every picture, so that pictures are unpacked and pages drawn."""


def named(bait: Bait) -> dict[str, Case]:
    return {case.name: case for cases in hostile_set(bait).values() for case in cases}


NAMES = sorted(named(Bait()))


@dataclass(slots=True)
class Lure:
    """What hostile files reach for, and what came asking for it."""

    bait: Bait
    asked: list[bytes] = field(default_factory=list)


@pytest.fixture(scope="module")
async def lure(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lure]:
    lure = Lure(Bait())

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lure.asked.append(await reader.read(1000))
        writer.close()

    secret = tmp_path_factory.mktemp("secret") / "file.txt"
    secret.write_text(SECRET)
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    lure.bait = Bait(f"http://127.0.0.1:{port}/bait", secret)
    async with server:
        yield lure


@pytest.fixture(scope="module")
def shelter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Make a folder that is the temporary and the current one of all processes that read."""
    shelter, start = tmp_path_factory.mktemp("shelter"), tmp_path_factory.mktemp("start")
    (start / "sitecustomize.py").write_text(
        f"import os; os.environ['TMPDIR'] = {str(shelter)!r}; os.chdir({str(shelter)!r})"
    )
    sys.path.append(str(start))
    yield shelter
    sys.path.remove(str(start))


@pytest.fixture(scope="module")
async def pool(shelter: Path) -> AsyncIterator[ProcessReader]:
    del shelter  # asked for, so that it is there before the first process
    reader = ProcessReader(workers=2, engine=SEEN)
    yield reader
    await reader.close()


def good(tmp_path: Path) -> Source:
    path = tmp_path / "good"
    path.write_text("a good document")
    return Source(path, "good.txt")


async def told(pool: ProcessReader, case: Case, path: Path) -> tuple[object, str]:
    """Give how reading a case ends, and what a person sees of it."""
    await asyncio.to_thread(lambda: path.write_bytes(case.make()))

    async def take(file: Enclosed) -> None:
        async for piece in file.pieces:
            assert SECRET.encode() not in piece

    try:
        reading = await pool.read(Source(path, case.name), take)
    except UnreadableDocument as error:
        return error.reason, f"{error.message} {error.remedy}"
    return None, "\n".join(part.text for part in reading.parts)


@pytest.mark.parametrize("name", NAMES)
async def test_each_file_ends_as_the_table_says_and_the_next_one_is_read(
    pool: ProcessReader, lure: Lure, shelter: Path, tmp_path: Path, name: str
) -> None:
    case = named(lure.bait)[name]
    outcome, text = await told(pool, case, tmp_path / "hostile")
    assert (outcome, text[:300]) == (case.outcome, text[:300])
    assert case.says in text
    assert outcome is None or re.fullmatch(r"[A-Z].+\. [A-Z].+\.", text)
    assert SECRET not in text
    assert (await pool.read(good(tmp_path))).parts[0].text == "a good document"
    assert await asyncio.to_thread(os.listdir, shelter) == []
    assert lure.asked == []


async def test_nothing_is_fetched_even_where_the_network_is_open(lure: Lure) -> None:
    for case in hostile_set(lure.bait)["Reaching out"]:
        assert SECRET not in await asyncio.to_thread(text_here, case)
    assert lure.asked == []


def text_here(case: Case) -> str:
    """Read a case in this process, which no sandbox keeps from anything."""
    data, draft = case.make(), Draft(LIMITS, case.name)
    module, _, function = FORMATS[media_type(data, case.name)].partition(":")
    try:
        getattr(__import__(module, fromlist=[function]), function)(data, draft)
    except Exception as error:  # noqa: BLE001 - parsers raise anything
        return str(_failure(error, LIMITS))
    return "\n".join(part.text for part in draft.parts)


async def test_good_documents_are_read_while_hostile_ones_are(
    pool: ProcessReader, tmp_path: Path
) -> None:
    slow = ["zeros.gz", "laughs.docx", "rows.ods", "deeper.html", "links.tar", "half.png"]
    cases = named(Bait())
    for name in slow:
        async with asyncio.TaskGroup() as group:
            attack = group.create_task(told(pool, cases[name], tmp_path / name))
            reading = await pool.read(good(tmp_path))
            assert reading.parts[0].text == "a good document"
        assert attack.result()[0] is cases[name].outcome


def test_the_page_shows_the_set() -> None:
    """``python -m tests.readers.hostile.hostile_set`` gives the tables for the page."""
    assert len(NAMES) == sum(len(cases) for cases in hostile_set(Bait()).values())
    assert table() in PAGE.read_text()
