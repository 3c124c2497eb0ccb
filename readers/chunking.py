"""PartChunker: chunks with exact spans, context and language, whichever way parts are cut."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise

from contracts.content import Chunker, LanguageDetector
from contracts.nouns import (
    UNDETERMINED,
    Chunk,
    ChunkId,
    Heading,
    Parent,
    Part,
    Reading,
    Span,
    VersionRef,
)
from readers.cutting import Cutter
from readers.draft import has_visible_text
from readers.sections import Section, sections
from readers.tables import Tables
from readers.tokens import TokenCounter

_ENOUGH_TO_TELL_LANGUAGE = 200
_SAMPLE = 400
_TITLE_MOST = 120
_HEADINGS_MOST = 120
_HEADER_MOST = 240
_CONTEXT_TOKENS = 160


class PartChunker:
    """Cuts the parts of documents with a cutter (port contracts.content.Chunker).

    With ``children`` what it cuts is cut by those again, and is the parent of the chunks. The
    context of a chunk has at most 160 of the tokens that ``counter`` counts.
    """

    def __init__(
        self,
        name: str,
        cutter: Cutter,
        counter: TokenCounter,
        detector: LanguageDetector,
        children: Cutter | None = None,
    ) -> None:
        self._name = name
        self._cutter = cutter
        self._counter = counter
        self._detector = detector
        self._children = children

    @property
    def name(self) -> str:
        """Name with the settings."""
        return self._name

    def chunks(self, ref: VersionRef, generation: int, reading: Reading) -> Iterator[Chunk]:
        """Yield chunks in reading order; every visible character is in at least one."""
        ordinal = 0
        above: tuple[Heading, ...] = ()
        for part in reading.parts:
            self._counter.learn(part.text)
            found, path = sections(part, above, self._counter.count)
            # A chapter goes on over pages; a sheet or a mail's body begins anew.
            above = path if part.page is not None else ()
            tables = Tables(part.text)
            languages = _Languages(self._detector, part)
            for section in self._cutter.sections(found):
                language = languages.of(section)
                for span, parent in self._spans(part.text, section, tables, language, ordinal):
                    text = part.text[span.start : span.end]
                    yield Chunk(
                        id=ChunkId(ref.document, ref.number, generation, ordinal),
                        part=part.ordinal,
                        page=part.page,
                        span=span,
                        text=text,
                        context=self._context(
                            reading.title, section.path, tables.header_at(span.start), text
                        ),
                        language=language,
                        parent=parent,
                    )
                    ordinal += 1

    def _spans(
        self, text: str, section: Section, tables: Tables, language: str, ordinal: int
    ) -> Iterator[tuple[Span, Parent | None]]:
        """Yield the spans of chunks from this ordinal on, each with the parent it is a child of."""
        for cut in self._cutter.spans(text, section, tables, language):
            span = _trimmed(text, cut)
            if not has_visible_text(text[span.start : span.end]):
                continue
            spans = self._divided(text, replace(section, start=span.start, end=span.end), tables)
            parent = Parent(ordinal, ordinal + len(spans)) if len(spans) > 1 else None
            ordinal += len(spans)
            yield from ((one, parent) for one in spans)

    def _divided(self, text: str, section: Section, tables: Tables) -> list[Span]:
        """Give the children of a section, one after the other without a gap; itself where few."""
        whole = Span(section.start, section.end)
        if self._children is None:
            return [whole]
        tokens = self._counter.count(text[whole.start : whole.end])
        cuts = self._children.spans(text, replace(section, tokens=tokens), tables, "")
        visible = [one.start for one in cuts if has_visible_text(text[one.start : one.end])]
        borders = [whole.start, *visible[1:], whole.end]
        return [Span(start, end) for start, end in pairwise(borders)]

    def _context(self, title: str | None, path: tuple[Heading, ...], header: str, text: str) -> str:
        """Title, headings and header row that the chunk's own text does not hold already."""
        lines = [_shortened(title or "", _TITLE_MOST)]
        names = [h.text for h in path if h.text != title and h.text not in text]
        while len(names) > 1 and len(" > ".join(names)) > _HEADINGS_MOST:
            names.pop(0)
        lines.append(_shortened(" > ".join(names), _HEADINGS_MOST))
        lines.append(_shortened(header, _HEADER_MOST))
        context = "\n".join(line for line in lines if line)
        while self._counter.count(context) > _CONTEXT_TOKENS:
            context = context[: len(context) * 3 // 4].rstrip()
        return context


class ChunkerByKind:
    """Cuts documents of some media types in ways of their own (port contracts.content.Chunker)."""

    def __init__(self, name: str, default: Chunker, own: Mapping[str, Chunker]) -> None:
        self._name = name
        self._default = default
        self._own = own

    @property
    def name(self) -> str:
        """Name with the settings."""
        return self._name

    def chunks(self, ref: VersionRef, generation: int, reading: Reading) -> Iterator[Chunk]:
        """Yield the chunks that the chunker of the reading's media type gives."""
        chunker = self._own.get(reading.media_type, self._default)
        return chunker.chunks(ref, generation, reading)


def _trimmed(text: str, span: Span) -> Span:
    """Leave out the white space at both ends."""
    piece = text[span.start : span.end]
    start = span.start + len(piece) - len(piece.lstrip())
    return Span(start, start + len(piece.strip()))


def _shortened(text: str, most: int) -> str:
    """Cut at a word's end, with an ellipsis."""
    if len(text) <= most:
        return text
    return (
        text[:most].rpartition(" ")[0].rstrip(" ,;:|>") + "…"
        if " " in text[:most]
        else (text[: most - 1] + "…")
    )


class _Languages:
    """Languages of sections: their part's, or in a part of several each one's own."""

    def __init__(self, detector: LanguageDetector, part: Part) -> None:
        self._detector = detector
        self._part = part
        self._before = UNDETERMINED

    def of(self, section: Section) -> str:
        """Give a section's language; one too short to tell is in that of the one before it."""
        if self._part.language != UNDETERMINED:
            return self._part.language
        if section.end - section.start >= _ENOUGH_TO_TELL_LANGUAGE:
            sample = self._part.text[section.start : section.end][:_SAMPLE]
            self._before = self._detector.detect(sample)
        return self._before
