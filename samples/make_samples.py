"""Writes samples/documents from samples/sources: ``python -m samples.make_samples [--to FOLDER]``.

A source is a head of ``key: value`` lines, an empty line, and a body in a small part of
Markdown: headings, paragraphs, ``- `` items, ``| table | rows |`` and ``---`` for a new page
(in a mail: for the attachment). ``file`` names the document; its ending chooses the format.
Dates inside the files are fixed, so that the same sources give the same bytes wherever the
libraries are the same. Needs the extra ``samples``.
"""

import argparse
import html
import importlib
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import docx
import openpyxl
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table

HERE = Path(__file__).parent
MADE = datetime(2026, 6, 15, 8, 0, tzinfo=UTC)
COMPANY = "Atelier Verrier Lumen"


@dataclass(frozen=True)
class Block:
    """``kind``: h1, h2, h3, p, ul, table or break; ``rows`` holds items or table rows."""

    kind: str
    text: str = ""
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Source:
    """One document to write."""

    head: dict[str, str]
    blocks: tuple[Block, ...]


def parse(text: str) -> Source:
    """Read a source file."""
    head, _, body = text.partition("\n\n")
    entries = dict(line.split(": ", 1) for line in head.splitlines())
    return Source(entries, tuple(map(block, re.split(r"\n{2,}", body.strip()))))


def block(text: str) -> Block:
    """Read one block."""
    lines = text.splitlines()
    if text == "---":
        return Block("break")
    if heading := re.fullmatch(r"(#{1,3}) (.+)", text):
        return Block(f"h{len(heading[1])}", heading[2])
    if text.startswith("- "):
        return Block("ul", rows=tuple((line.removeprefix("- "),) for line in lines))
    if text.startswith("| "):
        rows = (tuple(cell.strip() for cell in line.strip("| ").split(" | ")) for line in lines)
        return Block("table", rows=tuple(rows))
    return Block("p", text)


def as_text(blocks: tuple[Block, ...]) -> str:
    """Plain text: a blank line between blocks, an underlined title."""
    return "\n\n".join(plain(b) for b in blocks) + "\n"


def plain(b: Block) -> str:
    if b.kind == "h1":
        return f"{b.text}\n{'=' * len(b.text)}"
    return b.text or "\n".join("- " + " | ".join(row) for row in b.rows)


def write_txt(source: Source) -> bytes:
    return as_text(source.blocks).encode()


def write_md(source: Source) -> bytes:
    return ("\n\n".join(map(marked, source.blocks)) + "\n").encode()


def marked(b: Block) -> str:
    if b.kind.startswith("h"):
        return f"{'#' * int(b.kind[1])} {b.text}"
    return b.text or "\n".join("- " + row[0] for row in b.rows)


def write_html(source: Source) -> bytes:
    title, language = html.escape(source.head["title"]), source.head["language"]
    body = "\n".join(map(tagged, source.blocks))
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{title}</title>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    ).encode()


def tagged(b: Block) -> str:
    if b.kind == "ul":
        items = "\n".join(f"<li>{html.escape(item)}</li>" for (item,) in b.rows)
        return f"<ul>\n{items}\n</ul>"
    if b.kind == "table":
        rows = ("".join(f"<td>{html.escape(cell)}</td>" for cell in row) for row in b.rows)
        return "<table>\n" + "\n".join(f"<tr>{row}</tr>" for row in rows) + "\n</table>"
    return f"<{b.kind}>{html.escape(b.text)}</{b.kind}>"


def write_eml(source: Source) -> bytes:
    cut = [b.kind for b in source.blocks].index("break")
    mail = EmailMessage()
    mail["Subject"] = source.head["title"]
    mail["From"] = source.head["from"]
    mail["To"] = source.head["to"]
    mail["Date"] = source.head["date"]
    mail["Message-ID"] = f"<{Path(source.head['file']).stem}@lumen.example>"
    mail.set_content(as_text(source.blocks[:cut]), cte="quoted-printable")
    attached = as_text(source.blocks[cut + 1 :])
    mail.add_attachment(attached, filename=source.head["attachment"], cte="base64")
    mail.set_boundary("=_lumen_0001")
    return mail.as_bytes(policy=SMTP)


def write_docx(source: Source) -> bytes:
    document = docx.Document()
    about = document.core_properties
    about.author = about.last_modified_by = COMPANY
    about.title, about.language = source.head["title"], source.head["language"]
    about.created = about.modified = MADE.replace(tzinfo=None)
    for b in source.blocks:
        if b.kind.startswith("h"):
            document.add_heading(b.text, level=int(b.kind[1]))
        elif b.kind == "table":
            table = document.add_table(len(b.rows), len(b.rows[0]), style="Table Grid")
            for row, texts in zip(table.rows, b.rows, strict=True):
                for cell, text in zip(row.cells, texts, strict=True):
                    cell.text = text
        elif b.kind == "ul":
            for (item,) in b.rows:
                document.add_paragraph(item, style="List Bullet")
        else:
            document.add_paragraph(b.text)
    file = io.BytesIO()
    document.save(file)
    return settled(file.getvalue())


def write_xlsx(source: Source) -> bytes:
    """One sheet per heading, with the table that follows it."""
    book = openpyxl.Workbook()
    del book[book.sheetnames[0]]
    book.properties.creator = COMPANY
    book.properties.title = source.head["title"]
    for heading, table in zip(source.blocks[::2], source.blocks[1::2], strict=True):
        sheet = book.create_sheet(heading.text)
        for row in table.rows:
            sheet.append([number(cell) for cell in row])
        for column in sheet.columns:
            longest = max(len(str(cell.value)) for cell in column)
            sheet.column_dimensions[column[0].column_letter].width = longest + 2
    file = io.BytesIO()
    book.save(file)
    return settled(file.getvalue())


def number(cell: str) -> str | int | float:
    if re.fullmatch(r"\d+", cell):
        return int(cell)
    return float(cell) if re.fullmatch(r"\d+\.\d+", cell) else cell


def settled(archive: bytes) -> bytes:
    """Write an Office file again with fixed dates."""
    made = MADE.strftime("%Y-%m-%dT%H:%M:%SZ")
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "docProps/core.xml":
                data = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", made.encode(), data)
            entry = zipfile.ZipInfo(name, MADE.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, data)
    return out.getvalue()


def load_fonts() -> None:
    """Register Roboto (Apache 2.0, Latin and Cyrillic) for text and headings."""
    folder = Path(importlib.import_module("font_roboto").__file__ or "").parent / "files"
    pdfmetrics.registerFont(TTFont("Text", folder / "Roboto-Regular.ttf"))
    pdfmetrics.registerFont(TTFont("Bold", folder / "Roboto-Bold.ttf"))


SIZES = {"h1": 17, "h2": 12.5, "h3": 11, "p": 10}


def style(kind: str) -> ParagraphStyle:
    size = SIZES[kind]
    font = "Text" if kind == "p" else "Bold"
    space = {"spaceBefore": 10, "spaceAfter": 4} if kind != "p" else {"spaceAfter": 7}
    return ParagraphStyle(kind, fontName=font, fontSize=size, leading=size * 1.4, **space)


def flowables(source: Source) -> Iterator[Any]:
    for b in source.blocks:
        if b.kind == "break":
            yield PageBreak()
        elif b.kind == "table":
            yield ruled(b)
            yield Spacer(1, 9)
        elif b.kind == "ul":
            for (item,) in b.rows:
                yield Paragraph(html.escape(item), style("p"), bulletText="•")
        else:
            yield Paragraph(html.escape(b.text), style(b.kind))


def ruled(b: Block) -> Table:
    cells = [[Paragraph(html.escape(cell), style("p")) for cell in row] for row in b.rows]
    longest = [max(map(len, column)) for column in zip(*b.rows, strict=True)]
    shares = [max(14, min(size, 45)) for size in longest]
    widths = [470 * share / sum(shares) for share in shares]
    return Table(cells, widths, style=[("GRID", (0, 0), (-1, -1), 0.4, colors.grey)])


def write_pdf(source: Source) -> bytes:
    file = io.BytesIO()
    title = source.head["title"]

    def footer(canvas: Any, template: Any) -> None:
        canvas.setFont("Text", 8)
        canvas.drawCentredString(A4[0] / 2, 28, f"{title} – {template.page}")

    template = SimpleDocTemplate(
        file, pagesize=A4, title=title, author=COMPANY, lang=source.head["language"], invariant=1,
        leftMargin=60, rightMargin=60, topMargin=55, bottomMargin=60,
    )  # fmt: skip
    template.build(list(flowables(source)), onFirstPage=footer, onLaterPages=footer)
    return file.getvalue()


WRITERS = {
    ".pdf": write_pdf,
    ".docx": write_docx,
    ".xlsx": write_xlsx,
    ".html": write_html,
    ".md": write_md,
    ".txt": write_txt,
    ".eml": write_eml,
}


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the sample documents from their sources.")
    parser.add_argument("--to", type=Path, default=HERE / "documents")
    folder: Path = parser.parse_args().to
    folder.mkdir(parents=True, exist_ok=True)
    load_fonts()
    paths = sorted((HERE / "sources").glob("*.txt"))
    for path in paths:
        source = parse(path.read_text("utf-8"))
        name = source.head["file"]
        (folder / name).write_bytes(WRITERS[Path(name).suffix](source))
    print(f"Wrote {len(paths)} documents to {folder}.")


if __name__ == "__main__":
    main()
