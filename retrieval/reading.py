"""Reading: panels asked at once, each within a deadline, the others when none of them answers."""

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from contracts.errors import PanelUnavailable
from contracts.nouns import PanelHits, PanelName, PanelQuery
from contracts.panels import Panel
from retrieval.routing import Route

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Answered:
    """What a panel gave, and how long it took."""

    hits: PanelHits
    ms: float


Answer: TypeAlias = Answered | PanelUnavailable


@dataclass(frozen=True, slots=True, eq=False)
class Readings:
    """What each panel that was asked came to; at least one of them answered."""

    answers: Mapping[PanelName, Answer]

    @property
    def hits(self) -> dict[PanelName, PanelHits]:
        """What the panels that answered gave."""
        return {n: one.hits for n, one in self.answers.items() if isinstance(one, Answered)}

    @property
    def note(self) -> str | None:
        """Say which panels did not answer."""
        down = [name for name, one in self.answers.items() if not isinstance(one, Answered)]
        if not down:
            return None
        return (
            f"The {' and the '.join(down)} panel does not answer, "
            f"so the {' and the '.join(self.hits)} panel served alone."
        )


async def read(
    panels: Mapping[PanelName, Panel], route: Route, query: PanelQuery, deadline_s: float
) -> Readings:
    """Ask the route's panels at once, and the others when none of those answers.

    Raises PanelUnavailable when no panel answers.
    """
    answers: dict[PanelName, Answer] = {}
    for names in (route.panels, route.others):
        asked = await asyncio.gather(*(ask(panels[name], query, deadline_s) for name in names))
        answers |= zip(names, asked, strict=True)
        if any(isinstance(one, Answered) for one in asked):
            return Readings(answers)
    failed = (one.message for one in answers.values() if isinstance(one, PanelUnavailable))
    raise PanelUnavailable(
        "No panel answers: " + " ".join(failed),
        "Check the databases with 'diptych status', then ask again.",
    )


async def ask(panel: Panel, query: PanelQuery, deadline_s: float) -> Answer:
    """Search one panel within the deadline; its outage is a value, so that others go on."""
    begun = time.perf_counter()
    try:
        async with asyncio.timeout(deadline_s):
            hits = await panel.search(query)
    except PanelUnavailable as error:
        _log.warning("The %s panel did not answer a search: %s", panel.name, error)
        return error
    except TimeoutError:
        _log.warning("The %s panel did not answer within %g s", panel.name, deadline_s)
        return PanelUnavailable(
            f"The {panel.name} panel did not answer within {deadline_s:g} seconds."
        )
    return Answered(hits, 1000 * (time.perf_counter() - begun))
