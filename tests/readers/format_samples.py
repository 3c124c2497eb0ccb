"""One small real file for each row of the table of formats, all with the same content.

As far as its format can, a file holds a title, a sentence, a table of two rows, a second page or
part, a picture that shows text, and another file.
"""

import base64
import bz2
import gzip
import io
import lzma
from collections.abc import Callable, Mapping
from email.message import EmailMessage

import pypdfium2 as pdfium  # type: ignore[import-untyped] # no stubs are published
from backports import zstd
from openpyxl import Workbook
from openpyxl.drawing.image import Image as Picture
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from tests.readers.making import (
    book,
    open_document,
    packed,
    paragraph,
    pdf,
    shape,
    slides,
    unpacked,
    word,
)
from tests.readers.making_archives import sevenzipped, tarred, zipped
from tests.readers.making_art import blip, shapes, split, store, store_beside
from tests.readers.making_ole import Fields, doc, msg, ppt, xls
from tests.readers.making_tnef import attachment, tnef
from tests.readers.scanning import drawn, pages, saved, scanned_pdf

TITLE, SECOND = "Premier titre", "Seconde page"
SENTENCE = "Le rapport tient en une phrase."
ROWS = [["Ville", "Prix"], ["Lyon", "3,50"]]
INSIDE = {"annexe.txt": b"une annexe"}
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
XLINK = "http://www.w3.org/1999/xlink"


def ink(size: tuple[int, int] = (420, 200)) -> Image.Image:
    return drawn("Reconnu", size=size)


def png() -> bytes:
    return saved(ink())


def _html(picture: str) -> str:
    rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in ROWS)
    return (
        f"<html><body><h1>{TITLE}</h1><p>{SENTENCE}</p><table>{rows}</table>"
        f'<img src="{picture}"></body></html>'
    )


def _pdf_with(data: bytes, files: Mapping[str, bytes]) -> bytes:
    document = pdfium.PdfDocument(data)
    for name, content in files.items():
        document.new_attachment(name).set_data(content)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _text_pdf(password: str | StandardEncryption | None = None) -> bytes:
    first = f"{TITLE}\n{SENTENCE}"
    return pdf(first, SECOND, password=password, picture=ink(), table=ROWS)


def _stamped() -> bytes:
    """Make a PDF of two scanned pages with a line of text over each."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    for line, high in ((SENTENCE, 300), (SECOND, 310)):
        canvas.drawImage(ImageReader(ink((420, high))), 0, 0, *A4)
        canvas.drawString(72, 800, line)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _open_pdf() -> bytes:
    """Make a PDF that is encrypted, and that anyone may open."""
    return _text_pdf(StandardEncryption("", "owner", canPrint=0))


def _form() -> bytes:
    """Make a PDF form with a field that is filled in."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    canvas.drawString(72, 750, TITLE)
    canvas.acroForm.textfield(name="phrase", value=SENTENCE, x=72, y=600, width=400)
    canvas.drawImage(ImageReader(ink()), 72, 72, 400, 190)
    canvas.showPage()
    canvas.drawString(72, 750, SECOND)
    canvas.save()
    return buffer.getvalue()


def _docx() -> bytes:
    def row(cells: list[str]) -> str:
        return f"<w:tr>{''.join(f'<w:tc>{paragraph(cell)}</w:tc>' for cell in cells)}</w:tr>"

    table = f"<w:tbl>{''.join(map(row, ROWS))}</w:tbl>"
    blip = f'<w:p><w:r><w:drawing><w:blip xmlns:r="{R}" r:embed="rId9"/></w:drawing></w:r></w:p>'
    made = word(paragraph(TITLE, "Titre1") + paragraph(SENTENCE) + table + blip)
    link = '<Relationships><Relationship Id="rId9" Target="media/a.png"/></Relationships>'
    beside: dict[str, str | bytes] = {
        "word/_rels/document.xml.rels": link,
        "word/media/a.png": png(),
    }
    return packed({**unpacked(made), **beside})


def _xlsx() -> bytes:
    workbook = Workbook()
    first = workbook.worksheets[0]
    first.title = TITLE
    first.append([SENTENCE])
    for row in ROWS:
        first.append(row)
    workbook.create_sheet(SECOND).append([SECOND])
    first.add_image(Picture(io.BytesIO(png())), "D4")
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def _pptx() -> bytes:
    def row(cells: list[str]) -> str:
        made = "".join(
            f"<a:tc><a:txBody><a:p><a:r><a:t>{cell}</a:t></a:r></a:p></a:txBody></a:tc>"
            for cell in cells
        )
        return f"<a:tr>{made}</a:tr>"

    table = f"<p:graphicFrame><a:tbl>{''.join(map(row, ROWS))}</a:tbl></p:graphicFrame>"
    picture = f'<p:pic><p:blipFill><a:blip xmlns:r="{R}" r:embed="rId9"/></p:blipFill></p:pic>'
    made = slides(shape(SECOND), shape(TITLE, kind="title") + shape(SENTENCE) + table + picture)
    members = unpacked(made)
    link = b'<Relationship Id="rId9" Target="../media/a.png"/></Relationships>'
    rels = "ppt/slides/_rels/slide2.xml.rels"
    members[rels] = members[rels].replace(b"</Relationships>", link)
    return packed(members | {"ppt/media/a.png": png()})


def _table(name: str = "") -> str:
    rows = "".join(
        "<table:table-row>"
        + "".join(f"<table:table-cell><text:p>{c}</text:p></table:table-cell>" for c in row)
        + "</table:table-row>"
        for row in ROWS
    )
    return f'<table:table table:name="{name}">{rows}</table:table>'


_FRAME = f'<draw:frame><draw:image xmlns:xlink="{XLINK}" xlink:href="Pictures/a.png"/></draw:frame>'


def _open(kind: str, body: str) -> bytes:
    return packed({**unpacked(open_document(kind, body)), "Pictures/a.png": png()})


def _odt() -> bytes:
    title = f'<text:h text:outline-level="1">{TITLE}</text:h>'
    shown = f"<text:p>{_FRAME}</text:p>"
    body = f"{title}<text:p>{SENTENCE}</text:p>{_table()}{shown}"
    return _open("text", f"<office:text>{body}</office:text>")


def _ods() -> bytes:
    cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
    first = _table(TITLE).replace(
        "<table:table-row>", f"<table:table-row>{cell.format(SENTENCE)}</table:table-row>"
        "<table:table-row>", 1
    ).replace("</table:table>", f"<table:shapes>{_FRAME}</table:shapes></table:table>")  # fmt: skip
    row = f"<table:table-row>{cell.format(SECOND)}</table:table-row>"
    second = f'<table:table table:name="{SECOND}">{row}</table:table>'
    return _open("spreadsheet", f"<office:spreadsheet>{first}{second}</office:spreadsheet>")


def _odp() -> bytes:
    def box(text: str, kind: str = "") -> str:
        return (
            f"<draw:frame {kind}><draw:text-box><text:p>{text}</text:p></draw:text-box>"
            "</draw:frame>"
        )

    title = box(TITLE, 'presentation:class="title"')
    first = f"{title}{box(SENTENCE)}<draw:frame>{_table()}</draw:frame>{_FRAME}"
    body = f"<draw:page>{first}</draw:page><draw:page>{box(SECOND)}</draw:page>"
    return _open("presentation", f"<office:presentation>{body}</office:presentation>")


def _rtf() -> bytes:
    rows = "".join(
        "\\pard\\intbl " + "".join(f"{cell}\\cell " for cell in row) + "\\row\n" for row in ROWS
    )
    return (
        "{\\rtf1\\ansi{\\stylesheet{\\s1 heading 1;}}"
        f"\\pard\\s1 {TITLE}\\par\\pard\\plain {SENTENCE}\\par\n{rows}\\pard"
        "{\\pict\\pngblip " + png().hex() + "}\\par}"
    ).encode()


def _doc() -> bytes:
    plain, within = b"\x00\x00", b"\x00\x00\x16\x24\x01"
    end = ("\x07", within + b"\x17\x24\x01")
    rows = [piece for row in ROWS for piece in [*((f"{c}\x07", within) for c in row), end]]
    paragraphs = [(f"{TITLE}\r", b"\x01\x00"), (f"{SENTENCE}\r", plain), *rows, ("fin\r", plain)]
    return doc(paragraphs, behind=blip(png()))


def _ppt() -> bytes:
    cells = [(4, cell) for row in ROWS for cell in row]
    slides = [[(0, TITLE), (1, SENTENCE), *cells], [(0, SECOND)]]
    listed, pictures = store_beside(png())
    return ppt(slides, store=listed, drawn={1: shapes(1)}, beside=pictures)


def _xls() -> bytes:
    sheets = {TITLE: [[SENTENCE], *ROWS], SECOND: [[SECOND]]}
    drawn = {TITLE: split(0xEC, shapes(1))}
    return xls(sheets, store=split(0xEB, store(png())), drawn=drawn)


def _mail() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@e.org", "b@e.org", TITLE
    message.set_content(f"{SENTENCE}\n")
    message.add_alternative(f'<p>{SENTENCE}</p><img src="cid:a">', subtype="html")
    message.add_attachment(png(), "image", "png", filename="a.png", cid="<a>")
    message.add_attachment(b"une annexe", "text", "plain", filename="annexe.txt")
    message.add_attachment(png() + bytes(20_000), "image", "png", filename="vue.png")
    return message


def _msg() -> bytes:
    shown = f'<p>{SENTENCE}</p><img src="cid:a">'.encode()
    fields: Fields = {0x37: TITLE, 0x1000: SENTENCE, 0x1013: shown}
    return msg(fields, attachments=["annexe.txt"], pictures={"a": png()})


def _mhtml() -> bytes:
    return (
        "From: <Saved by Blink>\nSnapshot-Content-Location: https://e.org/\nMIME-Version: 1.0\n"
        'Content-Type: multipart/related; type="text/html"; boundary="b"\n\n--b\n'
        "Content-Type: text/html\nContent-Location: https://e.org/\n\n"
        f"{_html('cid:a')}\n--b\nContent-Type: text/html\nContent-Location: https://e.org/2\n\n"
        f"<html><p>{SECOND}</p></html>\n--b\nContent-Type: image/png\nContent-ID: <a>\n"
        f"Content-Transfer-Encoding: base64\n\n{base64.encodebytes(png()).decode()}\n--b--\n"
    ).encode()


def _epub() -> bytes:
    made = book(f"<p>{SECOND}</p>", _html("../a.png"))
    return packed({**unpacked(made), "OPS/a.png": png()})


def _markdown() -> bytes:
    rows = "\n".join(f"| {' | '.join(row)} |" for row in [ROWS[0], ["---", "---"], ROWS[1]])
    return f"# {TITLE}\n\n{SENTENCE}\n\n{rows}\n\n![vue](a.png)\n".encode()


def _text(encoding: str) -> bytes:
    """Make a text that has letters of its code page; the sentence is in all of them."""
    own = "Съешь ещё этих мягких булок" if encoding in {"cp1251", "koi8-r"} else "Dès Noël, à 5 €"
    if encoding in {"cp1251", "koi8-r"}:
        return f"{own}. {SENTENCE} {own}.\n".encode(encoding)
    return f"{own}. {SENTENCE}\n".encode(encoding)


def _csv(delimiter: str) -> bytes:
    return "\n".join(delimiter.join(row) for row in [[SENTENCE, ""], *ROWS]).encode()


def _picture(kind: str) -> Callable[[], bytes]:
    return lambda: saved(ink().convert("RGB"), kind)


STORED = b"From a@e.org Mon Mar  2 08:00:00 2026\n"
INVOICE = {"factur-x.xml": b"<x/>"}
SAMPLES: Mapping[str, tuple[str, Callable[[], bytes]]] = {
    "PDF": ("a.pdf", _text_pdf),
    "PDF, scanned": ("a.pdf", lambda: scanned_pdf(ink(), ink((410, 200)))),
    "PDF, some pages scanned": ("a.pdf", lambda: scanned_pdf(SENTENCE, ink())),
    "PDF, scanned pages with a little text": ("a.pdf", _stamped),
    "PDF, encrypted, opens without a password": ("a.pdf", _open_pdf),
    "PDF, encrypted with a password": ("a.pdf", lambda: _text_pdf("secret")),
    "PDF with attached files": ("a.pdf", lambda: _pdf_with(_text_pdf(), INSIDE)),
    "PDF portfolio": ("a.pdf", lambda: _pdf_with(pdf(""), INSIDE)),
    "PDF form": ("a.pdf", _form),
    "PDF invoice (Factur-X)": ("a.pdf", lambda: _pdf_with(_text_pdf(), INVOICE)),
    "DOCX": ("a.docx", _docx),
    "XLSX": ("a.xlsx", _xlsx),
    "PPTX": ("a.pptx", _pptx),
    "ODT": ("a.odt", _odt),
    "ODS": ("a.ods", _ods),
    "ODP": ("a.odp", _odp),
    "RTF": ("a.rtf", _rtf),
    "DOC (1997 to 2003)": ("a.doc", _doc),
    "XLS (1997 to 2003)": ("a.xls", _xls),
    "PPT (1997 to 2003)": ("a.ppt", _ppt),
    "EPUB": ("a.epub", _epub),
    "HTML": (
        "a.html",
        lambda: _html(f"data:image/png;base64,{base64.b64encode(png()).decode()}").encode(),
    ),
    "MHTML": ("a.mhtml", _mhtml),
    "EML": ("a.eml", lambda: _mail().as_bytes()),
    "MSG": ("a.msg", _msg),
    "TNEF (`winmail.dat`)": (
        "winmail.dat",
        lambda: tnef({0x37: TITLE, 0x1000: SENTENCE}, [attachment(b"annexe.txt", b"une annexe")]),
    ),
    "MBOX": ("a.mbox", lambda: (STORED + _mail().as_bytes() + b"\n") * 2),
    "ZIP": ("a.zip", lambda: zipped(INSIDE)),
    "7Z": ("a.7z", lambda: sevenzipped(INSIDE)),
    "TAR": ("a.tar", lambda: tarred(INSIDE)),
    "TAR.GZ": ("a.tar.gz", lambda: gzip.compress(tarred(INSIDE))),
    "TAR.BZ2": ("a.tar.bz2", lambda: bz2.compress(tarred(INSIDE))),
    "TAR.XZ": ("a.tar.xz", lambda: lzma.compress(tarred(INSIDE))),
    "TAR.ZST": ("a.tar.zst", lambda: zstd.compress(tarred(INSIDE))),
    "GZ, BZ2, XZ, ZST of one file": ("annexe.txt.gz", lambda: gzip.compress(INSIDE["annexe.txt"])),
    "CSV": ("a.csv", lambda: _csv(";")),
    "TSV": ("a.tsv", lambda: _csv("\t")),
    "Markdown": ("a.md", _markdown),
    "TXT in UTF-8": ("a.txt", lambda: _text("utf-8")),
    "TXT in UTF-16": ("a.txt", lambda: _text("utf-16")),
    "TXT in UTF-32": ("a.txt", lambda: _text("utf-32")),
    "TXT in Windows-1252": ("a.txt", lambda: _text("cp1252")),
    "TXT in Windows-1251": ("a.txt", lambda: _text("cp1251")),
    "TXT in KOI8-R": ("a.txt", lambda: _text("koi8-r")),
    "JSON": ("a.json", f'{{"titre": "{TITLE}", "texte": "{SENTENCE}"}}'.encode),
    "XML": ("a.xml", f'<?xml version="1.0"?><texte>{SENTENCE}</texte>'.encode),
    "TIFF": ("a.tiff", lambda: pages(ink(), ink((410, 200)))),
    "PNG": ("a.png", _picture("PNG")),
    "JPEG": ("a.jpg", _picture("JPEG")),
    "GIF": ("a.gif", _picture("GIF")),
    "BMP": ("a.bmp", _picture("BMP")),
    "WebP": ("a.webp", _picture("WEBP")),
    "HEIC": ("a.heic", _picture("HEIF")),
}
"""By the first cell of its row: the file's name, and what makes it."""
