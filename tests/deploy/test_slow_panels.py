"""A database that is neither dead nor paused: every answer of it takes seconds."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from contracts.nouns import DEFAULT_WORKSPACE, PanelName, ReadMode
from contracts.observing import NullMetrics
from contracts.panels import Panel
from contracts.record import VersionState
from deploy.panels import GuardedPanel
from graphstore.panel import Neo4jPanel
from ingestion.sweeping import Sweep
from retrieval.asking import SearchRequest, SearchResult
from retrieval.searching import Search
from tests.catalog.desk import until
from tests.conftest import Neo4jServer
from tests.ingestion.house import GENERATION, House
from tests.link import Link, link_to
from vectorstore.panel import PostgresPanel

SLOW_S = 7.0
"""Longer than the deadline of a search, which is one round trip for the relational panel."""
AT_ONCE_S = 1.0
WITHIN_S = 10.0
"""The deadline of a search (5 s), and what a machine takes that does other things as well."""


@dataclass
class Slowed:
    """The use cases over one real panel behind a link, and one in memory."""

    name: PanelName
    link: Link
    house: House
    search: Search
    sweep: Sweep

    @property
    def other(self) -> PanelName:
        return next(name for name in PanelName if name is not self.name)

    async def ask(self, words: str = "spare key") -> tuple[SearchResult, float]:
        """Ask the real panel; give what came of it and how long it took."""
        began = time.monotonic()
        mode = ReadMode(self.name.value)
        result = await self.search(SearchRequest(DEFAULT_WORKSPACE, words, mode))
        return result, time.monotonic() - began


def real_panel(
    name: PanelName, request: pytest.FixtureRequest
) -> tuple[tuple[str, int], Callable[[int], Panel]]:
    """Give where a panel's server listens, and how to connect to it through another port."""
    if name is PanelName.VECTOR:
        url = request.getfixturevalue("postgres_url")
        target = conninfo_to_dict(url)
        place = str(target["host"]), int(target["port"] or 5432)
        return place, lambda port: PostgresPanel(make_conninfo(url, host="127.0.0.1", port=port))
    server: Neo4jServer = request.getfixturevalue("neo4j_server")
    parts = urlsplit(server.url)
    place = str(parts.hostname), int(parts.port or 7687)
    return place, lambda port: Neo4jPanel(f"bolt://127.0.0.1:{port}", server.user, server.password)


@pytest.fixture(params=list(PanelName))
async def slowed(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Slowed]:
    name: PanelName = request.param
    place, through = real_panel(name, request)
    async with link_to(*place) as link:

        async def connect() -> Panel:
            panel = through(link.port)
            await panel.prepare(GENERATION)
            return panel

        guarded, house = GuardedPanel(name, connect), await House(tmp_path).open()
        panels: dict[PanelName, Panel] = {**house.panels, name: guarded}
        house.wire(house.catalog.ledger, panels)
        plan = await house.catalog.policies.plan()
        search = Search(panels, house.spaces, lambda: plan, NullMetrics())
        sweep = Sweep(house.catalog.ledger, house.catalog.queue, panels, NullMetrics())
        yield Slowed(name, link, house, search, sweep)
        link.delay = 0.0
        await until(_ready(guarded))
        await guarded.forget(GENERATION.number)
        await guarded.close()


def _ready(panel: GuardedPanel) -> Callable[[], Awaitable[bool]]:
    async def ready() -> bool:
        return (await panel.health()).ready

    return ready


async def test_a_slow_panel_is_left_alone_missed_by_nobody_and_catches_up(slowed: Slowed) -> None:
    house = slowed.house
    first = await house.pour("The spare key hangs behind the blue door.")
    await house.catalog.queue.drain(house.reconcile)
    assert (await slowed.ask())[0].served_by == (slowed.name.value,)

    slowed.link.delay = SLOW_S
    result, took = await slowed.ask()
    assert result.served_by == (slowed.other.value,)
    assert result.degraded is not None
    assert f"The {slowed.name} panel does not answer" in result.degraded
    assert result.found[0].chunk.text.startswith("The spare key")
    assert took < WITHIN_S

    second = await house.pour("The green ladder stands in the cellar.", "b.txt")
    await house.catalog.queue.drain(house.reconcile)
    record = await house.catalog.documents.get(DEFAULT_WORKSPACE, second.ref.document)
    assert record.state is VersionState.LIVE
    assert await house.catalog.ledger.backlog() == {slowed.name: 1}

    async def is_left_alone() -> bool:
        result, took = await slowed.ask()
        return result.served_by == (slowed.other.value,) and took < AT_ONCE_S

    await until(is_left_alone)
    slowed.link.delay = 0.0

    async def serves() -> bool:
        return (await slowed.ask())[0].degraded is None

    await until(serves)
    await slowed.sweep()
    await house.catalog.queue.drain(house.reconcile)
    assert await house.catalog.ledger.backlog() == {}
    result, _ = await slowed.ask("green ladder")
    assert result.served_by == (slowed.name.value,)
    assert {one.chunk.id.document for one in result.found} >= {second.ref.document}
    report = await house.parity([first.ref.document, second.ref.document], deep=True)
    assert report.clean
