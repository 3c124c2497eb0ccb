"""A circuit breaker: a store that does not answer is left alone until a probe says it is back."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeVar

from contracts.errors import PanelUnavailable

T = TypeVar("T")

PATIENCE_S = 5.0
"""A call that takes longer makes the breaker look whether the store is alive."""
FAILED_PROBES = 2
"""Probes in a row that must fail before the breaker opens: one may be lost on a busy machine."""
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 2.0


class Breaker:
    """Closed: calls pass. Open: calls fail at once. Half-open: a probe asks, no caller waits.

    ``probe`` gives None when the store is well, else what is wrong; it never raises and has a
    deadline of its own. It runs in the background once a call failed or took PATIENCE_S, and goes
    on until it succeeds; calls that were in flight when the breaker opens are given up.
    """

    def __init__(
        self,
        probe: Callable[[], Awaitable[str | None]],
        *,
        patience_s: float = PATIENCE_S,
        first_pause_s: float = FIRST_PAUSE_S,
    ) -> None:
        self._probe = probe
        self._patience_s = patience_s
        self._first_pause_s = first_pause_s
        self._trouble: asyncio.Future[str] | None = None
        self._probing: asyncio.Task[None] | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether calls fail at once."""
        return self._trouble is not None and self._trouble.done()

    def check(self) -> None:
        """Raise PanelUnavailable while the breaker is open."""
        if self._trouble is not None and self._trouble.done():
            raise _unavailable(self._trouble.result())

    async def call(self, work: Awaitable[T]) -> T:
        """Give what ``work`` gives, or raise PanelUnavailable as soon as the breaker opens.

        A caller that gives up earlier, by a deadline of its own, raises doubts as well.
        """
        task = asyncio.ensure_future(work)
        try:
            self.check()
            if self._trouble is None:
                self._trouble = asyncio.get_running_loop().create_future()
            trouble = self._trouble
            either: set[asyncio.Future[Any]] = {task, trouble}
            first = asyncio.FIRST_COMPLETED
            done, _ = await asyncio.wait(either, timeout=self._patience_s, return_when=first)
            if not done:
                self.doubt()
                await asyncio.wait(either, return_when=first)
            if not task.done():
                raise _unavailable(trouble.result())
            return task.result()
        except (PanelUnavailable, asyncio.CancelledError):
            self.doubt()
            raise
        finally:
            if not task.done():
                task.cancel()
                with suppress(BaseException):
                    await asyncio.wait({task}, timeout=1.0)

    def doubt(self) -> None:
        """Start probing, unless that goes on already."""
        if self._probing is None or self._probing.done():
            self._probing = asyncio.create_task(self._watch(), name="probe of a panel")

    async def close(self) -> None:
        """Stop probing."""
        if self._probing:
            self._probing.cancel()
            await asyncio.wait({self._probing})

    async def _watch(self) -> None:
        """Probe until the store is well; open the breaker when it is not."""
        failed, pause = 0, self._first_pause_s
        while (wrong := await self._probe()) is not None:
            failed += 1
            if failed >= FAILED_PROBES and self._trouble is not None and not self._trouble.done():
                self._trouble.set_result(wrong)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)
        if self.is_open:
            self._trouble = None


def _unavailable(wrong: str) -> PanelUnavailable:
    return PanelUnavailable(
        f"The panel does not answer: {wrong}", "It is asked again every few seconds."
    )
