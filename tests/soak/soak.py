"""The soak: break something, wait until it has mended itself, compare with the list; and again."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import TypeVar
from uuid import UUID

from contracts.errors import NotFound, Unavailable
from deploy.wiring import Diptych
from tests.soak.book import Book
from tests.soak.client import PANELS, Client, Unanswered
from tests.soak.crew import Crew
from tests.soak.driver import LONG, Driver, Onlooker
from tests.soak.faults import Point, Saboteur
from tests.soak.judge import (
    Fault,
    Kept,
    Listed,
    Passage,
    Wrong,
    judge_document,
    judge_listing,
    truth_shown,
)

Value = TypeVar("Value")
CONVERGE_WITHIN = 180.0
POLL = 0.2
ALL_EVERY = 10
"""Points after which every document is compared, not only those touched since."""
AT_A_TIME = 4
AT_FIRST = 20
"""Calls before anything is broken, so that the first failure finds documents too."""
MOVING = {"accepted", "processing"}
SURPLUS = {"extra", "generation", "stray"}
"""Faults of parity that are too much of something; every other one is a loss."""


class NotConvergedError(Exception):
    """It did not mend itself in time."""


class Soak:
    """One run on one home."""

    def __init__(self, diptych: Diptych, client: Client, crew: Crew, seed: int) -> None:
        self._diptych = diptych
        self._client = client
        self._book = Book(random.Random(f"{seed} texts"))  # noqa: S311 - repeatable on purpose
        dice = random.Random(f"{seed} driver")  # noqa: S311
        self._driver = Driver(client, self._book, dice)
        self.onlooker = Onlooker(client, self._book, random.Random(f"{seed} reader"))  # noqa: S311
        settings = diptych.settings
        self._saboteur = Saboteur(settings.home, settings.cache, crew, self._driver)

    async def settle(self) -> None:
        """Have the driver fill the empty service, and wait until it is quiet."""
        self._driver.begin()
        self._driver.enough()
        await self._driver.load(AT_FIRST, AT_FIRST)
        await self.converge()

    async def suffer(self, point: Point) -> bool:
        """Inject one failure under load; False when its crash point was not reached."""
        self._driver.begin()
        load = asyncio.create_task(self._driver.load(point.calls, point.milestone))
        try:
            await self._driver.passed()
            return await self._saboteur.inject(point)
        finally:
            self._driver.favourite = None
            self._driver.enough()
            await load

    async def converge(self) -> list[Listed]:
        """Wait until nothing is under way any more; give what there is then."""
        deadline = time.monotonic() + CONVERGE_WITHIN
        why = ""
        while time.monotonic() < deadline:
            with suppress(Unanswered, Unavailable):
                listed = await self._client.listing()
                if not (why := await self._under_way(listed)):
                    return listed
            await asyncio.sleep(POLL)
        raise NotConvergedError(f"After {CONVERGE_WITHIN:.0f} s: {why or 'nobody answers'}.")

    async def _under_way(self, listed: Sequence[Listed]) -> str:
        """Say what is not finished; nothing when all is."""
        if not await self._client.ready():
            return "the service is not ready"
        if moving := [one.source for one in listed if one.state in MOVING]:
            return f"not yet live: {', '.join(moving)}"
        if sum((backlog := await self._diptych.ledger.backlog()).values()):
            return f"backlog {dict(backlog)}"
        gone = [document for e in self._book.entries.values() for document in e.gone]
        if open_rows := await self._diptych.ledger.moving([*(one.id for one in listed), *gone]):
            return f"the ledger has open rows of {', '.join(map(str, open_rows))}"
        return ""

    async def compare(self, listed: Sequence[Listed], *, everything: bool) -> list[Fault]:
        """Compare what there is with the list, for what was touched or for everything."""
        entries = self._book.entries
        judged = sorted(entries if everything else self._book.touched)
        by_source = {one.source: one for one in listed}
        faults = judge_listing(entries, listed, judged)
        turn = asyncio.Semaphore(AT_A_TIME)

        async def judge(source: str) -> list[Fault]:
            async with turn:
                return await self._judge(source, by_source.get(source))

        for found in await asyncio.gather(*(judge(source) for source in judged)):
            faults += found
        there = [by_source[source] for source in judged if source in by_source]
        live = [one.id for one in there if one.state == "live"]
        if everything or live:
            faults += await self._parity(None if everything else live)
        for document in (gone for source in judged for gone in entries[source].gone):
            faults += await self._ghosts(document)
        for source in judged:
            if source not in by_source:
                entries[source].is_now(None)
        self._book.checked(judged)
        return faults

    async def _judge(self, source: str, listed: Listed | None) -> list[Fault]:
        entry = self._book.entries[source]
        if listed is None:
            return []
        kept = []
        for panel in PANELS:
            chunks = await _asked(partial(self._client.chunks, listed.id, panel))
            search = partial(self._found_in, panel, f"edition of {entry.word}", listed.id)
            found = await _asked(search) if len(chunks) <= LONG[1] else chunks
            kept.append(Kept(panel, chunks, found))
        faults = judge_document(entry, listed, kept)
        entry.id = listed.id
        if (truth := truth_shown(entry, listed, kept[0].chunks)) is not None:
            entry.is_now(truth)
        return faults

    async def _ghosts(self, document: UUID) -> list[Fault]:
        """A deleted document is found in no panel, and nobody knows it any more."""
        with suppress(NotFound):
            if faults := await self._parity([document]):
                return faults
        for panel in PANELS:
            if await _asked(partial(self._found_in, panel, "edition", document)):
                detail = f"{document} was deleted and is found in the {panel} panel"
                return [Fault(Wrong.DOUBLED, detail)]
        return []

    async def _found_in(self, panel: str, text: str, document: UUID) -> list[Passage]:
        """Search in one panel; the other one's answer in its place is none."""
        found = await self._client.search(text, panel, document)
        if any(served != panel for served, _ in found):
            raise Unanswered(sent=True)
        return [passage for _, passage in found]

    async def _parity(self, documents: list[UUID] | None) -> list[Fault]:
        report = await _asked(partial(self._diptych.parity, documents, deep=True))
        faults = [
            Fault(Wrong.DOUBLED if d.fault in SURPLUS else Wrong.LOST, f"deep parity: {d}")
            for d in report.differences
        ]
        return faults if faults or report.clean else [Fault(Wrong.LOST, f"deep parity: {report}")]


async def _asked(question: Callable[[], Awaitable[Value]]) -> Value:
    """Ask until there is an answer: a part may need a moment more."""
    deadline = time.monotonic() + CONVERGE_WITHIN
    while True:
        try:
            return await question()
        except (Unanswered, Unavailable) as error:
            if time.monotonic() > deadline:
                raise NotConvergedError(f"No answer any more: {error!r}.") from error
        await asyncio.sleep(POLL)
