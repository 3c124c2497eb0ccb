"""Intake: the places that documents come from by themselves, for administrators."""

from dataclasses import asdict

from fastapi import APIRouter, Response, status

from api.access import Admin, Root, Services
from api.intake_schemas import LookAnswer, PlaceAnswer, PlaceBody, PlaceList
from contracts.intake import PlaceRecord, Wish

router = APIRouter(prefix="/v1/intake", tags=["intake"])


@router.get("")
async def places(identity: Admin, service: Services) -> PlaceList:
    """List the places that fill the key's workspaces, and how the last look at each ended."""
    return PlaceList(places=[_answer(one) for one in await service.intake.seen(identity)])


@router.post("", status_code=status.HTTP_201_CREATED)
async def add(body: PlaceBody, _: Root, service: Services, response: Response) -> PlaceAnswer:
    """Open a place, then keep it; 200 when exactly this one is there already.

    Passwords and keys are not sent: they are read from the service's environment. Paths of the
    server have to lie below its `DIPTYCH_INTAKE_ROOT`.
    """
    given = body.model_dump(exclude_none=True, exclude_defaults=True)
    options = {name: value for name, value in given.items() if name in body.OPTIONS}
    wish = Wish(
        body.kind, body.address, body.name, body.workspace, body.every_s, body.mirror, options
    )
    place, is_new = await service.intake.add(wish)
    if not is_new:
        response.status_code = status.HTTP_200_OK
    return _answer(await service.intake.places.get(place.name))


@router.delete("/{name}", status_code=status.HTTP_204_NO_CONTENT)
async def remove(name: str, _: Root, service: Services) -> None:
    """Look at a place no more; its documents stay, and nothing in it changes."""
    await service.intake.places.remove(name)


@router.post("/{name}/look", status_code=status.HTTP_202_ACCEPTED)
async def look(name: str, identity: Admin, service: Services) -> PlaceAnswer:
    """Have a worker look at a place now; one that takes long to look at is given rest before."""
    return _answer(await service.intake.hasten(identity, name))


def _answer(record: PlaceRecord) -> PlaceAnswer:
    return PlaceAnswer(
        **asdict(record.place),
        looked=record.looked,
        took_s=record.took_s,
        next_in_s=max(record.due_s, 0.0),
        last=LookAnswer(**asdict(record.report)) if record.report else None,
    )
