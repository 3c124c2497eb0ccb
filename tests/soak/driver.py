"""The driver: writers that upload, replace and delete, and readers that look all the time."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress

from tests.soak.book import Book, Edition, Entry
from tests.soak.client import MODES, PANELS, Client, Unanswered
from tests.soak.judge import Fault, judge_answer
from tests.soak.renewal import Renewal

WRITERS = 3
FULL = 40
"""Documents after which more are deleted than added."""
FEW = 12
"""Documents below which none is deleted."""
PIECES = 8
LONG = (40, 90)
LONG_ONE_IN = 60
HUGE = 540
"""Pieces of a document that is embedded in more than one block."""
PACE = 0.5
"""Seconds between a writer's calls once the point's own calls are made."""
LOOK_EVERY = 0.4


class Driver:
    """Writes in bursts, by chance; the book knows what came of it."""

    def __init__(self, client: Client, book: Book, dice: random.Random) -> None:
        self._client = client
        self._book = book
        self._dice = dice
        self._done = 0
        self._wanted = 0
        self._passed = asyncio.Event()
        self._milestone = 0
        self._enough = asyncio.Event()
        self.favourite: str | None = None

    async def load(self, calls: int, milestone: int) -> None:
        """Make at least so many calls, and go on until told that it is enough."""
        self._done, self._wanted, self._milestone = 0, calls, milestone
        await asyncio.gather(*(self._write() for _ in range(WRITERS)))

    def begin(self) -> None:
        """Forget the last burst."""
        self._passed.clear()
        self._enough.clear()

    async def passed(self) -> None:
        """Return when the burst has made as many calls as its milestone says."""
        await self._passed.wait()

    def enough(self) -> None:
        """Let the burst end once its calls are made."""
        self._enough.set()

    async def rebuild(self, panel: str) -> None:
        """Ask that a panel is emptied and filled again; it may be so unanswered."""
        (other,) = set(PANELS) - {panel}
        with suppress(Unanswered):
            await self._client.rebuild(panel, self._dice.choice([other, "originals"]))

    async def renew(self, end: asyncio.Future[None], within: float) -> None:
        """Put one generation after another in the place of the last, until the end comes.

        None stays paused: nothing but a person lets it go on.
        """
        renewal = Renewal(self._client)
        deadline = time.monotonic() + within
        while not end.done() and time.monotonic() < deadline:
            with suppress(Unanswered):
                await renewal.step()
            await asyncio.wait({end}, timeout=LOOK_EVERY)
        await renewal.unpause()

    async def _write(self) -> None:
        while self._done < self._wanted or not self._enough.is_set():
            late = self._done >= self._wanted
            self._done += 1
            if self._done >= self._milestone:
                self._passed.set()
            await self._call()
            if late:
                await asyncio.sleep(PACE)

    async def _call(self) -> None:
        act = self._choose()
        try:
            await act()
        except Unanswered as error:
            if not error.sent:
                await asyncio.sleep(PACE)

    def _choose(self) -> Callable[[], Awaitable[None]]:
        favourite = self.favourite if self._dice.random() < 0.5 else None
        if favourite == "huge":
            self.favourite = None
            return lambda: self._upload(self._book.add(), HUGE)
        if favourite == "broken":
            return lambda: self._upload(self._book.add(), 0)
        living, count = self._book.living(), len(self._book.entries)
        kinds = ["add", "replace", "delete"]
        weights = [1, 4, 3] if count > FULL else [4, 4, 1]
        kind = favourite or self._dice.choices(kinds, weights)[0]
        if kind == "add" or len(living) < (FEW if kind == "delete" else 1):
            return lambda: self._upload(self._entry(), self._size())
        entry = self._dice.choice(living)
        if kind == "delete":
            return lambda: self._delete(entry)
        return lambda: self._upload(entry, self._size() or 1)

    def _entry(self) -> Entry:
        """Give a new entry, or now and then one whose document was deleted."""
        deleted = [e for e in self._book.idle() if e.edition is None]
        if deleted and self._dice.random() < 0.2:
            return self._dice.choice(deleted)
        return self._book.add()

    def _size(self) -> int:
        if not self._dice.randrange(LONG_ONE_IN):
            return self._dice.randint(*LONG)
        return self._dice.randint(0 if not self._dice.randrange(20) else 1, PIECES)

    async def _upload(self, entry: Entry, pieces: int) -> None:
        self._book.take(entry)
        edition = self._book.edition(entry, pieces)
        before = entry.truths
        entry.may_become(edition)
        try:
            entry.id = await self._client.upload(entry.source, edition)
            entry.is_now(edition)
        except Unanswered as error:
            if not error.sent:
                entry.truths = before
            raise
        finally:
            entry.busy = False

    async def _delete(self, entry: Entry) -> None:
        self._book.take(entry)
        assert entry.id
        before = entry.truths
        entry.may_become(None)
        try:
            await self._client.delete(entry.id)
            entry.is_now(None)
        except Unanswered as error:
            if not error.sent:
                entry.truths = before
            raise
        finally:
            entry.busy = False


class Onlooker:
    """Reads at every moment, and has each answer judged by itself: one answer, one moment."""

    def __init__(self, client: Client, book: Book, dice: random.Random) -> None:
        self._client = client
        self._book = book
        self._dice = dice
        self.faults: list[Fault] = []
        self.answers: Counter[str] = Counter()

    async def look(self) -> None:
        """Look until cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            entries = [e for e in self._book.entries.values() if e.id]
            if not entries:
                continue
            try:
                await self._look_at(self._dice.choice(entries))
            except Unanswered:
                self.answers["none"] += 1

    async def _look_at(self, entry: Entry) -> None:
        if not (document := entry.id):
            return
        kind = self._dice.randrange(3)
        if kind == 0:
            panel = self._dice.choice(PANELS)
            passages = await self._client.chunks(document, panel)
            where, whole = f"chunks in the {panel} panel", True
        else:
            mode = self._dice.choice(MODES)
            within = document if kind == 1 else None
            found = await self._client.search(f"edition of {entry.word}", mode, within)
            served = found[0][0] if found else "nobody"
            passages = [passage for _, passage in found]
            where, whole = f"{mode} search served by {served}", bool(within)
        self.answers["chunks" if kind == 0 else "search"] += 1
        size = max((len(e.pieces) for e in entry.truths if isinstance(e, Edition)), default=0)
        self.faults += judge_answer(where, passages, whole=whole and size <= LONG[1])
