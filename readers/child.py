"""The reading process: takes one request after another from its pipe and answers each.

Started by readers.process as ``python -m readers.child``; imports as little as it can, and
each parser when the first file needs it.
"""

import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, cast

from contracts.errors import Unreadable, UnreadableDocument
from contracts.listing import listed
from contracts.recognition import RecognisedPage
from readers.draft import Draft, PartDraft, Send, clean, has_visible_text
from readers.engines import Engine
from readers.formats import FormatReader
from readers.frames import Kind, frame, read_frame
from readers.kinds import media_type
from readers.limits import Limits
from readers.sandbox import bound_cpu, enter, peak_memory

_NEAR = 0.9
_RECURSION = 10_000


@dataclass(frozen=True, slots=True)
class _Setup:
    """What holds for every file; ``engine`` recognises text in pictures."""

    limits: Limits
    formats: Mapping[str, str]
    engine: Engine | None
    send: Send


def main() -> None:
    """Answer requests until the service closes the pipe."""
    requests = sys.stdin.buffer
    # Parsers print what they like: what they write to standard output goes nowhere.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    first = read_frame(requests)
    if first is None:
        return
    setup = _set_up(first, answers)
    limits, helper = setup.limits, setup.engine.memory_bytes if setup.engine else 0
    # Nested HTML and XML is walked by recursion; libxml2 ends at 2,048 levels.
    sys.setrecursionlimit(_RECURSION)
    # openpyxl imports numpy where it finds it, for nothing: 0.3 s and threads.
    sys.modules["numpy"] = None  # type: ignore[assignment] # documented: makes imports fail
    enter(cast("int", first["parent"]), limits.memory_bytes, helper)
    answers.write(frame({"ready": True}))
    answers.flush()
    while (request := read_frame(requests)) is not None:
        bound_cpu(limits.cpu_seconds)
        answers.write(_answer(request, setup))
        answers.flush()


def _set_up(first: Mapping[str, object], answers: BinaryIO) -> _Setup:
    limits = Limits(**cast("dict[str, int]", first["limits"]))
    found = cast("dict[str, object] | None", first["engine"])
    engine = Engine.of(found) if found else None

    def send(kind: Kind, header: object, data: bytes) -> None:
        answers.write(frame(header, data, kind))
        answers.flush()
        bound_cpu(limits.cpu_seconds)

    formats = cast("dict[str, str]", first["formats"])
    return _Setup(limits, formats, engine, send)


def _answer(request: Mapping[str, object], setup: _Setup) -> bytes:
    """Open and read one file."""
    try:
        data = _bytes(request, setup.limits)
    except UnreadableDocument as error:
        return _refusal(error)
    except OSError as error:
        return frame({"missing": f"{type(error).__name__}: {error}"})
    try:
        return _read(data, request, setup)
    except Exception as error:  # noqa: BLE001 - parsers raise anything, and the pool goes on
        return _failure(error, setup.limits)


def _failure(error: Exception, limits: Limits) -> bytes:
    """Turn whatever a parser raised into a reason that a person understands."""
    if isinstance(error, UnreadableDocument):
        return _refusal(error)
    # C libraries report a refused allocation as an error of their own.
    if isinstance(error, MemoryError) or peak_memory() > limits.memory_bytes * _NEAR:
        message = f"Reading the file needs more than {limits.memory_bytes >> 20:,} MiB of memory."
        remedy = "Cut it into smaller files and add those."
        refusal = UnreadableDocument(Unreadable.TOO_LARGE, message, remedy)
        return _refusal(refusal, exhausted=True)
    if isinstance(error, RecursionError):
        message = "The file is damaged: its content is nested too deep."
    else:
        detail = f"{type(error).__name__}: {' '.join(clean(str(error)).split())[:200]}"
        message = f"The file is damaged or of an unusual kind ({detail})."
    return _refusal(UnreadableDocument(Unreadable.MALFORMED, message, _AGAIN))


def _read(data: bytes, request: Mapping[str, object], setup: _Setup) -> bytes:
    filename = str(request["filename"])
    kind = cast("str | None", request["media_type"]) or media_type(data, filename)
    kept = _kept(cast("Sequence[Mapping[str, object]]", request["recognised"]))
    draft = Draft(setup.limits, filename, send=setup.send, engine=setup.engine, kept=kept)
    _reader(kind, setup.formats)(data, draft)
    parts = [part for part in draft.parts if has_visible_text(part.text)]
    if not parts:
        raise UnreadableDocument(
            Unreadable.EMPTY,
            "The file holds no visible text.",
            "Check that the right file was added.",
        )
    return _reading(kind, draft, parts)


_AGAIN = "Open it in the program that it was made with, save it again and add the new file."


def _bytes(request: Mapping[str, object], limits: Limits) -> bytes:
    start, end = cast("int", request["start"]), cast("int | None", request["end"])
    with open(str(request["path"]), "rb", buffering=0) as file:  # noqa: PTH123 - hot path
        size = (os.fstat(file.fileno()).st_size if end is None else end) - start
        if size > limits.file_bytes:
            raise UnreadableDocument(
                Unreadable.TOO_LARGE,
                f"The file has {size >> 20:,} MiB, more than {limits.file_bytes >> 20:,}.",
                "Cut it into smaller files and add those.",
            )
        file.seek(start)
        pieces = bytearray()
        while len(pieces) < size and (piece := file.read(size - len(pieces))):
            pieces += piece
    return bytes(pieces)


def _kept(pages: Sequence[Mapping[str, object]]) -> dict[int, RecognisedPage]:
    return {cast("int", page["page"]): RecognisedPage(**page) for page in pages}  # type: ignore[arg-type] # as asdict gave them


def _reader(kind: str, formats: Mapping[str, str]) -> FormatReader:
    if kind not in formats:
        raise UnreadableDocument(
            Unreadable.UNSUPPORTED,
            f"The file is of the type {kind}, which cannot be read.",
            "Save it as PDF, docx or text and add that.",
        )
    module, _, name = formats[kind].partition(":")
    return cast("FormatReader", getattr(importlib.import_module(module), name))


def _reading(kind: str, draft: Draft, parts: list[PartDraft]) -> bytes:
    texts = [part.text.encode("utf-8") for part in parts]
    header = {
        "media_type": kind,
        "title": " ".join(clean(draft.title or "").split()) or None,
        "external_id": clean(draft.external_id) if draft.external_id is not None else None,
        "metadata": _storable(draft.metadata | _members(draft)),
        "parts": [
            {
                "label": part.label,
                "page": part.page,
                "headings": part.headings,
                "confidence": part.confidence,
                "doubtful": part.doubtful,
                "bytes": len(text),
            }
            for part, text in zip(parts, texts, strict=True)
        ],
        "peak": peak_memory(),
    }
    return frame(header, b"".join(texts))


def _members(draft: Draft) -> dict[str, object]:
    counted: dict[str, object] = {"members": len(draft.members)} if draft.members else {}
    left = {"members_not_opened": listed(draft.left_out)} if draft.left_out else {}
    return counted | left


def _storable(value: object) -> object:
    """Clean every string of a metadata object; what JSON does not know becomes text."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {clean(str(key)): _storable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(item) for item in value]
    return value if isinstance(value, bool | int | float | None) else clean(str(value))


def _refusal(error: UnreadableDocument, *, exhausted: bool = False) -> bytes:
    return frame(
        {
            "reason": error.reason.value,
            "message": error.message,
            "remedy": error.remedy,
            "exhausted": exhausted,
        }
    )


if __name__ == "__main__":
    main()
