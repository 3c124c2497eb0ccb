"""Makes text and JSON fit for PostgreSQL, which keeps neither NUL nor lone surrogates."""

import json
import math

from contracts.nouns import Json

_MISFITS = ("\\u0000", "\\ud", "NaN", "Infinity")


def plain(text: str) -> str:
    """Give the text without NUL, with lone surrogates replaced; nearly always the same object."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def plain_or_none(text: str | None) -> str | None:
    """Do the same for a value that may be absent."""
    return None if text is None else plain(text)


def dump(value: Json) -> str:
    """Write a JSON object that PostgreSQL takes and gives back as it was."""
    text = json.dumps(dict(value))
    if any(misfit in text for misfit in _MISFITS):
        text = json.dumps(_plain_value(dict(value)))
    return text


def _plain_value(value: object) -> object:
    """Clean a JSON value recursively; numbers that JSON lacks become null."""
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {plain(str(key)): _plain_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain_value(item) for item in value]
    return value
