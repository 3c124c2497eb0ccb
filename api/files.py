"""Files over HTTP: uploads in pieces, originals back out, names made safe."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote
from uuid import UUID

import anyio
from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import StreamingResponse

from api.bodies import Metadata, Text
from api.service import Service
from contracts.errors import InvalidInput
from contracts.nouns import METADATA_LIMIT, Json
from contracts.record import DocumentRecord, Slice
from ingestion.receiving import plain_name

PIECE = 256 * 1024
MAX_FILES = 100
MAX_FIELDS = 8
SOURCE_LIMIT = 2000
INLINE_TYPES = frozenset({"application/pdf", "image/png", "image/jpeg", "image/webp"})
"""What a browser may show in place; everything else, HTML and SVG above all, is a download."""

_METADATA: TypeAdapter[Json] = TypeAdapter(Metadata)
_TEXT: TypeAdapter[str] = TypeAdapter(Text)


class _Parser(MultiPartParser):
    """Spools each file to disk from 64 KB on: a hundred small files stay small in memory."""

    spool_max_size = 64 * 1024
    max_part_size = 4 * METADATA_LIMIT


@dataclass(frozen=True, slots=True)
class UploadForm:
    """A parsed upload; its files are open until ``form.close()``."""

    files: tuple[UploadFile, ...]
    metadata: Json
    source: str | None
    workspace: str | None
    form: FormData


async def read_form(request: Request) -> UploadForm:
    """Parse a multipart upload. Raises InvalidInput in words; TooLarge while it streams in."""
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise InvalidInput(
            "An upload is multipart/form-data.",
            "Send each file in a field 'file', for example: curl -F file=@report.pdf.",
        )
    parser = _Parser(
        request.headers, _body(request), max_files=MAX_FILES, max_fields=MAX_FIELDS,
        max_part_size=_Parser.max_part_size,
    )  # fmt: skip
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise InvalidInput(
            f"The multipart body cannot be read: {error.message}",
            f"Send at most {MAX_FILES} files in fields named 'file'.",
        ) from error
    try:
        return _checked(form)
    except InvalidInput:
        await form.close()
        raise


async def _body(request: Request) -> AsyncGenerator[bytes, None]:
    async for piece in request.stream():
        yield piece


def _checked(form: FormData) -> UploadForm:
    files = tuple(item for item in form.getlist("file") if isinstance(item, UploadFile))
    if not files:
        raise InvalidInput("The upload holds no file.", "Send each file in a field 'file'.")
    source = _text_field(form, "source", SOURCE_LIMIT)
    if source is not None and len(files) > 1:
        raise InvalidInput(
            "One source cannot name several files.", "Send one file, or leave the source out."
        )
    return UploadForm(files, _metadata(form), source, _text_field(form, "workspace", 100), form)


def _text_field(form: FormData, name: str, limit: int) -> str | None:
    value = form.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) > limit:
        raise InvalidInput(f"'{name}' is not a text of at most {limit} characters.", "Shorten it.")
    try:
        return _TEXT.validate_python(value)
    except ValidationError as error:
        raise InvalidInput(f"'{name}' {_said(error)}.", "Send plain Unicode text.") from error


def _metadata(form: FormData) -> Json:
    value = form.get("metadata")
    if value is None or value == "":
        return {}
    remedy = 'Send a JSON object, for example {"year": 2025}.'
    if not isinstance(value, str):
        raise InvalidInput("'metadata' is not a JSON object.", remedy)
    try:
        return _METADATA.validate_json(value)
    except ValidationError as error:
        raise InvalidInput(f"'metadata' {_said(error)}.", remedy) from error


def _said(error: ValidationError) -> str:
    """Give the first thing that is wrong, without echoing the input."""
    message = str(error.errors(include_url=False, include_input=False)[0]["msg"])
    return message.removeprefix("Value error, ").lower().rstrip(".")


async def pieces(file: UploadFile) -> AsyncIterator[bytes]:
    """Give an uploaded file in pieces of at most PIECE bytes."""
    while piece := await file.read(PIECE):
        yield piece


def disposition(name: str, *, inline: bool = False) -> str:
    """Give the Content-Disposition of a file, its UTF-8 name encoded (RFC 6266)."""
    kind = "inline" if inline else "attachment"
    return f"{kind}; filename*=UTF-8''{quote(plain_name(name), safe='')}"


async def original(
    service: Service, workspace: str, document: UUID, *, may_show: bool = False
) -> StreamingResponse:
    """Answer with the bytes as they came. Raises NotFound.

    ``may_show`` lets a browser show harmless types in place; else it is always a download.
    """
    record, where = await service.documents.original(workspace, document)
    inline = may_show and record.media_type in INLINE_TYPES
    path = await service.blobs.path(where.blob)
    return StreamingResponse(
        _slice(str(path), where),
        media_type=record.media_type if inline else "application/octet-stream",
        headers=_headers(record, where, inline=inline),
    )


def _headers(record: DocumentRecord, where: Slice, *, inline: bool) -> Mapping[str, str]:
    return {
        "Content-Disposition": disposition(record.filename, inline=inline),
        "Content-Length": str(where.end - where.start),
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }


async def _slice(path: str, where: Slice) -> AsyncIterator[bytes]:
    left = where.end - where.start
    async with await anyio.open_file(path, "rb") as file:
        await file.seek(where.start)
        while left > 0 and (piece := await file.read(min(PIECE, left))):
            left -= len(piece)
            yield piece
