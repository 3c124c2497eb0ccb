"""StructureChunker: chunks along headings, paragraphs, rows and sentences, with exact spans."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from semantic_text_splitter import TextSplitter

from contracts.content import LanguageDetector
from contracts.errors import SpaceMismatch
from contracts.nouns import (
    UNDETERMINED,
    Chunk,
    ChunkId,
    Heading,
    Part,
    Reading,
    Span,
    VersionRef,
)
from readers.draft import has_visible_text
from readers.sections import Section, joined, sections
from readers.tables import Tables
from readers.tokens import TokenCounter

# A line that ends inside a sentence is only a wrapped line; as a blank (one character, like the
# line end) it does not draw the splitter to cut there.
_WRAPPED = re.compile(
    r"(?<=[^\W_.!?:][)»”’'\",;-])\n(?=[a-zà-öø-ÿа-яё])|(?<=[^\W_])\n(?=[a-zà-öø-ÿа-яё])"
)
_NAME = re.compile(r"structure-([1-9][0-9]{0,3})-(0|[1-9][0-9]{0,3})")
_ENOUGH_TO_TELL_LANGUAGE = 200
_SAMPLE = 400
_TITLE_MOST = 120
_HEADINGS_MOST = 120
_HEADER_MOST = 240
_CONTEXT_TOKENS = 160
_WINDOW = 1 << 13
# More than words of any language have on average; only white space and rulers reach it.
_CHARACTERS_PER_TOKEN = 12


class StructureChunker:
    """Cuts parts into chunks of about ``tokens`` tokens (port contracts.content.Chunker).

    A section of up to 1.28 times that stays whole: an encyclopaedia paragraph is one chunk. With
    its context (at most 160 tokens) a passage of the default size stays below the 512 tokens
    that small embedding models read. Neighbouring chunks of a long section share up to
    ``overlap`` tokens. ``tokenizer_file`` is the embedding model's ``tokenizer.json``.

    Raises SetupFailed when the tokenizer cannot be used, SpaceMismatch when the overlap is not
    less than the tokens.
    """

    def __init__(
        self,
        tokenizer_file: Path,
        detector: LanguageDetector,
        *,
        tokens: int = 200,
        overlap: int = 30,
    ) -> None:
        if overlap >= tokens:
            raise SpaceMismatch(
                f"Chunks of {tokens} tokens cannot share {overlap}.",
                "Choose an overlap that is less than the tokens, as in structure-200-30.",
            )
        self._whole = tokens * 32 // 25
        self._counter = TokenCounter(tokenizer_file, self._whole * _CHARACTERS_PER_TOKEN)
        self._detector = detector
        self._tiny = tokens // 5
        self._name = f"structure-{tokens}-{overlap}"
        self._splitter = TextSplitter.from_callback(self._counter.count, tokens, overlap)

    @classmethod
    def named(cls, name: str, tokenizer_file: Path, detector: LanguageDetector) -> Self:
        """Give the chunker of that name: ``structure-200-30`` shares 30 of 200 tokens.

        Raises SpaceMismatch for a name that is none, SetupFailed as above.
        """
        settings = _NAME.fullmatch(name)
        if settings is None:
            raise SpaceMismatch(
                f"'{name[:80]}' is no chunker.",
                "Name one structure-TOKENS-OVERLAP, as in structure-200-30.",
            )
        tokens, overlap = map(int, settings.groups())
        return cls(tokenizer_file, detector, tokens=tokens, overlap=overlap)

    @property
    def name(self) -> str:
        """Name with the settings, which ``named`` reads."""
        return self._name

    def chunks(self, ref: VersionRef, generation: int, reading: Reading) -> Iterator[Chunk]:
        """Yield chunks in reading order; every visible character is in at least one."""
        ordinal = 0
        above: tuple[Heading, ...] = ()
        languages = _Languages(self._detector, reading)
        for part in reading.parts:
            self._counter.learn(part.text)
            found, path = sections(part, above, self._counter.count)
            # A chapter goes on over pages; a sheet or a mail's body begins anew.
            above = path if part.page is not None else ()
            tables = Tables(part.text)
            for section in joined(found, tiny=self._tiny, most=self._whole):
                language = languages.of(part, section)
                for span in self._spans(part.text, section):
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
                    )
                    ordinal += 1

    def _spans(self, text: str, section: Section) -> list[Span]:
        """Give trimmed spans with visible text: one for a short section, else the splitter's."""
        piece = text[section.start : section.end]
        if section.tokens <= self._whole:
            start = section.start + len(piece) - len(piece.lstrip())
            spans = [Span(start, start + len(piece.strip()))]
        else:
            spans = [
                Span(section.start + start, section.start + end)
                for start, end in self._split(_WRAPPED.sub(" ", piece))
            ]
            spans = self._without_crumbs(text, spans)
        return [span for span in spans if has_visible_text(text[span.start : span.end])]

    def _split(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield (start, end) of the splitter's chunks, a window of text at a time.

        The splitter looks ahead to the next boundary of each kind for every chunk: in one long
        line that is quadratic. The last chunk of a window begins the next one.
        """
        start = 0
        while start < len(text):
            pieces = self._splitter.chunk_indices(text[start : start + _WINDOW])
            last = start + _WINDOW >= len(text)
            for offset, chunk in pieces if last or len(pieces) < 2 else pieces[:-1]:  # noqa: PLR2004
                yield start + offset, start + offset + len(chunk)
            if last:
                return
            start += pieces[-1][0] if len(pieces) > 1 else _WINDOW

    def _without_crumbs(self, text: str, spans: list[Span]) -> list[Span]:
        """Join a line that the splitter left alone (a table's caption, a last sentence)."""
        count, kept = self._counter.count, spans[:1]
        for span in spans[1:]:
            before = kept[-1]
            crumb = min(count(text[before.start : before.end]), count(text[before.end : span.end]))
            if crumb < self._tiny and count(text[before.start : span.end]) <= self._whole:
                kept[-1] = Span(before.start, span.end)
            else:
                kept.append(span)
        return kept

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


def _shortened(text: str, most: int) -> str:
    """Cut at a word's end, with an ellipsis."""
    if len(text) <= most:
        return text
    return (
        text[:most].rpartition(" ")[0].rstrip(" ,;:|>") + "…"
        if " " in text[:most]
        else (text[: most - 1] + "…")
    )


@dataclass
class _Languages:
    """The language of sections: their own when long enough, else the part's, the document's."""

    detector: LanguageDetector
    reading: Reading
    _document: str | None = None
    _part: tuple[int, str] | None = None

    def of(self, part: Part, section: Section) -> str:
        if part.language != UNDETERMINED:
            return part.language
        if section.end - section.start >= _ENOUGH_TO_TELL_LANGUAGE:
            found = self.detector.detect(part.text[section.start : section.end][:_SAMPLE])
            if found != UNDETERMINED:
                return found
        return self._of_part(part)

    def _of_part(self, part: Part) -> str:
        if self._part is None or self._part[0] != part.ordinal:
            found = UNDETERMINED
            if len(part.text) >= _ENOUGH_TO_TELL_LANGUAGE:
                found = self.detector.detect(part.text[:_SAMPLE])
            self._part = (part.ordinal, found)
        return self._of_document() if self._part[1] == UNDETERMINED else self._part[1]

    def _of_document(self) -> str:
        if self._document is None:
            sample = self.reading.title or ""
            for part in self.reading.parts:
                if len(sample) >= _SAMPLE:
                    break
                sample += "\n" + part.text[:_SAMPLE]
            self._document = self.detector.detect(sample)
        return self._document
