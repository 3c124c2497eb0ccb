"""Writes the text of a message that Outlook keeps as packed RTF, often all there is of it."""

from readers import html, rtf
from readers.compressed_rtf import unpacked
from readers.draft import PartDraft
from readers.limits import LIMITS

_HEAD = 1000


def write(packed: bytes, part: PartDraft) -> None:
    """Unpack it and write its text. Raises UnreadableDocument where it is torn or too large."""
    data = unpacked(packed)
    if b"\\fromhtml" in data[:_HEAD]:  # as RTF alone, its lists and cells would run together
        html.write(rtf.html_in(data, LIMITS), part)
    else:
        rtf.write(data, part)
