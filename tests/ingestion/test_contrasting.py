"""Where two texts differ, as people are shown it."""

from pathlib import Path

import pytest

from contracts.errors import NotFound
from contracts.nouns import DEFAULT_WORKSPACE
from ingestion.contrasting import LONGEST, MOST, Contrast, Piece, contrast, differences
from tests.ingestion.house import House
from tests.ingestion.twinning import dice, letter, other_format


def marked(found: Contrast) -> list[tuple[list[str], list[str]]]:
    """Give for each difference the words that only one side has."""

    def only(pieces: tuple[Piece, ...]) -> list[str]:
        return [piece.text for piece in pieces if piece.differs]

    return [(only(one.document), only(one.other)) for one in found.differences]


def test_what_differs_is_marked_on_its_side_with_the_words_around() -> None:
    one = "The rent of the flat is 900 euros and is paid each month."
    two = "The rent of the flat is 950 euros and is paid each month to Ann."
    found = differences(one, two)
    assert marked(found) == [(["900", "month."], ["950", "month to Ann."])]
    assert found.differences[0].document[0] == Piece("The rent of the flat is", differs=False)
    assert not found.cut


def test_lines_hyphens_and_capitals_do_not_differ() -> None:
    text = letter("fr", "roof", "Sophie")
    assert differences(text, other_format(text, dice(1))) == Contrast((), cut=False)
    assert differences("The CON-\ntract. Page 1 of 2", "the contract.").differences == ()


def test_far_apart_differences_are_shown_apart_and_not_without_end() -> None:
    words = [f"word{n}" for n in range(60 * (MOST + 1))]
    other = [f"{word}x" if n % 60 == 30 else word for n, word in enumerate(words)]
    some = differences(" ".join(words[:180]), " ".join(other[:180]))
    assert marked(some) == [([f"word{n}"], [f"word{n}x"]) for n in (30, 90, 150)]
    many = differences(" ".join(words), " ".join(other))
    assert many.cut
    assert len(many.differences) == MOST


def test_of_a_long_text_the_beginning_is_compared() -> None:
    found = differences("a " * LONGEST, "a " * LONGEST + "b")
    assert (found.differences, found.cut) == ((), True)


def test_a_text_against_nothing_differs_as_a_whole() -> None:
    assert marked(differences("one two", "")) == [(["one two"], [])]


async def test_what_was_not_read_yet_is_said(tmp_path: Path) -> None:
    house = await House(tmp_path).open()
    one = (await house.pour("The rent is 900 euros.", "one")).ref.document
    await house.run()
    two = (await house.pour("The rent is 950 euros.", "two")).ref.document
    documents = house.catalog.documents
    with pytest.raises(NotFound):
        await contrast(documents, DEFAULT_WORKSPACE, one, two)
    await house.run()
    found = await contrast(documents, DEFAULT_WORKSPACE, one, two)
    assert marked(found) == [(["900"], ["950"])]
    with pytest.raises(NotFound):
        await contrast(documents, "other", one, two)
