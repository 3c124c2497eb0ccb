"""Lists are read to their end, and no further than somebody wants."""

from contracts.paging import pages
from contracts.review import ReviewPage


class Book:
    """Pages by number; counts how many were given."""

    def __init__(self, count: int) -> None:
        self.count, self.given = count, 0

    async def find(self, *, cursor: str | None) -> ReviewPage:
        self.given += 1
        number = int(cursor or 1)
        return ReviewPage((), str(number + 1) if number < self.count else None)


async def test_every_page_comes_once_in_order() -> None:
    for count in (1, 3):
        book = Book(count)
        cursors = [page.cursor async for page in pages(book.find)]
        assert cursors == [*map(str, range(2, count + 1)), None]
        assert book.given == count


async def test_pages_that_nobody_wants_are_not_asked_for() -> None:
    book = Book(9)
    async for page in pages(book.find):
        if page.cursor == "3":
            break
    assert book.given == 2
