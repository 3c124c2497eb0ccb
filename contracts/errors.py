"""The error tree: what can go wrong, in words for the person who sees it.

::

    DiptychError
    ├── InvalidInput            the request cannot be understood as it stands
    │   ├── UnknownPanel        no panel of that name
    │   └── TooLarge            over a limit that the message names
    ├── NotFound                no such thing in this workspace
    ├── Conflict                the thing is in a state that forbids it
    ├── AccessDenied
    │   ├── Unauthenticated     no key, or a key that is not known
    │   └── Forbidden           a known key whose role is too low
    ├── UnreadableDocument      the bytes end as a quarantined document, with the reason
    ├── SpaceMismatch           a vector of another model or dimension
    ├── Unavailable             a part is down or slow; the same call may work later
    │   ├── CatalogUnavailable
    │   ├── PanelUnavailable
    │   ├── ModelUnavailable
    │   └── Overloaded          a limit is near: no more documents for now
    └── SetupFailed             this machine or configuration needs a person's hand

Adapters translate their drivers' errors into these at the edge; the API renders them as
RFC 9457 problems, the command line as two lines: what happened, what to do next.
"""

from enum import StrEnum
from typing import ClassVar


class DiptychError(Exception):
    """Base of all expected failures.

    ``code`` is stable and may be matched by programs; ``message`` is one sentence saying what
    happened; ``remedy`` is one sentence saying what to do next.
    """

    code: ClassVar[str] = "internal"

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        """Both sentences, for logs and terminals."""
        return f"{self.message} {self.remedy}".strip()


class InvalidInput(DiptychError):
    """The request cannot be understood as it stands."""

    code = "invalid_input"


class UnknownPanel(InvalidInput):
    """No panel has that name, or it is not enabled."""

    code = "unknown_panel"


class TooLarge(InvalidInput):
    """Something is over a limit that the message names."""

    code = "too_large"


class NotFound(DiptychError):
    """No such thing in this workspace."""

    code = "not_found"


class Conflict(DiptychError):
    """The thing is in a state that forbids the request."""

    code = "conflict"


class AccessDenied(DiptychError):
    """The caller may not do this."""

    code = "access_denied"


class Unauthenticated(AccessDenied):
    """No key was sent, or one that is not known or was revoked."""

    code = "unauthenticated"


class Forbidden(AccessDenied):
    """The key is known, its role is too low or its workspace is another."""

    code = "forbidden"


class Unreadable(StrEnum):
    """Why a document could not be read; stored with the quarantined version."""

    EMPTY = "empty"
    UNSUPPORTED = "unsupported"
    MALFORMED = "malformed"
    ENCRYPTED = "encrypted"
    NO_TEXT = "no_text"
    TOO_LARGE = "too_large"
    TIMED_OUT = "timed_out"
    CRASHED = "crashed"


class UnreadableDocument(DiptychError):
    """The bytes cannot become text; the version is quarantined with ``reason``."""

    code = "unreadable_document"

    def __init__(self, reason: Unreadable, message: str, remedy: str = "") -> None:
        super().__init__(message, remedy)
        self.reason = reason


class SpaceMismatch(DiptychError):
    """A vector of another model or dimension than the generation's."""

    code = "space_mismatch"


class Unavailable(DiptychError):
    """A part of the service is down or slow; the same call may work later."""

    code = "unavailable"


class CatalogUnavailable(Unavailable):
    """The record in PostgreSQL cannot be reached."""

    code = "catalog_unavailable"


class PanelUnavailable(Unavailable):
    """A panel's database cannot be reached or cannot take writes."""

    code = "panel_unavailable"


class ModelUnavailable(Unavailable):
    """A model does not answer."""

    code = "model_unavailable"


class Overloaded(Unavailable):
    """The disk is nearly full or too much is waiting: no more documents are taken for now."""

    code = "overloaded"


class SetupFailed(DiptychError):
    """The machine or its configuration needs a person's hand; ``remedy`` says which."""

    code = "setup_failed"
