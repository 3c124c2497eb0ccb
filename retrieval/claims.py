"""Takes a model's stream apart into sentences with their marks, as they are completed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from contracts.content import SentenceSplitter

_MARKS = re.compile(r"\s*[\[【]\s*(\d+(?:\s*[,;]\s*\d+)*)\s*[\]】]")
_LEADING_MARKS = re.compile(rf"^(?:{_MARKS.pattern})+[.!?]?")
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence without its marks, and the passage numbers that it was marked with."""

    text: str
    cited: tuple[int, ...]


class Claims:
    """Collects pieces of text; gives each sentence once the next one has begun."""

    def __init__(self, splitter: SentenceSplitter, language: str) -> None:
        self._splitter = splitter
        self._language = language
        self._held = ""

    def feed(self, piece: str) -> Iterator[Claim]:
        """Take the next piece and give the sentences that it completes."""
        self._held += piece
        while (end := self._complete()) is not None:
            yield from _claim(self._held[:end])
            self._held = self._held[end:]

    def end(self) -> Iterator[Claim]:
        """Give what is left when the stream is over."""
        left, self._held = self._held, ""
        for span in self._splitter.split(left, self._language):
            yield from _claim(left[span.start : span.end])

    def _complete(self) -> int | None:
        """Give where the first sentence ends with its marks, once more text follows it."""
        spans = self._splitter.split(self._held, self._language)
        if len(spans) < 2:  # noqa: PLR2004 - a second sentence has begun
            return None
        end = spans[0].end
        rest = self._held[end:]
        if marks := _LEADING_MARKS.match(rest):
            end += marks.end()
            rest = self._held[end:]
        # A mark may be coming in pieces: wait until what follows cannot be one.
        return end if rest.strip() and not rest.lstrip().startswith(("[", "【")) else None


def _claim(text: str) -> Iterator[Claim]:
    """Give the claim of a sentence; nothing for marks without words."""
    cited = [int(n) for marks in _MARKS.finditer(text) for n in _NUMBER.findall(marks.group())]
    words = re.sub(r"\s+", " ", _MARKS.sub("", text)).strip()
    if re.search(r"\w", words):
        yield Claim(words, tuple(dict.fromkeys(cited)))
