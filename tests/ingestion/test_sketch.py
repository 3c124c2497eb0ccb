"""Sketches: what two texts have in common is estimated well, whatever their length."""

import pytest

from ingestion.sketch import bands, in_common, ranges, runs, signature
from tests.ingestion.twinning import Words

RUN = 7


def letters(seed: str, sentences: int) -> str:
    said = Words.of("en", seed)
    return "".join(c for _ in range(sentences) for c in said.sentence() if c.isalpha())


def truly_in_common(one: str, two: str) -> float:
    mine, other = (set(runs(text, RUN).tolist()) for text in (one, two))
    return len(mine & other) / len(mine | other)


def estimated(one: str, two: str) -> float:
    mine, other = (signature(ranges(runs(text, RUN))) for text in (one, two))
    return in_common(mine, other)


@pytest.mark.parametrize("sentences", [4, 40, 400])
@pytest.mark.parametrize("kept", [0.0, 0.3, 0.6, 0.9, 1.0])
def test_the_estimate_is_near_the_truth(sentences: int, kept: float) -> None:
    text = letters("one", sentences)
    place = round(kept * len(text))
    other = text[:place] + letters("two", sentences)[place:]
    assert estimated(text, other) == pytest.approx(truly_in_common(text, other), abs=0.12)


def test_runs_count_as_often_as_they_occur() -> None:
    once = letters("one", 3)
    assert truly_in_common(once, once * 3) < 0.4
    assert truly_in_common(once * 3, once * 3) == 1


def test_texts_that_are_alike_share_a_band_and_others_few() -> None:
    text, other = letters("one", 60), letters("other", 60)
    mine = set(bands(ranges(runs(text, RUN))))
    assert mine & set(bands(ranges(runs(text + other[:200], RUN))))
    assert len(mine & set(bands(ranges(runs(other, RUN))))) <= 2
