from collections.abc import Mapping, Sequence

from hypothesis import given
from hypothesis import strategies as st

from retrieval.fusion import fuse

RANKINGS = st.dictionaries(
    st.sampled_from(["a", "b", "c", "d"]), st.lists(st.integers(0, 30), unique=True, max_size=20)
)


def test_scores_are_those_of_the_paper() -> None:
    fused = fuse({"dense": ["x", "y"], "lexical": ["y", "z"]})
    assert [(f.key, f.score) for f in fused] == [
        ("y", 1 / 62 + 1 / 61),
        ("x", 1 / 61),
        ("z", 1 / 62),
    ]
    assert fused[0].ranks == {"dense": 2, "lexical": 1}


def test_nothing_in_nothing_out() -> None:
    assert fuse({}) == []
    assert fuse({"dense": [], "lexical": []}) == []


def test_a_thing_named_twice_by_one_leg_counts_once_at_its_better_rank() -> None:
    (one,) = fuse({"dense": ["x", "x"]})
    assert one.score == 1 / 61


def test_a_tie_goes_to_what_the_first_leg_by_name_puts_first_whatever_its_key() -> None:
    assert [f.key for f in fuse({"lexical": ["x", "y"], "dense": ["y", "x"]})] == ["y", "x"]
    assert [f.key for f in fuse({"dense": ["x", "y"], "lexical": ["y", "x"]})] == ["x", "y"]


@given(RANKINGS)
def test_the_order_of_the_legs_never_matters(legs: Mapping[str, Sequence[int]]) -> None:
    turned = dict(reversed(list(legs.items())))
    assert [(f.key, f.score) for f in fuse(legs)] == [(f.key, f.score) for f in fuse(turned)]


@given(RANKINGS)
def test_every_thing_comes_out_once_best_first(legs: Mapping[str, Sequence[int]]) -> None:
    fused = fuse(legs)
    assert sorted(f.key for f in fused) == sorted({key for leg in legs.values() for key in leg})
    assert [f.score for f in fused] == sorted((f.score for f in fused), reverse=True)


@given(st.lists(st.integers(), unique=True))
def test_one_leg_alone_keeps_its_order(keys: list[int]) -> None:
    assert [f.key for f in fuse({"dense": keys})] == keys


@given(RANKINGS, st.integers(0, 30))
def test_another_leg_that_puts_a_thing_first_never_lowers_it(
    legs: Mapping[str, Sequence[int]], key: int
) -> None:
    def place(rankings: Mapping[str, Sequence[int]]) -> int:
        order = [f.key for f in fuse(rankings)]
        return order.index(key) if key in order else len(order)

    assert place({**legs, "more": [key]}) <= place(legs)
