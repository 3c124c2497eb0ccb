"""Limits: what is thought of each figure by itself, and how its like are compared."""

import math
from dataclasses import dataclass
from typing import Final

from contracts.quality import LOGARITHMIC, QualityState


@dataclass(frozen=True, slots=True)
class Limit:
    """One figure's rule.

    From ``doubtful`` and ``bad`` on the figure says so by itself: upwards where ``high``, else
    downwards; None where it never does. ``floor`` is the least MAD by which its like are
    compared, None where they are not. ``code`` and ``sentence`` (with ``{value}``) are what
    people read.
    """

    figure: str
    code: str
    sentence: str
    doubtful: float | None = None
    bad: float | None = None
    floor: float | None = None
    high: bool = True
    percent: bool = True

    def by_itself(self, value: float) -> QualityState:
        """Give the state that the figure stands for without a look at others."""
        if _beyond(value, self.bad, high=self.high):
            return QualityState.BAD
        if _beyond(value, self.doubtful, high=self.high):
            return QualityState.DOUBTFUL
        return QualityState.GOOD

    def told(self, value: float) -> str:
        """Write the value as people read it."""
        return f"{value:.0%}" if self.percent and value >= _SMALL else f"{value:.3g}"


_SMALL = 0.095


def scaled(figure: str, value: float) -> float:
    """Give a figure on the scale on which its like are compared."""
    return math.log1p(value) if figure in LOGARITHMIC else value


def _beyond(value: float, limit: float | None, *, high: bool) -> bool:
    return limit is not None and (value >= limit if high else value <= limit)


LIMITS: Final = (
    Limit(
        "unprintable",
        "unprintable_characters",
        "{value} of the characters cannot be printed: their font or encoding is not known.",
        *(0.01, 0.05, 0.002),
    ),
    Limit(
        "replaced",
        "replacement_characters",
        "{value} of the characters were lost in decoding.",
        *(0.01, 0.05, 0.002),
    ),
    Limit(
        "mojibake",
        "wrong_encoding",
        "{value} of the characters look like text that was decoded wrongly, as in 'dÃ©jÃ '.",
        *(0.005, 0.03, 0.001),
    ),
    Limit(
        "unknown_words",
        "unknown_words",
        "{value} of the words are in no dictionary of their language.",
        *(0.35, 0.55, 0.03),
    ),
    Limit(
        "foreign_words",
        "no_known_words",
        "The language is not told, and {value} of the words are in no dictionary.",
        *(0.95, 0.995),
    ),
    Limit(
        "ocr_confidence",
        "low_ocr_confidence",
        "Text recognition was sure of its words by {value} only.",
        *(0.7, 0.45, 0.05),
        high=False,
    ),
    Limit(
        "pages_damaged",
        "damaged_pages",
        "{value} of the pages are damaged and were not read.",
        *(1e-9, 0.5),
    ),
    Limit(
        "pages_without_text",
        "pages_without_text",
        "{value} of the pages show something but hold no text.",
        *(0.25, 0.75, 0.05),
    ),
    Limit(
        "pages_partly_read",
        "pages_partly_read",
        "{value} of the pages hold little text, and a picture that could not be read.",
        *(0.25, None, 0.05),
    ),
    Limit("pages_blank", "blank_pages", "{value} of the pages are blank.", 0.4, None, 0.05),
    Limit(
        "characters_per_page",
        "little_text",
        "There are {value} characters on a page.",
        *(10.0, None, 0.3),
        high=False,
        percent=False,
    ),
    Limit(
        "repeated_lines",
        "repeated_lines",
        "{value} of the lines say the same again and again.",
        *(0.6, None, 0.05),
    ),
    Limit(
        "languages_mixed",
        "mixed_languages",
        "{value} of the text is in another language than the rest.",
        *(None, None, 0.1),
    ),
    Limit(
        "dates_out_of_range",
        "dates_out_of_range",
        "{value} of the dates lie before 1900 or more than 50 years ahead.",
        *(0.5, None, 0.1),
    ),
    Limit(
        "invoice_total_absent",
        "invoice_total_absent",
        "The total of the invoice's embedded record is not printed on it.",
        *(1.0, None),
    ),
    Limit(
        "invoice_number_absent",
        "invoice_number_absent",
        "The number in the invoice's embedded record is not printed on it.",
        *(1.0, None),
    ),
    Limit(
        "invoice_date_absent",
        "invoice_date_absent",
        "The date in the invoice's embedded record is not printed on it.",
        *(1.0, None),
    ),
    Limit(
        "invoice_seller_absent",
        "invoice_seller_absent",
        "The seller in the invoice's embedded record is not printed on it.",
        *(1.0, None),
    ),
    Limit(
        "invoice_sum_gap",
        "invoice_sum_wrong",
        "Net and tax of the invoice's embedded record differ from its total by {value}.",
        *(0.001, 0.05),
    ),
)
