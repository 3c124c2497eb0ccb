"""Reads one record of a corpus: a JSON object with ``_id``, ``title``, ``text``, ``metadata``.

The shape of BEIR's ``corpus.jsonl`` (Thakur et al. 2021, arXiv:2104.08663).
"""

import json
import math
from typing import NoReturn

from contracts.errors import Unreadable, UnreadableDocument
from readers.draft import Draft, has_visible_text

_KNOWN = {"_id", "title", "text", "metadata"}


def read(data: bytes, draft: Draft) -> None:
    """Give the text as one part; fields beside the four known ones are kept as metadata."""
    record = _object(data)
    title, text = _string(record, "title"), _string(record, "text")
    metadata = record.get("metadata") or {}
    if not isinstance(metadata, dict):
        _malformed("The field 'metadata' is not a JSON object.")
    if (identifier := record.get("_id")) is not None:
        if not isinstance(identifier, str | int):
            _malformed("The field '_id' is neither text nor a whole number.")
        draft.external_id = str(identifier)
    draft.title = title.strip() or None
    draft.metadata = {k: v for k, v in record.items() if k not in _KNOWN} | metadata
    # A record may be all title: it is the text then.
    draft.part("Text").add(text if has_visible_text(text) else title)


def _object(data: bytes) -> dict[str, object]:
    try:
        text = data.decode("utf-8-sig")
        record = json.loads(text, parse_constant=_no_constant, parse_float=_finite)
    except UnicodeDecodeError as error:
        _malformed(f"The record is not UTF-8 at byte {error.start}.")
    except json.JSONDecodeError as error:
        _malformed(f"The record is not valid JSON at character {error.pos}: {error.msg}.")
    except RecursionError:
        _malformed("The record's JSON is nested too deep.")
    except ValueError as error:  # a number with thousands of digits
        _malformed(f"The record holds a value that cannot be kept: {error}.")
    if not isinstance(record, dict):
        _malformed("The record is not a JSON object.")
    return record


def _string(record: dict[str, object], key: str) -> str:
    value = record.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        _malformed(f"The field '{key}' is not text.")
    return value


def _finite(literal: str) -> float:
    number = float(literal)
    if math.isinf(number):
        raise ValueError(f"the number {literal[:20]} is too large")
    return number


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _malformed(message: str) -> NoReturn:
    raise UnreadableDocument(
        Unreadable.MALFORMED,
        message,
        'Each line must be {"_id": "...", "title": "...", "text": "...", "metadata": {}}.',
    )
