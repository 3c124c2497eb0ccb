"""Each part's language is told once, and everything that follows goes by it."""

from pathlib import Path
from uuid import UUID

import pytest

from contracts.nouns import Card, Part, Reading, VersionRef
from contracts.record import KeptReading
from ingestion.languages import TellLanguages
from tests.fakes.languages import ByScript
from tests.ingestion.house import House

REF = VersionRef(UUID(int=7), 1)
CARD = Card(workspace="w", title="A.", source="a.txt", media_type="text/plain")
RUSSIAN = "Договор аренды вступает в силу с момента подписания сторонами. " * 20
FRENCH = "Le contrat de travail prend effet dès la signature par les deux parties. " * 20
NUMBERS = "12 345\t67\n" * 100


def languages(*parts: Part, title: str | None = None) -> list[str]:
    reading = Reading("text/plain", parts, title)
    (told,) = TellLanguages(ByScript())([KeptReading(REF, reading, CARD)])
    assert [part.text for part in told.reading.parts] == [part.text for part in parts]
    return [part.language for part in told.reading.parts]


def part(text: str, language: str = "und") -> Part:
    return Part(0, "Page", text, 1, language=language)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ((FRENCH, RUSSIAN), ["fr", "ru"]),
        ((RUSSIAN, NUMBERS, "12 345"), ["ru", "ru", "ru"]),  # numbers are the document's
        ((FRENCH, RUSSIAN[:60]), ["fr", "ru"]),  # letters that French has not
        ((RUSSIAN, FRENCH[:60], "12 345"), ["ru", "fr", "ru"]),
        ((FRENCH + RUSSIAN, FRENCH), ["und", "fr"]),
        ((FRENCH + NUMBERS * 3,), ["fr"]),
        ((NUMBERS,), ["und"]),
        (("Bonjour.",), ["fr"]),
    ],
)
def test_each_part_is_in_its_language(texts: tuple[str, ...], expected: list[str]) -> None:
    assert languages(*map(part, texts)) == expected


def test_the_title_helps_where_the_text_tells_nothing() -> None:
    assert languages(part("12 345"), title="Расписание поездов") == ["ru"]


def test_what_a_part_says_of_itself_is_believed() -> None:
    detector = ByScript()
    kept = KeptReading(REF, Reading("text/plain", (part(FRENCH, "en"),)), CARD)
    (told,) = TellLanguages(detector)([kept])
    assert told.reading.parts[0].language == "en"
    assert detector.asked == 0


async def test_the_language_is_kept_with_the_part(tmp_path: Path) -> None:
    house = await House(tmp_path).open()
    receipt = await house.pour(RUSSIAN)
    await house.run()
    (kept,) = (await house.catalog.ledger.readings([receipt.ref])).values()
    assert [one.language for one in kept.reading.parts] == ["ru"]
