"""Mails, mailboxes and saved pages that hold themselves, or more than anyone would write."""

from email.message import EmailMessage

from contracts.errors import Unreadable
from tests.readers.hostile.case import READ, Case

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
    Case("endless.mbox", "60,000 messages", Unreadable.TOO_LARGE,
         lambda: (STORED + b"Subject: x\n\nx\n\n") * 60_000, "50,000 parts"),
    Case("marks.mbox", "a line of a million marks", READ,
         lambda: (STORED + TOP + b"\n" + b">" * 1_000_000 + b"\n\n") * 2, "found"),
    Case("frames.mhtml", "a page whose frame is itself", READ, framed_in_itself, "found"),
]  # fmt: skip
