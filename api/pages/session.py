"""Session: who looks at the pages, in which workspace and language."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from nicegui import app, ui

from api.access import permit, whole, workspace_for
from api.middleware import bearer
from api.pages.texts import Texts, choose, texts
from api.service import Service
from contracts.errors import DiptychError, Unauthenticated
from contracts.people import Identity, Role

SIGN_IN = "/signin"
RECENT = 8


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who signed in. The key is asked again at each action: a revoked one ends."""

    service: Service
    secret: str
    identity: Identity
    workspace: str
    text: Texts

    async def confirm(self, role: Role) -> None:
        """Raise Unauthenticated or Forbidden unless the key still has the role."""
        identity = await self.service.people.identify(self.secret)
        permit(identity, role)
        workspace_for(identity, self.workspace)

    async def confirm_operates(self) -> None:
        """Raise Unauthenticated or Forbidden unless the key still operates the whole service."""
        identity = await self.service.people.identify(self.secret)
        permit(identity, Role.ADMIN)
        whole(identity)

    @property
    def operates(self) -> bool:
        """Whether to offer what concerns every workspace."""
        return self.may(Role.ADMIN) and self.identity.workspace is None

    def may(self, role: Role) -> bool:
        """Tell whether to offer what the role allows."""
        return self.identity.role.allows(role)

    async def guard(self, action: Callable[[], Awaitable[None]]) -> None:
        """Run an action; show what goes wrong in words; lead to the sign-in when the key ended."""
        try:
            await action()
        except Unauthenticated:
            sign_out()
        except DiptychError as error:
            ui.notify(self.text.problem(error), type="negative", multi_line=True, timeout=8000)


@dataclass(frozen=True, slots=True)
class Holder:
    """The key of a session, who it is, and the workspace that the session looks at."""

    secret: str
    identity: Identity
    workspace: str


async def holder(service: Service) -> Holder | None:
    """Give whose session this request belongs to, or None for somebody who has not signed in."""
    secret = app.storage.user.get("key")
    if not isinstance(secret, str):
        return None
    try:
        identity = await service.people.identify(secret)
    except Unauthenticated:
        app.storage.user.pop("key", None)
        return None
    wanted = app.storage.user.get("workspace") if identity.workspace is None else None
    return Holder(secret, identity, workspace_for(identity, wanted))


async def visit(service: Service) -> Visitor | None:
    """Give who looks at this page, or None for somebody who has not signed in."""
    found = await holder(service)
    if found is None:
        return None
    return Visitor(service, found.secret, found.identity, found.workspace, words())


def words() -> Texts:
    """Give the texts in the visitor's language."""
    request = ui.context.client.request
    return texts(
        choose(app.storage.user.get("language"), request.headers.get("accept-language", ""))
    )


async def sign_in(service: Service, secret: str) -> None:
    """Keep a key in the server-side session. Raises Unauthenticated."""
    secret = bearer([f"Bearer {secret}"])
    await service.people.identify(secret)
    app.storage.user["key"] = secret


def sign_out() -> None:
    """Forget the key, and what was asked with it."""
    for name in ("key", "recent", "workspace"):
        app.storage.user.pop(name, None)
    ui.navigate.to(SIGN_IN)


def recent() -> list[str]:
    """Give the latest questions of this session, newest first."""
    return list(app.storage.user.get("recent", []))


def remember(question: str) -> None:
    """Put a question at the head of the recent ones."""
    rest = [asked for asked in recent() if asked != question]
    app.storage.user["recent"] = [question, *rest][:RECENT]
