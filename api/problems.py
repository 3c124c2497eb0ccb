"""Problems: every failure as RFC 9457 ``application/problem+json`` with a remedy in words."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.schemas import FieldProblem, Problem
from contracts.errors import (
    AccessDenied,
    CatalogUnavailable,
    Conflict,
    DiptychError,
    Forbidden,
    InvalidInput,
    ModelUnavailable,
    NotFound,
    Overloaded,
    PanelUnavailable,
    SetupFailed,
    SpaceMismatch,
    TooLarge,
    Unauthenticated,
    Unavailable,
    UnknownPanel,
    UnreadableDocument,
)

STATUS: Mapping[type[DiptychError], HTTPStatus] = {
    DiptychError: HTTPStatus.INTERNAL_SERVER_ERROR,
    InvalidInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    UnknownPanel: HTTPStatus.UNPROCESSABLE_ENTITY,
    TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    AccessDenied: HTTPStatus.FORBIDDEN,
    Unauthenticated: HTTPStatus.UNAUTHORIZED,
    Forbidden: HTTPStatus.FORBIDDEN,
    UnreadableDocument: HTTPStatus.UNPROCESSABLE_ENTITY,
    SpaceMismatch: HTTPStatus.CONFLICT,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    CatalogUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    PanelUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    ModelUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    Overloaded: HTTPStatus.TOO_MANY_REQUESTS,
    SetupFailed: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""Every class of the error tree has its line; a test holds this table and the tree together."""

RETRY_AFTER_S = {HTTPStatus.SERVICE_UNAVAILABLE: 5, HTTPStatus.TOO_MANY_REQUESTS: 10}
HTTP_CODES: Mapping[int, tuple[str, str]] = {
    400: ("bad_request", "Send a well-formed request; /docs shows the form."),
    404: ("no_such_route", "See /docs for the routes there are."),
    405: ("method_not_allowed", "See /docs for what this route accepts."),
}
UNEXPECTED = Problem(
    type="urn:diptych:problem:internal",
    title="Internal Server Error",
    status=500,
    code="internal",
    detail="Something went wrong on the server.",
    remedy="Try again; if it stays, give the administrator the instance id.",
)

log = structlog.get_logger(__name__)


def describe(error: DiptychError) -> Problem:
    """Put an expected failure into the words of a problem."""
    status = STATUS[type(error)]
    return Problem(
        type=f"urn:diptych:problem:{error.code}",
        title=status.phrase,
        status=status,
        detail=printable(error.message),
        code=error.code,
        remedy=printable(error.remedy),
    )


def respond(
    problem: Problem, request_id: str, headers: Mapping[str, str] | None = None
) -> Response:
    """Render a problem, with the headers that its status calls for."""
    body = problem.model_copy(update={"instance": request_id})
    extra = dict(headers or {})
    if problem.status == HTTPStatus.UNAUTHORIZED:
        extra["WWW-Authenticate"] = "Bearer"
    if problem.status in RETRY_AFTER_S:
        extra["Retry-After"] = str(RETRY_AFTER_S[HTTPStatus(problem.status)])
    return Response(
        body.model_dump_json(exclude_none=True),
        status_code=problem.status,
        headers=extra,
        media_type="application/problem+json",
    )


def request_id(request: Request) -> str:
    """Give the id that the request context carries."""
    return str(getattr(request.state, "request_id", ""))


def printable(text: str) -> str:
    """Replace what UTF-8 cannot carry (lone surrogates, when the caller's words are quoted)."""
    return text.encode("utf-8", "replace").decode("utf-8")


async def on_expected(request: Request, error: Exception) -> Response:
    """Answer any DiptychError."""
    if not isinstance(error, DiptychError):
        raise error
    return respond(describe(error), request_id(request))


def _field(location: Sequence[int | str]) -> str:
    """Name a field as the caller wrote it: ``filters.documents.0``."""
    return printable(".".join(str(step) for step in location[1:])) or str(location[0])


async def on_invalid(request: Request, error: Exception) -> Response:
    """Answer a request whose fields do not have the right form, naming each in words."""
    if not isinstance(error, RequestValidationError):
        raise error
    found = [
        FieldProblem(field=_field(item["loc"]), problem=printable(str(item["msg"])))
        for item in error.errors()
    ]
    problem = Problem(
        type="urn:diptych:problem:invalid_input",
        title=HTTPStatus.UNPROCESSABLE_ENTITY.phrase,
        status=HTTPStatus.UNPROCESSABLE_ENTITY,
        detail="; ".join(f"{item.field}: {item.problem}" for item in found)[:2000],
        code=InvalidInput.code,
        remedy="Mend the fields named here; /docs shows their form.",
        errors=found,
    )
    return respond(problem, request_id(request))


async def on_http(request: Request, error: Exception) -> Response:
    """Answer what the framework refuses: unknown routes, wrong methods, unparsable bodies."""
    if not isinstance(error, HTTPException):
        raise error
    if isinstance(error.__cause__, DiptychError):
        return respond(describe(error.__cause__), request_id(request))
    status = HTTPStatus(error.status_code)
    code, remedy = HTTP_CODES.get(status, (status.name.lower(), ""))
    problem = Problem(
        type=f"urn:diptych:problem:{code}",
        title=status.phrase,
        status=status,
        detail=printable(str(error.detail)),
        code=code,
        remedy=remedy,
    )
    return respond(problem, request_id(request), error.headers)


def add_handlers(app: FastAPI) -> None:
    """Answer every failure of the routes as a problem."""
    app.add_exception_handler(DiptychError, on_expected)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http)
