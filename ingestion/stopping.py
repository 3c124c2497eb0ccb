"""Stopping: work in hand ends soon after nobody wants its version any more."""

import asyncio
from collections.abc import Coroutine
from typing import TypeVar

from contracts.errors import Unavailable
from contracts.nouns import VersionRef
from contracts.record import Ledger

T = TypeVar("T")

LOOK_EVERY_S = 2.0


class Stopping:
    """Looks at the ledger from time to time while something long is done."""

    def __init__(self, ledger: Ledger, look_every_s: float = LOOK_EVERY_S) -> None:
        self._ledger = ledger
        self._look_every_s = look_every_s

    async def while_wanted(self, ref: VersionRef, work: Coroutine[object, object, T]) -> T | None:
        """Do the work; None when it was stopped because nobody wants the version any more."""
        working = asyncio.create_task(work)
        try:
            while not (await asyncio.wait([working], timeout=self._look_every_s))[0]:
                if not await self._is_wanted(ref):
                    return None
            return working.result()
        finally:
            working.cancel()
            await asyncio.wait([working])

    async def _is_wanted(self, ref: VersionRef) -> bool:
        try:
            return bool(await self._ledger.still_wanted([ref]))
        except Unavailable:  # whoever writes next learns it; what was read so far is kept
            return True
