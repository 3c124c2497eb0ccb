"""The chunkers there are, by name; the settings are in the name."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from contracts.content import Chunker, LanguageDetector, SentenceSplitter
from contracts.errors import SpaceMismatch
from readers.chunking import ChunkerByKind, PartChunker
from readers.cutting import PASSAGE_TOKENS, Cutter, Pages, Rows, Sentences, Structure, Tokens
from readers.formats import KINDS
from readers.semantic import Meaning, Semantic
from readers.tokens import TokenCounter

FORMS = (
    "structure-TOKENS-OVERLAP",
    "sentences-COUNT-OVERLAP",
    "tokens-TOKENS-OVERLAP",
    "semantic-TOKENS",
    "pages-TOKENS",
    "rows-COUNT",
    "parent-child-TOKENS-TOKENS",
)
"""What a name can be; ``structure-200-30`` shares 30 of 200 tokens."""

_NAME = re.compile(r"([a-z]+(?:-child)?)-([1-9][0-9]{0,3})(?:-(0|[1-9][0-9]{0,3}))?")
_AROUND_TABLES = (200, 30)
# More than words of any language have on average; only white space and rulers reach it.
_CHARACTERS_PER_TOKEN = 12


@dataclass(frozen=True, slots=True)
class Tools:
    """What chunkers cut with; ``tokenizer_file`` is the embedding model's."""

    tokenizer_file: Path
    detector: LanguageDetector
    splitter: SentenceSplitter
    meaning: Meaning


_Make: TypeAlias = Callable[[TokenCounter, Tools, int, int], Cutter]

_SHARING: Mapping[str, _Make] = {
    "structure": lambda counter, _, size, overlap: Structure(counter.count, size, overlap),
    "sentences": lambda counter, tools, size, overlap: Sentences(
        counter.count, tools.splitter, size, overlap
    ),
    "tokens": lambda counter, _, size, overlap: Tokens(counter.count, size, overlap),
    "parent-child": lambda counter, _, size, __: Structure(counter.count, size, 0),
}
_CHILDREN: Mapping[str, _Make] = {
    "parent-child": lambda counter, _, __, size: Structure(counter.count, size, 0),
}
"""What cuts again what a way of that name has cut."""
_WHOLE: Mapping[str, _Make] = {
    "semantic": lambda counter, tools, size, _: Semantic(
        counter.count, tools.splitter, tools.meaning, size
    ),
    "pages": lambda counter, _, size, __: Pages(counter.count, size),
    "rows": lambda counter, _, size, __: Rows(
        counter.count, Structure(counter.count, *_AROUND_TABLES), size
    ),
}


def chunker_named(name: str, tools: Tools) -> Chunker:
    """Give the chunker of that name: one way, or more as in ``structure-200-30,tables=rows-20``.

    Raises SpaceMismatch for a name that is none, SetupFailed when the tokenizer cannot be used.
    """
    first, *others = name.split(",")
    default = _plain(first, tools)
    if not others:
        return default
    own: dict[str, Chunker] = {}
    for other in others:
        kind, _, chosen = other.partition("=")
        if kind not in KINDS:
            raise SpaceMismatch(
                f"'{kind[:80]}' is no kind of document that has a chunker of its own.",
                f"Name one of {', '.join(KINDS)}, as in structure-200-30,tables=rows-20.",
            )
        own |= dict.fromkeys(KINDS[kind], _plain(chosen, tools))
    return ChunkerByKind(name, default, own)


def _plain(name: str, tools: Tools) -> PartChunker:
    found = _NAME.fullmatch(name)
    kind, first, second = found.groups() if found else ("", "", None)
    make = (_WHOLE if second is None else _SHARING).get(kind)
    if make is None:
        raise SpaceMismatch(
            f"'{name[:80]}' is no chunker.",
            f"Name one {', '.join(FORMS)}, as in structure-200-30.",
        )
    size, overlap = int(first), int(second or 0)
    again = _CHILDREN.get(kind)
    if overlap >= size or (again and not overlap):
        raise _unfit(kind, size, overlap)
    most = max(size * 32 // 25, PASSAGE_TOKENS) * _CHARACTERS_PER_TOKEN
    counter = TokenCounter(tools.tokenizer_file, most)
    cutter = make(counter, tools, size, overlap)
    children = again(counter, tools, size, overlap) if again else None
    return PartChunker(name, cutter, counter, tools.detector, children)


def _unfit(kind: str, size: int, other: int) -> SpaceMismatch:
    """Say which sizes do not go together."""
    if kind in _CHILDREN:
        return SpaceMismatch(
            f"A parent of {size} tokens cannot be cut into children of {other}.",
            "Choose children that are smaller than their parents, as in parent-child-800-100.",
        )
    return SpaceMismatch(
        f"Chunks of {size} {'sentences' if kind == 'sentences' else 'tokens'} "
        f"cannot share {other}.",
        "Choose an overlap that is less than the size, as in structure-200-30.",
    )
