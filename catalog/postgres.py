"""PostgresCatalog: opens the database of the record and holds the adapters of its ports."""

from catalog.configurations import PostgresConfigurations
from catalog.connections import PATIENCE_SECONDS, Connections
from catalog.documents import PostgresDocuments
from catalog.evidence import PostgresEvidence, PostgresParityLog
from catalog.generations import PostgresGenerations
from catalog.handling import PostgresHandling
from catalog.jobs import Jobs
from catalog.judgements import PostgresJudgements
from catalog.ledger import PostgresLedger
from catalog.likeness import PostgresLikeness
from catalog.members import PostgresMembers
from catalog.people import PostgresPeople
from catalog.personal import PostgresPersonalCounts
from catalog.places import PostgresPlaces
from catalog.policies import PostgresPolicies
from catalog.quality import PostgresAssessments
from catalog.queue import ProcrastinateQueue
from catalog.recognised import PostgresRecognisedPages
from catalog.register import PostgresPanelRegister
from catalog.review import PostgresReview
from catalog.rights import PostgresRights
from catalog.runs import PostgresRuns
from catalog.schema import migrate
from catalog.suites import PostgresSuites
from catalog.traces import PostgresTraces
from catalog.trash import PostgresTrash
from catalog.variants import PostgresVariants
from catalog.watch import PostgresWatch


class PostgresCatalog:
    """All ports of the record on one PostgreSQL database.

    ``url`` is a libpq connection string or URL; the connection must be a session of its own (no
    pooler that shares sessions between statements), because leases and notifications belong to
    it. ``pool_size`` bounds the shared connections; one more each holds the leases and the
    progress channel, and a worker has up to four of its own. ``patience`` is how many seconds a
    verb waits for a server that does not answer before it raises CatalogUnavailable.
    """

    def __init__(self, url: str, *, pool_size: int = 8, patience: float = PATIENCE_SECONDS) -> None:
        self._url = url
        self._connections = Connections(url, pool_size, patience)
        jobs = Jobs()
        self.documents = PostgresDocuments(self._connections, jobs)
        self.members = PostgresMembers(self._connections, jobs)
        self.handling = PostgresHandling(self._connections, jobs)
        self.ledger = PostgresLedger(self._connections)
        self.people = PostgresPeople(self._connections)
        self.personal = PostgresPersonalCounts(self._connections)
        self.generations = PostgresGenerations(self._connections)
        self.register = PostgresPanelRegister(self._connections)
        self.policies = PostgresPolicies(self._connections)
        self.evidence = PostgresEvidence(self._connections)
        self.parity_log = PostgresParityLog(self._connections)
        self.recognised = PostgresRecognisedPages(self._connections)
        self.review = PostgresReview(self._connections)
        self.rights = PostgresRights(self._connections)
        self.places = PostgresPlaces(self._connections, self.rights)
        self.runs = PostgresRuns(self._connections)
        self.assessments = PostgresAssessments(self._connections)
        self.configurations = PostgresConfigurations(self._connections)
        self.judgements = PostgresJudgements(self._connections)
        self.likeness = PostgresLikeness(self._connections)
        self.suites = PostgresSuites(self._connections)
        self.traces = PostgresTraces(self._connections)
        self.trash = PostgresTrash(self._connections)
        self.variants = PostgresVariants(self._connections)
        self.watch = PostgresWatch(self._connections, self.documents)
        self.queue = ProcrastinateQueue(self._connections, jobs)

    async def open(self) -> None:
        """Bring the schema up to date and open the pool.

        Raises CatalogUnavailable, and SetupFailed when the schema is newer than this program.
        """
        await migrate(self._url)
        await self._connections.open()

    async def close(self) -> None:
        """Stop listening and give back all connections."""
        await self.watch.close()
        await self.ledger.close()
        await self._connections.close()
