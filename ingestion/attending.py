"""Attend: look at every place when its time has come, or as soon as something changed there."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from contracts.errors import Conflict, DiptychError
from contracts.intake import Place, Places
from ingestion.gathering import Gather, Opening

EVERY_S = 2.0
"""Seconds between looks at the list of places; one indexed query each."""
AT_A_TIME = 4
"""Places that one process looks at side by side."""
WAKE_S = 1.0

log = logging.getLogger(__name__)

Sleep: TypeAlias = Callable[[float], Awaitable[object]]


class Attend:
    """Use case: runs in every worker; one process at a time looks at a place."""

    def __init__(
        self, places: Places, opening: Opening, gather: Gather, sleep: Sleep = asyncio.sleep
    ) -> None:
        self._places = places
        self._opening = opening
        self._gather = gather
        self._sleep = sleep
        self._slots = asyncio.Semaphore(AT_A_TIME)
        self._looking: dict[str, asyncio.Task[None]] = {}
        self._watching: dict[str, tuple[Place, asyncio.Task[None]]] = {}

    async def __call__(self) -> None:
        """Attend until cancelled; what goes wrong in one place does not stop the others."""
        try:
            while True:
                try:
                    await self.step()
                except DiptychError as error:
                    log.info("The places wait: %s", error)
                except Exception:  # a defect in one round must not end all later ones
                    log.exception("The places could not be listed")
                await self._sleep(EVERY_S)
        finally:
            await self.close()

    async def step(self) -> None:
        """Begin to look at what is due, and to watch what can tell of changes."""
        records = await self._places.all()
        places = {record.place.name: record.place for record in records}
        for name, (place, task) in list(self._watching.items()):
            if places.get(name) != place:
                task.cancel()
                del self._watching[name]
        for name, place in places.items():
            if name not in self._watching:
                self._watching[name] = (place, asyncio.create_task(self._watch(place)))
        for record in records:
            name = record.place.name
            if record.due_s <= 0 and name not in self._looking:
                self._looking[name] = asyncio.create_task(self._look(record.place))

    async def rest(self) -> None:
        """Wait until the looks that have begun are done."""
        await asyncio.gather(*self._looking.values())

    async def close(self) -> None:
        """Stop looking and watching; what was not taken is taken next time."""
        tasks = [*self._looking.values(), *(task for _, task in self._watching.values())]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _look(self, place: Place) -> None:
        """Look at a place, unless another process does."""
        try:
            async with self._slots:
                report = await self._gather(place)
            log.info("Looked at %s: %s", place.name, report)
        except Conflict:
            pass  # another process does
        except DiptychError as error:
            log.warning("The place %s waits: %s", place.name, error)
        except Exception:  # a defect met in one place must not end the others
            log.exception("The place %s could not be looked at", place.name)
        finally:
            del self._looking[place.name]

    async def _watch(self, place: Place) -> None:
        """Let the next look be soon whenever something changed; ends where nobody can tell."""
        try:
            async with self._opening(place) as intake:
                async for _ in intake.wakes():
                    await self._places.hasten(place.name, WAKE_S)
        except DiptychError as error:
            log.info("%s is looked at regularly only: %s", place.name, error)
        except Exception:  # the regular look is the safety net
            log.exception("%s is looked at regularly only", place.name)
