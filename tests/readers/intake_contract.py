"""Contract of Intake: what every place promises about its items, and a server to be a place."""

import shutil
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol, TypeVar

from contracts.intake import Intake, Item


class Server(Protocol):
    """A server that keeps what it needs in one folder."""

    def start(self) -> None: ...

    def stop(self) -> None: ...


AnyServer = TypeVar("AnyServer", bound=Server)


def serving(make: Callable[[Path], AnyServer]) -> Iterator[AnyServer]:
    """Lend a started server with a folder of its own; both are gone afterwards."""
    # Not tmp_path: a server under another user must reach it, and sockets need a short path.
    home = Path(tempfile.mkdtemp(prefix="diptych-"))
    one = make(home)
    one.start()
    yield one
    one.stop()
    shutil.rmtree(home)


async def items(intake: Intake) -> dict[str, Item]:
    """Look once; give what can be taken, by file name."""
    return {one.filename: one async for one in intake.look() if isinstance(one, Item)}


async def content(item: Item) -> bytes:
    return b"".join([piece async for piece in item.pieces()])


class Stand(ABC):
    """A place that a test can fill; ``put`` gives the file name under which it is seen."""

    intake: Intake

    @abstractmethod
    async def put(self, name: str, content: bytes) -> str: ...


class IntakeContract:
    """A subclass supplies the ``stand`` fixture: an empty place."""

    async def test_an_empty_place_has_nothing(self, stand: Stand) -> None:
        await stand.intake.check()
        assert await items(stand.intake) == {}
        await stand.intake.accepted([])

    async def test_what_is_there_is_given_byte_for_byte(self, stand: Stand) -> None:
        letter = b"Subject: Bail\r\n\r\nLe loyer est de 900 \xe2\x82\xac.\r\n"
        big = b"Subject: big\r\n\r\n" + b"0123456789abcd\r\n" * 200_000
        names = {
            await stand.put("letter.eml", letter): letter,
            await stand.put("big.eml", big): big,
        }
        found = await items(stand.intake)
        assert set(found) == set(names)
        for name, expected in names.items():
            assert await content(found[name]) == expected
            assert found[name].size in {None, len(expected)}

    async def test_bytes_can_be_read_again(self, stand: Stand) -> None:
        name = await stand.put("a.eml", b"Subject: a\r\n\r\na\r\n")
        (item,) = (await items(stand.intake)).values()
        assert item.filename == name
        assert await content(item) == await content(item)

    async def test_marks_and_sources_stay_until_something_changes(self, stand: Stand) -> None:
        for name in ("a.eml", "b.eml"):
            await stand.put(name, b"Subject: x\r\n\r\nx\r\n")
        first = await items(stand.intake)
        again = await items(stand.intake)
        kept = {name: (item.source, item.mark) for name, item in first.items()}
        assert kept == {name: (item.source, item.mark) for name, item in again.items()}
        assert len({item.source for item in first.values()}) == 2

    async def test_what_is_accepted_may_be_told_again(self, stand: Stand) -> None:
        await stand.put("a.eml", b"Subject: a\r\n\r\na\r\n")
        found = list((await items(stand.intake)).values())
        for _ in range(2):
            await stand.intake.accepted(found)
        assert len(await items(stand.intake)) == 1

    async def test_many_items_are_all_seen(self, stand: Stand) -> None:
        for number in range(25):
            await stand.put(f"{number}.eml", f"Subject: {number}\r\n\r\n{number}\r\n".encode())
        assert len(await items(stand.intake)) == 25
