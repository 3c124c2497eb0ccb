"""Which function reads which media type; adding a format is one line here and one file.

A reader is ``read(data: bytes, draft: Draft) -> None``, named ``module:function`` so that a
reading process imports only the parsers it needs.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from readers.draft import Draft

FormatReader: TypeAlias = Callable[[bytes, Draft], None]

RECORD = "application/x-diptych-record+json"

FORMATS: Mapping[str, str] = {
    "application/pdf": "readers.pdf:read",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "readers.docx:read",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "readers.xlsx:read",
    "message/rfc822": "readers.mail:read",
    "text/html": "readers.html:read",
    "text/csv": "readers.tabular:read",
    "text/plain": "readers.plain:read",
    "text/markdown": "readers.markdown:read",
    "application/json": "readers.plain:read",
    "application/xml": "readers.plain:read",
    RECORD: "readers.records:read",
}
