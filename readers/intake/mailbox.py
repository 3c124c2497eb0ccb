"""MailboxIntake: a folder of an IMAP mailbox, each message one document; only read unless told."""

import asyncio
import imaplib
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from typing import TypeVar

from imap_tools.errors import ImapToolsError

from contracts.errors import Unavailable
from contracts.intake import Item, Sighting
from readers.intake.imap import MailLogin, MailSession

AT_ONCE = 500
"""Messages listed by one command."""
PIECE = 1024 * 1024

T = TypeVar("T")


class MailboxIntake:
    """Messages are known by the folder's UIDVALIDITY and their UID, which never change.

    With ``login.writes``, what was accepted is marked as seen. The connection is made when it is
    needed, and again once when it was lost.
    """

    def __init__(self, login: MailLogin) -> None:
        self._login = login
        self._session: MailSession | None = None
        self._turn = asyncio.Lock()

    async def check(self) -> None:
        """Return when the folder can be opened."""
        await self._do(MailSession.refresh)

    async def look(self) -> AsyncIterator[Sighting]:
        """List messages from the newest down.

        Downwards, because places only shrink when others are deleted meanwhile: what was not
        listed yet cannot slip above what was.
        """
        await self._do(MailSession.refresh)
        high = await self._do(lambda session: session.count)
        while high > 0:
            low = max(1, high - AT_ONCE + 1)
            rows = await self._do(partial(_rows, low=low, high=high))
            for validity, uid, size in reversed(rows):
                yield self._item(validity, uid, size)
            high = low - 1

    def _item(self, validity: str, uid: int, size: int) -> Item:
        folder = self._login.address.folder
        return Item(
            source=f"{self._login.address};UIDVALIDITY={validity}/;UID={uid}",
            mark=f"{validity}.{uid}",
            filename=f"{folder.rsplit('/', 1)[-1]}-{uid}.eml",
            pieces=partial(self._pieces, validity, uid),
            size=size,
            metadata={"mailbox": folder},
        )

    async def _pieces(self, validity: str, uid: int) -> AsyncIterator[bytes]:
        """Read a message until a piece is short: the size that a server tells may be wrong."""
        start = 0
        while True:
            get = partial(MailSession.piece, validity=validity, uid=uid, start=start, size=PIECE)
            piece = await self._do(get)
            if piece:
                yield piece
            if len(piece) < PIECE:
                return
            start += len(piece)

    async def accepted(self, items: Sequence[Item]) -> None:
        """Mark messages as seen, where this is wanted."""
        if not self._login.writes:
            return
        uids: dict[str, list[int]] = defaultdict(list)
        for item in items:
            validity, uid = item.mark.split(".")
            uids[validity].append(int(uid))
        for validity, some in uids.items():
            await self._do(partial(MailSession.mark_seen, validity=validity, uids=some))

    async def wakes(self) -> AsyncIterator[None]:
        """Yield nothing: a mailbox is looked at regularly."""
        for wake in list[None]():
            yield wake

    async def close(self) -> None:
        """Log out."""
        async with self._turn:
            await asyncio.to_thread(self._drop)

    async def _do(self, verb: Callable[[MailSession], T]) -> T:
        """Run one verb at a time, in a thread."""
        async with self._turn:
            return await asyncio.to_thread(self._try, verb)

    def _try(self, verb: Callable[[MailSession], T]) -> T:
        """Run a verb, a second time on a new connection when the one that was open is lost."""
        was_open = self._session is not None
        try:
            return self._run(verb)
        except (imaplib.IMAP4.abort, OSError) as error:
            self._drop()
            if not was_open:
                raise self._unavailable(error) from error
        try:
            return self._run(verb)
        except (imaplib.IMAP4.abort, OSError) as error:
            self._drop()
            raise self._unavailable(error) from error

    def _run(self, verb: Callable[[MailSession], T]) -> T:
        try:
            self._session = self._session or MailSession(self._login)
            return verb(self._session)
        except imaplib.IMAP4.abort:
            raise
        except (imaplib.IMAP4.error, ImapToolsError) as error:
            raise self._unavailable(error) from error

    def _unavailable(self, error: Exception) -> Unavailable:
        words = str(error) or type(error).__name__
        return Unavailable(
            f"The mail server {self._login.address.host} does not answer: {words[:200]}.",
            "It is asked again later; check its address and that it runs.",
        )

    def _drop(self) -> None:
        if self._session:
            self._session.close()
        self._session = None


def _rows(session: MailSession, low: int, high: int) -> list[tuple[str, int, int]]:
    return [(session.validity, uid, size) for uid, size in session.rows(low, high)]
