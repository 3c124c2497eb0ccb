"""People: keys and workspaces, for administrators."""

from uuid import UUID

from fastapi import APIRouter

from api import render
from api.access import Admin, Root, Services, workspace_for
from api.bodies import KeyBody, WorkspaceBody
from api.schemas import KeyAnswer, KeyList, WorkspaceList
from contracts.errors import Conflict, NotFound
from contracts.people import Identity, KeyRecord

router = APIRouter(prefix="/v1", tags=["people"])


def _sees(identity: Identity, record: KeyRecord) -> bool:
    """Tell whether the key is the caller's to manage: a bound admin has one workspace's."""
    return identity.workspace is None or record.workspace == identity.workspace


@router.post("/keys", status_code=201)
async def add_key(body: KeyBody, identity: Admin, service: Services) -> KeyAnswer:
    """Make a key; its secret is in this answer and nowhere else."""
    workspace = body.workspace
    if identity.workspace is not None:
        workspace = workspace_for(identity, workspace)
    record, secret = await service.people.add_key(body.name, body.role, workspace)
    return render.key(record, secret)


@router.get("/keys")
async def keys(identity: Admin, service: Services) -> KeyList:
    """List keys, newest first; never their secrets."""
    records = await service.people.keys()
    return KeyList(keys=[render.key(record) for record in records if _sees(identity, record)])


@router.delete("/keys/{key}", status_code=204)
async def revoke(key: UUID, identity: Admin, service: Services) -> None:
    """End a key at once."""
    if key == identity.key:
        raise Conflict("This is the key you are using.", "Revoke it with another admin key.")
    if not any(k.id == key and _sees(identity, k) for k in await service.people.keys()):
        raise NotFound("There is no such key.", "List the keys to see which there are.")
    await service.people.revoke(key)


@router.get("/workspaces")
async def workspaces(identity: Admin, service: Services) -> WorkspaceList:
    """List the workspaces that the key may name."""
    names = await service.people.workspaces()
    return WorkspaceList(workspaces=[n for n in names if identity.workspace in {None, n}])


@router.post("/workspaces", status_code=201)
async def add_workspace(body: WorkspaceBody, _: Root, service: Services) -> WorkspaceBody:
    """Make a workspace; being there already is fine."""
    await service.people.add_workspace(body.name)
    return body
