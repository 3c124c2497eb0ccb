"""Translates what psycopg and its pool raise into the tree of contracts.errors."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import errors as sqlstates

from contracts.errors import DiptychError, InvalidInput, PanelUnavailable, SetupFailed

_REMEDY = "Check that PostgreSQL is running and reachable; the same call then works again."
_FULL = "53"
"""SQLSTATE class *insufficient resources*: disk, memory or connections are used up."""
_MISSING = (
    sqlstates.UndefinedTable,
    sqlstates.UndefinedFunction,
    sqlstates.UndefinedObject,
    sqlstates.InvalidSchemaName,
)
_CROSSED = (sqlstates.ForeignKeyViolation, sqlstates.DeadlockDetected)
_DOWN = (psycopg.OperationalError, psycopg.InterfaceError)
_UNFIT = (psycopg.DataError, sqlstates.ProgramLimitExceeded, sqlstates.StatementTooComplex)


@contextmanager
def translated() -> Iterator[None]:
    """Raise the project's errors for the driver's; anything else is a defect and passes."""
    try:
        yield
    except TimeoutError as error:
        raise PanelUnavailable("The relational panel did not answer in time.", _REMEDY) from error
    except psycopg.Error as error:
        known = _translate(error)
        if known is None:
            raise
        raise known from error
    except UnicodeEncodeError as error:
        raise _unfit(error) from error


def _translate(error: psycopg.Error) -> DiptychError | None:
    """Give the project's error for the driver's, or None for what no caller can act upon."""
    if isinstance(error, _UNFIT):
        return _unfit(error)
    if isinstance(error, _MISSING):
        return PanelUnavailable(
            "The relational panel's schema is not there yet.",
            "Start the service once with its database reachable; it creates the schema.",
        )
    if isinstance(error, sqlstates.FeatureNotSupported):
        return SetupFailed(
            f"The relational panel's PostgreSQL lacks something: {first_line(error)}.",
            "Use PostgreSQL 18 or later with the extension pgvector 0.8 or later.",
        )
    if isinstance(error, sqlstates.InsufficientPrivilege):
        return SetupFailed(
            f"The relational panel's PostgreSQL user lacks a right: {first_line(error)}.",
            "Grant it, or let a user with that right start Diptych once.",
        )
    return _down(error)


def _down(error: psycopg.Error) -> PanelUnavailable | None:
    if isinstance(error, sqlstates.QueryCanceled):
        return PanelUnavailable("The relational panel took too long to answer.", _REMEDY)
    if isinstance(error, sqlstates.ReadOnlySqlTransaction):
        return PanelUnavailable(
            "The relational panel's PostgreSQL is read-only.", "Point the URL at the primary."
        )
    if isinstance(error, _CROSSED):
        return PanelUnavailable(
            "Another call removed what was being written, or wrote what was being removed.",
            "Repeat the call if it is still wanted.",
        )
    if (error.sqlstate or "").startswith(_FULL):
        return PanelUnavailable(
            f"The relational panel's PostgreSQL is out of resources: {first_line(error)}.",
            "Free disk space or connections on its machine; the same call then works again.",
        )
    if isinstance(error, _DOWN):
        return PanelUnavailable(
            f"The relational panel cannot be reached: {first_line(error)}.", _REMEDY
        )
    return None


def first_line(error: BaseException) -> str:
    """Give the driver's own words in one line, without its full stop."""
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__


def _unfit(error: BaseException) -> InvalidInput:
    return InvalidInput(
        f"The relational panel cannot keep a value: {first_line(error)}.",
        "Remove NUL characters and lone surrogates from texts; use unit vectors.",
    )
