"""Split a corpus file (one JSON object per line, BEIR layout) into its records."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

RECORD_MEDIA_TYPE = "application/x-diptych-record+json"
KEY_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Record:
    """Where one record's bytes lie in the file, and the key that names it there."""

    key: str
    start: int
    end: int
    sha256: str
    media_type: str = RECORD_MEDIA_TYPE


def records(path: Path) -> Iterator[Record]:
    """Yield the records of a corpus in order, reading line by line.

    A line that is not a JSON object is a record too, keyed by its number: its document ends
    quarantined with the reason, so that a broken line is seen and the others are read.
    """
    start = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            end = start + len(line)
            if line.strip():
                digest = hashlib.sha256(line).hexdigest()
                yield Record(_key(line) or f"line-{number}", start, end, digest)
            start = end


def _key(line: bytes) -> str | None:
    """Give the record's own ``_id``, or None when it has none."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    own = value.get("_id") if isinstance(value, dict) else None
    return str(own)[:KEY_LIMIT].replace("\0", "") if isinstance(own, str | int) else None
