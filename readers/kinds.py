"""Tells what bytes are by their content; the name only chooses between kinds of plain text."""

import io
import re
import zipfile

from contracts.errors import Unreadable, UnreadableDocument
from readers.decoding import decode

_SAMPLE = 1 << 16
_MIMETYPE = 100
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURES = {
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"GIF8": "GIF",
    b"BM": "bitmap",
}
_OTHERS = {
    b"{\\rtf": ("text in RTF", "Save it as docx or PDF and add that."),
    b"\x1f\x8b": ("gzip archive", "Unpack it and add the files in it."),
    b"7z\xbc\xaf\x27\x1c": ("7z archive", "Unpack it and add the files in it."),
    b"Rar!": ("RAR archive", "Unpack it and add the files in it."),
}
_OFFICE = "application/vnd.openxmlformats-officedocument"
_OFFICE_MEMBERS = (
    (re.compile(r"word/document\d*\.xml"), f"{_OFFICE}.wordprocessingml.document"),
    (re.compile(r"xl/workbook\.xml"), f"{_OFFICE}.spreadsheetml.sheet"),
    (re.compile(r"xl/workbook\.bin"), "binary Excel workbook"),
    (re.compile(r"ppt/presentation\.xml"), "PowerPoint presentation"),
)
_TEXT_BY_NAME = {
    "md": "text/markdown",
    "markdown": "text/markdown",
    "csv": "text/csv",
    "tsv": "text/csv",
    "json": "application/json",
    "xml": "application/xml",
    "htm": "text/html",
    "html": "text/html",
    "xhtml": "text/html",
    "eml": "message/rfc822",
}
_HTML = re.compile(r"(?i)\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)\b")
_MAIL = re.compile(r"(?:[A-Za-z][\w-]*:[^\n]*\n(?:[ \t][^\n]*\n)*){3,}\n")
_MAIL_FIELD = re.compile(r"(?im)^(?:from|received|subject|message-id):")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def media_type(data: bytes, filename: str) -> str:
    """Give the media type. Raises UnreadableDocument for what no reader can take."""
    if not data.strip():
        raise UnreadableDocument(
            Unreadable.EMPTY,
            "The file is empty." if not data else "The file holds white space only.",
            "Check that the right file was added.",
        )
    if b"%PDF-" in data[:1024]:
        return "application/pdf"
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _of_zip(data)
    if data.startswith(_OLE):
        raise _of_ole(data)
    for signature, name in _PICTURES.items():
        if data.startswith(signature):
            raise UnreadableDocument(
                Unreadable.NO_TEXT,
                f"The file is a picture ({name}).",
                "Run text recognition (OCR) on it and add the result; reading text in pictures "
                "is not part of this version yet.",
            )
    for signature, (name, remedy) in _OTHERS.items():
        if data.startswith(signature):
            raise _unsupported(name, remedy)
    return _of_text(data, filename)


def _of_zip(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            kind = ""
            if "mimetype" in names:
                with archive.open("mimetype") as member:
                    kind = member.read(_MIMETYPE).decode("ascii", "replace")
    except (zipfile.BadZipFile, NotImplementedError, ValueError, RuntimeError, EOFError) as error:
        raise UnreadableDocument(
            Unreadable.MALFORMED,
            "The file is damaged: it is packed (docx, xlsx or zip) and cannot be unpacked.",
            "Get the whole file again from where it came from.",
        ) from error
    found = next(
        (kind for member, kind in _OFFICE_MEMBERS if any(map(member.fullmatch, names))), None
    )
    if found and "/" in found:
        return found
    if found:
        raise _unsupported(found, "Save it as PDF and add that.")
    if "opendocument" in kind or "epub" in kind:
        name = "e-book (epub)" if "epub" in kind else f"OpenDocument {kind.rpartition('.')[2]}"
        raise _unsupported(name, "Save it as docx or PDF and add that.")
    raise _unsupported("zip archive", "Unpack it and add the files in it.")


def _of_ole(data: bytes) -> UnreadableDocument:
    """Tell encrypted Office files from the old binary ones by the names of their streams."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        return UnreadableDocument(
            Unreadable.ENCRYPTED,
            "The Office file is protected by a password.",
            "Open it, remove the password, save it and add it again.",
        )
    if "__properties_version1.0".encode("utf-16-le") in data:
        return _unsupported("Outlook message (msg)", "Save the message as eml and add that.")
    return _unsupported(
        "document of an old Office version", "Save it as docx, xlsx or PDF and add that."
    )


def _of_text(data: bytes, filename: str) -> str:
    sample = decode(data[:_SAMPLE]).replace("\r\n", "\n")
    controls = len(_CONTROL.findall(sample))
    if controls > len(sample) // 50 + 2:
        raise _unsupported(
            "file of a kind that is not known", "Save it as PDF, docx or text and add that."
        )
    extension = filename.rpartition(".")[2].lower() if "." in filename else ""
    if _HTML.match(sample):
        return "text/html"
    if _MAIL.match(sample) and _MAIL_FIELD.search(sample[:8192]):
        return "message/rfc822"
    return _TEXT_BY_NAME.get(extension, "text/plain")


def _unsupported(name: str, remedy: str) -> UnreadableDocument:
    article = "an" if name[0].lower() in "aeio" else "a"
    return UnreadableDocument(
        Unreadable.UNSUPPORTED, f"The file is {article} {name}, which cannot be read.", remedy
    )
