"""Wiring: the one place that puts the parts together."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial

from catalog.blobs import FolderBlobs
from catalog.postgres import PostgresCatalog
from contracts.blobs import Blobs
from contracts.configurations import Configurations
from contracts.curating import Suites
from contracts.errors import PanelUnavailable, SpaceMismatch
from contracts.handling import Queue, Watch
from contracts.judging import Judgements
from contracts.measuring import Runs
from contracts.nouns import DEFAULT_WORKSPACE, Generation, PanelName, PanelQuery
from contracts.observing import Metrics, NullMetrics
from contracts.panels import Panel
from contracts.people import People
from contracts.policy import (
    Generations,
    GenerationState,
    PanelRegister,
    PanelStanding,
    ParityLog,
    Policies,
)
from contracts.record import Documents, Ledger
from contracts.review import Review
from contracts.variants import Variants
from deploy import stores
from deploy.duplicates import Duplicates
from deploy.following import PlanFollower
from deploy.ingesting import Ingesting
from deploy.intake import Gathering
from deploy.mirrors import tracers
from deploy.models import CHUNKER, Models, build_models, prices
from deploy.opened import Opened
from deploy.personal import Personal
from deploy.quality import Quality
from deploy.settings import Settings
from deploy.stores import Bar
from deploy.tracing import Traced, observing
from inference.openvino_embedder import OpenVinoEmbedder
from inference.sentences import SentencexSplitter
from ingestion.draining import Drain
from ingestion.generations import KeepGenerations
from ingestion.isolating import Isolate
from ingestion.ordering import Order
from ingestion.parity import CheckParity
from ingestion.rebuilding import Rebuild
from ingestion.receiving import Receive
from ingestion.reconciling import Reconcile
from ingestion.repairing import Repair
from ingestion.sampling import Sample
from ingestion.sweeping import Sweep
from retrieval.answering import Ask
from retrieval.searching import Search
from retrieval.shadowing import Shadow
from retrieval.switching import Switch

LOADING = {PanelStanding.CLEARING, PanelStanding.FILLING}
CONNECTIONS = 12
WAKING = 5.0
"""Seconds that a panel may take for the first search after a start."""
SHADOW_CONNECTIONS = 2
"""Shadow reads have connections of their own: they never take a request's."""


@dataclass(frozen=True, slots=True)
class Diptych:
    """The service's parts, wired to each other."""

    settings: Settings
    models: Models
    documents: Documents
    order: Order
    ledger: Ledger
    people: People
    personal: Personal
    queue: Queue
    watch: Watch
    blobs: Blobs
    policies: Policies
    register: PanelRegister
    generations: Generations
    parity_log: ParityLog
    runs: Runs
    review: Review
    judgements: Judgements
    suites: Suites
    configurations: Configurations
    quality: Quality
    duplicates: Duplicates
    variants: Variants
    panels: Mapping[PanelName, Panel]
    plans: PlanFollower
    receive: Receive
    intake: Gathering
    reconcile: Reconcile
    isolate: Isolate
    sweep: Sweep
    drain: Drain
    parity: CheckParity
    repair: Repair
    rebuild: Rebuild
    keep_generations: KeepGenerations
    sample: Sample
    switch: Switch
    shadow: Shadow
    search: Search
    ask: Ask
    traced: Traced
    """Search and ask for people: what they ask leaves traces, what is measured does not."""

    @property
    def generation(self) -> Generation:
        """The generation that reads use."""
        return self.plans().generation

    @property
    def embedder(self) -> OpenVinoEmbedder:
        """The default embedder."""
        return self.models.embedder

    async def dimension(self, model: str) -> int:
        """Give the length of a configured model's vectors. Raises SpaceMismatch."""
        found = self.models.embedder_of(model)
        if found is None:
            raise SpaceMismatch(
                f"The model '{model[:80]}' is not configured here.",
                f"Use '{self.embedder.model}', or set DIPTYCH_EMBEDDER_URL and _MODEL.",
            )
        return len(await found.embed_query("?"))

    async def warm(self) -> None:
        """Load the embedding model and ask each panel once: the first question finds all awake.

        Neo4j takes a second to plan a search that it has not seen. A panel that does not answer is
        left to those who ask it.
        """
        await self.embedder.load()
        vector = await self.embedder.embed_query("?")
        probe = PanelQuery(DEFAULT_WORKSPACE, self.generation, "?", vector, limit=1)

        async def ask(panel: Panel) -> None:
            with suppress(TimeoutError, PanelUnavailable, SpaceMismatch):
                async with asyncio.timeout(WAKING):
                    await panel.search(probe)

        await asyncio.gather(*map(ask, self.panels.values()))

    async def work(self) -> None:
        """Work the queue until cancelled."""
        await self.queue.work(self.isolate, self.sweep, concurrency=self.settings.concurrency)

    @asynccontextmanager
    async def helping(self, *, needed: bool) -> AsyncIterator[None]:
        """Work the queue here while the block runs, when it is needed and no worker is alive."""
        if not needed or await self.queue.workers():
            yield
            return
        try:
            async with asyncio.TaskGroup() as group:
                working = group.create_task(self.work())
                yield
                working.cancel()
        except ExceptionGroup as failed:  # callers know the errors themselves, not groups of them
            raise failed.exceptions[0] from None


@asynccontextmanager
async def open_diptych(
    settings: Settings,
    bar: Bar | None = None,
    *,
    metrics: Metrics | None = None,
    keep: bool = False,
) -> AsyncIterator[Diptych]:
    """Open everything that a command needs; give it all back at the end.

    ``bar`` is called with (label, done, total) while something long is provisioned. ``keep``
    leaves embedded servers running. Raises SetupFailed or CatalogUnavailable; a panel that is
    not there is no failure, it is told by its verbs.
    """
    async with AsyncExitStack() as stack:
        servers = await stores.embedded_servers(settings, bar, stack, keep=keep)
        models, url, neo4j = await asyncio.gather(
            build_models(settings, bar),
            stores.postgres(settings, servers),
            stores.neo4j(settings, servers),
        )
        stack.push_async_callback(models.close)
        catalog = PostgresCatalog(url)
        await catalog.open()
        stack.push_async_callback(catalog.close)
        await catalog.generations.ensure(models.embedder.model, models.embedder.dimension, CHUNKER)

        async def kept() -> Sequence[Generation]:
            records = await catalog.generations.records()
            return [r.generation for r in records if r.state is not GenerationState.RETIRING]

        async def loading(name: PanelName) -> bool:
            return (await catalog.register.record(name)).standing in LOADING

        connect = partial(stores.panels, url, neo4j, servers, kept, loading)
        panels, shadows = connect(connections=CONNECTIONS), connect(connections=SHADOW_CONNECTIONS)
        for panel in (*panels.values(), *shadows.values()):
            stack.push_async_callback(panel.close)
        plans = PlanFollower(catalog.policies, await catalog.policies.plan())
        await stack.enter_async_context(plans.following())
        counts = metrics or NullMetrics()
        shadow = Shadow(shadows, catalog.evidence, counts)
        mirrors = await stack.enter_async_context(tracers(settings))
        observers = await stack.enter_async_context(
            observing(catalog.traces, counts, settings.trace_days, mirrors)
        )
        quality = Quality.over(catalog.assessments, catalog.ledger, models, counts)
        blobs = FolderBlobs(settings.home / "blobs")
        duplicates = Duplicates.over(catalog, blobs, settings.trash_days, observers.metrics)
        parts = settings, catalog, blobs, models, panels, plans, shadow, observers
        yield _assemble(Opened(*parts, quality, Personal.over(catalog, models, plans), duplicates))


def _assemble(opened: Opened) -> Diptych:
    """Give the use cases over the parts."""
    catalog, ingesting = opened.catalog, Ingesting.over(opened)
    search, ask, traced = _asking(opened)
    evidence, log = catalog.evidence, catalog.parity_log
    return Diptych(
        settings=opened.settings,
        models=opened.models,
        documents=catalog.documents,
        order=Order(catalog.handling, catalog.documents),
        ledger=catalog.ledger,
        people=catalog.people,
        personal=opened.personal,
        queue=catalog.queue,
        watch=catalog.watch,
        blobs=opened.blobs,
        policies=catalog.policies,
        register=catalog.register,
        generations=catalog.generations,
        parity_log=log,
        runs=catalog.runs,
        review=catalog.review,
        judgements=catalog.judgements,
        suites=catalog.suites,
        configurations=catalog.configurations,
        quality=opened.quality,
        duplicates=opened.duplicates,
        variants=catalog.variants,
        panels=opened.panels,
        plans=opened.plans,
        receive=ingesting.receive,
        intake=ingesting.intake,
        reconcile=ingesting.reconcile,
        isolate=ingesting.isolate,
        sweep=ingesting.sweep,
        drain=ingesting.drain,
        parity=ingesting.parity,
        repair=ingesting.repair,
        rebuild=ingesting.rebuild,
        keep_generations=ingesting.keep_generations,
        sample=ingesting.sample,
        switch=Switch(catalog.policies, catalog.register, evidence, log, catalog.ledger),
        shadow=opened.shadow,
        search=search,
        ask=ask,
        traced=traced,
    )


def _asking(opened: Opened) -> tuple[Search, Ask, Traced]:
    """Give the use cases that find and answer, and both as people use them: with traces."""
    models, masking, observers = opened.models, opened.personal.masking, opened.observers
    plans, offer = opened.plans, opened.shadow.offer
    search = Search(opened.panels, models.spaces, plans, observers.metrics, offer)
    parts = SentencexSplitter(), models.detector, observers.metrics, models.chat
    ask = Ask(search, *parts, private=masking.chat)
    price, traces = prices(opened.settings), opened.catalog.traces
    return search, ask, Traced.over(search, ask, traces, observers, price, masking.traced)
