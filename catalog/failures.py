"""Translates what psycopg, its pool and procrastinate raise into the tree of contracts.errors."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from procrastinate.exceptions import ConnectorException
from psycopg import errors as sqlstates

from contracts.errors import CatalogUnavailable, DiptychError, InvalidInput, NotFound, SetupFailed

_REMEDY = "Check that PostgreSQL is running and reachable; the same call then works again."
_FULL = "53"
"""SQLSTATE class *insufficient resources*: disk, memory or connections are used up."""


def no_workspace(name: str | None) -> NotFound:
    """Give what a workspace that is not there is answered with."""
    return NotFound(
        f"There is no workspace '{name}'.",
        "Create it (diptych workspaces add), or use one of diptych workspaces list.",
    )


@contextmanager
def translated() -> Iterator[None]:
    """Raise the project's errors for the drivers'; anything else is a defect and passes."""
    try:
        yield
    except TimeoutError as error:
        raise CatalogUnavailable("The catalog did not answer in time.", _REMEDY) from error
    except (psycopg.Error, ConnectorException) as error:
        known = translate(error)
        if known is None:
            raise
        raise known from error
    except UnicodeEncodeError as error:
        raise _unfit() from error


def translate(error: BaseException) -> DiptychError | None:
    """Give the project's error for a driver's, or None for what no caller can act upon."""
    if isinstance(error, ConnectorException) and error.__cause__:
        error = error.__cause__
    if isinstance(error, psycopg.DataError):
        return _unfit()
    if isinstance(error, sqlstates.InsufficientPrivilege):
        return SetupFailed(
            f"The catalog's PostgreSQL user lacks a right: {first_line(error)}.",
            "Grant it, or let a user with that right start Diptych once.",
        )
    return _unavailable(error)


def _unavailable(error: BaseException) -> CatalogUnavailable | None:
    """Give the error for a server that is away, busy, full or only a copy."""
    if isinstance(error, sqlstates.QueryCanceled):
        return CatalogUnavailable("The catalog took too long to answer.", _REMEDY)
    if isinstance(error, psycopg.Error) and (error.sqlstate or "").startswith(_FULL):
        return CatalogUnavailable(
            f"The catalog's PostgreSQL is out of resources: {first_line(error)}.",
            "Free disk space or connections on its machine; the same call then works again.",
        )
    if isinstance(error, sqlstates.ReadOnlySqlTransaction):
        return CatalogUnavailable(
            "The catalog's PostgreSQL is read-only.", "Point the URL at the primary server."
        )
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return CatalogUnavailable(f"The catalog cannot be reached: {first_line(error)}.", _REMEDY)
    return None


def first_line(error: BaseException) -> str:
    """Give the driver's own words in one line, without its full stop."""
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__


def _unfit() -> InvalidInput:
    return InvalidInput(
        "A value is one that the catalog cannot keep.",
        "Remove control characters from names and use numbers of ordinary size.",
    )
