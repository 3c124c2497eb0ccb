"""Cursors of lists: after which position, or which keys of an item, the next page begins."""

import base64
import binascii
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from contracts.errors import InvalidInput

_END = 2**63 - 1


def write_cursor(position: int) -> str:
    """Give the cursor of the page after a position."""
    return base64.urlsafe_b64encode(str(position).encode()).decode()


def read_cursor(cursor: str | None) -> int:
    """Give the position that a cursor stands for; without one, a position after all others.

    Raises InvalidInput for what ``write_cursor`` cannot have written.
    """
    if cursor is None:
        return _END
    try:
        position = int(base64.b64decode(cursor, altchars="-_", validate=True))
    except (ValueError, binascii.Error) as error:
        raise _foreign_cursor() from error
    if not 0 < position < _END:
        raise _foreign_cursor()
    return position


def write_keys(*keys: object) -> str:
    """Give the cursor of the page after an item with these keys, none of them with a space."""
    return base64.urlsafe_b64encode(" ".join(map(str, keys)).encode()).decode()


def read_keys(cursor: str, *kinds: Callable[[str], Any]) -> list[Any]:
    """Give the keys of a cursor, each made by its kind.

    Raises InvalidInput for what ``write_keys`` cannot have written.
    """
    try:
        words = base64.b64decode(cursor, altchars="-_", validate=True).decode().split(" ")
        return [kind(word) for kind, word in zip(kinds, words, strict=True)]
    except (ValueError, OverflowError) as error:  # of Base64, UTF-8, or a kind
        raise _foreign_cursor() from error


def moment(word: str) -> datetime:
    """Read a time as ``isoformat`` writes it: a kind of key. Raises ValueError, OverflowError."""
    return datetime.fromisoformat(word).astimezone(UTC)


def _foreign_cursor() -> InvalidInput:
    return InvalidInput(
        "The cursor is not one that this list gave.", "List again from the start, without it."
    )
