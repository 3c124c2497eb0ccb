"""Documents to cut, and what holds of whatever they were cut into."""

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import numpy as np

from contracts.content import Chunker
from contracts.nouns import Chunk, ChunkId, Heading, Part, Reading, Vector, VersionRef
from inference.sentences import SentencexSplitter
from readers.chunkers import Tools, chunker_named
from readers.draft import has_visible_text
from tests.fakes.languages import ByScript

REF = VersionRef(UUID(int=7), 3)
RUSSIAN = "Договор аренды вступает в силу с момента подписания сторонами. "
FRENCH = "Le contrat de travail prend effet dès la signature par les deux parties. "


def named(name: str, tokenizer_file: Path) -> Chunker:
    return chunker_named(name, Tools(tokenizer_file, ByScript(), SentencexSplitter(), letters))


def letters(texts: Sequence[str]) -> Vector:
    """A meaning that is easy to foresee: how often each letter occurs."""
    rows = np.array([[t.lower().count(c) for c in "abcdefghijklmnop"] for t in texts], np.float32)
    rows[:, 0] += 1e-3  # no row of zeros
    unit: Vector = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


def reading(*texts: str, title: str | None = None, paged: bool = False) -> Reading:
    parts = (
        Part(i, f"Part {i}", text, page=i + 1 if paged else None, headings=headings_of(text))
        for i, text in enumerate(texts)
    )
    return Reading("text/plain", tuple(parts), title)


def headings_of(text: str) -> tuple[Heading, ...]:
    """Lines that begin with ``#`` and a blank are headings, as in Markdown."""
    found, offset = [], 0
    for line in text.split("\n"):
        mark, _, title = line.partition(" ")
        if mark and not mark.strip("#") and title.strip():
            found.append(Heading(offset + len(mark) + 1, len(mark), title.strip()))
        offset += len(line) + 1
    return tuple(found)


def chunked(chunker: Chunker, document: Reading) -> list[Chunk]:
    return list(chunker.chunks(REF, 2, document))


def assert_exact(document: Reading, chunks: Sequence[Chunk]) -> None:
    """Each span is its text, all in order, and together they hold all that is visible."""
    assert [c.id for c in chunks] == [ChunkId(REF.document, 3, 2, i) for i in range(len(chunks))]
    assert [c.part for c in chunks] == sorted(c.part for c in chunks)
    for part in document.parts:
        own = [c for c in chunks if c.part == part.ordinal]
        starts = [c.span.start for c in own]
        assert starts == sorted(set(starts))
        reached = 0
        for chunk in own:
            assert chunk.text == part.text[chunk.span.start : chunk.span.end]
            assert has_visible_text(chunk.text)
            assert chunk.text == chunk.text.strip() or chunk.parent
            assert not has_visible_text(part.text[reached : chunk.span.start])
            assert chunk.span.end > reached
            assert chunk.page == part.page
            reached = chunk.span.end
        assert not has_visible_text(part.text[reached:])
    assert_families(document, chunks)


def assert_families(document: Reading, chunks: Sequence[Chunk]) -> None:
    """The children of a parent are neighbours whose texts joined are a passage of the part."""
    for parent in {c.parent for c in chunks if c.parent}:
        own = chunks[parent.first : parent.end]
        assert len(own) > 1
        assert {(c.parent, c.part) for c in own} == {(parent, own[0].part)}
        assert [c.span.end for c in own[:-1]] == [c.span.start for c in own[1:]]
        whole = "".join(c.text for c in own)
        text = document.parts[own[0].part].text
        assert whole == text[own[0].span.start : own[-1].span.end] == whole.strip()
    assert all(c.parent is None or c.parent.first <= c.id.ordinal < c.parent.end for c in chunks)
