"""RuleFinder: personal data by its forms, its checksums and the words before it."""

from collections.abc import Iterable, Iterator

from contracts.nouns import Span
from contracts.personal import Certainty, Finding
from inference.personal_forms import FORMS, Form, Needs
from inference.personal_labels import NEAR, told


class RuleFinder:
    """Finds personal data (port contracts.personal.PersonalDataFinder). Knows no state.

    A form that other numbers have as well needs a label before it; a number by which nobody
    could tell, as a bare one of nine digits, is left out.
    """

    def find(self, text: str, language: str) -> list[Finding]:
        """Give findings in order, none overlapping."""
        return list(_apart(sorted(one for form in FORMS for one in _of(form, text, language))))


def _of(form: Form, text: str, language: str) -> Iterator[Finding]:
    """Give what is written in one form."""
    place = 0
    while match := form.pattern.search(text, place):
        start = match.start()
        length = 0
        if _said(form, text, start, match.end()):
            length = form.length(match[0], language)
        if length:
            yield Finding(Span(start, start + length), form.kind, form.certainty)
        place = start + max(length, 1)


def _said(form: Form, text: str, start: int, end: int) -> bool:
    """Tell whether what stands before a candidate allows it."""
    if form.needs is Needs.LABEL:
        return told(form.kind, text, start, end) is True
    return form.needs is Needs.NOTHING or told(form.kind, text, start, end, NEAR) is not False


def _apart(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Of findings that overlap, keep the surer one, else the longer, else the first."""
    kept: Finding | None = None
    for one in findings:
        if kept is None or one.span.start >= kept.span.end:
            if kept:
                yield kept
            kept = one
        elif _weight(one) > _weight(kept):
            kept = one
    if kept:
        yield kept


def _weight(one: Finding) -> tuple[bool, int]:
    return one.certainty is Certainty.CHECKED, one.span.end - one.span.start
