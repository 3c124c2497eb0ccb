"""Generations: embedding spaces side by side, built, swapped and retired."""

from typing import Annotated

from fastapi import APIRouter, Path

from api import panel_render as render
from api.access import Root, Services
from api.panel_bodies import GenerationBody, Verb
from api.panel_schemas import GenerationAnswer, GenerationsAnswer
from api.service import Service
from contracts.errors import NotFound
from contracts.policy import Change

router = APIRouter(prefix="/v1/generations", tags=["generations"])
MAX_NUMBER = 2**31 - 1


@router.get("")
async def generations(_: Root, service: Services) -> GenerationsAnswer:
    """List the embedding spaces and how far they are built, oldest first."""
    records = await service.operations.generations.records()
    return GenerationsAnswer(generations=[render.generation(record) for record in records])


@router.post("", status_code=201)
async def begin(body: GenerationBody, identity: Root, service: Services) -> GenerationAnswer:
    """Begin to build an embedding space beside the live one."""
    change = Change(identity.name)
    made = await service.operations.build.begin(body.model, body.dimension, body.chunker, change)
    return await _one(service, made.number)


@router.post("/{number}/{verb}")
async def turn(
    number: Annotated[int, Path(ge=1, le=MAX_NUMBER)], verb: Verb, identity: Root, service: Services
) -> GenerationAnswer:
    """Pause or resume building, activate for all readers at once, or retire for good."""
    keeper, change = service.operations.generations, Change(identity.name)
    verbs = {
        "pause": keeper.pause,
        "resume": keeper.resume,
        "activate": keeper.activate,
        "retire": keeper.retire,
    }
    await verbs[verb](number, change)
    return await _one(service, number)


async def _one(service: Service, number: int) -> GenerationAnswer:
    for record in await service.operations.generations.records():
        if record.generation.number == number:
            return render.generation(record)
    raise NotFound(f"There is no generation {number} any more.", "List the generations.")
