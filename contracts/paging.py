"""Lists that are given page by page, read to their end."""

from collections.abc import AsyncIterator, Awaitable
from typing import Protocol, TypeVar


class Page(Protocol):
    """Some of a list; ``cursor`` gives the next, None at the end."""

    @property
    def cursor(self) -> str | None:
        """Where the next page begins."""
        ...


P = TypeVar("P", bound=Page)
P_co = TypeVar("P_co", bound=Page, covariant=True)


class Find(Protocol[P_co]):
    """Gives the page of a cursor, the first one of None: a port's verb with all else it takes."""

    def __call__(self, *, cursor: str | None) -> Awaitable[P_co]:
        """Give the page."""
        ...


async def pages(find: Find[P]) -> AsyncIterator[P]:
    """Yield all pages of a list."""
    page = await find(cursor=None)
    yield page
    while page.cursor is not None:
        page = await find(cursor=page.cursor)
        yield page
