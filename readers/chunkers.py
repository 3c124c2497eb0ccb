"""The chunkers there are, by name; the settings are in the name."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from contracts.content import LanguageDetector, SentenceSplitter
from contracts.errors import SpaceMismatch
from readers.chunking import PartChunker
from readers.cutting import PASSAGE_TOKENS, Cutter, Pages, Rows, Sentences, Structure, Tokens
from readers.tokens import TokenCounter

FORMS = (
    "structure-TOKENS-OVERLAP",
    "sentences-COUNT-OVERLAP",
    "tokens-TOKENS-OVERLAP",
    "pages-TOKENS",
    "rows-COUNT",
)
"""What a name can be; ``structure-200-30`` shares 30 of 200 tokens."""

_NAME = re.compile(r"([a-z]+)-([1-9][0-9]{0,3})(?:-(0|[1-9][0-9]{0,3}))?")
_AROUND_TABLES = (200, 30)
# More than words of any language have on average; only white space and rulers reach it.
_CHARACTERS_PER_TOKEN = 12

_Make: TypeAlias = Callable[[TokenCounter, SentenceSplitter, int, int], Cutter]

_SHARING: dict[str, _Make] = {
    "structure": lambda counter, _, size, overlap: Structure(counter.count, size, overlap),
    "sentences": lambda counter, splitter, size, overlap: Sentences(
        counter.count, splitter, size, overlap
    ),
    "tokens": lambda counter, _, size, overlap: Tokens(counter.count, size, overlap),
}
_WHOLE: dict[str, _Make] = {
    "pages": lambda counter, _, size, __: Pages(counter.count, size),
    "rows": lambda counter, _, size, __: Rows(
        counter.count, Structure(counter.count, *_AROUND_TABLES), size
    ),
}


def chunker_named(
    name: str, tokenizer_file: Path, detector: LanguageDetector, splitter: SentenceSplitter
) -> PartChunker:
    """Give the chunker of that name. ``tokenizer_file`` is the embedding model's.

    Raises SpaceMismatch for a name that is none, SetupFailed when the tokenizer cannot be used.
    """
    found = _NAME.fullmatch(name)
    kind, first, second = found.groups() if found else ("", "", None)
    make = (_WHOLE if second is None else _SHARING).get(kind)
    if make is None:
        raise SpaceMismatch(
            f"'{name[:80]}' is no chunker.",
            f"Name one {', '.join(FORMS)}, as in structure-200-30.",
        )
    size, overlap = int(first), int(second or 0)
    if overlap >= size:
        raise SpaceMismatch(
            f"Chunks of {size} {_what(kind)} cannot share {overlap}.",
            "Choose an overlap that is less than the size, as in structure-200-30.",
        )
    most = max(size * 32 // 25, PASSAGE_TOKENS) * _CHARACTERS_PER_TOKEN
    counter = TokenCounter(tokenizer_file, most)
    return PartChunker(name, make(counter, splitter, size, overlap), counter, detector)


def _what(kind: str) -> str:
    return "sentences" if kind == "sentences" else "tokens"
