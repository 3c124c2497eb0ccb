"""The two databases: embedded or given, kept running, and the panels on them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, suppress
from itertools import count
from typing import TypeAlias

from contracts.errors import PanelUnavailable, SetupFailed
from contracts.nouns import Generation, PanelName
from contracts.panels import Panel
from deploy.embedded.lease import ServerLease
from deploy.embedded.neo4j import Neo4jAddress
from deploy.embedded.servers import EmbeddedServers
from deploy.panels import GuardedPanel
from deploy.settings import Settings
from graphstore.panel import Neo4jPanel
from vectorstore.panel import PostgresPanel

log = logging.getLogger(__name__)

Bar: TypeAlias = Callable[[str, int, int], None]
Kept: TypeAlias = Callable[[], Awaitable[Sequence[Generation]]]
"""Gives the generations that a panel must know, when it is connected."""
Loading: TypeAlias = Callable[[PanelName], Awaitable[bool]]
"""Tells whether a panel is being filled: then its indexes are built at the end, all at once."""
WATCH_EVERY = 2.0
"""Seconds between looks at the embedded servers' processes."""
HEAL_EVERY = 5
"""Looks between questions whether a server that runs has given up, as with a full disk."""


async def embedded_servers(
    settings: Settings, bar: Bar | None, stack: AsyncExitStack, *, keep: bool
) -> EmbeddedServers:
    """Prepare the embedded servers of this home; those acquired are released at the end."""
    await asyncio.to_thread(settings.home.mkdir, parents=True, exist_ok=True)

    def fetched(done: int, total: int) -> None:
        if bar:
            bar("Fetching Neo4j (once)", done, total)

    servers = EmbeddedServers(settings.home, settings.cache, fetched)
    stack.push_async_callback(asyncio.to_thread, servers.release, keep=keep)
    watching = asyncio.create_task(_keep_running(settings, servers))
    stack.callback(watching.cancel)
    return servers


async def _keep_running(settings: Settings, servers: EmbeddedServers) -> None:
    """Start an embedded server again when it died; whoever held a connection reconnects."""
    leases: list[ServerLease[str] | ServerLease[Neo4jAddress]] = []
    if settings.postgres_url is None:
        leases.append(servers.postgres)
    if settings.neo4j_url is None:
        leases.append(servers.neo4j)
    ran: set[int] = set()
    for look in count(1):
        await asyncio.sleep(WATCH_EVERY)
        for number, lease in enumerate(leases):
            try:
                if not await asyncio.to_thread(lease.running):
                    if number in ran:
                        log.warning("An embedded database has died and is started again.")
                        await asyncio.to_thread(lease.acquire)
                    continue
                ran.add(number)
                if look % HEAL_EVERY == 0 and await asyncio.to_thread(lease.heal):
                    log.warning("An embedded database had given up and was started again.")
            except SetupFailed as error:
                log.warning("It does not start: %s", error)


async def postgres(settings: Settings, servers: EmbeddedServers) -> str:
    """Give the configured PostgreSQL's URL, or that of the embedded one, started if need be."""
    if settings.postgres_url:
        return settings.postgres_url
    return await asyncio.to_thread(servers.postgres.acquire)


async def neo4j(settings: Settings, servers: EmbeddedServers) -> Neo4jAddress | None:
    """Give the configured Neo4j, or the embedded one; None when it cannot be had now."""
    if settings.neo4j_url:
        password = settings.neo4j_password.get_secret_value()
        return Neo4jAddress(settings.neo4j_url, settings.neo4j_user, password)
    try:
        return await asyncio.to_thread(servers.neo4j.acquire)
    except SetupFailed as error:
        log.warning("Going on without the graph panel. %s", error)
        return None


def panels(
    url: str,
    address: Neo4jAddress | None,
    servers: EmbeddedServers,
    kept: Kept,
    loading: Loading,
    *,
    connections: int,
) -> dict[PanelName, Panel]:
    """Give both panels; each is connected and prepared at its first use.

    ``connections`` bounds each panel's connections.
    """

    async def vector() -> Panel:
        return await _prepared(PostgresPanel(url, pool_size=connections), kept, loading)

    async def graph() -> Panel:
        found = address
        if found is None:  # it could not be run at the start: try again
            found = await asyncio.to_thread(servers.neo4j.acquire)
        panel = Neo4jPanel(found.url, found.user, found.password, connections=connections)
        return await _prepared(panel, kept, loading)

    return {
        PanelName.VECTOR: GuardedPanel(PanelName.VECTOR, vector),
        PanelName.GRAPH: GuardedPanel(PanelName.GRAPH, graph),
    }


async def _prepared(panel: Panel, kept: Kept, loading: Loading) -> Panel:
    known: set[int] = set()
    if await loading(panel.name):
        with suppress(PanelUnavailable):  # without a schema it knows none
            known = set(await panel.generations())
    for generation in await kept():
        if generation.number not in known:
            await panel.prepare(generation)
    return panel
