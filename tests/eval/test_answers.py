import pytest

from contracts.nouns import Span
from eval.answers import (
    Place,
    citation_precision,
    citation_recall,
    exact_match,
    span_recall,
    token_f1,
)


def at(start: int, end: int, document: str = "bail", part: int = 0) -> Place:
    return Place(document, part, Span(start, end))


@pytest.mark.parametrize(
    ("answer", "same"),
    [
        ("trois mois.", True),
        ("  Trois\nMois ", True),
        ("«trois mois»", True),
        ("trois", False),
        ("", False),
    ],
)
def test_an_exact_answer_may_differ_in_case_space_and_punctuation(
    answer: str, *, same: bool
) -> None:
    assert exact_match(answer, ["six", "Trois mois"]) == float(same)


def test_f1_counts_common_words_of_the_nearest_right_answer() -> None:
    assert token_f1("le préavis est de trois mois", ["trois mois"]) == 2 * 2 / (6 + 2)
    assert token_f1("trois mois", ["six", "trois mois"]) == 1
    assert token_f1("trois trois", ["trois"]) == 2 / 3
    assert token_f1("", ["trois"]) == token_f1("trois", []) == 0


def test_citations_are_right_where_they_share_a_character_with_a_label() -> None:
    labels = [at(10, 20), at(40, 50), at(0, 5, part=1)]
    cited = [at(19, 30), at(20, 30), at(0, 5, "autre"), at(0, 60)]
    assert citation_precision(cited, labels) == 0.5
    assert citation_recall(cited, labels) == 2 / 3
    assert citation_precision([], labels) == citation_recall([], labels) == 0
    assert citation_recall([at(0, 5)], [Place("bail")]) == 1


def test_span_recall_is_the_share_of_labelled_characters_in_the_passages() -> None:
    labels = [at(10, 20), at(40, 50)]
    assert span_recall([at(0, 15), at(12, 18), at(45, 90)], labels) == (0.8 + 0.5) / 2
    assert span_recall([at(0, 100)], labels) == 1
    assert span_recall([at(0, 100, part=1), at(0, 100, "autre")], labels) == 0
    assert span_recall([], labels) == span_recall([at(0, 9)], []) == 0
    assert span_recall([at(0, 1)], [Place("bail")]) == 1
