"""Outlook's messages, mailboxes and saved pages."""

from dataclasses import replace
from email.message import EmailMessage

import pytest

from contracts.errors import Unreadable, UnreadableDocument
from readers import mbox
from readers.draft import Draft
from readers.limits import LIMITS
from tests.readers.conftest import ReadBytes, RefuseBytes
from tests.readers.making_ole import msg

HEADERS, SUBJECT, BODY, HTML, KIND = 0x007D, 0x0037, 0x1000, 0x1013, 0x001A
SENDER_NAME, SENDER = 0x0C1A, 0x0C1F


async def test_outlook_message(read: ReadBytes) -> None:
    fields = {SUBJECT: "Счёт", BODY: "Bonjour,\r\nl’été", SENDER_NAME: "Zoé", SENDER: "z@e.org"}
    data = msg(fields, [("Ivan", "i@e.org", 1), ("Chef", "c@e.org", 2)], ["facture.pdf"])
    reading = await read(data, "wrong.xls")
    assert reading.media_type == "application/vnd.ms-outlook"
    assert [part.text for part in reading.parts] == [
        'From: "Zoé" <z@e.org>\nTo: Ivan <i@e.org>\nCc: Chef <c@e.org>\nSubject: Счёт\n',
        "Bonjour,\nl’été",
    ]
    assert reading.title == "Счёт"
    assert reading.metadata["members"] == 1


async def test_outlook_message_that_came_by_mail_says_what_its_headers_say(read: ReadBytes) -> None:
    headers = "From: =?utf-8?q?Zo=C3=A9?= <z@e.org>\r\nDate: Mon, 2 Mar 2026 08:00:00 +0100\r\n\r\n"
    page = "<html><p>Bonjour <b>Ivan</b></p><script>x</script></html>"
    reading = await read(msg({HEADERS: headers, SUBJECT: "s", HTML: page}))
    assert reading.parts[0].text == (
        "From: Zoé <z@e.org>\nDate: Mon, 02 Mar 2026 08:00:00 +0100\nSubject: s\n"
    )
    assert reading.parts[1].text.strip() == "Bonjour Ivan"


async def test_sealed_outlook_message_says_so(refusal: RefuseBytes) -> None:
    error = await refusal(msg({KIND: "IPM.Note.SMIME", SUBJECT: "secret"}))
    assert error.reason is Unreadable.ENCRYPTED


def stored(subject: str, body: str, subtype: str = "plain") -> bytes:
    message = EmailMessage()
    message["From"], message["Subject"] = "zoe@example.org", subject
    message.set_content(body, subtype=subtype, charset="utf-8", cte="8bit")
    text = message.as_bytes().replace(b"\nFrom ", b"\n>From ")
    return b"From zoe@example.org Mon Mar  2 08:00:00 2026\n" + text + b"\n"


async def test_mailbox_gives_a_part_for_each_message(read: ReadBytes) -> None:
    sealed = (
        b"From x Mon Mar  2 08:00:00 2026\nSubject: secret\nMIME-Version: 1.0\n"
        b'Content-Type: multipart/encrypted; boundary="b"\n\n--b\n\nxx\n--b--\n\n'
    )
    box = stored("Été", "un\n\nFrom here on\n>cité") + sealed + stored("", "<p>deux</p>", "html")
    reading = await read(box.replace(b"\n", b"\r\n"), "wrong.pst")
    assert reading.media_type == "application/mbox"
    assert [(part.label, part.text) for part in reading.parts] == [
        ("Été", "Été\nFrom: zoe@example.org\n\nun\n\nFrom here on\n>cité\n\n"),
        ("secret", "secret\n\n"),
        ("Message 3", "\nFrom: zoe@example.org\n\ndeux\n\n"),
    ]
    assert [h.text for part in reading.parts for h in part.headings] == ["Été", "secret"]
    assert reading.metadata["messages"] == 3
    assert reading.metadata["messages_encrypted"] == [2]


def test_a_mailbox_of_too_many_messages_is_too_large() -> None:
    draft = Draft(replace(LIMITS, parts=2))
    with pytest.raises(UnreadableDocument) as caught:
        mbox.read(stored("a", "x") * 3, draft)
    assert caught.value.reason is Unreadable.TOO_LARGE


async def test_one_stored_message_is_mail(read: ReadBytes) -> None:
    assert (await read(stored("Été", "un"))).media_type == "message/rfc822"


SAVED = """From: <Saved by Blink>
Snapshot-Content-Location: https://example.org/guide
Subject: Guide
MIME-Version: 1.0
Content-Type: multipart/related; type="text/html"; start="<root>"; boundary="b"

--b
Content-Type: text/html
Content-ID: <frame>
Content-Location: https://example.org/frame

<html><title>Cadre</title><p>cadre</p></html>
--b
Content-Type: text/html
Content-ID: <root>
Content-Transfer-Encoding: quoted-printable
Content-Location: https://example.org/guide

<html><head><meta charset=3D"utf-8"><title>Guide</title></head><h1>Cong=C3=A9s</h1>
<table><tr><td>a</td><td>b</td></tr></table></html>
--b
Content-Type: image/png
Content-Transfer-Encoding: base64
Content-Location: https://example.org/x.png

iVBORw0KGgo=
--b--
"""


async def test_saved_page_is_read_as_the_page_that_it_shows(read: ReadBytes) -> None:
    reading = await read(SAVED.encode(), "wrong.eml")
    assert reading.media_type == "multipart/related"
    assert [(p.label, p.text.strip()) for p in reading.parts] == [
        ("Page", "Congés\n\na\tb"),
        ("Framed page", "cadre"),
    ]
    assert reading.title == "Guide"
    assert [h.text for p in reading.parts for h in p.headings] == ["Congés"]


async def test_mail_with_pictures_is_mail(read: ReadBytes) -> None:
    sent = SAVED.replace("Subject:", "To: ivan@example.org\nSubject:")
    assert (await read(sent.encode())).media_type == "message/rfc822"
