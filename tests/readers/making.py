"""Small documents made on the spot for the tests of formats."""

import io
import zipfile
from collections.abc import Mapping

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
STYLES = (
    f"<w:styles {W}>"
    '<w:style w:styleId="Titre1"><w:name w:val="heading 1"/></w:style>'
    '<w:style w:styleId="Titre2"><w:name w:val="heading 2"/></w:style>'
    '<w:style w:styleId="Mon"><w:name w:val="Mon titre"/><w:basedOn w:val="Titre2"/></w:style>'
    "</w:styles>"
)


def packed(members: Mapping[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


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


def pdf(*pages: str | None, password: str | None = None, title: str = "") -> bytes:
    """Make a PDF; a page of None shows a drawing without text, an empty one nothing."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, encrypt=password, pageCompression=1)
    canvas.setTitle(title)
    for number, text in enumerate(pages):
        if text is None:
            canvas.rect(50, 50, 300, 300, fill=1)
        elif text:
            canvas.bookmarkPage(str(number))
            canvas.addOutlineEntry(text.split("\n")[0], str(number), level=0)
            for line, content in enumerate(text.split("\n")):
                canvas.drawString(72, 750 - 20 * line, content)
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
