"""What Outlook sends in a form of its own: the text of mails, and what was attached to them."""

import struct
from email.message import EmailMessage
from pathlib import Path
from typing import cast

import pytest

from contracts.errors import Unreadable
from contracts.nouns import DEFAULT_WORKSPACE
from contracts.record import VersionState
from readers.pool import ProcessReader
from tests.ingestion.house import House, LineReader
from tests.readers.conftest import ReadBytes, RefuseBytes, UnpackBytes
from tests.readers.making_ole import msg, msg_within
from tests.readers.making_tnef import MESSAGE_INTERFACE, SIGNATURE, attachment, attribute, tnef

OWN_SUBJECT, SENDER, ADDRESS, TO = 0x0037, 0x0C1A, 0x0C1F, 0x0E04
PLAIN, PACKED, RICH, RICH_PAGE = 0x1000, 0x1009, 0x1013, 0x3FDE
LONG_NAME, CONTENT, METHOD, KIND = 0x3707, 0x3701, 0x3705, 0x370E
# The examples of [MS-OXRTFCP]: references into the beginning that is known, and into themselves.
HELLO = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a80"
    "0fa0"
)
REPEATED = bytes.fromhex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0")


MARKED = rb"""{\rtf1\ansi\ansicpg1251\fromhtml1 \deff0{\fonttbl{\f0 Arial;}}\uc1\pard\plain\f0
{\*\htmltag64 <ul>}\htmlrtf {\pard\plain \htmlrtf0 {\*\htmltag64 <li>}\htmlrtf \bullet \htmlrtf0
un{\*\htmltag84 &nbsp;}\htmlrtf \'a0\htmlrtf0 \'d1{\*\htmltag64 <li>}deux\htmlrtf\par}\htmlrtf0
{\*\htmltag241 <style>}{\*\htmltag241 p \{\}}{\*\htmltag249 </style>}{\*\mhtmltag4 <img>}
{\*\htmltag64 <table><tr><td>}\htmlrtf\trowd\pard\intbl\htmlrtf0 a\htmlrtf\cell\htmlrtf0
{\*\htmltag64 <td>}b\htmlrtf\cell\row\htmlrtf0 {\*\htmltag64 </table>}
la\htmlrtf\par\htmlrtf0 fin}"""


def stored(rtf: bytes) -> bytes:
    return struct.pack("<IIII", len(rtf) + 12, len(rtf), 0x414C454D, 0) + rtf


async def test_what_a_mail_brings_in_it_becomes_documents(unpack: UnpackBytes) -> None:
    long = {LONG_NAME: "Contrat signé n° 7.pdf", KIND: "application/pdf"}
    data = tnef(
        {OWN_SUBJECT: "Contrat", PACKED: HELLO},
        [attachment(b"CONTRA~1.PDF", b"le contrat", long), attachment(b"plan.txt", b"le plan")],
    )
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@e.org", "b@e.org", "Contrat"
    mail.set_content("Voici.")
    mail.add_attachment(data, "application", "ms-tnef", filename="winmail.dat")
    _, files = await unpack(mail.as_bytes())
    assert files == {"winmail.dat": data}
    reading, files = await unpack(files["winmail.dat"], "winmail.dat")
    assert files == {"Contrat signé n° 7.pdf": b"le contrat", "plan.txt": b"le plan"}
    assert reading.media_type == "application/vnd.ms-tnef"
    assert [(part.label, part.text.strip()) for part in reading.parts] == [
        ("Headers", "Subject: Contrat"),
        ("Body", "hello world"),
        ("Attachments", "Contrat signé n° 7.pdf\nplan.txt"),
    ]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (tnef({PLAIN: "Voilà.", PACKED: HELLO}), "Voilà."),
        (tnef(body=" Смета.\0".encode("cp1251"), page=1251), "Смета."),
        (tnef({RICH: "<p>Été</p>".encode("cp1252"), RICH_PAGE: 1252}), "Été"),
        (tnef({PLAIN: " ", PACKED: REPEATED}), "WXYZWXYZWXYZWXYZWXYZ"),
        (tnef({PACKED: stored(rb"{\rtf1\ansi\ansicpg1251 \'d1{\*\htmltag64 <p>}\par}")}), "С"),
        (tnef({PACKED: stored(MARKED)}), "un\xa0С\ndeux\n\na\tb\n\nlafin"),
        (tnef({PLAIN: "fin"}) + b"\r\n", "fin"),
    ],
    ids=["plain", "old", "rich", "packed", "stored", "marked", "line end"],
)
async def test_the_text_is_read_in_every_form(read: ReadBytes, data: bytes, text: str) -> None:
    assert [part.text.strip() for part in (await read(data)).parts] == [text]


async def test_the_fields_that_people_see(read: ReadBytes) -> None:
    sent = struct.pack("<7H", 2026, 3, 2, 8, 30, 5, 1)
    own = {SENDER: "Zoé", ADDRESS: "z@e.org", TO: "Ivan", PLAIN: "x"}
    reading = await read(tnef(own, sent=sent, subject=b"Devis n\xb0 7\0"))
    assert reading.parts[0].text == (
        "From: Zoé <z@e.org>\nTo: Ivan\nDate: 2026-03-02 08:30:05\nSubject: Devis n° 7\n"
    )
    assert reading.title == "Devis n° 7"


async def test_a_message_inside_is_a_document_with_what_is_in_it(unpack: UnpackBytes) -> None:
    inner = tnef({OWN_SUBJECT: "Au fond", PLAIN: "texte"}, [attachment(b"a.txt", b"deep")])
    embedded = attachment(
        b"x", None, {METHOD: 5, CONTENT: MESSAGE_INTERFACE + inner, LONG_NAME: "Re: 1/2"}
    )
    reading, files = await unpack(tnef({PLAIN: "x"}, [embedded]))
    assert files == {"Re: 1-2.tnef": inner}
    reading, files = await unpack(inner)
    assert (reading.title, files) == ("Au fond", {"a.txt": b"deep"})


async def test_old_names_are_in_the_code_page_of_the_message(unpack: UnpackBytes) -> None:
    attached = [attachment("Αρχείο.txt".encode("cp1253"), b"x")]
    assert list((await unpack(tnef({PLAIN: "x"}, attached, page=1253)))[1]) == ["Αρχείο.txt"]


async def test_links_and_signatures_are_no_documents(unpack: UnpackBytes) -> None:
    signature = {KIND: "application/pkcs7-signature"}
    attached = [attachment(b"plan.dwg", None), attachment(b"s.p7s", b"x", signature)]
    reading, files = await unpack(tnef({PLAIN: "x"}, attached))
    assert files == {}
    assert reading.metadata["members_not_opened"] == [
        "plan.dwg (a link, the file itself is not in the message)"
    ]


async def test_an_outlook_message_of_rich_text_alone(unpack: UnpackBytes) -> None:
    deep = msg_within({OWN_SUBJECT: "Au fond", PACKED: REPEATED})
    data = msg({OWN_SUBJECT: "Envoi", PACKED: HELLO}, messages={"Re": deep})
    reading, files = await unpack(data)
    assert reading.parts[1].text.strip() == "hello world"
    reading, _ = await unpack(files["Re.eml"])
    assert reading.parts[1].text.strip() == "WXYZWXYZWXYZWXYZWXYZ"


LIST = struct.pack("<I", 1_500_000) + struct.pack("<HHI", 3, 0x3FFF, 1) * 1_500_000


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (tnef({PLAIN: "x"})[:-3], Unreadable.MALFORMED),
        (SIGNATURE, Unreadable.MALFORMED),
        (SIGNATURE + b"\1\0" + attribute(3, 1, b""), Unreadable.MALFORMED),
        (SIGNATURE + b"\1\0" + attribute(2, 0x800F, b"x"), Unreadable.MALFORMED),
        (SIGNATURE + b"\1\0" + attribute(1, 0x9003, LIST[:40]), Unreadable.MALFORMED),
        (SIGNATURE + b"\1\0" + attribute(1, 0x9003, LIST), Unreadable.TOO_LARGE),
        (tnef({PACKED: b"short"}), Unreadable.MALFORMED),
        (tnef({PACKED: bytes(40)}), Unreadable.MALFORMED),
        (tnef({PACKED: HELLO[:4] + b"\xff" * 4 + HELLO[8:]}), Unreadable.TOO_LARGE),
        (tnef(), Unreadable.EMPTY),
        (tnef({}, [attachment(b"x", b"x", {KIND: "application/pkcs7-mime"})]),
         Unreadable.ENCRYPTED),
    ],
)  # fmt: skip
async def test_what_is_torn_or_lies_has_its_reason(
    refusal: RefuseBytes, data: bytes, reason: Unreadable
) -> None:
    assert (await refusal(data, "winmail.dat")).reason is reason


async def test_what_lies_in_it_is_found_below_the_mail(tmp_path: Path) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@e.org", "b@e.org", "Contrat"
    data = tnef({OWN_SUBJECT: "Contrat"}, [attachment(b"plan.txt", b"le plan du toit")])
    mail.add_attachment(data, "application", "ms-tnef", filename="winmail.dat")
    pool = ProcessReader(workers=1)
    house = await House(tmp_path / "house", reader=cast("LineReader", pool)).open()
    await house.pour_file(mail.as_bytes(), "mail.eml", "mail.eml")
    await house.rest()
    page = await house.catalog.documents.find(DEFAULT_WORKSPACE, limit=10)
    assert {record.source: record.state for record in page.items} == dict.fromkeys(
        ["mail.eml", "mail.eml!/winmail.dat", "mail.eml!/winmail.dat!/plan.txt"],
        VersionState.LIVE,
    )
    assert "le plan du toit" in await house.both()
    await pool.close()
