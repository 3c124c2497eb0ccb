"""Turns the frames of a reading process's answer into nouns, believing nothing of them."""

import json
from collections.abc import Mapping
from typing import cast

from contracts.errors import Unavailable, Unreadable, UnreadableDocument
from contracts.nouns import METADATA_LIMIT, Heading, Part, Reading
from contracts.recognition import RecognisedPage
from readers.enclosing import is_plain_path

_COUNTABLE = 2**31


class BadAnswer(Exception):
    """The answer does not have the agreed shape."""


class Exhausted(UnreadableDocument):
    """The process ran out of memory; an earlier file may have left it too little."""


def to_reading(header: bytes, text: bytes) -> Reading:
    """Give the reading.

    Raises UnreadableDocument with the process's reason, Unavailable when the original could
    not be opened, BadAnswer when the answer makes no sense.
    """
    try:
        message = json.loads(header)
        if "reason" in message:
            kind = Exhausted if message["exhausted"] else UnreadableDocument
            reason = Unreadable(message["reason"])
            raise kind(reason, str(message["message"]), str(message["remedy"]))
        if "missing" in message:
            raise Unavailable(
                f"The original could not be opened ({message['missing']}).",
                "Check that the folder with the originals is mounted and readable.",
            )
        return _reading(message, text)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadAnswer(str(error)) from error


def to_path(header: bytes) -> str:
    """Give where an enclosed file lies. Raises BadAnswer."""
    try:
        path = json.loads(header)["enclosed"]
    except (ValueError, KeyError, TypeError) as error:
        raise BadAnswer(str(error)) from error
    if not isinstance(path, str) or not is_plain_path(path):
        raise BadAnswer("not a plain path")
    return path


def to_progress(header: bytes) -> tuple[int, int]:
    """Give what is done and the total. Raises BadAnswer."""
    try:
        done, total = map(_whole, json.loads(header)["progress"])
    except (ValueError, KeyError, TypeError) as error:
        raise BadAnswer(str(error)) from error
    if not done <= total < _COUNTABLE:
        raise BadAnswer("more is done than there is")
    return done, total


def to_page(header: bytes, text: bytes) -> RecognisedPage:
    """Give a recognised page. Raises BadAnswer."""
    try:
        message = json.loads(header)
        page = RecognisedPage(
            page=_whole(message["page"]),
            settings=str(message["settings"]),
            text=text.decode("utf-8"),
            confidence=_share(message["confidence"]),
            languages=tuple(map(str, message["languages"])),
            script=_optional(message["script"]),
            doubtful=_words(message["doubtful"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise BadAnswer(str(error)) from error
    if page.page >= _COUNTABLE:
        raise BadAnswer("a page that cannot be")
    return page


def _reading(message: Mapping[str, object], text: bytes) -> Reading:
    parts = []
    offset = 0
    for ordinal, raw in enumerate(cast("list[Mapping[str, object]]", message["parts"])):
        size = _whole(raw["bytes"])
        parts.append(_part(ordinal, raw, text[offset : offset + size].decode("utf-8")))
        offset += size
    if offset != len(text) or not parts:
        raise ValueError("texts and their sizes differ")
    metadata = cast("Mapping[str, object]", message["metadata"])
    return Reading(
        media_type=str(message["media_type"]),
        parts=tuple(parts),
        title=_optional(message["title"]),
        metadata=_bounded(dict(metadata.items())),
        external_id=_optional(message["external_id"]),
    )


def _part(ordinal: int, raw: Mapping[str, object], text: str) -> Part:
    headings = []
    for start, level, title in cast("list[tuple[object, object, object]]", raw["headings"]):
        if not 0 <= _whole(start) <= len(text):
            raise ValueError("a heading lies outside its part")
        headings.append(Heading(_whole(start), _whole(level), str(title)))
    page = raw["page"]
    return Part(
        ordinal,
        str(raw["label"]),
        text,
        None if page is None else _whole(page),
        tuple(headings),
        confidence=_share(raw["confidence"]),
        doubtful=_words(raw["doubtful"]),
    )


def _whole(value: object) -> int:
    if not isinstance(value, int) or value < 0:
        raise TypeError("not a whole number")
    return value


def _share(value: object) -> float | None:
    if value is not None and not (isinstance(value, int | float) and 0 <= value <= 1):
        raise TypeError("not a share")
    return None if value is None else float(value)


def _words(value: object) -> tuple[str, ...] | None:
    return None if value is None else tuple(map(str, cast("list[object]", value)))


def _optional(value: object) -> str | None:
    return None if value is None else str(value)


def _bounded(metadata: dict[str, object]) -> dict[str, object]:
    size = len(json.dumps(metadata, ensure_ascii=False).encode("utf-8"))
    if size > METADATA_LIMIT:
        raise UnreadableDocument(
            Unreadable.TOO_LARGE,
            f"The document's metadata take {size:,} bytes, more than {METADATA_LIMIT:,}.",
            "Put long values into the text.",
        )
    return metadata
