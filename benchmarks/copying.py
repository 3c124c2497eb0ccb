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

from PIL import Image, ImageDraw, ImageFilter, ImageFont

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


def documents(folder: Path, each: int) -> Iterator[Document]:
    """Give so many documents in each language, of paragraphs that no two of them share."""
    for language, name in SETS.items():
        lines = (folder / "retrieval" / name / "corpus.jsonl").open(encoding="utf-8")
        texts = list(dict.fromkeys(json.loads(line)["text"][:1500] for line in lines))
        for number in range(each):
            first, second = texts[2 * number : 2 * number + 2]
            yield Document(language, first, second, facts(language, dice((language, number))))


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


def _one_digit(one: Document, random: random.Random) -> Document:
    """Change one digit of the sum."""
    said = one.facts["sum"]
    place = random.choice([place for place, digit in enumerate(said) if digit.isdigit()])
    digit = random.choice([digit for digit in "0123456789" if digit != said[place]])
    return replace(one, facts={**one.facts, "sum": f"{said[:place]}{digit}{said[place + 1 :]}"})


OTHERS: Final[Mapping[str, Other]] = {
    "all facts": _renewed(*facts("en", dice(0))),
    "another person": _renewed("person", "reference"),
    "the next month": _renewed("day", "due"),
    "another sum": _renewed("sum"),
    "another date of payment": _renewed("due"),
    "one digit of the sum": _one_digit,
}
"""What makes another document of a form."""


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


def printed(text: str, font: str, path: Path, random: random.Random) -> str:
    """Print a text and scan the first page: askew, blurred, dusty, at 200 dots an inch.

    Gives what the page says.
    """
    sheet = Image.new("L", (1654, 2339), 255)
    draw, size = ImageDraw.Draw(sheet), ImageFont.truetype(font, 27)
    lines = [line for block in text.split("\n") for line in _lines(block, 92)][:56]
    for number, line in enumerate(lines):
        draw.text((130, 120 + 38 * number), line, 20, size)
    for _ in range(400):
        place = random.randrange(1654), random.randrange(2339)
        draw.ellipse((*place, place[0] + 2, place[1] + 2), random.randrange(60, 200))
    skewed = sheet.rotate(random.uniform(-1, 1), Image.Resampling.BICUBIC, fillcolor=250)
    skewed.filter(ImageFilter.GaussianBlur(0.8)).save(path, "JPEG", quality=40)
    return "\n".join(lines)


def _lines(block: str, width: int) -> list[str]:
    return re.findall(rf".{{1,{width}}}(?:\s+|$)", block) or [""]
