"""Copies and next documents of real paragraphs: the half of the likeness benchmark held back.

Nothing here is used to choose a rule: other texts, other words, other damage than in
tests/ingestion/twinning.py.
"""

import json
import random
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final, TypeAlias

Change: TypeAlias = Callable[[str, random.Random], str]

SETS: Final = {"fr": "servicepublic_fr", "ru": "xquad_ru", "en": "xquad_en"}
FORMS: Final = {
    "fr": (
        "Dossier {number}\n{town}, le {day}\n{person}\n\n{first}\n\nSomme à régler : {sum} EUR au "
        "plus tard le {due}, sous la référence {reference}.\n\n{second}\n\nPour le service, "
        "{signed}"
    ),
    "ru": (
        "Дело {number}\n{town}, {day}\n{person}\n\n{first}\n\nК оплате: {sum} руб. не позднее "
        "{due}, основание {reference}.\n\n{second}\n\nОт имени службы, {signed}"
    ),
    "en": (
        "File {number}\n{town}, {day}\n{person}\n\n{first}\n\nAmount due: {sum} GBP no later than "
        "{due}, quoting {reference}.\n\n{second}\n\nFor the office, {signed}"
    ),
}
SYLLABLES: Final = {
    "fr": "belcordanfergaujolmarnorpelquiransautouver",
    "ru": "белворградубжарзимколлосмеднивполрудсоктих",
    "en": "ashburcaldenfoxgarholkenlanmorpenrusstowil",
}
"""Three letters each, of which names are made."""
ALIKE: Final = {
    "0": "86", "1": "74", "2": "73", "3": "85", "4": "19", "5": "63", "6": "580", "7": "12",
    "8": "3069", "9": "84",
}  # fmt: skip
"""Digits, and those that look like them."""
GLYPHS: Final = "¤§|~^°_=<>{}[]"
LETTERS: Final = {
    "fr": "abcdefghilmnoprstuv", "ru": "абвгдежзиклмнопрстуф", "en": "abcdefghilmnoprstuwy",
}  # fmt: skip


Other: TypeAlias = "Callable[[Document, random.Random], Document]"


@dataclass(frozen=True)
class Document:
    """A form with what is said in this one only."""

    language: str
    first: str
    second: str
    facts: Mapping[str, str]

    def __str__(self) -> str:
        """Give the text."""
        form = FORMS[self.language]
        return form.format(first=self.first, second=self.second, **self.facts)


def dice(seed: object) -> random.Random:
    """Give chances that fall the same way for the same seed."""
    return random.Random(f"held back {seed}")  # noqa: S311 - made text, no secrets


def documents(folder: Path, each: int, first: int = 0) -> Iterator[Document]:
    """Give so many documents in each language, of paragraphs that no two of them share."""
    for language, name in SETS.items():
        lines = (folder / "retrieval" / name / "corpus.jsonl").open(encoding="utf-8")
        texts = list(dict.fromkeys(json.loads(line)["text"][:1500] for line in lines))
        for number in range(first, first + each):
            one, two = texts[2 * number : 2 * number + 2]
            yield Document(language, one, two, facts(language, dice((language, number))))


def facts(language: str, random: random.Random) -> dict[str, str]:
    """Draw what one document of a form says."""
    day = date(2017, 1, 1) + timedelta(random.randrange(3000))

    def name() -> str:
        starts = random.choices(range(0, len(SYLLABLES[language]), 3), k=2)
        return "".join(SYLLABLES[language][start : start + 3] for start in starts).capitalize()

    return {
        "number": f"{random.randrange(100, 10**5)}/{random.randrange(10, 100)}",
        "town": name(),
        "day": f"{day:%d.%m.%Y}",
        "person": f"{name()} {name()}",
        "sum": f"{random.randrange(20, 90000)},{random.randrange(100):02}",
        "due": f"{day + timedelta(30):%d.%m.%Y}",
        "reference": f"{random.choice('KTXZ')}{random.randrange(10**6, 10**8)}",
        "signed": f"{name()} {name()}",
    }


def _renewed(*fields: str) -> Other:
    """Give what draws some fields anew, until each is another one."""

    def other(one: Document, random: random.Random) -> Document:
        drawn = facts(one.language, random)
        while any(drawn[field] == one.facts[field] for field in fields):
            drawn = facts(one.language, random)
        return replace(one, facts={**one.facts, **{field: drawn[field] for field in fields}})

    return other


def _one_digit(field: str, *, alike: bool = False) -> Other:
    """Give what changes one digit of a field, to one that looks alike or to any."""

    def other(one: Document, random: random.Random) -> Document:
        said = one.facts[field]
        places = [place for place, digit in enumerate(said) if digit in ALIKE]
        place = random.choice(places)
        others = ALIKE[said[place]] if alike else "0123456789".replace(said[place], "")
        return _with(one, field, place, random.choice(others))

    return other


def _one_letter(field: str) -> Other:
    """Give what changes one letter of a name."""

    def other(one: Document, random: random.Random) -> Document:
        said = one.facts[field]
        place = random.choice([place for place, letter in enumerate(said) if letter.islower()])
        others = LETTERS[one.language].replace(said[place], "")
        return _with(one, field, place, random.choice(others))

    return other


def _with(one: Document, field: str, place: int, character: str) -> Document:
    said = one.facts[field]
    return replace(one, facts={**one.facts, field: f"{said[:place]}{character}{said[place + 1 :]}"})


OTHERS: Final[Mapping[str, Other]] = {
    "all facts": _renewed(*facts("en", dice(0))),
    "another person": _renewed("person", "reference"),
    "the next month": _renewed("day", "due"),
    "another sum": _renewed("sum"),
    "another date of payment": _renewed("due"),
    "one digit of the sum": _one_digit("sum"),
}
"""What makes another document of a form."""
ONE_FACT: Final[Mapping[str, Other]] = {
    **{f"another {field}": _renewed(field) for field in facts("en", dice(0))},
    "one digit of the sum": _one_digit("sum"),
    "one digit of the reference": _one_digit("reference"),
    **{
        f"a digit of the {field} for one that looks alike": _one_digit(field, alike=True)
        for field in ("sum", "reference", "due", "day", "number")
    },
    **{f"one letter of the {field}": _one_letter(field) for field in ("person", "town", "signed")},
}
"""What makes another document by a single figure, name or date."""


def _at_rate(rate: float, change: Change) -> Change:
    def changed(text: str, random: random.Random) -> str:
        return "".join(change(c, random) if random.random() < rate else c for c in text)

    return changed


def _keyed(character: str, random: random.Random) -> str:
    if not character.isalpha():
        return character
    language = "ru" if "а" <= character.casefold() <= "я" else "fr"
    other = random.choice(LETTERS[language])
    return other.upper() if character.isupper() else other


def _smudged(text: str, random: random.Random) -> str:
    """Make a few stretches of a dozen characters illegible."""
    for _ in range(max(1, len(text) // 900)):
        start = random.randrange(len(text) - 12)
        blot = "".join(random.choices(GLYPHS, k=12))
        text = text[:start] + blot + text[start + 12 :]
    return text


def _unaccented(text: str, random: random.Random) -> str:
    """Say it as old plain text does: no accents, straight quotes, lines of so many characters."""
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    bare = bare.translate(str.maketrans("’«»–“”", '\'""-""'))
    width = random.randrange(50, 90)
    return "\n".join(re.findall(rf"(?s).{{1,{width}}}(?:\s+|$)", bare))


def _running_heads(text: str, random: random.Random) -> str:
    """Divide it into pages with a head and a number each."""
    words, page = text.split(" "), random.randrange(120, 200)
    pages = [" ".join(words[start : start + page]) for start in range(0, len(words), page)]
    return "\f".join(f"Archiv {n}\n{said}\n{n} / {len(pages)}" for n, said in enumerate(pages, 1))


def _moved(text: str, random: random.Random) -> str:
    """Say its blocks in another order, as the columns of a page are read."""
    blocks = text.split("\n\n")
    place = random.randrange(1, len(blocks) - 1)
    return "\n\n".join([*blocks[place:], *blocks[:place]])


def _run_together(text: str, random: random.Random) -> str:
    """Lose one space of twenty-five."""
    return "".join("" if c == " " and random.random() < 0.04 else c for c in text)


COPIES: Final[Mapping[str, Change]] = {
    "another encoding": _unaccented,
    "running heads": _running_heads,
    "blocks moved": _moved,
    "spaces lost": _run_together,
    "typed anew, 1 % wrong": _at_rate(0.01, _keyed),
    "faint, 3 % lost": _at_rate(0.03, lambda _character, _random: ""),
    "smudged": _smudged,
}
"""What a copy of a document says."""
