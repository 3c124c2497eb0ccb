"""Access: what a route needs of the caller's role, and which workspace the call acts in."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Query, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.bodies import WorkspaceName
from api.service import Service
from contracts.errors import Forbidden, Unauthenticated
from contracts.nouns import DEFAULT_WORKSPACE
from contracts.people import Identity, Role

# Declares the scheme in OpenAPI; the gate in front of all routes has done the checking.
SCHEME = HTTPBearer(auto_error=False, description="A key: `Authorization: Bearer KEY`.")


def service_of(request: Request) -> Service:
    """Give the service that the application was made for."""
    service: Service = request.app.state.service
    return service


def permit(identity: Identity, needed: Role) -> None:
    """Let the role pass, or raise Forbidden."""
    if not identity.role.allows(needed):
        raise Forbidden(
            f"This needs the role {needed}; the key '{identity.name}' has {identity.role}.",
            "Use a key with that role, or ask an administrator for one.",
        )


def needs(role: Role) -> Callable[..., Identity]:
    """Make the dependency that gives who asks, when the role allows it."""

    def caller(
        request: Request,
        _declared: Annotated[HTTPAuthorizationCredentials | None, Security(SCHEME)],
    ) -> Identity:
        identity: Identity | None = getattr(request.state, "identity", None)
        if identity is None:
            raise Unauthenticated("This needs a key.", "Send 'Authorization: Bearer KEY'.")
        permit(identity, role)
        return identity

    return caller


def workspace_for(identity: Identity, wanted: str | None) -> str:
    """Settle the workspace of a call: the key's own, or for a free admin key the named one.

    Raises Forbidden when a bound key names another workspace.
    """
    if identity.workspace is None:
        return wanted or DEFAULT_WORKSPACE
    if wanted not in {None, identity.workspace}:
        raise Forbidden(
            f"The key '{identity.name}' belongs to another workspace.",
            "Leave the workspace out, or use a key of that workspace.",
        )
    return identity.workspace


def whose_policy(identity: Identity, wanted: str | None) -> str | None:
    """Settle whose policy is changed: a bound key's own workspace's, else the named or default one.

    Raises Forbidden when a bound key names another workspace.
    """
    return wanted if identity.workspace is None else workspace_for(identity, wanted)


Services = Annotated[Service, Depends(service_of)]
Reader = Annotated[Identity, Depends(needs(Role.READER))]
Editor = Annotated[Identity, Depends(needs(Role.EDITOR))]
Admin = Annotated[Identity, Depends(needs(Role.ADMIN))]


def whole(identity: Admin) -> Identity:
    """Give an administrator of the whole service. Raises Forbidden for a key of one workspace."""
    if identity.workspace is not None:
        raise Forbidden("This key belongs to one workspace.", "Use a key of the whole service.")
    return identity


Root = Annotated[Identity, Depends(whole)]
WorkspaceQuery = Annotated[WorkspaceName | None, Query(description="Left out: the key's own.")]


def read_in(identity: Reader, workspace: WorkspaceQuery = None) -> str:
    """Give the workspace in which the caller reads."""
    return workspace_for(identity, workspace)


def write_in(identity: Editor, workspace: WorkspaceQuery = None) -> str:
    """Give the workspace in which the caller writes."""
    return workspace_for(identity, workspace)


def watch_in(identity: Admin, workspace: WorkspaceQuery = None) -> str | None:
    """Give the workspace that an administrator watches; None is all of them."""
    return whose_policy(identity, workspace)


ReadIn = Annotated[str, Depends(read_in)]
WriteIn = Annotated[str, Depends(write_in)]
WatchIn = Annotated[str | None, Depends(watch_in)]
