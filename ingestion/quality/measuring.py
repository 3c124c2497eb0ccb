"""Measuring: a reading's figures. Pure, CPU-bound, bounded whatever the document's size."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from contracts.content import LanguageDetector
from contracts.nouns import UNDETERMINED, Json, Part, Reading
from contracts.quality import Measured, Words
from ingestion.quality.invoices import invoice_figures
from ingestion.quality.repetition import repeated_lines
from ingestion.quality.samples import Sample, samples

RULES: Final = 2
"""Number of this way of measuring; raise it when a figure changes, and all are taken again."""
_DATA: Final = re.compile(
    "json|xml$|csv|spreadsheet|excel|/(?:g?zip|zstd|x-(?:tar|xz|bzip2|7z-compressed))$"
)
"""Types that hold data for programs, tables or lists of files: their words and lines say nothing
of reading."""
FEWEST_WORDS: Final = 20
FEWEST_LETTERS: Final = 40
"""Of the different words in a piece of text whose language is worth asking."""
EARLIEST_YEAR: Final = 1900
YEARS_AHEAD: Final = 50
_LACKING: Final = {"ru": 0.16}
"""Share of the words of clean texts that a dictionary lacks, where that is much (240 of XQuAD)."""
_WORD: Final = re.compile("[A-Za-zÀ-ÖØ-öø-ɏЀ-ӿ]{3,}")
"""In the scripts of the dictionaries."""
_ADDRESS: Final = re.compile(r"(?<!\S)\S*(?:@|://)\S*")
_ENOUGH_FOR_LANGUAGE: Final = 150
"""Characters: telling languages takes half of the time of measuring."""
_MORE_FOR_LANGUAGE: Final = 500
_SUSPICIOUS: Final = 0.35
"""Share of unknown words from which it is worth the time to ask for the language again, of more."""
# Replacement characters, private use (a PDF's font without a table of characters),
# noncharacters and controls.
_UNPRINTABLE: Final = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufdd0-\ufdef\ufff0-\ufff8\ufffd-\uffff"
    "\U000f0000-\U0010ffff]"
)
# UTF-8 that was taken for Windows-1252 ("dÃ©jÃ ", "â€™", "ÐŸÑ€Ð¸") or -1251 ("РџСЂРё").
_MOJIBAKE: Final = re.compile(
    "Ã[\x80-\xbfŠŒŽšœžŸƒˆ˜‚„†‡‰‹›“”•–—™€ ]|Â[\x80-\xbf]|â(?:€.|\x80.)"
    "|[ÐÑ][\x80-\xbfŠŒŽšœžŸƒˆ˜‚„†‡‰‹›‘’“”•–—™€…]"
    "|[РС][\x80-\xa0ЂЃѓ‚„†‡€‰Љ‹ЊЌЋЏђ‘’•™љ›њќћџЎўЈ¤Ґ¦§Є¬®Ї°±Ііґµ¶·єјЅѕї]"
)
# Begins with a digit, not with a look behind it: three times as fast on text without dates.
_DATE: Final = re.compile(
    r"(\d{4})-\d{2}-\d{2}(?!\d)|\d{1,2}([./-])\d{1,2}\2(\d{4})(?![\d/]|[.,-]\d)"
)
_GOES_ON: Final = "0123456789.,/-"


def measure(reading: Reading, words: Words, detector: LanguageDetector, today: date) -> Measured:
    """Give the figures that this reading can have, shares from 0 to 1.

    ``today`` bounds dates that lie in the future.
    """
    taken = samples(reading.parts)
    pieces = [one.text for one in taken]
    figures: dict[str, float] = {"characters": sum(len(part.text) for part in reading.parts)}
    figures |= _pages(reading) | _characters(reading.parts, pieces)
    figures |= _dates(pieces, today) | _recognition(reading.metadata)
    repeated: tuple[str, ...] = ()
    if not _DATA.search(reading.media_type):
        figures["repeated_lines"], repeated = repeated_lines(reading.parts)
        figures |= _language(taken, words, detector)
    figures |= invoice_figures(reading)
    return Measured({name: round(value, 5) for name, value in figures.items()}, repeated)


def _pages(reading: Reading) -> dict[str, float]:
    """Shares of pages that are blank, hold no text or not all of theirs, or cannot be opened."""
    held = len({part.page for part in reading.parts if part.page is not None})
    if not held:
        return {}
    pages = max(held, _count(reading.metadata.get("pages")))
    unread = _count(reading.metadata.get("pages_without_text"))
    damaged = _count(reading.metadata.get("pages_damaged"))
    characters = sum(len(part.text) for part in reading.parts)
    return {
        "pages": pages,
        "characters_per_page": characters / pages,
        "pages_without_text": min(1.0, unread / pages),
        "pages_partly_read": min(1.0, _count(reading.metadata.get("pages_partly_read")) / pages),
        "pages_damaged": min(1.0, damaged / pages),
        "pages_blank": max(0, pages - held - unread - damaged) / pages,
    }


def _count(value: object) -> int:
    """Read a number of pages, or count a list of them."""
    if isinstance(value, list | tuple):
        return len(value)
    return value if isinstance(value, int) and value > 0 else 0


def _characters(parts: Sequence[Part], pieces: Sequence[str]) -> dict[str, float]:
    """Shares of characters that cannot be printed, are replaced, or were decoded wrongly."""
    total = sum(len(part.text) for part in parts) or 1
    looked_at = sum(map(len, pieces)) or 1
    wrong = sum(len(found) for piece in pieces for found in _MOJIBAKE.findall(piece))
    return {
        "replaced": sum(part.text.count("\ufffd") for part in parts) / total,
        "unprintable": sum(len(_UNPRINTABLE.findall(piece)) for piece in pieces) / looked_at,
        "mojibake": wrong / looked_at,
    }


def _language(
    taken: Sequence[Sample], words: Words, detector: LanguageDetector
) -> dict[str, float]:
    """Shares of languages by letters, how far parts differ, and words that nobody knows."""
    letters: Counter[str] = Counter()
    counted: Counter[str] = Counter()
    unknown: Counter[str] = Counter()
    for one in taken:
        marked = "@" in one.text or "://" in one.text
        prose = _ADDRESS.sub(" ", one.text) if marked else one.text
        found = _WORD.findall(prose)
        if sum(map(len, set(found))) < FEWEST_LETTERS:
            continue
        text, common = " ".join(found), _common(found)
        language = one.language
        if language == UNDETERMINED:  # it may be in several, this piece of it in one
            language = detector.detect(text[:_ENOUGH_FOR_LANGUAGE])
        strange = words.unknown(common, language)
        if language != UNDETERMINED and strange > _SUSPICIOUS * len(common):
            language = detector.detect(text[:_MORE_FOR_LANGUAGE])
            strange = words.unknown(common, language)
        letters[language] += sum(map(len, found))
        counted[language] += len(common)
        unknown[language] += strange
    figures = {f"language_{one}": n / letters.total() for one, n in sorted(letters.items())}
    told = {one: n for one, n in letters.items() if one != UNDETERMINED}
    if told:
        figures["languages_mixed"] = 1 - max(told.values()) / sum(told.values())
    if told and (among := sum(counted[one] for one in told)) >= FEWEST_WORDS:
        lacking = sum(_LACKING.get(one, 0.0) * counted[one] for one in told) / among
        share = sum(unknown[one] for one in told) / among
        figures["unknown_words"] = max(0.0, share - lacking) / (1 - lacking)
    if counted[UNDETERMINED] >= FEWEST_WORDS:
        figures["foreign_words"] = unknown[UNDETERMINED] / counted[UNDETERMINED]
    return figures


def _common(words: Sequence[str]) -> list[str]:
    """Give the words that begin small: names begin large. Of text in capitals, all of them."""
    small = [word for word in words if word[0].islower()]
    return [word.lower() for word in (small if len(small) >= FEWEST_WORDS else words)]


def _dates(pieces: Sequence[str], today: date) -> dict[str, float]:
    """Share of dates before 1900 or more than 50 years ahead."""
    years = [year for piece in pieces for year in _years(piece)]
    if not years:
        return {}
    latest = today.year + YEARS_AHEAD
    outside = sum(not EARLIEST_YEAR <= year <= latest for year in years)
    return {"dates_out_of_range": outside / len(years)}


def _years(text: str) -> Iterator[int]:
    for found in _DATE.finditer(text):
        if found.start() == 0 or text[found.start() - 1] not in _GOES_ON:
            yield int(found[1] or found[3])


def _recognition(metadata: Json) -> dict[str, float]:
    """How sure text recognition was, where it was needed: 0 to 1, whatever it counts in."""
    value = metadata.get("ocr_confidence")
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        return {}
    return {"ocr_confidence": min(1.0, value / 100 if value > 1 else value)}
