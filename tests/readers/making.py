"""Small documents made on the spot for the tests of formats."""

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence

from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
P = (
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
)
ODF = (
    " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "text", "table", "draw", "presentation", "style", "meta", "manifest")
    )
    + ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
)
STYLES = (
    f"<w:styles {W}>"
    '<w:style w:styleId="Titre1"><w:name w:val="heading 1"/></w:style>'
    '<w:style w:styleId="Titre2"><w:name w:val="heading 2"/></w:style>'
    '<w:style w:styleId="Mon"><w:name w:val="Mon titre"/><w:basedOn w:val="Titre2"/></w:style>'
    "</w:styles>"
)


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {new} "{f"&{old};" * 10}">'
    for old, new in zip("abcdefghi", "bcdefghij", strict=True)
)
"""Entities of which the last, ``&j;``, is a billion laughs; ``]>`` ends them."""


def packed(members: Mapping[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def unpacked(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def replaced(data: bytes, member: str, old: str, new: str) -> bytes:
    """Change the text of one member of a packed document."""
    members = unpacked(data)
    return packed(members | {member: members[member].replace(old.encode(), new.encode())})


def extended(data: bytes, members: Mapping[str, str | bytes]) -> bytes:
    """Put more members into a packed document."""
    buffer = io.BytesIO(data)
    with zipfile.ZipFile(buffer, "a") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def related(targets: Mapping[str, str]) -> str:
    """Describe what a member of an Office document names, by relation."""
    listed = "".join(f'<Relationship Id="{k}" Target="{v}"/>' for k, v in targets.items())
    return f"<Relationships>{listed}</Relationships>"


def word(body: str, **beside: str) -> bytes:
    """Make a docx whose body is the given XML; ``beside`` names other word/*.xml members."""
    members = {"word/document.xml": f"<w:document {W} {MC}><w:body>{body}</w:body></w:document>"}
    members["word/styles.xml"] = STYLES
    for name, content in beside.items():
        members[f"word/{name}.xml"] = f"<w:x {W}>{content}</w:x>"
    return packed(members)


def paragraph(text: str, style: str = "") -> str:
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{properties}<w:r><w:t>{text}</w:t></w:r></w:p>"


def pdf(
    *pages: str | None,
    password: str | StandardEncryption | None = None,
    title: str = "",
    picture: Image.Image | None = None,
    table: Sequence[Sequence[str]] = (),
) -> bytes:
    """Make a PDF; a page of None shows a drawing without text, an empty one nothing.

    The picture is on the first page, the table, with lines around its cells, on every one of text.
    """
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, encrypt=password, pageCompression=1)
    canvas.setTitle(title)
    if picture:
        canvas.drawImage(ImageReader(picture), 72, 72, 400, 400 * picture.height / picture.width)
    for number, text in enumerate(pages):
        if text is None:
            canvas.rect(50, 50, 300, 300, fill=1)
        elif text:
            canvas.bookmarkPage(str(number))
            canvas.addOutlineEntry(text.split("\n")[0], str(number), level=0)
            for line, content in enumerate(text.split("\n")):
                canvas.drawString(72, 750 - 20 * line, content)
            if table:
                ruled(canvas, table)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def ruled(
    canvas: Canvas, rows: Sequence[Sequence[str]], left: float = 72, top: float = 400
) -> None:
    """Draw cells of 100 by 30 points, row by row, each line of a cell below the other."""
    width, height = 100, 30
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            for line, text in enumerate(cell.split("\n")):
                x, y = left + width * column + 5, top - height * number - 12 * (line + 1)
                canvas.drawString(x, y, text)
    canvas.grid(
        [left + width * column for column in range(len(rows[0]) + 1)],
        [top - height * number for number in range(len(rows) + 1)],
    )


def drawing(*pages: Callable[[Canvas], object]) -> bytes:
    """Make a PDF of pages that are drawn."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    for draw in pages:
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def pdf_with_text_outside() -> bytes:
    """Make a page that is cropped to its left half, with text on both halves."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(600, 400))
    canvas.setCropBox((0, 0, 300, 400))
    canvas.drawString(50, 200, "visible half")
    canvas.drawString(400, 200, "hidden half")
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def pdf_of_glyphs(shown: str, meanings: Mapping[str, str]) -> bytes:
    """Make a page that shows letters and says in hexadecimal UTF-16 what they mean."""
    content = f"BT /F1 24 Tf 72 700 Td ({shown}) Tj ET"
    codes = "".join(f"<{ord(letter):02X}> <{code}> " for letter, code in meanings.items())
    table = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def "
        "1 begincodespacerange <00> <FF> endcodespacerange "
        f"{len(meanings)} beginbfchar {codes}endbfchar endcmap end end"
    )
    objects = (
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources 7 0 R>>",
        f"<</Length {len(content)}>>stream\n{content}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>",
        f"<</Length {len(table)}>>stream\n{table}\nendstream",
        "<</Font<</F1 5 0 R>>>>",
    )
    body = "".join(f"{n} 0 obj\n{one}\nendobj\n" for n, one in enumerate(objects, 1))
    return f"%PDF-1.4\n{body}trailer<</Size 8/Root 1 0 R>>\n%%EOF".encode()


def slides(*bodies: str, kind: str = "presentation", **beside: str) -> bytes:
    """Make a pptx of shape trees; ``beside`` names members by slide: notes1, comments1, data1."""
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    ids = "".join(
        f'<p:sldId id="{255 + n}" r:id="rId{n}"/>' for n in reversed(range(1, len(bodies) + 1))
    )
    members = {
        f"ppt/{kind}.xml": f'<p:presentation {P} xmlns:r="{relation}">'
        f"<p:sldIdLst>{ids}</p:sldIdLst></p:presentation>",
        f"ppt/_rels/{kind}.xml.rels": related(
            {f"rId{n}": f"/ppt/slides/slide{n}.xml" for n in range(1, len(bodies) + 1)}
        ),
    }
    folders = {"notes": "notesSlides", "comments": "comments", "data": "diagrams"}
    for number, body in enumerate(bodies, start=1):
        members[f"ppt/slides/slide{number}.xml"] = _slide(body, relation)
        named = {}
        for name, folder in folders.items():
            if content := beside.get(f"{name}{number}"):
                members[f"ppt/{folder}/{name}{number}.xml"] = _slide(content, relation)
                named[name] = f"../{folder}/{name}{number}.xml"
        members[f"ppt/slides/_rels/slide{number}.xml.rels"] = beside.get(
            f"relations{number}", related(named)
        )
    return packed(members)


def _slide(body: str, relation: str) -> str:
    return f'<p:sld {P} {MC} xmlns:r="{relation}"><p:spTree>{body}</p:spTree></p:sld>'


def shape(*lines: str, kind: str = "body") -> str:
    """Make a slide's shape of a kind of placeholder, one paragraph per line."""
    paragraphs = "".join(f"<a:p><a:r><a:t>{line}</a:t></a:r></a:p>" for line in lines)
    return (
        f'<p:sp><p:nvSpPr><p:nvPr><p:ph type="{kind}"/></p:nvPr></p:nvSpPr>'
        f"<p:txBody>{paragraphs}</p:txBody></p:sp>"
    )


def open_document(kind: str, body: str, **beside: str) -> bytes:
    """Make an OpenDocument file (text, presentation, spreadsheet); ``beside`` names members."""
    content = f"<office:document-content {ODF}><office:body>{body}</office:body>"
    members = {
        "mimetype": f"application/vnd.oasis.opendocument.{kind}",
        "content.xml": f"{content}</office:document-content>",
    }
    for name, inner in beside.items():
        members[f"{name}.xml"] = f"<office:document {ODF}>{inner}</office:document>"
    return packed(members)


def book(*chapters: str, metadata: str = "", **members: str) -> bytes:
    """Make an epub whose spine is in the opposite order of its files."""
    numbers = range(1, len(chapters) + 1)
    items = "".join(f'<item id="c{n}" href="text/c%20{n}.xhtml"/>' for n in numbers)
    spine = "".join(f'<itemref idref="c{n}"/>' for n in reversed(numbers))
    package = (
        f'<package xmlns="http://www.idpf.org/2007/opf" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>{metadata}</metadata>'
        f"<manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    files = {f"OPS/text/c {n}.xhtml": c for n, c in zip(numbers, chapters, strict=True)}
    container = '<container><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>'
    return packed(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": container,
            "OPS/book.opf": package,
            **files,
            **members,
        }
    )
