"""Configurations: how questions are answered, version by version, and which one answers."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Path, Query

from api import panel_render
from api.access import Root, Services
from api.configuration_schemas import (
    ConfigurationAnswer,
    ConfigurationBody,
    ConfigurationsAnswer,
    DifferenceOfSettings,
    HistoryAnswer,
    PromoteBody,
    PromotionAnswer,
)
from contracts.configurations import CHALLENGER, CHAMPION, Version
from retrieval.promoting import Wanted

router = APIRouter(prefix="/v1/configurations", tags=["configurations"])
Which = Annotated[str, Path(max_length=100, description="Number, champion or challenger.")]
Limit = Annotated[int, Query(ge=1, le=1000)]


@router.get("")
async def configurations(_: Root, service: Services, limit: Limit = 100) -> ConfigurationsAnswer:
    """Show what answers now and the configurations that are kept."""
    verbs = service.operations.championship
    found, versions = await verbs.standings(), await verbs.versions(limit)
    numbers = {name: alias.number for name, alias in found.aliases.items()}
    return ConfigurationsAnswer(
        serving=dict(found.serving.settings()),
        champion=numbers.get(CHAMPION),
        challenger=numbers.get(CHALLENGER),
        configurations=[_version(one) for one in versions],
    )


@router.post("", status_code=201)
async def add(body: ConfigurationBody, identity: Root, service: Services) -> ConfigurationAnswer:
    """Keep a configuration; the same settings have one number."""
    verbs = service.operations.championship
    return _version(await verbs.add(body.settings, body.run, body.note, identity.name))


@router.get("/history")
async def history(_: Root, service: Services, limit: Limit = 100) -> HistoryAnswer:
    """Give the latest changes, newest first."""
    rows = await service.operations.championship.history(limit)
    return HistoryAnswer(changes=[panel_render.audit(row) for row in rows])


@router.post("/rollback")
async def rollback(identity: Root, service: Services) -> ConfigurationAnswer:
    """Let the former champion answer again; twice comes back."""
    return _version(await service.operations.championship.back(identity.name))


@router.get("/{name}")
async def configuration(name: Which, _: Root, service: Services) -> ConfigurationAnswer:
    """Give one configuration."""
    return _version(await service.operations.championship.find(name))


@router.post("/{name}/challenge")
async def challenge(name: Which, identity: Root, service: Services) -> ConfigurationAnswer:
    """Name the configuration that may follow the champion."""
    return _version(await service.operations.championship.challenge(name, identity.name))


@router.post("/{name}/promote")
async def promote(
    name: Which, body: PromoteBody, identity: Root, service: Services
) -> PromotionAnswer:
    """Let a configuration answer, or say what would change: 409 with all reasons against it."""
    wanted = Wanted(name, identity.name, **body.model_dump())
    found = await service.operations.championship.promote(wanted)
    return PromotionAnswer(
        configuration=_version(found.version),
        changes=[DifferenceOfSettings(**asdict(one)) for one in found.changes],
        reasons=list(found.reasons),
        done=found.done,
    )


def _version(one: Version) -> ConfigurationAnswer:
    return ConfigurationAnswer(
        number=one.number,
        settings=dict(one.configuration.settings()),
        digest=one.configuration.digest,
        note=one.note,
        by=one.by,
        at=one.at,
        run=one.run,
    )
