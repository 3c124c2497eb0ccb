"""Names in places: which are of passing things, and how any name is shown."""

import os
import unicodedata
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes

PASSING = (
    ".part",
    ".partial",
    ".crdownload",
    ".download",
    ".filepart",
    ".tmp",
    ".temp",
    ".swp",
    "~",
)
OWN = {"thumbs.db", "desktop.ini"}
"""What file managers leave behind."""
_UNPRINTABLE = {"Cc", "Cs"}
FILE = "file:"


def is_passing(name: str) -> bool:
    """Tell whether a name is hidden, temporary, or of something that is still being written."""
    folded = name.casefold()
    return name.startswith((".", "~$")) or folded.endswith(PASSING) or folded in OWN


def is_plain(text: str) -> bool:
    """Tell whether a text is valid Unicode without control characters."""
    return text.isprintable() or not any(unicodedata.category(c) in _UNPRINTABLE for c in text)


def shown(text: str) -> str:
    """Give a text with each byte that is not UTF-8, and each control character, as U+FFFD."""
    if is_plain(text):
        return text
    decoded = os.fsencode(text).decode("utf-8", "replace")
    return "".join(
        "\N{REPLACEMENT CHARACTER}" if unicodedata.category(c) == "Cc" else c for c in decoded
    )


def escaped(text: str) -> str:
    """Give a text as it may stand in an address: itself, or percent-encoded where it must be."""
    return text if is_plain(text) and "%" not in text else quote(text, safe="/ ")


def source_of(path: Path) -> str:
    """Name a file as ``diptych ingest`` does; as a URI where its name is not plain text."""
    return f"{FILE}{path}" if is_plain(str(path)) else path.as_uri()


def path_of(source: str) -> Path:
    """Give the file that a source names."""
    if source.startswith(f"{FILE}//"):
        return Path(os.fsdecode(unquote_to_bytes(source.removeprefix(f"{FILE}//"))))
    return Path(source.removeprefix(FILE))
