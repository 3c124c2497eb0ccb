"""Which function reads which media type; adding a format is one line here and one file.

A reader is ``read(data: bytes, draft: Draft) -> None``, named ``module:function`` so that a
reading process imports only the parsers it needs.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from readers.draft import Draft

FormatReader: TypeAlias = Callable[[bytes, Draft], None]

RECORD = "application/x-diptych-record+json"

_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"

FORMATS: Mapping[str, str] = {
    "application/pdf": "readers.pdf:read",
    f"{_OFFICE}.wordprocessingml.document": "readers.docx:read",
    f"{_OFFICE}.spreadsheetml.sheet": "readers.xlsx:read",
    f"{_OFFICE}.presentationml.presentation": "readers.pptx:read",
    "application/vnd.ms-excel.sheet.binary.macroEnabled.12": "readers.xls:read_binary",
    f"{_OPEN}.text": "readers.odf:read_text",
    f"{_OPEN}.presentation": "readers.odf:read_presentation",
    f"{_OPEN}.spreadsheet": "readers.odf:read_workbook",
    "application/epub+zip": "readers.epub:read",
    "application/rtf": "readers.rtf:read",
    "application/msword": "readers.doc:read",
    "application/vnd.ms-excel": "readers.xls:read",
    "application/vnd.ms-powerpoint": "readers.ppt:read",
    "application/vnd.ms-outlook": "readers.msg:read",
    "application/vnd.ms-tnef": "readers.tnef:read",
    "application/mbox": "readers.mbox:read",
    "multipart/related": "readers.mhtml:read",
    "message/rfc822": "readers.mail:read",
    "application/zip": "readers.zip:read",
    "application/x-7z-compressed": "readers.sevenzip:read",
    "application/x-tar": "readers.tar:read",
    "application/gzip": "readers.tar:read",
    "application/x-bzip2": "readers.tar:read",
    "application/x-xz": "readers.tar:read",
    "application/zstd": "readers.tar:read",
    "text/html": "readers.html:read",
    "text/csv": "readers.tabular:read",
    "text/plain": "readers.plain:read",
    "text/markdown": "readers.markdown:read",
    "application/json": "readers.plain:read",
    "application/xml": "readers.plain:read",
    **dict.fromkeys(
        ("image/png", "image/jpeg", "image/tiff", "image/gif", "image/bmp", "image/webp"),
        "readers.picture:read",
    ),
    "image/heic": "readers.picture:read",
    RECORD: "readers.records:read",
}

KINDS: Mapping[str, tuple[str, ...]] = {
    "tables": (
        "text/csv",
        f"{_OFFICE}.spreadsheetml.sheet",
        "application/vnd.ms-excel.sheet.binary.macroEnabled.12",
        "application/vnd.ms-excel",
        f"{_OPEN}.spreadsheet",
    ),
    "slides": (
        f"{_OFFICE}.presentationml.presentation",
        "application/vnd.ms-powerpoint",
        f"{_OPEN}.presentation",
    ),
    "mail": (
        *("message/rfc822", "application/vnd.ms-outlook", "application/vnd.ms-tnef"),
        "application/mbox",
    ),
    "pdf": ("application/pdf",),
    "web": ("text/html", "multipart/related"),
    "records": (RECORD,),
}
"""Media types that people think of as one; each may be cut in a way of its own."""
