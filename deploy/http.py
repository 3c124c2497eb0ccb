"""The HTTP application over the wired parts."""

import secrets
from pathlib import Path

from fastapi import FastAPI

from api.app import create_app
from api.operations import Operations
from api.quality_desk import QualityDesk
from api.service import PagesSettings, Service
from deploy.curating import curation
from deploy.intake import desk
from deploy.observing import exposition
from deploy.promoting import championship
from deploy.version import VERSION
from deploy.wiring import Diptych


def create_service_app(diptych: Diptych) -> FastAPI:
    """Give the API and the pages; the embedding model is loaded before the first request."""
    settings = diptych.settings

    async def start() -> None:
        await diptych.warm()
        await diptych.shadow.start()

    return create_app(
        Service(
            version=VERSION,
            search=diptych.traced.search,
            ask=diptych.traced.ask,
            receive=diptych.receive,
            documents=diptych.documents,
            order=diptych.order,
            likeness=diptych.duplicates.record,
            decide=diptych.duplicates.decide,
            discard=diptych.duplicates.discard,
            watch=diptych.watch,
            people=diptych.people,
            personal=diptych.personal.counts,
            intake=desk(diptych.intake, settings),
            queue=diptych.queue,
            ledger=diptych.ledger,
            panels=diptych.panels,
            blobs=diptych.blobs,
            traces=diptych.traced.traces,
            feedback=diptych.traced.feedback,
            runs=diptych.runs,
            review=diptych.review,
            plans=diptych.plans,
            operations=_operations(diptych),
            curation=curation(diptych),
            quality=QualityDesk(diptych.quality.assessments, diptych.quality.renewal),
            metrics_text=exposition,
            max_upload_bytes=settings.max_upload_bytes,
            pages=PagesSettings(_secret(settings.home / "pages.secret"), settings.home / "pages"),
            admit=diptych.receive.admit,
            start=start,
            stop=diptych.shadow.stop,
        )
    )


def _operations(diptych: Diptych) -> Operations:
    """Give what operating the panels and generations calls."""
    return Operations(
        policies=diptych.policies,
        register=diptych.register,
        switch=diptych.switch,
        parity=diptych.parity,
        parity_log=diptych.parity_log,
        repair=diptych.repair,
        rebuild=diptych.rebuild,
        generations=diptych.generations,
        build=diptych.keep_generations,
        championship=championship(diptych),
    )


def _secret(path: Path) -> str:
    """Give the secret that signs page sessions, made once; sessions outlive a restart."""
    try:
        return path.read_text()
    except FileNotFoundError:
        secret = secrets.token_urlsafe(32)
        path.touch(mode=0o600)
        path.write_text(secret)
        return secret
