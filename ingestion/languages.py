"""Languages: which one each part of a reading is written in, told once for all that follows."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from contracts.content import LanguageDetector
from contracts.nouns import UNDETERMINED, Part, Reading
from contracts.record import KeptReading

FEWEST = 200
"""Characters; on less of them a detector errs more often than the document's own language does."""
SAMPLE = 400
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")


@dataclass(frozen=True, slots=True)
class TellLanguages:
    """Tells languages of parts; CPU work, called in a thread."""

    detector: LanguageDetector

    def __call__(self, readings: Sequence[KeptReading]) -> list[KeptReading]:
        """Give the readings with the language of every part that does not say its own."""
        return [replace(kept, reading=self._told(kept.reading)) for kept in readings]

    def _told(self, reading: Reading) -> Reading:
        """Put a part that tells nothing in the document's language, one in several in none."""
        found = [self._of(part) for part in reading.parts]
        whole = self.detector.detect(_beginnings(reading)) if None in found else UNDETERMINED
        parts = (
            replace(part, language=language or self._short(part.text, whole))
            for part, language in zip(reading.parts, found, strict=True)
        )
        return replace(reading, parts=tuple(parts))

    def _short(self, text: str, whole: str) -> str:
        """Give the document's language, unless the text is in letters that this one has not."""
        if whole == UNDETERMINED or _fits(text, whole):
            return whole
        return self.detector.detect(text)

    def _of(self, part: Part) -> str | None:
        """Give the language that all samples of a part agree on; None when none tells anything."""
        if part.language != UNDETERMINED:
            return part.language
        if len(part.text) < FEWEST:
            return None
        told = {self.detector.detect(sample) for sample in _samples(part.text)} - {UNDETERMINED}
        if not told:
            return None
        return told.pop() if len(told) == 1 else UNDETERMINED


def _fits(text: str, language: str) -> bool:
    """Tell whether a text may be in a language, by the script of most of its letters."""
    cyrillic, latin = len(_CYRILLIC.findall(text)), len(_LATIN.findall(text))
    return cyrillic == latin or (cyrillic > latin) == (language == "ru")


def _samples(text: str) -> Iterator[str]:
    """Yield the beginning, middle and end of a text, of a short one the whole."""
    last = len(text) - SAMPLE
    if last <= SAMPLE:
        yield text
        return
    for start in (0, last // 2, last):
        yield text[start : start + SAMPLE]


def _beginnings(reading: Reading) -> str:
    sample = reading.title or ""
    for part in reading.parts:
        if len(sample) >= SAMPLE:
            break
        sample += "\n" + part.text[:SAMPLE]
    return sample
