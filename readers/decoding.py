"""Bytes to characters for files that do not say their encoding, or lie about it."""

import codecs
import re

from charset_normalizer import from_bytes

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Unrestricted, detection answers cp1250 for French and shift_jis for Russian; among these few
# it is right. UTF-16 without a mark is found by where its zero bytes lie.
_CODE_PAGES = ["cp1252", "cp1251", "koi8_r"]
_SAMPLE = 1 << 18
_WIDE_ZEROS = 0.03


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
    # In UTF-16 at least the blanks and full stops have a zero byte; a stray NUL is no sign.
    if sample.count(0) > len(sample) * _WIDE_ZEROS:
        return _wide_encoding(sample)
    try:
        codecs.decode(data, "utf-8")
    except UnicodeDecodeError:
        return _known_text_codec(declared) or _detected(data)
    return "utf-8"


def _wide_encoding(sample: bytes) -> str:
    """Tell UTF-16 and UTF-32 without a mark by the places of their zero bytes."""
    zeros = [sample[i::4].count(0) for i in range(4)]
    quarter = len(sample) // 4
    if quarter and zeros[2] + zeros[3] > 1.9 * quarter:
        return "utf-32-le"
    if quarter and zeros[0] + zeros[1] > 1.9 * quarter:
        return "utf-32-be"
    even, odd = zeros[0] + zeros[2], zeros[1] + zeros[3]
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


def _detected(data: bytes) -> str:
    # Letters outside ASCII are what tells code pages apart; a sample around them is enough.
    first = re.search(rb"[\x80-\xff]", data)
    start = max(0, (first.start() if first else 0) - _SAMPLE // 2)
    match = from_bytes(data[start : start + _SAMPLE], cp_isolation=_CODE_PAGES).best()
    return match.encoding if match else "cp1252"
