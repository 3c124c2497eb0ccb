import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.measuring import Label, Question
from contracts.nouns import DEFAULT_WORKSPACE, Card, Part, Reading, Span
from contracts.record import KeptReading
from eval import placing
from eval.corpus import Fault, anchor, look
from eval.placing import find, place
from eval.ragas_testset import SOMEWHERE
from tests.catalog.desk import Desk
from tests.fakes.catalog import InMemoryCatalog

TEXT = "  Le préavis\n est de\u00a0trois mois.\n\nIl court dès la lettre. "


@pytest.mark.parametrize(
    ("words", "there"),
    [
        ("trois mois.", "trois mois."),
        ("Le préavis est de trois mois.", "Le préavis\n est de\u00a0trois mois."),
        (unicodedata.normalize("NFD", "dès la lettre"), "dès la lettre"),
        ("  mois. \n Il court ", "mois.\n\nIl court"),
    ],
)
def test_words_are_found_but_for_white_space_and_composition(words: str, there: str) -> None:
    span = find(words, TEXT)
    assert span is not None
    assert TEXT[span.start : span.end] == there
    decomposed = unicodedata.normalize("NFD", TEXT)
    span = find(words, decomposed)
    assert span is not None
    assert unicodedata.normalize("NFC", decomposed[span.start : span.end]) == there


@pytest.mark.parametrize("words", ["", "   ", "six mois", "Le Préavis est"])
def test_other_words_are_not_found(words: str) -> None:
    assert find(words, TEXT) is None


@given(st.text("aeé ̀\n\t ", max_size=40), st.data())
def test_any_piece_of_a_text_is_found_in_it(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    piece = " ".join(text[start : start + 12].split())
    span = find(piece, text)
    if span is not None:
        normal = unicodedata.normalize("NFC", " ".join(text[span.start : span.end].split()))
        assert unicodedata.normalize("NFC", piece) in normal
    elif piece:
        # A piece that begins within a letter and its marks is none of the text.
        assert unicodedata.normalize("NFC", piece) not in unicodedata.normalize(
            "NFC", " ".join(text.split())
        )


@pytest.fixture
async def desk(tmp_path: Path) -> Desk:
    desk = await Desk(InMemoryCatalog(tmp_path)).opened()
    refs = await desk.live_documents("a.txt", "b.txt")
    for ref, texts in zip(refs, [("Nothing.",), ("Page one.", TEXT)], strict=True):
        parts = tuple(Part(number, "page", text) for number, text in enumerate(texts))
        reading = Reading("text/plain", parts, "t", {}, None)
        card = Card(DEFAULT_WORKSPACE, "t", "s", "text/plain")
        await desk.catalog.ledger.save_readings([KeptReading(ref, reading, card)])
    return desk


async def test_labels_without_a_document_are_put_where_their_words_stand(desk: Desk) -> None:
    catalog = desk.catalog
    lost = Label(SOMEWHERE, "Le préavis est de trois mois.")
    asked = Question("q", "?", labels=(lost, Label(SOMEWHERE, "six mois"), Label("a.txt")))
    (placed,) = await place([asked], catalog.documents, catalog.ledger, DEFAULT_WORKSPACE)
    quote = "Le préavis\n est de\u00a0trois mois."
    assert placed.labels == (Label("b.txt", quote, 1, Span(2, 32)), *asked.labels[1:])
    corpus = await look(catalog.documents, DEFAULT_WORKSPACE)
    doubts = (await anchor([placed], corpus, catalog.ledger)).doubts
    assert [(one.label, one.fault) for one in doubts] == [(asked.labels[1], Fault.MISSING)]


async def test_the_first_document_that_holds_the_words_has_the_label(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(placing, "READ_AT_ONCE", 1)
    catalog = desk.catalog
    (ref,) = await desk.live_documents("newest.txt")
    reading = Reading("text/plain", (Part(0, "text", "Nothing."),), "t", {}, None)
    card = Card(DEFAULT_WORKSPACE, "t", "s", "text/plain")
    await catalog.ledger.save_readings([KeptReading(ref, reading, card)])
    asked = Question("q", "?", labels=(Label(SOMEWHERE, "Nothing."),))
    (placed,) = await place([asked], catalog.documents, catalog.ledger, DEFAULT_WORKSPACE)
    assert placed.labels[0].document == "newest.txt"


async def test_what_names_its_document_is_left_alone(desk: Desk) -> None:
    asked = Question("q", "?", labels=(Label("b.txt", "Nothing."),))
    twice = replace(asked, labels=(Label(SOMEWHERE, "Nothing."), Label(SOMEWHERE, "Nothing.")))
    placed = await place(
        [asked, twice], desk.catalog.documents, desk.catalog.ledger, DEFAULT_WORKSPACE
    )
    assert placed == (asked, replace(asked, labels=(Label("a.txt", "Nothing.", 0, Span(0, 8)),)))
