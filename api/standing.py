"""How the service stands: panels, backlog, workers, parity; each is asked with a deadline."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from api.service import Service
from contracts.errors import Unavailable
from contracts.nouns import PanelHealth, PanelName
from contracts.panels import Panel
from contracts.policy import PanelRecord, PanelStanding, ParityNote

CHECK_S = 5.0
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Standing:
    """What answers now; None where the catalog could not say."""

    panels: Mapping[PanelName, PanelHealth]
    backlog: Mapping[PanelName, int] | None
    workers: int | None
    waiting: int | None
    records: Sequence[PanelRecord] | None
    serving: frozenset[PanelName]

    def record(self, panel: PanelName) -> PanelRecord | None:
        """Give a panel's standing."""
        return next((one for one in self.records or () if one.panel is panel), None)

    @property
    def catalog(self) -> bool:
        """Tell whether the catalog answered."""
        return self.backlog is not None

    @property
    def can_serve(self) -> bool:
        """Tell whether questions can be answered, without the catalog those of recent keys."""
        return any(self.panels[name].ready for name in self.serving)

    @property
    def whole(self) -> bool:
        """Tell whether nothing that is on is down or being filled, and somebody works."""
        on = [one for one in self.records or () if one.standing is not PanelStanding.OFF]
        return bool(on and self.workers) and all(
            self.panels[one.panel].ready and one.panel in self.serving for one in on
        )


async def standing(service: Service) -> Standing:
    """Ask every part at once."""
    names = list(service.panels)
    healths, backlog, workers, waiting, records = await asyncio.gather(
        asyncio.gather(*(_health(name, service.panels[name]) for name in names)),
        _or_none(service.ledger.backlog()),
        _or_none(service.queue.workers()),
        _or_none(service.queue.waiting()),
        _or_none(service.operations.register.records()),
    )
    panels, serving = dict(zip(names, healths, strict=True)), service.plans().serving
    return Standing(panels, backlog, workers, waiting, records, serving)


async def remembered(service: Service) -> list[ParityNote]:
    """Give the latest parity check of each kind, newest first."""
    log = service.operations.parity_log
    kinds = [(deep, sampled) for deep in (True, False) for sampled in (True, False)]
    found = await asyncio.gather(
        *(_or_none(log.latest(deep=deep, sampled=sampled)) for deep, sampled in kinds)
    )
    return sorted((note for note in found if note), key=lambda note: note.at, reverse=True)


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
