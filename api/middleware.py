"""Pure ASGI middleware: request ids, the last safety net, the gate and the size limits."""

import re
import time
import uuid
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import UNEXPECTED, describe, respond
from contracts.errors import DiptychError, InvalidInput, TooLarge, Unauthenticated
from contracts.people import People

REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
JSON_LIMIT = 1024 * 1024
FRAMING = 1024 * 1024
"""Room for multipart headers and form fields around the files themselves."""
SECRET_LIMIT = 512

log = structlog.get_logger(__name__)


def _state(scope: Scope) -> MutableMapping[str, Any]:
    state: MutableMapping[str, Any] = scope.setdefault("state", {})
    return state


class RequestContext:
    """Outermost: gives each request an id, logs it, and turns what nobody expected into a 500.

    A request that leaves a trace is told its id, whatever comes of it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        offered = Headers(scope=scope).get("x-request-id", "")
        request_id = offered if REQUEST_ID.fullmatch(offered) else uuid.uuid4().hex
        _state(scope)["request_id"] = request_id
        status: int | None = None

        async def tagged(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = request_id
                if trace := _state(scope).get("trace"):
                    headers["X-Trace-Id"] = str(trace)
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("Referrer-Policy", "no-referrer")
            await send(message)

        began = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, tagged)
            except DiptychError as error:
                if status is None:
                    await respond(describe(error), request_id)(scope, receive, tagged)
            except Exception:
                log.exception("request_failed", method=scope["method"], path=scope["path"])
                if status is None:
                    await respond(UNEXPECTED, request_id)(scope, receive, tagged)
            took = round((time.perf_counter() - began) * 1000, 1)
            log.info("request", method=scope["method"], path=scope["path"], status=status, ms=took)


class Gate:
    """Lets nobody in without a key, except to what ``is_public`` names: closed by default.

    ``instead`` maps a path to where a browser without a key is led.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        people: People,
        is_public: Callable[[str], bool],
        instead: Mapping[str, str],
    ) -> None:
        self._app = app
        self._people = people
        self._is_public = is_public
        self._instead = instead

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, its ``state`` holding who asks."""
        if scope["type"] == "http" and not self._is_public(scope["path"]):
            headers = Headers(scope=scope)
            keys = headers.getlist("authorization")
            if not keys and scope["path"] in self._instead and "html" in headers.get("accept", ""):
                await RedirectResponse(self._instead[scope["path"]])(scope, receive, send)
                return
            secret = bearer(keys)
            _state(scope)["identity"] = await self._people.identify(secret)
        await self._app(scope, receive, send)


def bearer(headers: list[str]) -> str:
    """Give the secret of an ``Authorization: Bearer`` header. Raises Unauthenticated."""
    remedy = "Send it as 'Authorization: Bearer KEY'; an administrator makes keys."
    if len(headers) != 1:
        raise Unauthenticated("This needs a key, and none was sent.", remedy)
    scheme, _, secret = headers[0].strip().partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise Unauthenticated("The Authorization header holds no bearer key.", remedy)
    if len(secret) > SECRET_LIMIT or not secret.isascii():
        raise Unauthenticated("This key is not known.", "Check the key, or ask for a new one.")
    return secret.strip()


class BodyLimit:
    """Stops a body that is too large: by its announced length, and while it streams in."""

    def __init__(
        self, app: ASGIApp, *, upload_limit: int, is_upload: Callable[[str], bool]
    ) -> None:
        self._app = app
        self._upload_limit = upload_limit + FRAMING
        self._is_upload = is_upload

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request. Raises TooLarge, also from inside ``receive``."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._upload_limit if self._is_upload(scope["path"]) else JSON_LIMIT
        self._check(announced(Headers(scope=scope)), limit)
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            self._check(seen, limit)
            return message

        await self._app(scope, counted, send)

    @staticmethod
    def _check(size: int, limit: int) -> None:
        if size > limit:
            shown = f"{limit / 1024**2:,.0f} MB"
            raise TooLarge(
                f"The request is larger than {shown}, the limit here.",
                "Send fewer or smaller files at a time.",
            )


def announced(headers: Headers) -> int:
    """Give the announced length of the body, 0 when it comes in pieces. Raises InvalidInput."""
    text = headers.get("content-length", "0")
    if not text.isascii() or not text.isdigit():
        raise InvalidInput("Content-Length is not a number.", "Send the number of bytes.")
    return int(text[:20])
