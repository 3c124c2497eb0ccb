"""Settings under keys: what may be said of them, and how wrong ones are answered."""

import pytest

from contracts.errors import InvalidInput
from contracts.nouns import ReadMode
from contracts.tuning import Configuration, Tuning, differences, kept, parse_settings

FUSED = Configuration(ReadMode.FUSED)


def test_a_configuration_is_kept_by_its_settings_and_comes_back() -> None:
    one = FUSED.changed(
        {"panel": "graph", "generation": 3, "fusion.k": 30, "answer.prompt": "{fence}"}
    )
    assert one.mode is ReadMode.GRAPH
    assert one.generation == 3
    assert kept(one.settings()) == one
    assert kept({**one.settings(), "reranking.depth": 5}) == one
    assert kept({"panel": "fused"}) == FUSED


def test_the_same_settings_have_the_same_digest_however_they_were_written() -> None:
    texts = parse_settings(["fusion.k = 60", "fusion.dense=1", "panel=fused", "generation=live"])
    assert FUSED.changed(texts) == FUSED
    assert FUSED.changed(texts).digest == FUSED.digest
    assert FUSED.changed({"fusion.k": 61}).digest != FUSED.digest
    assert FUSED.changed({"generation": 1}).digest != FUSED.digest


def test_a_change_leaves_every_other_setting_alone() -> None:
    changed = FUSED.changed({"fusion.k": "30", "fusion.graph": 2, "answer.tokens": 50.0})
    assert [one.key for one in differences(FUSED, changed)] == [
        "fusion.k", "fusion.graph", "answer.tokens",
    ]  # fmt: skip
    assert differences(FUSED, changed)[0].sentence == "fusion.k: 60 → 30"
    assert changed.changed({"fusion.k": 60}).tuning.fusion.graph == 2.0


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("nothing.known=1", "no setting"),
        ("fusion=1", "no setting"),
        ("fusion.k=many", "whole number"),
        ("fusion.k=1.5", "whole number"),
        ("fusion.k=0", "out of range"),
        ("fusion.dense=-1", "out of range"),
        ("fusion.dense=nan", "out of range"),
        ("evidence.threshold=1.01", "out of range"),
        ("answer.prompt=", "0 characters"),
        ("panel=shadow", "no panel"),
        ("panel=", "no panel"),
        ("generation=second", "whole number"),
        ("fusion.k", "sets nothing"),
        ("=3", "sets nothing"),
    ],
)
def test_a_wrong_setting_is_refused_in_words(text: str, about: str) -> None:
    with pytest.raises(InvalidInput, match=about) as refused:
        FUSED.changed(parse_settings([text]))
    assert refused.value.remedy


@pytest.mark.parametrize(
    ("key", "value"),
    [("fusion.k", True), ("fusion.k", None), ("fusion.k", [1]), ("fusion.k", 1.5),
     ("fusion.dense", {}), ("answer.prompt", 3), ("panel", None), ("panel", 7),
     ("generation", []), ("generation", 1.5)],
)  # fmt: skip
def test_a_value_of_another_type_is_refused(key: str, value: object) -> None:
    with pytest.raises(InvalidInput):
        FUSED.changed({key: value})


def test_one_kind_of_legs_at_least_has_a_say() -> None:
    words = Tuning().changed({"fusion.dense": 0})
    with pytest.raises(InvalidInput):
        words.changed({"fusion.lexical": 0})
