"""Bytes to characters for files that do not say their encoding, or lie about it."""

import codecs

from readers.code_pages import code_page

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 1 << 18
# UTF-16 without a mark is found by where the first bytes of Latin (0) and Cyrillic (4) characters
# lie; neither byte is ever text by itself.
_WIDE_BYTES = 0.03


def decode(data: bytes, declared: str | None = None) -> str:
    """Give the text. Order: byte order mark, strict UTF-8, ``declared``, then detection.

    UTF-8 goes before the declaration: bytes that are valid UTF-8 by chance are next to
    impossible, wrong declarations are common.
    """
    name = encoding(data, declared)
    return data.decode(name, "replace")


def encoding(data: bytes, declared: str | None = None) -> str:
    """Name the encoding that ``decode`` uses."""
    for mark, name in _BOMS:
        if data.startswith(mark):
            return name
    sample = data[:_SAMPLE]
    # A stray NUL is no sign.
    if sample.count(0) + sample.count(4) > len(sample) * _WIDE_BYTES:
        return _wide_encoding(sample)
    try:
        codecs.decode(data, "utf-8")
    except UnicodeDecodeError:
        return _known_text_codec(declared) or code_page(data)
    return "utf-8"


def _wide_encoding(sample: bytes) -> str:
    """Tell UTF-16 and UTF-32 without a mark by the places of their zero bytes."""
    zeros = [sample[i::4].count(0) for i in range(4)]
    quarter = len(sample) // 4
    if quarter and zeros[2] + zeros[3] > 1.9 * quarter:
        return "utf-32-le"
    if quarter and zeros[0] + zeros[1] > 1.9 * quarter:
        return "utf-32-be"
    fours = sample[::2].count(4), sample[1::2].count(4)
    even, odd = zeros[0] + zeros[2] + fours[0], zeros[1] + zeros[3] + fours[1]
    if min(even, odd) * 20 > max(even, odd):
        return "latin-1"  # zero bytes everywhere: not text, the caller sees the NULs
    return "utf-16-le" if odd > even else "utf-16-be"


def _known_text_codec(declared: str | None) -> str | None:
    if not declared:
        return None
    try:
        name = codecs.lookup(declared.strip()).name
        "".encode(name)
    except (LookupError, ValueError):  # unknown, or not a text encoding (hex, zlib)
        return None
    # HTML says latin-1 where it means the Windows page (WHATWG encoding standard).
    if name in {"iso8859-1", "ascii"}:
        return "cp1252"
    return None if name.startswith(("utf-", "idna", "punycode", "unicode_", "raw_")) else name
