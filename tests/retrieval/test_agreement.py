import pytest

from retrieval.agreement import overlap, rank_biased_overlap

LETTERS = "abcdefghij"


def test_equal_orders_agree_wholly_and_strange_ones_not_at_all() -> None:
    for measure in (overlap, rank_biased_overlap):
        assert measure(LETTERS, LETTERS) == pytest.approx(1)
        assert measure(LETTERS, "klmnopqrst") == 0
        assert measure("", "") == 1
        assert measure("", LETTERS) == measure(LETTERS, "") == 0


def test_overlap_looks_at_the_first_ten_places_in_any_order() -> None:
    assert overlap("abcdefghijXY", "jihgfedcbaZQ") == 1
    assert overlap("abcdefghij", "abcdefghXY") == 0.8
    assert overlap("ab", "abcd") == 0.5


def test_rank_biased_overlap_follows_its_definition() -> None:
    # By hand: agreements 1/1, 1/2, 1/3, then the last one for ever.
    p = 0.9
    by_depth = (1 - p) * (1 + 1 / 2 * p + 1 / 3 * p**2) + 1 / 3 * p**3
    assert rank_biased_overlap("abc", "axy") == pytest.approx(by_depth)


def test_of_uneven_orders_the_shorter_one_is_taken_to_go_on_as_it_began() -> None:
    assert rank_biased_overlap("ab", "abcd") == pytest.approx(1)
    assert rank_biased_overlap("xb", "abcd") < rank_biased_overlap("ax", "abcd") < 1


def test_a_difference_at_the_head_weighs_more_than_one_at_the_end() -> None:
    assert rank_biased_overlap("Xbcdefghij", LETTERS) < rank_biased_overlap("abcdefghiX", LETTERS)
