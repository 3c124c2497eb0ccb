"""Cursors of lists of documents: after which position the next page begins."""

import base64
import binascii

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


def _foreign_cursor() -> InvalidInput:
    return InvalidInput(
        "The cursor is not one that this list gave.", "List again from the start, without it."
    )
