"""The programs that recognise text in pictures, and what they can read.

Each takes a picture on its standard input and gives words as Tesseract's table of values
separated by tabs: RapidOCR is made to by readers.rapid.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self, cast

_MOST_LANGUAGES = 3
"""Each language more takes half as long again: fra 1.7 s a page, fra+eng 2.9."""
# Tesseract's names of scripts and, by rank, of the languages written in them; what is not here is
# never chosen. "Latin" is all that RapidOCR says of itself.
_WRITTEN_IN: Mapping[str, str] = {
    "Latin": "fra eng deu spa ita por nld pol ces slk ron hun swe dan nor fin tur hrv slv est lav "
    "lit cat eus glg vie ind lat Latin",
    "Cyrillic": "rus ukr bel bul srp mkd kaz kir tgk mon",
    "Greek": "ell grc",
    "Arabic": "ara fas urd",
    "Hebrew": "heb yid",
    "Han": "chi_sim chi_tra",
    "Japanese": "jpn",
    "Korean": "kor",
    "Devanagari": "hin mar nep san",
    "Bengali": "ben asm",
    "Tamil": "tam",
    "Telugu": "tel",
    "Thai": "tha",
    "Georgian": "kat",
    "Armenian": "hye",
}
_ALIASES = {"Fraktur": "Latin", "Hangul": "Korean", "Hiragana": "Japanese", "Katakana": "Japanese"}
_ENGLISH = "eng"


@dataclass(frozen=True, slots=True)
class Engine:
    """A program that recognises text; ``memory_bytes`` is the address space that it needs.

    ``languages`` are those that are installed, by Tesseract's names. ``orients`` tells whether it
    finds out how a page is turned and in which script it is written.
    """

    name: str
    version: str
    command: tuple[str, ...]
    languages: tuple[str, ...]
    orients: bool
    memory_bytes: int

    @classmethod
    def of(cls, message: Mapping[str, object]) -> Self:
        """Give the engine back from its fields as JSON has them."""
        fields = dict(message)
        for name in ("command", "languages"):
            fields[name] = tuple(cast("list[str]", fields[name]))
        return cls(**fields)  # type: ignore[arg-type] # as asdict gave them

    @property
    def label(self) -> str:
        """Name and version."""
        return f"{self.name} {self.version}"

    @property
    def settings(self) -> str:
        """Everything that decides what is recognised in a picture."""
        return f"{self.label} {'+'.join(self.languages)}"

    def reading(self, script: str) -> tuple[str, ...]:
        """Give the languages to read a script with, best first; empty when none is installed.

        English is among them: numbers, addresses and names are written in it everywhere.
        """
        script = _ALIASES.get(script, script)
        ranked = _WRITTEN_IN.get(script, script).split()
        found = [language for language in ranked if language in self.languages]
        english = [_ENGLISH] if _ENGLISH in self.languages else []
        return tuple(dict.fromkeys([*found[:_MOST_LANGUAGES], *english])) if found else ()

    @property
    def usual(self) -> tuple[str, ...]:
        """Languages to read with while nothing is known about a page."""
        return self.reading("Latin") or self.languages[:_MOST_LANGUAGES]

    @property
    def readings(self) -> list[tuple[str, ...]]:
        """Languages to read with, for each script that some are installed for."""
        return [languages for script in _WRITTEN_IN if (languages := self.reading(script))]


def package_for(script: str) -> str:
    """Name the package that reads a script, as Debian names it."""
    first = _WRITTEN_IN.get(_ALIASES.get(script, script), "").split()
    return f"tesseract-ocr-{first[0].replace('_', '-')}" if first else "tesseract-ocr-all"
