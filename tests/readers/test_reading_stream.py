"""What a reading process says before its last word: files inside the file, and signs of life."""

from dataclasses import replace
from pathlib import Path

import pytest

from contracts.content import Enclosed
from contracts.errors import CatalogUnavailable, Unreadable, UnreadableDocument
from readers.enclosing import PlainPaths
from readers.limits import MIB
from tests.readers.test_reading_pool import SMALL, pool, source


class Basket:
    """Keeps what was handed over, by path."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.steps: list[tuple[int, int]] = []

    async def take(self, file: Enclosed) -> None:
        self.files[file.path] = b"".join([piece async for piece in file.pieces])

    async def note(self, done: int, total: int) -> None:
        self.steps.append((done, total))


async def test_files_inside_come_one_by_one_before_the_text(tmp_path: Path) -> None:
    basket = Basket()
    async with pool() as reader:
        reading = await reader.read(source(tmp_path, "enclose", "a\nb/c\na"), basket.take)
    assert basket.files == {"a": b"a" * 1000, "b/c": b"b/c" * 1000, "a (2)": b"a" * 1000}
    assert reading.parts[0].text == "a cover"
    assert reading.metadata["members"] == 3


async def test_files_inside_that_nobody_takes_do_not_stop_the_reading(tmp_path: Path) -> None:
    async def look_only(_: Enclosed) -> None:
        pass

    async with pool() as reader:
        for enclosed in (None, look_only):
            reading = await reader.read(source(tmp_path, "enclose", "a\nb"), enclosed)
            assert reading.parts[0].text == "a cover"


async def test_a_reading_that_begins_again_hands_its_files_over_again(tmp_path: Path) -> None:
    basket = Basket()
    async with pool() as reader:
        await reader.read(source(tmp_path))
        with pytest.raises(UnreadableDocument) as caught:
            await reader.read(source(tmp_path, "enclose", "a\n!"), basket.take)
        assert caught.value.reason is Unreadable.CRASHED
        assert basket.files == {"a": b"a" * 1000}
        assert (await reader.read(source(tmp_path))).parts[0].text == "text"


async def test_one_who_cannot_store_a_file_ends_the_reading_alone(tmp_path: Path) -> None:
    async def fail(_: Enclosed) -> None:
        raise CatalogUnavailable("The disk is full.", "Free space.")

    async with pool() as reader:
        with pytest.raises(CatalogUnavailable):
            await reader.read(source(tmp_path, "enclose", "a\nb"), fail)
        assert (await reader.read(source(tmp_path))).parts[0].text == "text"


async def test_too_many_or_too_large_files_end_with_a_reason(tmp_path: Path) -> None:
    for limits in (replace(SMALL, members=2), replace(SMALL, unpacked_bytes=2500)):
        async with pool(limits=limits) as reader:
            with pytest.raises(UnreadableDocument) as caught:
                await reader.read(source(tmp_path, "enclose", "a\nb\nc"), Basket().take)
        assert caught.value.reason is Unreadable.TOO_LARGE


async def test_one_file_over_the_limit_is_named_and_the_others_come(tmp_path: Path) -> None:
    basket = Basket()
    async with pool(limits=replace(SMALL, member_bytes=1500)) as reader:
        reading = await reader.read(source(tmp_path, "enclose", "ab\nc"), basket.take)
    assert list(basket.files) == ["c"]
    assert reading.metadata["members_not_opened"] == ["ab (over 0 MiB)"]


async def test_signs_of_life_let_a_long_reading_go_on(tmp_path: Path) -> None:
    basket = Basket()
    async with pool(limits=replace(SMALL, wall_seconds=2.0)) as reader:
        reading = await reader.read(source(tmp_path, "beat", "5"), progress=basket.note)
    assert reading.parts[0].text == "read at last"
    assert basket.steps == [(done, 5) for done in range(5)]


async def test_signs_of_life_do_not_let_a_reading_go_on_for_ever(tmp_path: Path) -> None:
    limits = replace(SMALL, wall_seconds=60.0, total_seconds=1.0)
    async with pool(limits=limits) as reader:
        with pytest.raises(UnreadableDocument, match="longer than 1 seconds") as caught:
            await reader.read(source(tmp_path, "beat", "1000"))
    assert caught.value.reason is Unreadable.TIMED_OUT


@pytest.mark.parametrize(
    "header",
    [
        '{"enclosed": "../up"}',
        '{"enclosed": "/etc/passwd"}',
        '{"enclosed": "a//b"}',
        '{"enclosed": "a\\\\b"}',
        '{"enclosed": 7}',
        '{"other": "a"}',
        '{"progress": [2, 1]}',
        '{"progress": [0, 99999999999]}',
        '{"progress": "soon"}',
    ],
)
async def test_frames_without_sense_are_not_believed(tmp_path: Path, header: str) -> None:
    async with pool() as reader:
        with pytest.raises(UnreadableDocument) as caught:
            await reader.read(source(tmp_path, "forge", header), Basket().take, Basket().note)
    assert caught.value.reason is Unreadable.CRASHED


async def test_a_large_file_comes_in_pieces(tmp_path: Path) -> None:
    sizes = []

    async def weigh(file: Enclosed) -> None:
        sizes.extend([len(piece) async for piece in file.pieces])

    async with pool() as reader:
        await reader.read(source(tmp_path, "enclose", "x" * 9000), weigh)
    assert sum(sizes) == 9_000_000
    assert max(sizes) <= MIB


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("../../etc/passwd", "etc/passwd"),
        ("/abs/file.txt", "abs/file.txt"),
        ("C:\\Temp\\bail.pdf", "Temp/bail.pdf"),
        ("a/./b//c", "a/b/c"),
        ("", "unnamed"),
        ("..", "unnamed"),
        ("a\x00\u202eb\n.txt", "ab.txt"),
        ("договор №1.pdf", "договор №1.pdf"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
    ],
)
def test_names_inside_files_become_plain_paths(name: str, path: str) -> None:
    assert PlainPaths().take(name) == path


def test_a_name_that_was_taken_gets_a_number() -> None:
    paths = PlainPaths()
    names = ["d/a.pdf", "d\\a.pdf", "d/a (2).pdf", "d/../d/a.pdf", "x", "x", ".env", ".env"]
    given = [paths.take(name) for name in names]
    assert given[:2] == ["d/a.pdf", "d/a (2).pdf"]
    assert len(set(given)) == len(names)
    assert given[4:] == ["x", "x (2)", ".env", ".env (2)"]
