"""Figures: shares, numbers and reasons of quality, in the visitor's words."""

from api.pages.texts import Texts
from contracts.quality import LOGARITHMIC, QualityState, Reason

TONES = {QualityState.GOOD: "good", QualityState.DOUBTFUL: "wait", QualityState.BAD: "bad"}
_ROUND = 10


def reason_text(reason: Reason, text: Texts) -> str:
    """Say why a document is not good; a reason without words in the language is told in English."""
    pattern = text.known(f"figure.{reason.figure}", "")
    if not pattern:
        return reason.sentence
    parts = [pattern.format(value=figure(reason.figure, reason.value, text))]
    if reason.z is not None:
        parts.append(text("quality.more" if reason.z > 0 else "quality.less"))
    if reason.expected is not None:
        key = "quality.at_least" if reason.value < reason.expected else "quality.at_most"
        parts.append(text(key, expected=figure(reason.figure, reason.expected, text)))
    return " ".join(parts)


def figure(name: str, value: float, text: Texts) -> str:
    """Write a figure as people read it: most are shares."""
    if name in LOGARITHMIC:
        return number(value, text)
    return text("figure.share", number=number(100 * value, text))


def number(value: float, text: Texts) -> str:
    """Write a number with as many digits as tell something."""
    digits = f"{value:,.0f}" if abs(value) >= _ROUND else f"{value:.2g}"
    separators = {",": text("figure.thousands"), ".": text("figure.decimal")}
    return "".join(separators.get(one, one) for one in digits)
