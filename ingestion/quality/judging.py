"""Judging: what figures mean, by limits, by expectations, and beside their like."""

from collections.abc import Iterator

from contracts.quality import (
    SAMPLE,
    Expectations,
    Figures,
    Norm,
    Norms,
    QualityState,
    Reason,
)
from ingestion.quality.limits import LIMITS, Limit, scaled

OUTLYING = 3.5
"""Robust z-score of an outlier."""
_NORMAL = 0.6745
"""Median absolute deviation of the standard normal distribution: z then reads as usual."""
_ELSEWHERE = 0.2
"""Share of a text in other languages than expected that is still taken for quotes and names."""
_WORST = list(QualityState)


def robust_z(value: float, norm: Norm, floor: float) -> float:
    """Give the modified z-score 0.6745 (x - median) / MAD.

    Half of the sample may be anything before it breaks down, where one wild value is enough to
    spoil a mean. ``floor`` is the least MAD: where nearly all values are equal, a small
    difference is no outlier. Source: Iglewicz and Hoaglin, How to Detect and Handle Outliers
    (ASQC Quality Press, 1993), who call scores over 3.5 outliers.
    """
    return _NORMAL * (value - norm.median) / max(norm.mad, floor)


def judge(
    figures: Figures, norms: Norms, expectations: Expectations
) -> tuple[QualityState, tuple[Reason, ...]]:
    """Give the state and every reason, the worst first; no reason means good.

    A figure that passes its own limit is not compared with its like as well.
    """
    reasons = [*_expected(figures, expectations)]
    for limit in LIMITS:
        value = figures.get(limit.figure)
        if value is None:
            continue
        state = limit.by_itself(value)
        if state is not QualityState.GOOD:
            sentence = limit.sentence.format(value=limit.told(value))
            reasons.append(Reason(limit.code, state, sentence, limit.figure, value))
        elif outlier := _beside_others(limit, value, norms):
            reasons.append(outlier)
    reasons.sort(key=lambda reason: -_WORST.index(reason.state))
    return (reasons[0].state if reasons else QualityState.GOOD), tuple(reasons)


def _beside_others(limit: Limit, value: float, norms: Norms) -> Reason | None:
    """Give the reason when a figure is far from those of its like, towards what is bad."""
    norm = norms.get(limit.figure)
    if norm is None or limit.floor is None or norm.count < SAMPLE:
        return None
    z = robust_z(scaled(limit.figure, value), norm, limit.floor)
    if (z if limit.high else -z) <= OUTLYING:
        return None
    much = "more" if limit.high else "less"
    sentence = (
        f"{limit.sentence.format(value=limit.told(value))} "
        f"That is far {much} than in other documents of this type."
    )
    return Reason(
        f"unusual_{limit.figure}", QualityState.DOUBTFUL, sentence, limit.figure, value, round(z, 2)
    )


def _expected(figures: Figures, expectations: Expectations) -> Iterator[Reason]:
    """Give what the workspace expects otherwise."""
    shares = {f: v for f, v in figures.items() if f.startswith("language_")}
    if expectations.languages and shares:
        named = {f"language_{one}" for one in expectations.languages}
        elsewhere = sum(share for figure, share in shares.items() if figure not in named)
        if elsewhere > _ELSEWHERE:
            most = max(shares.keys() - named, key=lambda figure: shares[figure])
            listed = ", ".join(expectations.languages)
            sentence = f"{elsewhere:.0%} of the text is in another language than {listed}."
            yield Reason("unexpected_language", QualityState.DOUBTFUL, sentence, most, elsewhere)
    for figure, least, most_allowed in (
        ("characters_per_page", expectations.min_characters_per_page, None),
        ("ocr_confidence", expectations.min_ocr_confidence, None),
        ("unknown_words", None, expectations.max_unknown_words),
    ):
        value = figures.get(figure)
        if value is None:
            continue
        if least is not None and value < least:
            sentence = f"{figure} is {value:.4g}, this workspace expects at least {least:g}."
            yield _otherwise(figure, value, least, sentence)
        if most_allowed is not None and value > most_allowed:
            sentence = f"{figure} is {value:.4g}, this workspace expects at most {most_allowed:g}."
            yield _otherwise(figure, value, most_allowed, sentence)


def _otherwise(figure: str, value: float, expected: float, sentence: str) -> Reason:
    state = QualityState.DOUBTFUL
    return Reason(f"expected_{figure}", state, sentence, figure, value, expected=expected)
