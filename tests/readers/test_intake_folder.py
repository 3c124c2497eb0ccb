"""A watched folder: which files are taken, when, and what is never touched."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from contracts.errors import Conflict, NotFound, SetupFailed
from contracts.intake import Intake, Item, Missed
from readers.intake.folder import FolderIntake
from readers.intake.names import is_passing, path_of, source_of
from tests.readers.intake_contract import IntakeContract, Stand, content, items

LATER = 60.0


def later() -> float:
    """A clock a minute ahead: by it, whatever a test wrote has settled."""
    return time.time() + LATER


def opened(
    root: Path, now: Callable[[], float] = later, move_to: Path | None = None
) -> FolderIntake:
    return FolderIntake(root, now=now, move_to=move_to)


@dataclass
class FolderStand(Stand):
    root: Path

    def __post_init__(self) -> None:
        self.intake: Intake = opened(self.root)

    async def put(self, name: str, content: bytes) -> str:
        (self.root / name).write_bytes(content)
        return name


class TestFolderIntake(IntakeContract):
    @pytest.fixture
    def stand(self, tmp_path: Path) -> FolderStand:
        return FolderStand(tmp_path)


async def test_folders_below_are_looked_into(tmp_path: Path) -> None:
    deep = tmp_path / "2024" / "Été"
    deep.mkdir(parents=True)
    (deep / "bail.pdf").write_bytes(b"%PDF")
    (item,) = (await items(opened(tmp_path))).values()
    assert item.source == f"file:{deep}/bail.pdf"
    assert item.metadata == {"path": "2024/Été/bail.pdf"}


async def test_a_changed_file_has_another_mark_and_the_same_source(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("one")
    before = (await items(opened(tmp_path)))["a.txt"]
    file.write_text("three")
    after = (await items(opened(tmp_path)))["a.txt"]
    assert (before.source, before.mark != after.mark) == (after.source, True)


async def test_a_file_is_whole_once_it_has_not_changed_for_a_while(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    written = (tmp_path / "a.txt").stat().st_ctime
    for age, is_whole in ((0.0, False), (4.9, False), (5.1, True)):
        intake = opened(tmp_path, lambda age=age: written + age)  # type: ignore[misc]
        (seen,) = [one async for one in intake.look()]
        assert isinstance(seen, Item) is is_whole
        if isinstance(seen, Missed):
            assert seen.again_s == pytest.approx(5 - age, abs=0.1)


async def test_a_copy_with_an_old_time_is_waited_for_too(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("a")
    os.utime(file, (0, 0))
    (seen,) = [one async for one in opened(tmp_path, time.time).look()]
    assert isinstance(seen, Missed)


async def test_a_time_to_come_keeps_no_file_waiting(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("a")
    os.utime(file, (4_000_000_000, 4_000_000_000))
    assert set(await items(opened(tmp_path))) == {"a.txt"}


@pytest.mark.parametrize(
    "name",
    [
        *(".hidden", "~$letter.docx", "a.part", "film.CRDOWNLOAD", "a.tmp", "a.txt~", "Thumbs.db"),
        *("a.filepart", ".a.txt.swp", "a.partial", "a.download", "desktop.ini"),
    ],
)
async def test_hidden_and_temporary_files_are_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("a")
    (tmp_path / "kept.txt").write_text("a")
    assert set(await items(opened(tmp_path))) == {"kept.txt"}


def test_ordinary_names_are_no_temporary_ones() -> None:
    assert not any(map(is_passing, ("a.txt", "part.txt", "tmp", "a.b.c", "départ.part.pdf")))


async def test_links_are_not_followed(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    for folder in (root, outside):
        folder.mkdir()
    (outside / "secret.txt").write_text("secret")
    (root / "loop").symlink_to(root)
    (root / "out").symlink_to(outside)
    (root / "file.txt").symlink_to(outside / "secret.txt")
    os.mkfifo(root / "pipe")
    assert await items(opened(root)) == {}


async def test_a_file_that_becomes_a_link_is_not_read(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    for file in (tmp_path / "secret.txt", root / "a.txt"):
        file.write_text("alike")
        os.utime(file, (0, 0))
    item = (await items(opened(root)))["a.txt"]
    (root / "a.txt").unlink()
    (root / "a.txt").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(Conflict):
        await content(item)
    (root / "a.txt").unlink()
    os.mkfifo(root / "a.txt")
    with pytest.raises(Conflict):
        await content(item)
    (root / "a.txt").unlink()
    with pytest.raises(NotFound):
        await content(item)


async def test_a_file_that_changes_while_it_is_read_is_not_taken(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(b"x" * 3_000_000)
    pieces = (await items(opened(tmp_path)))["a.txt"].pieces()
    assert await anext(pieces)
    with file.open("ab") as more:
        more.write(b"y")
    with pytest.raises(Conflict):
        await _rest(pieces)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"caf\xe9.txt", "caf\ufffd.txt"),
        (b"a\nb\x1b[31m.txt", "a\ufffdb\ufffd[31m.txt"),
        (b"a..%2f..%2fpasswd", "a..%2f..%2fpasswd"),
        (b"a\\b\x7f.txt", "a\\b\ufffd.txt"),
        ("и".encode() * 120 + b".txt", "и" * 120 + ".txt"),
        (b"-rf *?'\"", "-rf *?'\""),
    ],
)
async def test_hostile_names_are_taken_and_shown_plainly(
    tmp_path: Path, name: bytes, shown: str
) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
    _write(path)
    (item,) = (await items(opened(tmp_path))).values()
    assert item.filename == shown
    assert item.source.isprintable()
    item.source.encode()
    assert path_of(item.source) == path
    assert await content(item) == b"a"


async def test_very_long_paths_are_taken(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*(["d" * 250] * 4))
    deep.mkdir(parents=True)
    (deep / ("n" * 250)).write_text("a")
    (item,) = (await items(opened(tmp_path))).values()
    assert await content(item) == b"a"


def test_no_two_files_have_one_source() -> None:
    paths = [
        Path(os.fsdecode(raw)) for raw in (b"/a\xff", b"/a%FF", b"/a\\udcff", "/a\ufffd".encode())
    ]
    assert len({source_of(path) for path in paths}) == len(paths)
    assert [path_of(source_of(path)) for path in paths] == paths


async def test_nothing_is_moved_unless_told(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    intake = opened(tmp_path)
    await intake.accepted(list((await items(intake)).values()))
    assert (tmp_path / "a.txt").read_text() == "a"


async def test_what_is_accepted_is_moved_where_it_is_told(tmp_path: Path) -> None:
    done = tmp_path / "done"
    (tmp_path / "sub").mkdir()
    done.mkdir()
    intake = opened(tmp_path, move_to=done)
    for text in ("one", "two"):
        (tmp_path / "sub" / "a.txt").write_text(text)
        found = list((await items(intake)).values())
        await intake.accepted(found)
        await intake.accepted(found)
    moved = {path.name: path.read_text() for path in (done / "sub").iterdir()}
    assert moved == {"a.txt": "one", "a (2).txt": "two"}
    assert await items(intake) == {}


async def test_what_changed_since_it_was_accepted_is_not_moved(tmp_path: Path) -> None:
    done = tmp_path / "done"
    done.mkdir()
    (tmp_path / "a.txt").write_text("one")
    intake = opened(tmp_path, move_to=done)
    found = list((await items(intake)).values())
    (tmp_path / "a.txt").write_text("another")
    await intake.accepted(found)
    assert (tmp_path / "a.txt").read_text() == "another"


async def test_what_is_to_be_left_out_is(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "blob").write_text("a")
    intake = FolderIntake(tmp_path, leave_out=[tmp_path / "home"], now=later)
    assert await items(intake) == {}


@pytest.mark.parametrize("what", ["missing", "file", "below a file"])
async def test_a_folder_that_is_none_is_said(tmp_path: Path, what: str) -> None:
    (tmp_path / "file").write_text("a")
    root = {"missing": tmp_path / "none", "file": tmp_path / "file"}.get(what, tmp_path / "file/x")
    intake = opened(root)
    with pytest.raises(SetupFailed):
        await intake.check()
    with pytest.raises(SetupFailed):
        await items(intake)


async def test_a_folder_to_move_to_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(SetupFailed):
        await opened(tmp_path, move_to=tmp_path / "none").check()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
async def test_what_must_not_be_read_is_said_and_the_rest_is_taken(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0)
    (tmp_path / "a.txt").write_text("a")
    seen = [one async for one in opened(tmp_path).look()]
    assert {type(one) for one in seen} == {Item, Missed}
    (tmp_path / "closed").chmod(0o700)


async def test_a_change_wakes_also_in_a_folder_that_was_made_meanwhile(tmp_path: Path) -> None:
    wakes = opened(tmp_path).wakes()
    await anext(wakes)
    waiting = asyncio.create_task(_woken(wakes, 2))
    new = tmp_path / "new"
    async with asyncio.timeout(60):
        while not waiting.done():  # until the system has begun to watch the new folder
            new.mkdir(exist_ok=True)
            (new / "a.txt").write_text(str(time.monotonic()))
            await asyncio.wait({waiting}, timeout=0.2)
    await waiting


async def test_a_name_in_no_encoding_wakes_and_so_does_what_comes_after_it(tmp_path: Path) -> None:
    wakes = opened(tmp_path).wakes()
    await anext(wakes)
    for name in (b"caf\xe9.txt", b"a.txt"):
        waiting = asyncio.create_task(_woken(wakes, 1))
        path = os.fsencode(tmp_path) + b"/" + name
        async with asyncio.timeout(60):
            while not waiting.done():  # until the system has begun to watch
                await asyncio.to_thread(_write, Path(os.fsdecode(path)))
                await asyncio.wait({waiting}, timeout=0.2)
        await waiting


async def _woken(wakes: AsyncIterator[None], times: int) -> None:
    for _ in range(times):
        await anext(wakes)


async def _rest(pieces: AsyncIterator[bytes]) -> None:
    async for _ in pieces:
        pass


def _write(path: Path) -> None:
    path.write_text("a")
