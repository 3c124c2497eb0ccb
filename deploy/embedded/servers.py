"""Both embedded servers of one home directory, started side by side and leased one by one."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from contracts.errors import SetupFailed
from deploy.embedded.jars import JarCache, Progress
from deploy.embedded.lease import ServerLease
from deploy.embedded.neo4j import EmbeddedNeo4j, Neo4jAddress
from deploy.embedded.postgres import EmbeddedPostgres


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where the servers answer; None for one that was not asked for or could not be run.

    ``neo4j_failure`` says why Neo4j could not be run.
    """

    postgres_url: str | None = field(repr=False)
    neo4j: Neo4jAddress | None
    neo4j_failure: SetupFailed | None = None


class EmbeddedServers:
    """The servers of ``home`` that have no URL of their own; verbs block.

    Neo4j's jars are kept in ``cache``; ``progress`` is called while they are fetched, once,
    before the very first start. ``postgres`` and ``neo4j`` are two leases that may also be
    taken alone.
    """

    def __init__(
        self,
        home: Path,
        cache: Path,
        progress: Progress | None = None,
        *,
        repository: str | None = None,
    ) -> None:
        jars = JarCache(cache / "jars", repository=repository, progress=progress)
        self.postgres = ServerLease(EmbeddedPostgres(home / "postgres"))
        self.neo4j = ServerLease(EmbeddedNeo4j(home / "neo4j", jars))

    def acquire(self, *, postgres: bool = True, neo4j: bool = True) -> Endpoints:
        """Start or attach to the wanted servers, both at once.

        Raises SetupFailed when PostgreSQL cannot be run; nothing is held then. The service can
        do without Neo4j for a while, so its failure is part of the answer: acquire again to
        retry.
        """
        with ThreadPoolExecutor(2) as pool:
            relational = pool.submit(self.postgres.acquire) if postgres else None
            graph = pool.submit(self.neo4j.acquire) if neo4j else None
        try:
            url = relational.result() if relational else None
            try:
                return Endpoints(url, graph.result() if graph else None)
            except SetupFailed as failure:
                return Endpoints(url, None, failure)
        except BaseException:
            self.release()
            raise

    def release(self, *, keep: bool = False) -> None:
        """Leave both; the last to leave stops each, unless someone asked to keep it."""
        with ThreadPoolExecutor(2) as pool:
            leaving = [pool.submit(one.release, keep=keep) for one in (self.postgres, self.neo4j)]
        for one in leaving:
            one.result()

    def stop(self) -> tuple[int, ...]:
        """Stop what was kept; give the ids of the processes that still use a server."""
        with ThreadPoolExecutor(2) as pool:
            stopping = (pool.submit(self.postgres.stop), pool.submit(self.neo4j.stop))
        return tuple(sorted({process for one in stopping for process in one.result()}))
