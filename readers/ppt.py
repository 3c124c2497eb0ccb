"""Reads PowerPoint presentations of 1997 to 2003 (ppt) by their records, after [MS-PPT].

Pure Python on olefile: the one library that reads them (kreuzberg, 98 MB) gives no slides.
"""

import struct
from collections.abc import Callable, Iterator
from typing import NamedTuple

from readers import office_art
from readers.draft import Draft, useful_title
from readers.ole import Compound, refuse_damaged, refuse_locked
from readers.pictures import Pictures

_HEADER = struct.Struct("<HHI")
_CONTAINER = 0x0F
_LOCKED = 0xF3D1C4DF
_SLIDE_LIST, _SLIDE_PERSIST = 0x0FF0, 0x03F3
_SLIDES, _NOTES = 0, 2
_SLIDE_ATOM, _TEXT_HEADER, _TEXT_REF = 0x03EF, 0x0F9F, 0x0F9E
_ENCODINGS = {0x0FA0: "utf-16-le", 0x0FA8: "latin-1"}
_TITLES = {0, 6}
_EDITS = 10_000


class _Record(NamedTuple):
    kind: int
    instance: int
    start: int
    end: int
    container: bool


class _Text(NamedTuple):
    kind: int
    text: str


class _Entry(NamedTuple):
    """A slide or a page of notes: where it stands and the text that its outline holds."""

    identity: int
    place: int
    outline: list[_Text]


def read(data: bytes, draft: Draft) -> None:
    """Give each slide's text with its number as page, then its notes; titles are headings."""
    compound = Compound(data)
    user = compound.read("Current User")
    try:
        if struct.unpack_from("<I", user, 12)[0] == _LOCKED:
            refuse_locked()
        file = _File(compound.read("PowerPoint Document"), struct.unpack_from("<I", user, 16)[0])
        slides, notes = file.entries(_SLIDES), file.entries(_NOTES)
        pictures = Pictures(draft)
        stored = office_art.store(file.document, compound.read("Pictures"))

        def show(slide: int, shapes: bytes) -> None:
            for name, load in office_art.loads(shapes, stored):
                pictures.show_on_slide(slide, name, load)

        _write(file, slides, {entry.identity: entry for entry in notes}, draft, show)
    except struct.error as error:
        refuse_damaged(error)
    draft.metadata["pages"] = len(slides)
    compound.take_properties(draft)
    draft.title = useful_title(draft.title or "") or draft.first_heading
    pictures.recognise()


def _write(
    file: "_File",
    slides: list[_Entry],
    notes: dict[int, _Entry],
    draft: Draft,
    show: Callable[[int, bytes], None],
) -> None:
    for number, slide in enumerate(slides, start=1):
        part = draft.part(f"Slide {number}", page=number)
        for text in file.texts(slide):
            for line in text.text.split("\r"):
                if text.kind in _TITLES and line.strip():
                    part.add_heading(" ".join(line.split()), 1)
                else:
                    part.add(line + "\n")
        show(number, file.bytes_of(slide))
        if beside := notes.get(file.notes_of(slide)):
            page = draft.part(f"Notes on slide {number}", page=number)
            for text in file.texts(beside):
                page.add(text.text + "\n")


class _File:
    """The records of a presentation; of what was saved again and again, the last counts."""

    def __init__(self, data: bytes, edit: int) -> None:
        self._data = data
        self._places: dict[int, int] = {}
        self._given: set[int] = set()
        document = 0
        for _ in range(_EDITS):
            if edit == 0:
                break
            before, directory, reference = struct.unpack_from("<8xIII", data, edit + 8)
            document = document or reference
            self._read_directory(directory)
            edit = before if before < edit else 0
        self._document = self._places.get(document, 0)

    def entries(self, kind: int) -> list[_Entry]:
        """Give the slides or the pages of notes, in order."""
        document = self._record(self._document)
        lists = (r for r in self._below(document) if r.kind == _SLIDE_LIST and r.instance == kind)
        found: list[_Entry] = []
        for record in (below for each in lists for below in self._below(each)):
            if record.kind == _SLIDE_PERSIST:
                persist, identity = struct.unpack_from("<I8xI", self._data, record.start)
                found.append(_Entry(identity, self._places.get(persist, -1), []))
            elif found:
                _take_text(self._data, record, found[-1].outline)
        return found

    def texts(self, entry: _Entry) -> list[_Text]:
        """Give the texts of a slide's shapes; an outline whose slide is not there stands alone."""
        if not 0 <= entry.place < len(self._data):
            return entry.outline
        found: list[_Text] = []
        for record in self._walk(self._record(entry.place)):
            if record.kind == _TEXT_REF:
                (index,) = struct.unpack_from("<I", self._data, record.start)
                found += entry.outline[index : index + 1]
            else:
                _take_text(self._data, record, found)
        return [text for text in found if text.text]

    @property
    def document(self) -> bytes:
        """What holds for all slides, with the places of all pictures."""
        record = self._record(self._document)
        return self._data[record.start : record.end]

    def bytes_of(self, entry: _Entry) -> bytes:
        """Give the records of a slide, once: what is shown again is there already."""
        if not 0 <= entry.place < len(self._data) or entry.place in self._given:
            return b""
        self._given.add(entry.place)
        record = self._record(entry.place)
        return self._data[record.start : record.end]

    def notes_of(self, entry: _Entry) -> int:
        """Give the identity of a slide's notes, 0 where it has none."""
        if not 0 <= entry.place < len(self._data):
            return 0
        for record in self._below(self._record(entry.place)):
            if record.kind == _SLIDE_ATOM:
                return int(struct.unpack_from("<16xI", self._data, record.start)[0])
        return 0

    def _read_directory(self, place: int) -> None:
        record = self._record(place)
        at = record.start
        while at + 4 <= record.end:
            (word,) = struct.unpack_from("<I", self._data, at)
            first, count = word & 0xFFFFF, word >> 20
            at += 4
            for number, offset in enumerate(struct.unpack_from(f"<{count}I", self._data, at)):
                self._places.setdefault(first + number, offset)
            at += 4 * count

    def _record(self, at: int) -> _Record:
        version, kind, size = _HEADER.unpack_from(self._data, at)
        start = at + _HEADER.size
        end = min(start + size, len(self._data))
        return _Record(kind, version >> 4, start, end, version & _CONTAINER == _CONTAINER)

    def _below(self, record: _Record) -> Iterator[_Record]:
        at = record.start
        while at + _HEADER.size <= record.end:
            below = self._record(at)
            yield below
            at = below.end

    def _walk(self, record: _Record) -> Iterator[_Record]:
        """Yield the atoms below a container, in order."""
        stack = [self._below(record)]
        while stack:
            below = next(stack[-1], None)
            if below is None:
                stack.pop()
            elif below.container:
                stack.append(self._below(below))
            else:
                yield below


def _take_text(data: bytes, record: _Record, found: list[_Text]) -> None:
    """Add a text, or its header before it: the header says what kind of text follows."""
    if record.kind == _TEXT_HEADER:
        (kind,) = struct.unpack_from("<I", data, record.start)
        found.append(_Text(kind, ""))
    elif found and record.kind in _ENCODINGS:
        page = _ENCODINGS[record.kind]
        text = data[record.start : record.end].decode(page, "replace")
        found[-1] = _Text(found[-1].kind, text.replace("\x0b", "\n"))
