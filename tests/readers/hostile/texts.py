"""Texts, tables and pages made to break parsers, patterns, decoders and the reader's eyes."""

import json

from contracts.errors import Unreadable
from tests.readers.hostile.case import READ, Case
from tests.readers.making import LAUGHS

MIB = 1 << 20
ZALGO = "f" + "".join(map(chr, range(0x300, 0x370))) * 1000 + "ound"
BIDI = "\u202e" * 1000 + "gpj.dnuof" + "\u2066" * 1000
OVERLONG = (
    b"found \xc0\xaf\xe0\x80\xaf\xf0\x80\x80\xaf \xed\xa0\x80 \xf8\x88\x80\x80\x80 \xff\xfe\xfd"
)


def deep_page(levels: int) -> bytes:
    return b"<html><body>" + b"<div>" * levels + b"found"


def rows_in_rows() -> bytes:
    """Make tables of two cells in each other, four hundred deep."""
    return b"<html>" + b"<table><tr><td>x</td><td>" * 400 + b"found"


def many_attributes() -> bytes:
    attributes = b" ".join(b"a%d=%d" % (n, n) for n in range(5_000))
    return b"<html><p %s>found</p>" % attributes


def laughing_xml() -> bytes:
    return f'<?xml version="1.0"?>{LAUGHS}]><x>&j; found</x>'.encode()


def long_title() -> bytes:
    return b"<html><title>" + b"found " * 100_000 + b"</title><h1>" + b"big " * 100_000 + b"</h1>"


TEXTS = [
    Case("empty.pdf", "nothing at all", Unreadable.EMPTY, lambda: b""),
    Case("zeros.txt", "a million zero bytes", Unreadable.UNSUPPORTED, lambda: bytes(MIB)),
    Case("ones.docx", "a million bytes of 255", READ, lambda: b"\xff" * MIB),
    Case("program.pdf", "a program under another name", Unreadable.UNSUPPORTED,
         lambda: b"\x7fELF\x02\x01\x01" + bytes(2000)),
    Case("page.docx", "a web page under another name", READ,
         lambda: b"<!doctype html><script>found()</script><p>found", "found"),
    Case("line.txt", "one line of 50 MB", Unreadable.TOO_LARGE,
         lambda: b"x" * (50 * MIB), "20,000,000"),
    Case("line.md", "one line of 5 MB without a blank", READ, lambda: b"found" * MIB, "found"),
    Case("blanks.md", "a heading of a million blanks", READ,
         lambda: b"# found" + b" " * MIB + b"x\n", "found"),
    Case("front.md", "a title of a million blanks", READ,
         lambda: b"---\ntitle: found" + b" " * MIB + b"x\n---\n", "found"),
    Case("comments.html", "30,000 comments before a page that never comes", READ,
         lambda: b"<!---->" * 9000 + b"found", "found"),
    Case("deep.html", "1,500 elements in each other", READ, lambda: deep_page(1500), "found"),
    Case("deeper.html", "100,000 elements in each other", Unreadable.MALFORMED,
         lambda: deep_page(100_000), "nested"),
    Case("tables.html", "400 tables in each other", READ, rows_in_rows, "found"),
    Case("attributes.html", "an element of 5,000 attributes", READ, many_attributes, "found"),
    Case("title.html", "a title and a heading of 600 KB", READ, long_title, "big"),
    Case("unclosed.html", "300,000 elements that nothing closes", Unreadable.MALFORMED,
         lambda: b"<html>" + b"<b><i><a href=x>" * 100_000 + b"found", "nested"),
    Case("laughs.xml", "a billion laughs by entities", READ, laughing_xml, "&j; found"),
    Case("deep.xml", "a million elements in each other", READ,
         lambda: b'<?xml version="1.0"?>' + b"<a>" * MIB + b"found", "found"),
    Case("deep.json", "a million lists in each other", READ,
         lambda: b'{"a":' + b"[" * MIB + b'"found"', "found"),
    Case("number.json", "a number of a million digits", READ,
         lambda: b'{"found": ' + b"9" * MIB + b"}", "found"),
    Case("columns.csv", "100,000 columns", READ,
         lambda: (b"found," * 100_000 + b"\n") * 5, "found"),
    Case("cell.csv", "a cell of 100 MB", Unreadable.TOO_LARGE,
         lambda: b'a,b,c\n1,2,"' + b"x" * (100 * MIB) + b'"\n', "20,000,000"),
    Case("quotes.csv", "a million quotation marks that nothing closes", READ,
         lambda: b"a,b\n" + b'"found,1\n' * 100_000, "found"),
    Case("tabs.tsv", "a row of a million tabs", READ,
         lambda: b"found\tx\n" * 5 + b"\t" * MIB + b"\n", "found"),
    Case("zalgo.txt", "a thousand accents on each letter", READ, ZALGO.encode, "ound"),
    Case("bidi.txt", "a name that is written backwards", READ, BIDI.encode, "gpj.dnuof"),
    Case("utf-7.html", "a script in UTF-7", READ,
         lambda: b"<html><meta charset=utf-7><p>found +ADw-script+AD4-", "found +ADw-script+AD4-"),
    Case("utf-32.txt", "UTF-32 beyond what Unicode holds", READ,
         lambda: "found ".encode("utf-32") + b"\xff\xff\xff\x7f" * 4, "found"),
    Case("overlong.txt", "characters in more bytes than they need", READ,
         lambda: OVERLONG * 10, "found"),
    Case("surrogates.json", "halves of characters", READ,
         lambda: json.dumps({"found": "\ud800\udfff\udc00"}).encode(), "found"),
    Case("nested.eml.txt", "text of nothing but openings of every kind", READ,
         lambda: b"found " + b"<[({\"'`" * 100_000, "found"),
]  # fmt: skip
