"""Reads e-books (epub): a part per chapter file, in reading order."""

import posixpath
import re
from functools import partial
from urllib.parse import unquote

from lxml.etree import _Element as Element

from contracts.errors import Unreadable, UnreadableDocument
from readers import html
from readers.archive import Archive
from readers.decoding import decode
from readers.draft import Draft, PartDraft, useful_title
from readers.office_xml import attribute
from readers.pictures import Pictures

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
# Fonts may be scrambled without the text being locked.
_SCRAMBLED_FONTS = (b"http://www.idpf.org/2008/embedding", b"http://ns.adobe.com/pdf/enc#RC")
_METHOD = re.compile(rb"""EncryptionMethod[^>]*Algorithm=["']([^"']+)""")


def read(data: bytes, draft: Draft) -> None:
    """Give the chapters of the spine with their headings; a chapter's label is its heading."""
    archive = Archive(data, draft.limits)
    _check_not_locked(archive)
    container = archive.xml(_CONTAINER)
    package_name = attribute(next(container.iterfind("{*}rootfiles/{*}rootfile")), "full-path")
    package = archive.xml(package_name)
    names = set(archive.names)
    pictures = Pictures(draft)
    for number, href in enumerate(_spine(package), start=1):
        path = posixpath.join(posixpath.dirname(package_name), unquote(href.partition("#")[0]))
        name = posixpath.normpath(path)
        if name not in names:
            continue
        part = draft.part(f"Chapter {number}")

        def show(
            source: str, part: PartDraft = part, folder: str = posixpath.dirname(name)
        ) -> None:
            target = posixpath.normpath(posixpath.join(folder, unquote(source)))
            if target in names:
                pictures.show_after(part, target, partial(archive.read, target))

        html.write(decode(archive.read(name)), part, show)
        if part.headings and not part.text[: part.headings[0][0]].strip():
            part.label = part.headings[0][2]
    title, author = (_property(package, name) for name in ("title", "creator"))
    draft.title = useful_title(title) or draft.first_heading
    if author:
        draft.metadata["author"] = author
    pictures.recognise()


def _check_not_locked(archive: Archive) -> None:
    if _ENCRYPTION not in archive.names:
        return
    methods = _METHOD.findall(archive.read(_ENCRYPTION))
    if not all(method.startswith(_SCRAMBLED_FONTS) for method in methods):
        raise UnreadableDocument(
            Unreadable.ENCRYPTED,
            "The e-book is locked by its seller (DRM).",
            "Ask the seller for a copy that is not locked.",
        )


def _spine(package: Element) -> list[str]:
    items = {
        attribute(item, "id"): attribute(item, "href")
        for item in package.iterfind("{*}manifest/{*}item")
    }
    listed = (attribute(item, "idref") for item in package.iterfind("{*}spine/{*}itemref"))
    # A chapter stands in a spine once (EPUB 3.3, 5.7.2).
    return [items[ref] for ref in dict.fromkeys(listed) if ref in items]


def _property(package: Element, name: str) -> str:
    found = next(package.iterfind(f"{{*}}metadata/{{*}}{name}"), None)
    return "" if found is None else (found.text or "").strip()
