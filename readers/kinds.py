"""Tells what bytes are by their content; the name only chooses between kinds of plain text."""

import io
import re
import zipfile
from collections.abc import Callable
from itertools import islice

from contracts.errors import Unreadable, UnreadableDocument
from readers.decoding import decode
from readers.tabular import is_named_table, is_table
from readers.unpacking import TAR_BLOCK, is_tar

_SAMPLE = 1 << 16
_MIMETYPE = 100
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BEGINS = {
    "application/rtf": re.compile(rb"\{\\rtf"),
    "application/vnd.ms-tnef": re.compile(rb"\x78\x9f\x3e\x22"),
    "application/gzip": re.compile(rb"\x1f\x8b"),
    "application/x-bzip2": re.compile(rb"BZh[1-9]1AY&SY"),
    "application/x-xz": re.compile(rb"\xfd7zXZ\0"),
    "application/zstd": re.compile(rb"\x28\xb5\x2f\xfd"),
    "application/x-7z-compressed": re.compile(rb"7z\xbc\xaf\x27\x1c"),
    "image/png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "image/jpeg": re.compile(rb"\xff\xd8\xff"),
    "image/tiff": re.compile(rb"II[*+]\0|MM\0[*+]"),
    "image/gif": re.compile(rb"GIF8[79]a"),
    # Text may begin with "BM" too: the sizes of a bitmap's header follow at byte 14.
    "image/bmp": re.compile(rb"(?s)BM.{12}[\x0c\x28\x34\x38\x40\x6c\x7c]\0\0\0"),
    "image/webp": re.compile(rb"(?s)RIFF.{4}WEBP"),
    "image/heic": re.compile(rb"(?s).{4}ftyp(?:hei[cxms]|hev[cxms]|mif1|msf1)"),
}
_OTHERS = (
    (
        rb"Rar!\x1a\x07",
        "RAR archive",
        "Unpack it, and add the files in it or a zip archive of them.",
    ),
    (rb"MSCF\0", "cabinet archive", "Unpack it and add the files in it."),
    (
        rb"(?s)ID3[\x02-\x04]|\xff\xfb|fLaC\0|OggS\0|#!AMR\n|RIFF.{4}WAVE|\0\0..ftypM4A",
        "sound recording",
        "Add what is said in it as text.",
    ),
    (
        rb"(?s)\0\0..ftyp|\x1a\x45\xdf\xa3|RIFF.{4}AVI |\0\0\x01\xba|\x30\x26\xb2\x75",
        "film",
        "Add what is said in it as text.",
    ),
    (rb"(?s)MZ.{60}\0\0|\x7fELF", "program", "Add the documents that belong to it."),
    (rb"AC10\d\d\0", "AutoCAD drawing", "Print it to PDF and add that."),
    (rb"8BPS\0", "Photoshop picture", "Save it as PNG or PDF and add that."),
)
"""How files of kinds that nothing here reads begin, what they are, and what to do with them."""
_OFFICE = "application/vnd.openxmlformats-officedocument"
_OFFICE_MEMBERS = (
    (re.compile(r"word/document\d*\.xml"), f"{_OFFICE}.wordprocessingml.document"),
    (re.compile(r"xl/workbook\.xml"), f"{_OFFICE}.spreadsheetml.sheet"),
    (
        re.compile(r"xl/workbook\.bin"),
        "application/vnd.ms-excel.sheet.binary.macroEnabled.12",
    ),
    (re.compile(r"ppt/presentation\d*\.xml"), f"{_OFFICE}.presentationml.presentation"),
)
# By the name of a stream at the root; Outlook's files may hold any of the others.
_OLE_STREAMS = {
    "__properties_version1.0": "application/vnd.ms-outlook",
    "worddocument": "application/msword",
    "powerpoint document": "application/vnd.ms-powerpoint",
    "workbook": "application/vnd.ms-excel",
    "book": "application/vnd.ms-excel",
}
_PACKED = {
    *("application/epub+zip", "application/vnd.oasis.opendocument.text"),
    "application/vnd.oasis.opendocument.presentation",
    "application/vnd.oasis.opendocument.spreadsheet",
}
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
# Each comment ends where it first can: trying its other ends takes for ever where many follow.
_HTML = re.compile(
    r"(?is)\s*(?:<\?xml[^>]*>\s*)?(?>(?><!--.*?-->)\s*)*+<(?:!doctype\s+html|html)\b"
)
_XML = re.compile(r"\s*<\?xml\b")
_JSON = re.compile(r"""\s*\[?\s*\{\s*"[^"\n]{0,200}"\s*:""")
_HEAD = re.compile(r"[A-Za-z][\w-]*:[^\n]*\n")
_STORED = re.compile(r"From [^\n]*\n[A-Za-z][\w-]*:")
# A message begins behind an empty line with "From ", and a field follows (RFC 4155).
MESSAGE_BEGIN = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\r\n\r\n))From [^\r\n]*\r?\n(?=[A-Za-z][\w-]*:)")
_RELATED = re.compile(r"(?im)^content-type:\s*multipart/related\b")
_SENT = re.compile(r"(?im)^(?:to|cc|received|delivered-to|message-id):")
_LOCATION = re.compile(r"(?im)^(?:snapshot-)?content-location:")
_MAIL = re.compile(r"(?:[A-Za-z][\w-]*:[^\n]*\n(?:[ \t][^\n]*\n)*){3,}\n")
_MIME = re.compile(r"(?i)mime-version:[^\n]*\ncontent-type:\s*[a-z]+/")
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
    for kind, begins in _BEGINS.items():
        if begins.match(data):
            return kind
    # Before the search for PDF, which may stand unpacked behind an archive's first block.
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _of_zip(data)
    if is_tar(data[:TAR_BLOCK]):
        return "application/x-tar"
    if b"%PDF-" in data[:1024]:
        return "application/pdf"
    if data.startswith(_OLE):
        return _of_ole(data)
    for signature, name, remedy in _OTHERS:
        if re.match(signature, data):
            raise _unsupported(f"is {_with_article(name)}, which", remedy)
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
    for pattern, office in _OFFICE_MEMBERS:
        if any(map(pattern.fullmatch, names)):
            return office
    # A template differs from a document by its label alone.
    kind = kind.strip().removesuffix("-template")
    if kind in _PACKED:
        return kind
    if "opendocument" in kind:
        name = f"OpenDocument {kind.rpartition('.')[2]}"
        raise _unsupported(f"is an {name}, which", "Save it as PDF and add that.")
    return "application/zip"


def _of_ole(data: bytes) -> str:
    from readers.ole import Compound, refuse_locked  # noqa: PLC0415 - 30 ms, for few files

    names = Compound(data).names
    if "encryptedpackage" in names:
        refuse_locked()
    for stream, kind in _OLE_STREAMS.items():
        if stream in names:
            return kind
    raise _unsupported(
        "is an old Office or Windows file of another kind, which",
        "Save it as docx, xlsx or PDF and add that.",
    )


def _of_text(data: bytes, filename: str) -> str:
    sample = decode(data[:_SAMPLE]).replace("\r\n", "\n")
    controls = len(_CONTROL.findall(sample))
    if controls > len(sample) // 50 + 2:
        raise _unsupported(
            "is of a kind that is not known, and", "Save it as PDF, docx or text and add that."
        )
    if _STORED.match(sample) and len(list(islice(MESSAGE_BEGIN.finditer(data), 2))) > 1:
        return "application/mbox"
    for kind, tells in _TEXT_SIGNS:
        if tells(sample):
            return kind
    extension = filename.rpartition(".")[2].lower() if "." in filename else ""
    named = _TEXT_BY_NAME.get(extension, "text/plain")
    if named == "text/plain" and is_table(sample):
        return "text/csv"
    fits = _FITS_NAME.get(named)
    return named if fits is None or fits(sample) else "text/plain"


def _is_saved_page(sample: str) -> bool:
    """Tell a saved web page from mail that has pictures: it was never sent to anyone."""
    head = sample.partition("\n\n")[0]
    return (
        _HEAD.match(sample) is not None
        and _RELATED.search(head) is not None
        and _SENT.search(head) is None
        and _LOCATION.search(sample) is not None
    )


def _is_mail(sample: str) -> bool:
    fields = _MAIL.match(sample) is not None and _MAIL_FIELD.search(sample[:8192]) is not None
    return fields or _MIME.match(sample) is not None


# What the content says for certain, whatever the name is.
_TEXT_SIGNS: tuple[tuple[str, Callable[[str], object]], ...] = (
    ("text/html", _HTML.match),
    ("message/rfc822", _STORED.match),
    ("multipart/related", _is_saved_page),
    ("message/rfc822", _is_mail),
    ("application/xml", _XML.match),
    ("application/json", _JSON.match),
)
# What a name claims is believed where the content allows it at all.
_FITS_NAME: dict[str, Callable[[str], object]] = {
    "text/html": re.compile(r"<[A-Za-z!/]").search,
    "text/csv": is_named_table,
    "message/rfc822": _HEAD.match,
}


def _with_article(name: str) -> str:
    return f"{'an' if name[0].lower() in 'aeio' else 'a'} {name}"


def _unsupported(what: str, remedy: str) -> UnreadableDocument:
    return UnreadableDocument(Unreadable.UNSUPPORTED, f"The file {what} cannot be read.", remedy)
