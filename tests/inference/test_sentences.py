import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from inference.sentences import SentencexSplitter

SPLITTER = SentencexSplitter()


def sentences(text: str, language: str) -> list[str]:
    return [text[span.start : span.end] for span in SPLITTER.split(text, language)]


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("fr", ["Le bail dure neuf ans.", "M. Dupont a signé, cf. art. 5.", "Oui ?"]),
        ("fr", ["Le loyer est de 1 200,50 € TTC.", "Il est dû le 1er du mois."]),
        ("ru", ["Срок аренды 11 месяцев.", "ООО «Люмен» им. А. С. Пушкина.", "Тел. 812."]),
        ("ru", ["Т. е. всё хорошо.", "Склад в г. Москве на ул. Ленина, д. 5.", "Всё."]),
        ("en", ["Dr. Smith paid $5.20 to Lumen Ltd. on Jan. 5.", '"Stop!" he said.']),
        ("und", ["🧪 Das ist ein Satz.", "𝔘nd noch einer."]),
    ],
)
def test_sentences_end_where_a_reader_ends_them(language: str, expected: list[str]) -> None:
    assert sentences(" ".join(expected), language) == expected


def test_a_line_break_of_a_page_is_not_an_end() -> None:
    assert sentences("Le bail est conclu\npour neuf ans. Il\ncommence.", "fr") == [
        "Le bail est conclu\npour neuf ans.",
        "Il\ncommence.",
    ]


@pytest.mark.parametrize("gap", ["\n\n", "\n \t\n", "\r\n\r\n", "\f", "\n- ", "\n• ", "\n  2) "])
def test_a_blank_line_a_page_and_a_list_item_are_ends(gap: str) -> None:
    first, second = sentences(f"Article premier{gap}Le loyer", "fr")
    assert first == "Article premier"
    assert second.endswith("Le loyer")


def test_a_number_stays_with_its_item() -> None:
    assert sentences("1. Switch off.\n2. Open the lid.", "en") == [
        "1. Switch off.",
        "2. Open the lid.",
    ]


@given(st.text(), st.sampled_from(["fr", "ru", "en", "und"]))
@example("Ж. 🧪 \u2028\x1c. а\n\n\x85б", "ru")
def test_spans_are_in_order_trimmed_and_leave_no_visible_character_out(
    text: str, language: str
) -> None:
    place = 0
    for span in SPLITTER.split(text, language):
        assert text[place : span.start].strip() == ""
        piece = text[span.start : span.end]
        assert piece
        assert piece == piece.strip()
        place = span.end
    assert text[place:].strip() == ""
