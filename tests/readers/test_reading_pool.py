"""The pool of reading processes: a file can end its own reading, and nothing else."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from contracts.content import Source
from contracts.errors import Unavailable, Unreadable, UnreadableDocument
from readers.formats import FORMATS
from readers.limits import LIMITS, Limits
from readers.pool import ProcessReader

HOSTILE = (
    "crash crash_after_another leave loop hang allocate recurse fail chatter surroundings refuse "
    "enclose beat forge"
)
SMALL = replace(LIMITS, memory_bytes=256 << 20, cpu_seconds=1, wall_seconds=5.0)


def hostile(name: str) -> str:
    return f"application/x-hostile-{name}"


@asynccontextmanager
async def pool(workers: int = 1, limits: Limits = SMALL) -> AsyncIterator[ProcessReader]:
    formats = {hostile(name): f"tests.readers.hostile_formats:{name}" for name in HOSTILE.split()}
    reader = ProcessReader(workers, limits, {**FORMATS, **formats})
    try:
        yield reader
    finally:
        await reader.close()


def source(tmp_path: Path, kind: str | None = None, text: str = "text", name: str = "f") -> Source:
    path = tmp_path / f"original-{kind}".replace("/", "-")
    path.write_text(text)
    return Source(path, name, media_type=hostile(kind) if kind else None)


async def reason(reader: ProcessReader, broken: Source) -> UnreadableDocument:
    with pytest.raises(UnreadableDocument) as caught:
        await reader.read(broken)
    return caught.value


async def surroundings(reader: ProcessReader, tmp_path: Path, port: int = 9) -> dict[str, str]:
    """Ask a process what it sees and may do."""
    target = str(tmp_path / "written")
    reading = await reader.read(source(tmp_path, "surroundings", target, name=str(port)))
    return {part.label: part.text for part in reading.parts}


async def process_id(reader: ProcessReader, tmp_path: Path) -> int:
    return int((await surroundings(reader, tmp_path))["Process"])


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("crash", Unreadable.CRASHED),
        ("leave", Unreadable.CRASHED),
        ("loop", Unreadable.TIMED_OUT),
        ("allocate", Unreadable.TOO_LARGE),
        ("recurse", Unreadable.MALFORMED),
        ("fail", Unreadable.MALFORMED),
        ("refuse", Unreadable.UNSUPPORTED),
    ],
)
async def test_a_parser_that_misbehaves_ends_its_own_file_alone(
    tmp_path: Path, kind: str, expected: Unreadable
) -> None:
    async with pool() as reader:
        await reader.read(source(tmp_path))
        error = await reason(reader, source(tmp_path, kind))
        assert error.reason is expected
        assert error.message.endswith(".")
        assert error.remedy.endswith(".")
        assert (await reader.read(source(tmp_path))).parts[0].text == "text"


async def test_endless_computing_ends_before_the_deadline(tmp_path: Path) -> None:
    async with pool(limits=replace(SMALL, wall_seconds=300.0)) as reader:
        error = await reason(reader, source(tmp_path, "loop"))
        assert error.reason is Unreadable.TIMED_OUT
        assert "of computing" in error.message


async def test_a_parser_that_waits_for_ever_is_ended_at_the_deadline(tmp_path: Path) -> None:
    async with pool(limits=replace(SMALL, wall_seconds=3.0)) as reader:
        waiting = source(tmp_path, "hang", str(tmp_path / "began"))
        assert (await reason(reader, waiting)).reason is Unreadable.TIMED_OUT
        assert (await reader.read(source(tmp_path))).parts[0].text == "text"


async def test_a_document_is_not_blamed_for_what_an_earlier_file_left_behind(
    tmp_path: Path,
) -> None:
    async with pool() as reader:
        for _ in range(3):
            reading = await reader.read(source(tmp_path, "crash_after_another"))
            assert reading.parts[0].text == "text"


async def test_output_of_a_parser_does_not_disturb_the_answers(tmp_path: Path) -> None:
    async with pool() as reader:
        for _ in range(3):
            reading = await reader.read(source(tmp_path, "chatter"))
            assert reading.parts[0].text == "text"


async def test_a_process_sees_no_secrets_and_cannot_write(tmp_path: Path) -> None:
    async with pool() as reader:
        seen = await surroundings(reader, tmp_path)
    assert set(seen["Environment"].split()) <= {"PYTHONPATH", "LC_CTYPE"}
    assert seen["Disk"] == "refused"


async def test_a_process_cannot_reach_the_network(tmp_path: Path) -> None:
    server = await asyncio.start_server(lambda _r, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, pool() as reader:
        seen = await surroundings(reader, tmp_path, port)
    program = (
        "import readers.sandbox as s, ctypes; raise SystemExit(ctypes.CDLL(None).unshare("
        "s._CLONE_NEWUSER | s._CLONE_NEWNET) != 0)"
    )
    allowed = await asyncio.create_subprocess_exec(sys.executable, "-c", program)
    if await allowed.wait() != 0:
        pytest.skip("this kernel does not let a process give up its network")
    assert seen["Network"] == "cut"


async def test_cancelling_a_read_frees_its_place_at_once(tmp_path: Path) -> None:
    async with pool(limits=replace(SMALL, wall_seconds=600.0)) as reader:
        began = tmp_path / "began"
        waiting = asyncio.create_task(reader.read(source(tmp_path, "hang", str(began))))
        async with asyncio.timeout(30):
            await appears(began)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        async with asyncio.timeout(30):
            assert (await reader.read(source(tmp_path))).parts[0].text == "text"


async def appears(path: Path) -> None:
    """Wait until a parser in a process has written its sign; callers set the deadline."""
    while not await asyncio.to_thread(path.exists):  # noqa: ASYNC110 - the sign is on disk
        await asyncio.sleep(0.01)


async def test_closing_ends_reads_in_flight_without_blaming_the_document(tmp_path: Path) -> None:
    async with pool(limits=replace(SMALL, wall_seconds=600.0)) as reader:
        began = tmp_path / "began"
        waiting = asyncio.create_task(reader.read(source(tmp_path, "hang", str(began))))
        async with asyncio.timeout(30):
            await appears(began)
        await reader.close()
        with pytest.raises(Unavailable):
            await waiting
        with pytest.raises(Unavailable):
            await reader.read(source(tmp_path))


async def test_processes_are_replaced_after_their_share_of_files(tmp_path: Path) -> None:
    async with pool(limits=replace(SMALL, files_per_process=2)) as reader:
        pids = [await process_id(reader, tmp_path) for _ in range(4)]
    assert pids[0] == pids[1]
    assert pids[2] == pids[3]
    assert pids[0] != pids[2]


async def test_processes_end_with_a_service_that_is_killed(tmp_path: Path) -> None:
    began = tmp_path / "began"
    program = (
        "import asyncio, pathlib\n"
        "from contracts.content import Source\n"
        "from readers.pool import ProcessReader\n"
        "hang = {'x/hang': 'tests.readers.hostile_formats:hang'}\n"
        f"source = Source(pathlib.Path({str(source(tmp_path, 'hang', str(began)).path)!r}), 'f', "
        "media_type='x/hang')\n"
        "asyncio.run(ProcessReader(1, formats=hang).read(source))\n"
    )
    service = await asyncio.create_subprocess_exec(sys.executable, "-c", program)
    async with asyncio.timeout(60):
        await appears(began)
        (child,) = psutil.Process(service.pid).children()
        service.kill()
        await service.wait()
        await asyncio.to_thread(child.wait, 30)
    assert not child.is_running()


async def test_an_idle_process_that_died_is_replaced(tmp_path: Path) -> None:
    async with pool() as reader:
        os.kill(await process_id(reader, tmp_path), 9)
        assert (await reader.read(source(tmp_path))).parts[0].text == "text"


async def test_waiting_reads_are_served_in_order(tmp_path: Path) -> None:
    async with pool() as reader:
        order: list[int] = []

        async def one(number: int) -> None:
            await reader.read(source(tmp_path))
            order.append(number)

        async with asyncio.TaskGroup() as group:
            for number in range(20):
                group.create_task(one(number))
    assert order == list(range(20))


async def test_a_missing_original_is_not_the_documents_fault(tmp_path: Path) -> None:
    async with pool() as reader:
        with pytest.raises(Unavailable, match="could not be opened"):
            await reader.read(Source(tmp_path / "gone", "gone.txt"))


async def test_a_file_over_the_size_limit_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(300 << 20)
    async with pool(limits=LIMITS) as reader:
        error = await reason(reader, Source(path, "large.txt"))
    assert error.reason is Unreadable.TOO_LARGE
    assert "smaller files" in error.remedy


async def test_a_text_over_the_character_limit_is_refused(tmp_path: Path) -> None:
    async with pool(limits=replace(LIMITS, characters=1000)) as reader:
        assert (await reader.read(source(tmp_path, text="x" * 1000))).parts
        error = await reason(reader, source(tmp_path, text="x" * 1001))
        assert error.reason is Unreadable.TOO_LARGE
        assert "1,000" in error.message


async def test_a_slice_of_a_file_is_read_alone(tmp_path: Path) -> None:
    path = tmp_path / "corpus"
    path.write_bytes("первая\nвторая\n".encode())
    async with pool() as reader:
        reading = await reader.read(Source(path, "corpus", start=13, end=25))
    assert reading.parts[0].text == "вторая"
