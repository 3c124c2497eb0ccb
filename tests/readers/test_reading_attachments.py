"""What comes with mails and in PDF files is handed over, to become documents."""

import io
from email.message import EmailMessage

import pypdfium2 as pdfium  # type: ignore[import-untyped] # no stubs are published

from tests.readers.conftest import UnpackBytes
from tests.readers.making import packed, pdf
from tests.readers.making_ole import msg, msg_within

SUBJECT, BODY = 0x0037, 0x1000
SENDER_NAME, SENDER = 0x0C1A, 0x0C1F
PNG = b"\x89PNG\r\n\x1a\n"
BY_VALUE, EMBEDDED = 1, 5


def mail(subject: str = "Envoi", text: str = "Voici.") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@e.org", "b@e.org", subject
    message.set_content(text)
    return message


def attach(
    message: EmailMessage,
    data: bytes,
    kind: str,
    filename: str | None = None,
    disposition: str = "attachment",
) -> None:
    maintype, _, subtype = kind.partition("/")
    message.add_attachment(data, maintype, subtype, disposition=disposition, filename=filename)


async def test_attachments_of_a_mail_come_with_their_names_and_bytes(unpack: UnpackBytes) -> None:
    message = mail()
    for name in ("annexe n° 1.pdf", "../../счёт.pdf", "annexe n° 1.pdf"):
        attach(message, name.encode(), "application/pdf", filename=name)
    message.add_attachment("inscrit\n", filename="notes.txt")
    attach(message, b"nameless", "application/pdf")
    reading, files = await unpack(message.as_bytes())
    assert list(files) == [
        "annexe n° 1.pdf",
        "счёт.pdf",
        "annexe n° 1 (2).pdf",
        "notes.txt",
        "attachment 5.pdf",
    ]
    assert files["счёт.pdf"] == "../../счёт.pdf".encode()
    assert files["notes.txt"] == b"inscrit\n"
    assert [part.text.strip() for part in reading.parts[1:]] == ["Voici."]
    assert reading.metadata["members"] == 5


async def test_a_mail_inside_a_mail_is_a_document_and_not_its_text(unpack: UnpackBytes) -> None:
    inner = mail("Accord / devis", "texte intérieur")
    inner.add_attachment(b"deep", maintype="application", subtype="pdf", filename="deep.pdf")
    outer = mail(text="texte extérieur")
    outer.add_attachment(inner)
    reading, files = await unpack(outer.as_bytes())
    assert list(files) == ["Accord - devis.eml"]
    assert "intérieur" not in "".join(part.text for part in reading.parts)
    again, deep = await unpack(files["Accord - devis.eml"], "Accord - devis.eml")
    assert again.title == "Accord / devis"
    assert "texte intérieur" in again.parts[1].text
    assert deep == {"deep.pdf": b"deep"}


async def test_a_sealed_mail_inside_does_not_close_the_one_around_it(unpack: UnpackBytes) -> None:
    sealed = EmailMessage()
    sealed["From"], sealed["To"], sealed["Subject"] = "a@e.org", "b@e.org", "secret"
    sealed.set_content(b"xx", maintype="application", subtype="pkcs7-mime")
    outer = mail()
    outer.add_attachment(sealed)
    reading, files = await unpack(outer.as_bytes())
    assert list(files) == ["secret.eml"]
    assert reading.parts[1].text.strip() == "Voici."


async def test_logos_and_signatures_are_no_documents(unpack: UnpackBytes) -> None:
    message = mail()
    logo, scan = PNG + bytes(9_000), PNG + bytes(20_000)
    attach(message, logo, "image/png", disposition="inline", filename="logo.png")
    attach(message, scan, "image/png", disposition="inline", filename="scan.png")
    attach(message, logo, "image/png", filename="small.png")
    message.add_attachment(b"x", maintype="application", subtype="pkcs7-signature", filename="s")
    _, files = await unpack(message.as_bytes())
    assert list(files) == ["scan.png", "small.png"]


async def test_a_torn_attachment_does_not_stop_the_mail(unpack: UnpackBytes) -> None:
    data = (
        b"From: a@e.org\nTo: b@e.org\nSubject: x\nMIME-Version: 1.0\n"
        b'Content-Type: multipart/mixed; boundary="b"\n\n--b\n\nVoici.\n'
        b'--b\nContent-Type: application/pdf; name="=?utf-8?b?!!!?="\n'
        b"Content-Transfer-Encoding: base64\n\nQUJD*QUJD\n--b\n"
        b"Content-Type: message/rfc822\n\n"
    )
    reading, files = await unpack(data)
    assert reading.parts[1].text.strip() == "Voici."
    assert b"ABCABC" in files.values()


async def test_attachments_in_a_mailbox_lie_below_their_message(unpack: UnpackBytes) -> None:
    box = b""
    for number in (1, 2, 3):
        message = mail(f"n° {number}")
        if number != 2:
            message.add_attachment(b"x", maintype="application", subtype="pdf", filename="a.pdf")
        box += b"From a@e.org Mon Mar  2 08:00:00 2026\n" + message.as_bytes() + b"\n"
    _, files = await unpack(box)
    assert list(files) == ["message 1/a.pdf", "message 3/a.pdf"]


async def test_attachments_of_an_outlook_message_come_along(unpack: UnpackBytes) -> None:
    fields = {SUBJECT: "Envoi", BODY: "Voici."}
    _, files = await unpack(msg(fields, attachments=["facture.pdf", "plan.dwg"]))
    assert files == {"facture.pdf": b"content", "plan.dwg": b"content"}


async def test_messages_in_outlook_messages_are_mails_with_all_that_is_in_them(
    unpack: UnpackBytes,
) -> None:
    deep = msg_within({SUBJECT: "Tout au fond", BODY: "Le prix : 5 €."})
    inner = {SUBJECT: "Devis n° 7", BODY: "Смета.", SENDER_NAME: "Zoé", SENDER: "z@e.org"}
    tree = msg_within(inner, ["devis.pdf"], {"Prix": deep})
    _, files = await unpack(msg({SUBJECT: "Envoi", BODY: "Voici."}, messages={"Re: 1/2": tree}))
    assert list(files) == ["Re: 1-2.eml"]
    reading, files = await unpack(files["Re: 1-2.eml"])
    assert reading.media_type == "message/rfc822"
    assert reading.title == "Devis n° 7"
    assert [part.text.strip() for part in reading.parts] == [
        "From: Zoé <z@e.org>\nSubject: Devis n° 7",
        "Смета.",
    ]
    assert files.pop("devis.pdf") == b"content"
    ((name, mail),) = files.items()
    assert name == "Tout au fond.eml"
    assert (await unpack(mail))[0].parts[1].text.strip() == "Le prix : 5 €."


async def test_a_torn_message_in_an_outlook_message_is_named(unpack: UnpackBytes) -> None:
    fields = {SUBJECT: "Envoi", BODY: "Voici."}
    for data in (
        msg(fields, attachments=["devis"], method=EMBEDDED),
        msg(fields, messages={"devis": {"__properties_version1.0": b"torn"}}),
    ):
        reading, files = await unpack(data)
        assert files == {}
        assert reading.parts[1].text == "Voici."
        assert reading.metadata["members_not_opened"] == ["devis.eml (damaged)"]


def with_attachments(data: bytes, **attachments: bytes) -> bytes:
    document = pdfium.PdfDocument(data)
    for name, content in attachments.items():
        document.new_attachment(name.replace("__", "-").replace("_", ".")).set_data(content)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


async def test_files_in_a_pdf_come_along_but_not_the_copy_of_its_print(unpack: UnpackBytes) -> None:
    data = with_attachments(pdf("Facture 7"), plan_txt=b"le plan", factur__x_xml=b"<x/>")
    reading, files = await unpack(data)
    assert files == {"plan.txt": b"le plan"}
    assert reading.parts[0].text.strip() == "Facture 7"
    assert reading.metadata["members"] == 1


async def test_a_portfolio_without_a_page_of_text_lists_its_files(unpack: UnpackBytes) -> None:
    reading, files = await unpack(with_attachments(pdf(None), a_txt=b"un", b_txt=b"deux"))
    assert set(files) == {"a.txt", "b.txt"}
    assert [(part.label, part.text) for part in reading.parts] == [("Attachments", "a.txt\nb.txt")]


async def test_a_mailbox_in_an_archive_gives_what_is_in_its_mails(unpack: UnpackBytes) -> None:
    box = b""
    for subject in ("un", "deux"):
        message = mail(subject)
        message.add_attachment(b"x", maintype="application", subtype="pdf", filename="a.pdf")
        box += b"From a@e.org Mon Mar  2 08:00:00 2026\n" + message.as_bytes() + b"\n"
    _, files = await unpack(packed({"courrier/boite": box}))
    reading, files = await unpack(files["courrier/boite"], "boite")
    assert reading.media_type == "application/mbox"
    assert [part.label for part in reading.parts] == ["un", "deux"]
    assert list(files) == ["message 1/a.pdf", "message 2/a.pdf"]
