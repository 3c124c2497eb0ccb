"""Pictures that documents show among their text: parts of their own, read once, within bounds."""

import base64
import io
from collections.abc import Callable, Sequence
from email.message import EmailMessage
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.drawing.image import Image as Picture
from PIL import Image

from contracts.content import Enclosed, Source
from contracts.errors import Unreadable, UnreadableDocument
from contracts.nouns import Part, Reading
from contracts.recognition import RecognisedPage
from readers.engines import Engine
from readers.pool import ProcessReader
from tests.readers.conftest import ReadBytes, RefuseBytes
from tests.readers.making import (
    book,
    extended,
    open_document,
    paragraph,
    related,
    replaced,
    shape,
    slides,
    word,
)
from tests.readers.making_art import doc_showing, ppt_showing, xls_showing
from tests.readers.making_ole import Fields, msg
from tests.readers.scanning import (
    FRENCH,
    TESSERACT,
    drawn,
    engine,
    huge_png,
    needs_tesseract,
    rows,
    saved,
    saying,
)

SEEN = "Bonjour tout le monde"
SEEING = saying(rows(*((1, 1, 1, 91, said) for said in SEEN.split())))
PLAN = saved(drawn("Plan", size=(420, 200)))
LOGO = saved(drawn("x", size=(180, 180)))
RELATION = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
LINK = 'xmlns:xlink="http://www.w3.org/1999/xlink"'
BEFORE, BEHIND = "Le plan du bâtiment", "Fin du document"


class Look:
    """Reads bytes with an engine, and keeps what is recognised on the way."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.kept: list[RecognisedPage] = []
        self.files: dict[str, bytes] = {}

    async def __call__(self, data: bytes, seeing: Engine | None) -> Reading:
        self._path.write_bytes(data)
        source = Source(self._path, "file", recognised=tuple(self.kept))
        pool = ProcessReader(workers=1, engine=seeing)
        try:
            return await pool.read(source, self._enclose, recognised=self._take)
        finally:
            await pool.close()

    async def _enclose(self, file: Enclosed) -> None:
        self.files[file.path] = b"".join([piece async for piece in file.pieces])

    async def _take(self, page: RecognisedPage) -> None:
        self.kept.append(page)


@pytest.fixture
def look(tmp_path: Path) -> Look:
    return Look(tmp_path / "original")


def in_word(pictures: Sequence[bytes]) -> bytes:
    names = {f"rId{n}": f"media/image{n}.png" for n in range(len(pictures))}
    shown = "".join(
        f'<w:p><w:r><w:drawing><a:blip {RELATION} xmlns:a="a" r:embed="{name}"/>'
        "</w:drawing></w:r></w:p>"
        for name in names
    )
    document = word(paragraph(BEFORE) + shown + paragraph(BEHIND))
    members = dict(zip((f"word/{name}" for name in names.values()), pictures, strict=True))
    return extended(document, {"word/_rels/document.xml.rels": related(names), **members})


def in_slides(pictures: Sequence[bytes]) -> bytes:
    names = {f"rIdP{n}": f"/ppt/media/{n}.png" for n in range(len(pictures))}
    shown = "".join(f'<p:pic><a:blip r:embed="{name}"/></p:pic>' for name in names)
    document = slides(shape(BEFORE) + shown + shape(BEHIND), relations1=related(names))
    return extended(document, {n[1:]: p for n, p in zip(names.values(), pictures, strict=True)})


def _in_open_document(kind: str, before: str, behind: str, pictures: Sequence[bytes]) -> bytes:
    names = [f"Pictures/{n}.png" for n in range(len(pictures))]
    shown = "".join(
        f'<draw:frame {LINK}><draw:image xlink:href="{name}"/></draw:frame>' for name in names
    )
    document = open_document(kind, before + shown + behind)
    return extended(document, dict(zip(names, pictures, strict=True)))


def in_text(pictures: Sequence[bytes]) -> bytes:
    before, behind = f"<office:text><text:p>{BEFORE}", f"</text:p><text:p>{BEHIND}</text:p>"
    return _in_open_document("text", before, f"{behind}</office:text>", pictures)


def in_presentation(pictures: Sequence[bytes]) -> bytes:
    before = f"<office:presentation><draw:page><text:p>{BEFORE}</text:p>"
    behind = f"<text:p>{BEHIND}</text:p></draw:page></office:presentation>"
    return _in_open_document("presentation", before, behind, pictures)


def in_workbook(pictures: Sequence[bytes]) -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Plan"
    sheet.append([BEFORE])
    sheet.append([BEHIND])
    for number, one in enumerate(pictures):
        sheet.add_image(Picture(io.BytesIO(one)), f"C{9 * number + 1}")
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def in_open_workbook(pictures: Sequence[bytes]) -> bytes:
    cell = "<table:table-row><table:table-cell><text:p>{}</text:p>"
    before = f'<office:spreadsheet><table:table table:name="Plan">{cell.format(BEFORE)}'
    rows = f"</table:table-cell></table:table-row>{cell.format(BEHIND)}</table:table-cell>"
    behind = f"{rows}</table:table-row></table:table></office:spreadsheet>"
    return _in_open_document("spreadsheet", before, behind, pictures)


def in_rich_text(pictures: Sequence[bytes]) -> bytes:
    shown = "".join(
        "{\\*\\shppict{\\pict{\\*\\blipuid 0af1}\\pngblip\\picw9 \n" + one.hex("\n", 64) + "}}"
        "{\\nonshppict{\\pict\\wmetafile8 0100}}"
        for one in pictures
    )
    return f"{{\\rtf1 {BEFORE}{shown}\\par {BEHIND}\\par}}".encode("cp1252")


def in_page(pictures: Sequence[bytes]) -> bytes:
    shown = "".join(
        f'<img src="data:image/png;base64,{base64.b64encode(one).decode()}">' for one in pictures
    )
    return f"<html><p>{BEFORE}</p>{shown}<p>{BEHIND}</p></html>".encode()


def in_book(pictures: Sequence[bytes]) -> bytes:
    names = [f"OPS/images/a {n}.png" for n in range(len(pictures))]
    shown = "".join(f'<img src="../images/a%20{n}.png"/>' for n in range(len(pictures)))
    chapter = f"<html><body><p>{BEFORE}</p>{shown}<p>{BEHIND}</p></body></html>"
    return extended(book(chapter), dict(zip(names, pictures, strict=True)))


def in_saved_page(pictures: Sequence[bytes]) -> bytes:
    names = [f"https://example.org/a{n}.png" for n in range(len(pictures))]
    page = EmailMessage()
    page["Subject"] = "a saved page"
    page["Snapshot-Content-Location"] = "https://example.org/"
    shown = "".join(f'<img src="{name}">' for name in names)
    page.set_content(f"<html><p>{BEFORE}</p>{shown}<p>{BEHIND}</p></html>", subtype="html")
    for name, one in zip(names, pictures, strict=True):
        page.add_related(
            one, maintype="image", subtype="png", headers=[f"Content-Location: {name}"]
        )
    return page.as_bytes()


def in_mail(pictures: Sequence[bytes]) -> bytes:
    names = [f"image00{n}.png@01DA.55" for n in range(len(pictures))]
    shown = "".join(f'<img src="cid:{name}">' for name in names)
    message = EmailMessage()
    message["Subject"] = "Plan"
    message.set_content(f"{BEFORE}\n\n{BEHIND}")
    message.add_alternative(f"<p>{BEFORE}</p>{shown}<p>{BEHIND}</p>", subtype="html")
    for name, one in zip(names, pictures, strict=True):
        message.add_attachment(one, "image", "png", filename="image.png", cid=f"<{name}>")
    return message.as_bytes()


def in_old_word(pictures: Sequence[bytes]) -> bytes:
    return doc_showing(f"{BEFORE} {BEHIND}", pictures)


def in_old_slides(pictures: Sequence[bytes]) -> bytes:
    return ppt_showing([f"{BEFORE} {BEHIND}"], {1: pictures})


def in_old_workbook(pictures: Sequence[bytes]) -> bytes:
    return xls_showing({"Plan": f"{BEFORE} {BEHIND}"}, {"Plan": pictures})


MESSAGE = "Picture in the message"
AFTER = f"Picture after “{BEFORE}”"
SLIDE = "Picture on slide 1"
SHEET = "Picture on sheet “Plan”"


@pytest.mark.parametrize(
    ("made", "text", "label", "page"),
    [
        (in_word, "Document", AFTER, None),
        (in_slides, "Slide 1", SLIDE, 1),
        (in_text, "Document", AFTER, None),
        (in_presentation, "Slide 1", SLIDE, 1),
        (in_workbook, "Plan", SHEET, None),
        (in_open_workbook, "Plan", SHEET, None),
        (in_rich_text, "Document", AFTER, None),
        (in_old_word, "Document", "Picture in the document", None),
        (in_old_slides, "Slide 1", SLIDE, 1),
        (in_old_workbook, "Plan", SHEET, None),
        (in_page, "Page", AFTER, None),
        (in_book, "Chapter 1", AFTER, None),
        (in_saved_page, "Page", AFTER, None),
    ],
)
async def test_a_picture_is_a_part_behind_the_text_that_it_stands_in(
    look: Look, made: Callable[[Sequence[bytes]], bytes], text: str, label: str, page: int | None
) -> None:
    reading = await look(made([LOGO, PLAN, PLAN]), engine(SEEING))
    document, picture = reading.parts
    assert (document.label, document.confidence) == (text, None)
    assert BEFORE in document.text
    assert BEHIND in document.text
    assert picture == Part(1, label, SEEN + "\n", page, confidence=0.91)
    assert len(look.kept) == 1  # the logo is too small, and the same picture is read once
    assert reading.metadata["pictures_recognised"] == 1
    assert reading.metadata["pictures_confidence"] == 0.91
    assert "ocr_confidence" not in reading.metadata
    assert "pages_without_text" not in reading.metadata


async def test_what_a_mail_shows_belongs_to_it(look: Look) -> None:
    reading = await look(in_mail([LOGO, PLAN, PLAN]), engine(SEEING))
    assert [part.label for part in reading.parts] == ["Headers", "Body", MESSAGE]
    assert reading.parts[2].text == SEEN + "\n"
    assert not look.files


async def test_what_a_mail_does_not_show_is_attached_to_it(look: Look) -> None:
    message = in_mail([PLAN]).replace(b"cid:image000", b"cid:image001")
    reading = await look(message, engine(SEEING))
    assert [part.label for part in reading.parts] == ["Headers", "Body"]
    assert list(look.files.values()) == [PLAN]


async def test_what_an_outlook_message_shows_belongs_to_it(look: Look) -> None:
    fields: Fields = {0x37: "Plan", 0x1000: BEFORE, 0x1013: b'<p>x</p><img src="cid:a%20b">'}
    reading = await look(msg(fields, pictures={"a b": PLAN, "other": PLAN}), engine(SEEING))
    assert [part.label for part in reading.parts] == ["Headers", "Body", MESSAGE]
    assert len(look.files) == 1


async def test_messages_of_a_mailbox_show_their_own_pictures(look: Look) -> None:
    other = saved(drawn("Other", size=(420, 200)))
    stored = (b"From a@e.org Mon Mar  2 08:00:00 2026\n" + in_mail([one]) for one in (PLAN, other))
    reading = await look(b"\n".join(stored), engine(SEEING))
    labels = [part.label for part in reading.parts]
    assert labels == ["Plan", f"{MESSAGE} 1", "Plan", f"{MESSAGE} 2"]
    assert reading.metadata["messages"] == 2


async def test_pictures_of_a_workbook_stand_behind_their_sheet(look: Look) -> None:
    book = Workbook()
    book.worksheets[0].append(["un"])
    book.create_sheet("Vue").add_image(Picture(io.BytesIO(PLAN)), "A1")
    book.create_sheet("Fin").append(["trois"])
    buffer = io.BytesIO()
    book.save(buffer)
    reading = await look(buffer.getvalue(), engine(SEEING))
    assert [part.label for part in reading.parts] == ["Sheet", "Picture on sheet “Vue”", "Fin"]
    torn = replaced(buffer.getvalue(), "xl/drawings/drawing1.xml", "</", "<")
    assert [part.label for part in (await look(torn, engine(SEEING))).parts] == ["Sheet", "Fin"]


HEX = PLAN.hex().encode()
BITMAP = saved(drawn("Plan", size=(420, 200)), "BMP")[14:]


@pytest.mark.parametrize(
    ("shown", "seen"),
    [
        (rb"{\pict\pngblip " + HEX + b"}", 1),
        (rb"{\pict\pngblip\bin%d " % len(PLAN) + PLAN + b"}", 1),
        (rb"{\pict\dibitmap0 " + BITMAP.hex().encode() + b"}", 1),
        (rb"{\shp{\*\shpinst{\sp{\sn pib}{\sv {\pict\pngblip " + HEX + b"}}}}}", 1),
        (rb"{\shp{\*\shpinst}{\shprslt{\pict\pngblip " + HEX + b"}}}", 0),
        (rb"{\v{\pict\pngblip " + HEX + b"}}", 0),
        (rb"{\header{\pict\pngblip " + HEX + b"}}", 0),
        (rb"{\pict\wmetafile8 " + HEX + b"}", 0),
        (rb"{\pict\pngblip " + HEX[:-1] + b"}", 0),
        (rb"{\pict\pngblip}{\pict\pngblip xyz 41}", 0),
    ],
)
async def test_pictures_of_rich_text_in_every_form(look: Look, shown: bytes, seen: int) -> None:
    table = rb"{\rtf1 \pard\intbl un" + shown + rb"\cell deux\cell\row\pard fin\par}"
    reading = await look(table, engine(SEEING))
    assert reading.parts[0].text == "un\tdeux\nfin\n"
    assert [part.label for part in reading.parts[1:]] == ["Picture after “un\tdeux”"] * seen


@needs_tesseract
async def test_what_a_picture_says_is_found(look: Look) -> None:
    photo = saved(Image.effect_noise((640, 480), 90), "JPEG")
    reading = await look(in_word([photo, saved(drawn(FRENCH))]), TESSERACT)
    assert [part.text.strip() for part in reading.parts[1:]] == [FRENCH]


async def test_a_picture_is_not_read_again(look: Look) -> None:
    other = saved(drawn("Autre", size=(420, 200)))
    first = await look(in_word([PLAN]), engine(SEEING))
    (kept,) = look.kept
    # Wherever it has moved in the document by then.
    second = await look(in_word([other, PLAN]), engine(SEEING))
    assert [page.text for page in look.kept[1:]] == [kept.text]
    assert second.parts[-1] == Part(2, AFTER, first.parts[1].text, confidence=0.91)


async def test_pictures_that_say_next_to_nothing_are_no_parts(look: Look) -> None:
    reading = await look(in_word([PLAN]), engine(saying(rows((1, 1, 1, 95, "ACME")))))
    assert len(reading.parts) == 1


@pytest.mark.parametrize(
    "picture",
    [PLAN[:300], b"\x01\0\0\0EMF", b"", huge_png(9_000, 9_000), huge_png(60_000, 60_000)],
    ids=["torn", "vectors", "nothing", "large", "bomb"],
)
async def test_a_picture_that_cannot_be_shown_harms_nothing(look: Look, picture: bytes) -> None:
    reading = await look(in_word([picture, PLAN]), engine(SEEING))
    assert [part.text for part in reading.parts[1:]] == [SEEN + "\n"]


async def test_text_is_read_where_nothing_reads_pictures(read: ReadBytes) -> None:
    pictures = [saved(drawn(str(n), size=(250, 170)), "BMP") for n in range(203)]
    reading = await read(in_word(pictures))
    assert len(reading.parts) == 1
    assert reading.metadata["pictures_not_read"] == 203


async def test_a_document_of_pictures_alone_is_a_scan(look: Look) -> None:
    page = in_page([PLAN]).decode().replace(BEFORE, "").replace(BEHIND, "")
    reading = await look(page.encode(), engine(SEEING))
    assert [(part.label, part.text) for part in reading.parts] == [("Picture", SEEN + "\n")]
    assert reading.metadata["ocr_confidence"] == 0.91


async def test_a_document_of_pictures_alone_says_what_it_needs(refusal: RefuseBytes) -> None:
    page = in_page([PLAN]).decode().replace(BEFORE, "").replace(BEHIND, "")
    found = await refusal(page.encode())
    assert found.reason is Unreadable.NO_TEXT
    assert "shows its text as a picture" in found.message
    assert "tesseract" in found.remedy


async def test_pictures_on_other_machines_are_not_fetched(look: Look) -> None:
    page = f'<html><p>{BEFORE}</p><img src="https://example.org/a.png"><img></html>'
    assert len((await look(page.encode(), engine(SEEING))).parts) == 1


async def test_a_bomb_of_pictures_ends_with_a_reason(look: Look) -> None:
    with pytest.raises(UnreadableDocument) as caught:
        await look(in_word([bytes(60 << 20)] * 9), engine(SEEING))
    assert caught.value.reason is Unreadable.TOO_LARGE
