"""Ingestion, put together: what lets documents in, works on them, and keeps panels true."""

from dataclasses import dataclass
from typing import Self

from deploy.intake import Gathering
from deploy.opened import Opened
from deploy.settings import MEGABYTE
from deploy.tracing import forgetting
from exports.reading import ExportFile
from ingestion.admitting import Admit
from ingestion.copying import Copy
from ingestion.draining import Drain
from ingestion.generations import KeepGenerations
from ingestion.isolating import Isolate
from ingestion.languages import TellLanguages
from ingestion.opening import Open
from ingestion.parity import CheckParity
from ingestion.preparing import Prepare
from ingestion.rebuilding import Rebuild
from ingestion.receiving import Receive
from ingestion.reconciling import Reconcile
from ingestion.repairing import Repair
from ingestion.sampling import Sample
from ingestion.surveying import Survey
from ingestion.sweeping import Sweep
from ingestion.writing import Write


@dataclass(frozen=True, slots=True)
class Ingesting:
    """The use cases of ingestion."""

    receive: Receive
    intake: Gathering
    reconcile: Reconcile
    isolate: Isolate
    drain: Drain
    parity: CheckParity
    repair: Repair
    rebuild: Rebuild
    keep_generations: KeepGenerations
    sample: Sample
    sweep: Sweep

    @classmethod
    def over(cls, opened: Opened) -> Self:
        """Put them on what is open."""
        catalog, panels, settings = opened.catalog, opened.panels, opened.settings
        ledger, register, generations = catalog.ledger, catalog.register, catalog.generations
        metrics, ended = opened.observers.metrics, opened.observers.ended
        discard, spaces = opened.duplicates.discard, opened.models.spaces
        receive, reconcile = _receive(opened), _reconcile(opened)
        survey = Survey(ledger, panels, register, generations)
        parity = CheckParity(ledger, survey, catalog.parity_log)
        grace, alone = settings.grace_seconds, catalog.rights.rebuilding
        rebuild = Rebuild(ledger, panels, register, survey, ExportFile.open, alone)
        keep = KeepGenerations(generations, panels, register, spaces, grace_s=grace)
        sample = Sample(ledger, survey, catalog.policies, catalog.parity_log, metrics)
        forget = forgetting(catalog.traces, settings.trace_days)
        renew = opened.quality.renewal.step
        duties = keep.step, rebuild.step, forget, sample, renew, discard.step
        return cls(
            receive=receive,
            intake=Gathering.over(catalog.places, discard, receive, settings),
            reconcile=reconcile,
            isolate=Isolate(ledger, panels, reconcile, ended, most=settings.max_crashes),
            drain=Drain(ledger, register, generations, reconcile),
            parity=parity,
            repair=Repair(ledger, survey, parity, metrics),
            rebuild=rebuild,
            keep_generations=keep,
            sample=sample,
            sweep=Sweep(ledger, catalog.queue, panels, metrics, duties),
        )


def _receive(opened: Opened) -> Receive:
    """Give the use case that lets documents in."""
    settings, catalog = opened.settings, opened.catalog
    room, queue = settings.min_free_mb * MEGABYTE, settings.max_waiting
    admit = Admit(catalog.handling, opened.blobs, min_free=room, max_waiting=queue)
    limit = settings.max_upload_bytes
    return Receive(catalog.documents, opened.blobs, limit=limit, admit=admit)


def _reconcile(opened: Opened) -> Reconcile:
    """Give the use case that does the work."""
    catalog, models, panels = opened.catalog, opened.models, opened.panels
    ledger, metrics, ended = catalog.ledger, opened.observers.metrics, opened.observers.ended
    limit = opened.settings.max_upload_bytes
    pages, members = catalog.recognised, catalog.members
    opening = Open(ledger, members, pages, opened.blobs, models.reader, limit=limit)
    return Reconcile(
        ledger,
        opened.blobs,
        panels,
        catalog.generations,
        models.spaces,
        prepare=Prepare(
            ledger,
            opening,
            metrics,
            tell=TellLanguages(models.detector),
            assess=opened.quality.assess,
            screen=opened.personal.screen,
            compare=opened.duplicates.compare,
            ended=ended,
        ),
        write=Write(ledger, models.extractor, panels, metrics),
        copy=Copy(ledger, panels, catalog.policies, catalog.register, ExportFile.open, metrics),
        ended=ended,
    )
