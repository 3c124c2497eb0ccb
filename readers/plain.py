"""Reads plain text (also JSON and XML) as it is."""

import re

from readers.decoding import decode
from readers.draft import Draft, too_much_text

_XML_ENCODING = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding=["']([\w.:-]{1,40})["']""")
_BYTES_PER_CHARACTER = 4


def text_of(data: bytes, draft: Draft) -> str:
    """Decode, after a cheap check that the text can be within the limit at all."""
    if len(data) > _BYTES_PER_CHARACTER * draft.limits.characters:
        raise too_much_text(draft.limits)
    declared = _XML_ENCODING.match(data[:300])
    text = decode(data, declared[1].decode("ascii") if declared else None)
    # Cleaning takes away half at most, the first halves of line ends, and takes seconds.
    if len(text) > 2 * draft.limits.characters:
        raise too_much_text(draft.limits)
    return text


def read(data: bytes, draft: Draft) -> None:
    """Give the whole text as one part."""
    draft.part("Text").add(text_of(data, draft))
