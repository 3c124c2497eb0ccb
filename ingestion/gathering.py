"""Gather: take in what is new in a place; safe to repeat and to kill at any point.

A mark is remembered only after its item was accepted. What a crash leaves between the two is sent
again at the next look: the same source with the same bytes is no new version.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, field
from typing import TypeAlias
from uuid import UUID

from contracts.errors import Conflict, DiptychError, InvalidInput, Unavailable
from contracts.intake import Intake, Item, Known, Missed, Place, Places, Report, Sighting
from contracts.record import Receipt
from ingestion.receiving import Upload

BATCH = 200
"""Items whose marks are looked up and remembered together."""
AT_A_TIME = 4
"""Items that are streamed in side by side."""
SILENT = 3
"""So many items in a row that a place does not hand out: it is down, not they."""
LISTED = 100
REASON_LIMIT = 500
FIRST_WAIT_S = 5.0
LONGEST_WAIT_S = 300.0

log = logging.getLogger(__name__)

Receiving: TypeAlias = Callable[[str, Upload], Awaitable[list[Receipt]]]
"""What ``Receive`` does."""
Discarding: TypeAlias = Callable[[str, Sequence[UUID], str], Awaitable[object]]
"""What ``Discard`` does: documents that are gone from a place can come back as any deleted ones."""
Opening: TypeAlias = Callable[[Place], AbstractAsyncContextManager[Intake]]
"""Opens a place with its secrets. Raises SetupFailed or InvalidInput."""


@dataclass(slots=True)
class _Tally:
    """What a look has come to so far."""

    place: Place
    look: int
    again: bool
    counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(
            ("new", "changed", "unchanged", "removed", "waiting", "failed"), 0
        )
    )
    failures: list[Missed] = field(default_factory=list)
    next_s: float | None = None
    silent: int = 0
    partial: bool = False
    """Something could not be looked into."""

    @property
    def actor(self) -> str:
        """Who deletes what is gone."""
        return f"the place {self.place.name}"

    def missed(self, what: Missed) -> None:
        """Count something that was not taken."""
        if what.again_s is not None:
            self.counts["waiting"] += 1
            self.next_s = min(what.again_s, self.next_s or what.again_s)
            return
        self.counts["failed"] += 1
        if len(self.failures) < LISTED:
            self.failures.append(Missed(what.source, what.reason[:REASON_LIMIT]))

    def report(self, error: str | None = None) -> Report:
        """Give it as it is kept."""
        return Report(**self.counts, failures=tuple(self.failures), error=error)


class Gather:
    """Use case: one look at one place, by one process at a time."""

    def __init__(
        self, places: Places, discard: Discarding, receive: Receiving, opening: Opening
    ) -> None:
        self._places = places
        self._discard = discard
        self._receive = receive
        self._opening = opening

    async def __call__(self, place: Place, *, again: bool = False) -> Report:
        """Take in what is new or changed; one item that fails does not stop the others.

        ``again`` also tries what was refused as it is now. Raises Conflict while another process
        looks. Raises what ended the look early, after noting it: what was taken until then stays
        taken, and the next look is later each time.
        """
        async with self._places.alone(place.name) as is_mine:
            if not is_mine:
                raise Conflict(
                    f"Another process is looking at '{place.name}' at this moment.",
                    "Wait until it is done: diptych intake list.",
                )
            return await self._look(place, again=again)

    async def _look(self, place: Place, *, again: bool) -> Report:
        began = time.monotonic()
        tally = _Tally(place, await self._places.begin(place.name), again)
        try:
            async with self._opening(place) as intake:
                async for batch in _batches(intake.look()):
                    await self._take(batch, intake, tally)
            await self._remove(tally)
        except Exception as error:
            with suppress(DiptychError):  # what is raised is what came first
                troubles = (await self._places.get(place.name)).troubles
                wait = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2**troubles)
                await self._ended(place, tally.report(_words(error)), began, wait)
            raise
        report = tally.report()
        await self._ended(place, report, began, min(place.every_s, tally.next_s or place.every_s))
        return report

    async def _ended(self, place: Place, report: Report, began: float, next_s: float) -> None:
        took_s = time.monotonic() - began
        await self._places.ended(place.name, report, took_s=took_s, next_s=next_s)

    async def _take(self, batch: Sequence[Sighting], intake: Intake, tally: _Tally) -> None:
        """Take what the record does not have with its mark, then remember it."""
        for one in batch:
            if isinstance(one, Missed):
                tally.missed(one)
                tally.partial = tally.partial or one.again_s is None
        items = {one.source: one for one in batch if isinstance(one, Item)}
        known = await self._places.known(tally.place.name, items)
        same = [known[s] for s, item in items.items() if _is_same(known.get(s), item, tally)]
        for remembered in same:
            if remembered.error is None:
                tally.counts["unchanged"] += 1
            else:
                tally.missed(Missed(remembered.source, remembered.error))
        fresh = items.keys() - {remembered.source for remembered in same}
        taken = await self._receive_all([items[s] for s in items if s in fresh], known, tally)
        if tally.place.mirror:
            await self._places.seen(tally.place.name, [one.source for one in batch], tally.look)
        durable = [remembered.source for remembered in (*same, *taken) if not remembered.error]
        await intake.accepted([items[source] for source in durable])

    async def _receive_all(
        self, items: Sequence[Item], known: Mapping[str, Known], tally: _Tally
    ) -> list[Known]:
        """Receive items some at a time; raises what stopped it, once the others are remembered."""
        slots = asyncio.Semaphore(AT_A_TIME)
        stopped: list[Unavailable] = []
        taken: list[Known] = []

        async def one(item: Item) -> None:
            async with slots:
                if stopped:
                    return
                try:
                    found = await self._one(item, known.get(item.source), tally)
                except Unavailable as error:
                    stopped.append(error)
                    return
                taken.extend([found] if found else [])

        async with asyncio.TaskGroup() as group:
            for item in items:
                group.create_task(one(item))
        await self._places.remember(tally.place.name, taken, tally.look)
        if stopped:
            raise stopped[0]
        return taken

    async def _one(self, item: Item, before: Known | None, tally: _Tally) -> Known | None:
        """Receive one item; None where it failed in a way that may pass by itself.

        Raises Unavailable when the service cannot take it, or the place does not hand it out.
        """
        reading = _Reading(item)
        pieces, source = reading.pieces(), item.source
        upload = Upload(item.filename, pieces, source, item.metadata, bulk=True)
        try:
            receipts = await self._receive(tally.place.workspace, upload)
        except InvalidInput as error:
            tally.missed(Missed(item.source, str(error)))
            documents = before.documents if before else ()
            return Known(item.source, item.mark, documents, str(error)[:REASON_LIMIT])
        except Unavailable as error:
            tally.silent += 1
            if error is not reading.error or tally.silent >= SILENT:
                raise
            tally.missed(Missed(item.source, str(error)))
            return None
        except DiptychError as error:
            tally.missed(Missed(item.source, str(error)))
            return None
        except Exception as error:  # a defect met with one item must not end the others
            log.exception("An item could not be taken: %s", item.source)
            tally.missed(Missed(item.source, f"It could not be taken ({type(error).__name__})."))
            return None
        tally.silent = 0
        tally.counts[_outcome(receipts)] += 1
        documents = tuple(receipt.ref.document for receipt in receipts)
        if tally.place.mirror and before and (gone := set(before.documents) - set(documents)):
            await self._discard(tally.place.workspace, list(gone), tally.actor)
        return Known(item.source, item.mark, documents)

    async def _remove(self, tally: _Tally) -> None:
        """Delete what is gone from a place that is mirrored.

        Only after a look that saw everything: an empty place is more likely a share that is not
        mounted than a wish to delete all.
        """
        counts, name = tally.counts, tally.place.name
        found = counts["new"] + counts["changed"] + counts["unchanged"]
        if not tally.place.mirror or tally.partial or not found:
            return
        while gone := await self._places.unseen(name, tally.look, BATCH):
            documents = [document for one in gone for document in one.documents]
            await self._discard(tally.place.workspace, documents, tally.actor)
            await self._places.forget(name, [one.source for one in gone])
            counts["removed"] += len(gone)


class _Reading:
    """Reads an item and keeps what the place said, to tell it from what the service says."""

    def __init__(self, item: Item) -> None:
        self._item = item
        self.error: DiptychError | None = None

    async def pieces(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self._item.pieces():
                yield piece
        except DiptychError as error:
            self.error = error
            raise


def _words(error: Exception) -> str:
    """Say why a look ended; a defect is in the log."""
    known = str(error) if isinstance(error, DiptychError) else f"A defect: {type(error).__name__}."
    return known[:REASON_LIMIT]


async def _batches(sightings: AsyncIterator[Sighting]) -> AsyncIterator[list[Sighting]]:
    """Group what is seen, in order; what was seen before trouble comes before it."""
    batch: list[Sighting] = []
    try:
        async for one in sightings:
            batch.append(one)
            if len(batch) == BATCH:
                yield batch
                batch = []
    except Exception:
        yield batch
        raise
    yield batch


def _is_same(known: Known | None, item: Item, tally: _Tally) -> bool:
    if known is None or known.mark != item.mark:
        return False
    return known.error is None or not tally.again


def _outcome(receipts: Sequence[Receipt]) -> str:
    """Say in one word what became of a file; of a corpus, of all its records together."""
    fresh = [receipt for receipt in receipts if not receipt.unchanged]
    if not fresh:
        return "unchanged"
    return "new" if all(r.ref.number == 1 for r in receipts) else "changed"
