"""Follows the read plan: the settings at run time, as they were at most a moment ago."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from contracts.errors import Unavailable
from contracts.policy import Policies, ReadPlan

EVERY_S = 0.2
"""A switch is followed within a second by every process; a look costs one round trip."""

log = logging.getLogger(__name__)


class PlanFollower:
    """Gives the latest plan without waiting; while the catalog is down, the last one known."""

    def __init__(self, policies: Policies, first: ReadPlan) -> None:
        self._policies = policies
        self._plan = first

    def __call__(self) -> ReadPlan:
        """Give the plan."""
        return self._plan

    async def look(self) -> ReadPlan:
        """Ask for the plan now. Raises CatalogUnavailable."""
        self._plan = await self._policies.plan()
        return self._plan

    @asynccontextmanager
    async def following(self) -> AsyncIterator[None]:
        """Follow while the block runs."""
        task = asyncio.create_task(self._follow(), name="read plan")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait({task})

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            try:
                await self.look()
            except Unavailable as error:
                log.info("The read plan stays as it is: %s", error)
            except Exception:  # a defect in one look must not end all later ones
                log.exception("The read plan could not be read")
