"""How the service stands: panels, backlog and workers, each asked with a deadline."""

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from api.service import Service
from contracts.errors import Unavailable
from contracts.nouns import PanelHealth, PanelName
from contracts.panels import Panel

CHECK_S = 5.0
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Standing:
    """What answers now; None where the catalog could not say."""

    panels: Mapping[PanelName, PanelHealth]
    backlog: Mapping[PanelName, int] | None
    workers: int | None
    waiting: int | None

    @property
    def catalog(self) -> bool:
        """Tell whether the catalog answered."""
        return self.backlog is not None

    @property
    def can_serve(self) -> bool:
        """Tell whether questions can be answered."""
        return self.catalog and any(health.ready for health in self.panels.values())

    @property
    def whole(self) -> bool:
        """Tell whether nothing is down and somebody works."""
        return self.can_serve and all(h.ready for h in self.panels.values()) and bool(self.workers)


async def standing(service: Service) -> Standing:
    """Ask every part at once."""
    names = list(service.panels)
    healths, backlog, workers, waiting = await asyncio.gather(
        asyncio.gather(*(_health(name, service.panels[name]) for name in names)),
        _or_none(service.ledger.backlog()),
        _or_none(service.queue.workers()),
        _or_none(service.queue.waiting()),
    )
    return Standing(dict(zip(names, healths, strict=True)), backlog, workers, waiting)


async def _or_none(asked: Awaitable[Value]) -> Value | None:
    """Give the answer, or None when it cannot be had in time."""
    try:
        async with asyncio.timeout(CHECK_S):
            return await asked
    except (Unavailable, TimeoutError):
        return None


async def _health(name: PanelName, panel: Panel) -> PanelHealth:
    """Ask a panel; one that does not answer in time is not ready."""
    try:
        async with asyncio.timeout(CHECK_S):
            return await panel.health()
    except TimeoutError:
        return PanelHealth(name, ready=False, detail=f"No answer within {CHECK_S:.0f} s.")
