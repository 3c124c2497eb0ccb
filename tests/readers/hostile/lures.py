"""Files that would have their reader fetch an address, open a file, or run something."""

from contracts.errors import Unreadable
from tests.readers.hostile.case import READ, Bait, Case
from tests.readers.hostile.office import R, cell, workbook
from tests.readers.hostile.pdfs import actions
from tests.readers.making import W, book, open_document, packed, paragraph, replaced

SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink">'


def _word(before: str, text: str) -> bytes:
    body = f"<w:document {W}><w:body>{paragraph('found ' + text)}</w:body></w:document>"
    return packed({"word/document.xml": before + body})


def _entity(address: str) -> str:
    return f'<!DOCTYPE x [<!ENTITY e SYSTEM "{address}">]>'


def _template(bait: Bait) -> bytes:
    """Make a docx whose template, pictures and frames are elsewhere."""
    links = "".join(
        f'<Relationship Id="r{n}" Type="{R}/{kind}" Target="{target}" TargetMode="External"/>'
        for n, (kind, target) in enumerate(
            (kind, target)
            for kind in ("attachedTemplate", "image", "oleObject", "subDocument", "hyperlink")
            for target in (bait.url, bait.file_url)
        )
    )
    field = f'<w:p><w:r><w:instrText>INCLUDETEXT "{bait.url}"</w:instrText></w:r></w:p>'
    body = paragraph("found") + field + '<w:altChunk r:id="r0"/>'
    return packed(
        {
            "word/document.xml": f'<w:document {W} xmlns:r="{R}"><w:body>{body}'
            "</w:body></w:document>",
            "word/_rels/document.xml.rels": f"<Relationships>{links}</Relationships>",
            "word/_rels/settings.xml.rels": f"<Relationships>{links}</Relationships>",
            "word/settings.xml": f'<w:settings {W} xmlns:r="{R}"><w:attachedTemplate r:id="r0"/>'
            "</w:settings>",
        }
    )


def _linked_workbook(bait: Bait) -> bytes:
    """Make an xlsx with formulas that fetch, and a source of data elsewhere."""
    formula = f'<row r="2"><c r="A2"><f>WEBSERVICE("{bait.url}")</f></c></row>'
    call = '<row r="3"><c r="A3"><f>cmd|\'/c calc\'!A0</f></c></row>'
    data = f'<connections><connection id="1"><webPr url="{bait.url}"/></connection></connections>'
    return workbook(cell("A1", "found") + formula + call, connections=data)


def _page(bait: Bait) -> bytes:
    url, path = bait.url, bait.file_url
    return (
        f'<html><head><base href="{url}"><meta http-equiv="refresh" content="0;url={url}">'
        f'<link rel="stylesheet" href="{url}"><link rel="import" href="{path}">'
        f"<style>@import url({url});</style><script src='{url}'></script></head>"
        f"<body><p>found</p><img src='{url}'><img src='{path}'><iframe src='{path}'></iframe>"
        f"<object data='{url}'></object><embed src='{url}'><video src='{url}'></video>"
        f"{SVG}<image x:href='{url}'/><use x:href='{path}#a'/></svg></body></html>"
    ).encode()


def _book(bait: Bait) -> bytes:
    """Make an epub with chapters elsewhere, one of them above the book."""
    places = (bait.url, bait.file_url, f"../../../../..{bait.path}")
    items = "".join(f'<item id="x{n}" href="{place}"/>' for n, place in enumerate(places))
    listed = "".join(f'<itemref idref="x{n}"/>' for n in range(len(places)))
    whole = book(f'<html><body><p>found</p><img src="{bait.url}"/></body></html>')
    whole = replaced(whole, "OPS/book.opf", "</manifest>", f"{items}</manifest>")
    return replaced(whole, "OPS/book.opf", "</spine>", f"{listed}</spine>")


def _mail(bait: Bait) -> bytes:
    """Make a mail whose body and attachment are elsewhere."""
    return (
        "From: a@example.org\nTo: b@example.org\nSubject: found\nMIME-Version: 1.0\n"
        'Content-Type: multipart/mixed; boundary="b"\n\n--b\n'
        f'Content-Type: message/external-body; access-type=URL; URL="{bait.url}"\n\n'
        "Content-Type: text/plain\n\n--b\n"
        f'Content-Type: message/external-body; access-type=local-file; name="{bait.path}"\n\n'
        "Content-Type: text/plain\n\n--b\n"
        f'Content-Type: text/html\n\n<p>found<img src="{bait.url}"></p>\n--b--\n'
    ).encode()


def _opened_text(bait: Bait) -> bytes:
    """Make an odt with linked sections, pictures and a macro."""
    body = (
        f"<office:text><text:section><text:section-source xlink:href='{bait.file_url}' "
        "xmlns:xlink='http://www.w3.org/1999/xlink'/></text:section><text:p>found</text:p>"
        f"<draw:frame><draw:image xlink:href='{bait.url}' "
        "xmlns:xlink='http://www.w3.org/1999/xlink'/></draw:frame></office:text>"
    )
    return open_document("text", body)


def _fields(bait: Bait) -> bytes:
    include = rf'{{\field{{\*\fldinst INCLUDETEXT "{bait.path}"}}}}'
    return (r"{\rtf1 found" + include + r"{\field{\*\fldinst DDEAUTO cmd calc}}\par}").encode()


def lures(bait: Bait) -> list[Case]:
    """Give the files; none of them may show what the bait's file holds, nor ask for its address."""
    url, path = bait.url, bait.file_url
    xi = 'xmlns:xi="http://www.w3.org/2001/XInclude"'
    return [
        Case("entity-file.docx", "an entity that is a file here", READ,
             lambda: _word(_entity(path), "&e;"), "found"),
        Case("entity-http.docx", "an entity that is an address", READ,
             lambda: _word(_entity(url), "&e;"), "found"),
        Case("parameter.docx", "an entity that defines others from an address", READ,
             lambda: _word(f'<!DOCTYPE x [<!ENTITY % p SYSTEM "{url}"> %p;]>', ""), "found"),
        Case("definition.docx", "a definition of its type at an address", READ,
             lambda: _word(f'<!DOCTYPE x SYSTEM "{url}">', ""), "found"),
        Case("include.docx", "a text that includes a file here", READ,
             lambda: _word("", f'<xi:include {xi} parse="text" href="{path}"/>'), "found"),
        Case("entity.xlsx", "an entity that is a file here", Unreadable.MALFORMED,
             lambda: workbook(cell("A1", "&e;"), _entity(path))),
        Case("entity.xml", "an entity that is a file here", READ,
             f'<?xml version="1.0"?>{_entity(path)}<x>found &e;</x>'.encode, "&e;"),
        Case("picture.svg", "a drawing that shows what is elsewhere", READ,
             f'<?xml version="1.0"?>{SVG}<image x:href="{url}"/>found</svg>'.encode,
             "found"),
        Case("template.docx", "a template, pictures and objects that are elsewhere", READ,
             lambda: _template(bait), "found"),
        Case("linked.xlsx", "formulas that fetch and that start programs", READ,
             lambda: _linked_workbook(bait), "found"),
        Case("page.html", "styles, pictures, frames and scripts that are elsewhere", READ,
             lambda: _page(bait), "found"),
        Case("linked.epub", "pictures and links that are elsewhere", READ,
             lambda: _book(bait), "found"),
        Case("linked.odt", "sections and pictures that are elsewhere", READ,
             lambda: _opened_text(bait), "found"),
        Case("external.eml", "a body that is an address, an attachment that is a file here", READ,
             lambda: _mail(bait), "found"),
        Case("fields.rtf", "fields that include a file and call another program", READ,
             lambda: _fields(bait), "found"),
        Case("launch.pdf", "an action that starts a program", READ,
             lambda: actions(b"<</S/Launch/F(/bin/sh)>>"), "found"),
        Case("address.pdf", "an action that opens an address", READ,
             lambda: actions(f"<</S/URI/URI({url})>>".encode()), "found"),
    ]  # fmt: skip
