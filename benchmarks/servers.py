"""The real servers, embedded in a temporary home, for the length of one measurement."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from contracts.nouns import Generation
from contracts.panels import Panel
from deploy.embedded.servers import EmbeddedServers, Endpoints
from deploy.settings import load
from graphstore.panel import Neo4jPanel
from vectorstore.panel import PostgresPanel


@dataclass(frozen=True, slots=True)
class Bench:
    """Both servers, empty, and both panels on them, prepared."""

    home: Path
    endpoints: Endpoints
    vector: Panel
    graph: Panel


@asynccontextmanager
async def bench(generation: Generation) -> AsyncIterator[Bench]:
    """Start both servers with nothing in them; they are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="diptych-bench-") as folder:
        home = Path(folder)
        servers = EmbeddedServers(home, load().cache)
        endpoints = await asyncio.to_thread(servers.acquire)
        try:
            vector, graph = panels(endpoints)
            await vector.prepare(generation)
            await graph.prepare(generation)
            yield Bench(home, endpoints, vector, graph)
            await vector.close()
            await graph.close()
        finally:
            await asyncio.to_thread(servers.release)


def panels(endpoints: Endpoints) -> tuple[Panel, Panel]:
    """Connect to both panels."""
    neo4j, url = endpoints.neo4j, endpoints.postgres_url
    if neo4j is None or url is None:
        raise endpoints.neo4j_failure or RuntimeError
    return PostgresPanel(url), Neo4jPanel(neo4j.url, neo4j.user, neo4j.password)
