"""Mails, mailboxes and saved pages that hold themselves, or more than anyone would write."""

import struct
from email.message import EmailMessage

from contracts.errors import Unreadable
from tests.readers.hostile.case import READ, Case
from tests.readers.making_ole import msg
from tests.readers.making_tnef import (
    MESSAGE_INTERFACE,
    OF_MESSAGE,
    attachment,
    attribute,
    tnef,
)

TOP = b"From: a@example.org\nTo: b@example.org\nSubject: found\n"
MIXED = b'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n'
STORED = b"From a@example.org Mon Mar  2 08:00:00 2026\n"


def many_headers() -> bytes:
    lines = (b"X-Field-%d: value\nTo: s%d@example.org\n" % (n, n) for n in range(50_000))
    return TOP + b"".join(lines) + b"\ntext\n"


def long_field(value: bytes) -> bytes:
    return b"From: a@example.org\nSubject: found\nTo: " + value + b"\n\ntext\n"


def many_addresses() -> bytes:
    return long_field(b",\n ".join(b"Someone %d <s%d@example.org>" % (n, n) for n in range(20_000)))


def encoded_words() -> bytes:
    return long_field(b"\n ".join([b"=?utf-8?q?=C3=A9?="] * 50_000))


def nested_comments() -> bytes:
    return long_field(b"(" * 100_000)


def many_parts(kind: bytes, count: int) -> bytes:
    part = b"--b\nContent-Type: " + kind + b"\n\nfound\n"
    return TOP + MIXED + part * count + b"--b--\n"


def nested_parts(levels: int) -> bytes:
    return (
        TOP
        + b"".join(
            b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (level, level)
            for level in range(levels)
        )
        + b"\nfound\n"
    )


def holding_itself() -> bytes:
    """Make a mail in a mail in a mail, three hundred times."""
    inner = TOP + b"\nleaf\n"
    for _ in range(300):
        inner = TOP + b"MIME-Version: 1.0\nContent-Type: message/rfc822\n\n" + inner
    return inner


def charsets() -> bytes:
    """Make a mail whose texts claim to be in what is no charset of texts."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@e.org", "b@e.org", "found"
    message.set_content("first")
    parts = b"".join(
        b"--b\nContent-Type: text/plain; charset=%s\n\n\xe9t\xe9 %s\n" % (name, name)
        for name in (b"zip", b"hex", b"rot13", b"idna", b"punycode", b"undefined", b"\xff", b"mbcs")
    )
    subject = b"Subject: found =?zip?q?x?= =?idna?q?x?= =?punycode?b?////?=\n"
    return TOP.replace(b"Subject: found\n", subject) + MIXED + parts + b"--b--\n"


def framed_in_itself() -> bytes:
    """Make a saved page whose frames are the page itself."""
    return (
        b"From: <Saved by Blink>\nSnapshot-Content-Location: https://example.org/\n"
        b"Subject: x\nMIME-Version: 1.0\n"
        b'Content-Type: multipart/related; type="text/html"; start="<root>"; boundary="b"\n\n'
        b"--b\nContent-Type: text/html\nContent-ID: <root>\nContent-Location: cid:root\n\n"
        b'<html><p>found</p><iframe src="cid:root"></iframe><img src="cid:root"></html>\n--b--\n'
    )


def outlook_in_itself() -> bytes:
    """Make an Outlook message in a message, a hundred times."""
    inner = tnef({0x37: "found", 0x1000: "leaf"})
    for _ in range(100):
        held = attachment(b"inner", None, {0x3705: 5, 0x3701: MESSAGE_INTERFACE + inner})
        inner = tnef({0x37: "found"}, [held])
    return inner


def many_properties() -> bytes:
    """Make a winmail.dat with a list of two million properties."""
    numbers = struct.pack("<HHI", 3, 0x3FFF, 1) * 2_000_000
    listed = struct.pack("<I", 2_000_000) + numbers
    return tnef({0x37: "found"}) + attribute(1, OF_MESSAGE, listed)


def swelling_text() -> bytes:
    """Make an Outlook message whose text is packed, and says that it is 4 GiB."""
    head = struct.pack("<IIII", 0, (1 << 32) - 1, 0x75465A4C, 0)
    return msg({0x37: "found", 0x1009: head + bytes(9_000)})


MAILS = [
    Case("headers.eml", "100,000 header fields", READ, many_headers, "found"),
    Case("addresses.eml", "20,000 recipients", READ, many_addresses, "found"),
    Case("words.eml", "a field of 50,000 encoded words", READ, encoded_words, "found"),
    Case("comments.eml", "a field of 100,000 open brackets", READ, nested_comments, "found"),
    Case("parts.eml", "5,000 texts", READ, lambda: many_parts(b"text/plain", 5_000), "found"),
    Case("attachments.eml", "10,001 attachments", Unreadable.TOO_LARGE,
         lambda: many_parts(b"application/pdf", 10_001), "10,000 files"),
    Case("nested-parts.eml", "500 parts in each other", READ,
         lambda: nested_parts(500), "found"),
    Case("in-itself.eml", "a mail in a mail, 300 times", READ, holding_itself, "found"),
    Case("charsets.eml", "charsets that unpack, or are none", READ, charsets, "found"),
    Case("length.dat", "an attachment that says it has 4 GiB", Unreadable.MALFORMED,
         lambda: tnef({0x37: "found"}) + struct.pack("<BHHI", 1, 0x8010, 6, (1 << 32) - 1)),
    Case("properties.dat", "a list of two million properties", Unreadable.TOO_LARGE,
         many_properties, "1,000,000"),
    Case("in-itself.dat", "an Outlook message in a message, 100 times", READ,
         outlook_in_itself, "found"),
    Case("text.msg", "a text that says it unpacks to 4 GiB", Unreadable.TOO_LARGE,
         swelling_text, "50 MiB"),
    Case("endless.mbox", "60,000 messages", Unreadable.TOO_LARGE,
         lambda: (STORED + b"Subject: x\n\nx\n\n") * 60_000, "50,000 parts"),
    Case("marks.mbox", "a line of a million marks", READ,
         lambda: (STORED + TOP + b"\n" + b">" * 1_000_000 + b"\n\n") * 2, "found"),
    Case("frames.mhtml", "a page whose frame is itself", READ, framed_in_itself, "found"),
]  # fmt: skip
