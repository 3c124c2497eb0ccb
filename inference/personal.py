"""RuleFinder: personal data by its forms, its checksums and the words before it."""

from collections.abc import Iterable, Iterator, Sequence

from contracts.nouns import Span
from contracts.personal import Certainty, Finding
from inference.personal_forms import FORMS, Form, Near, Needs
from inference.personal_labels import NEAR, told


class RuleFinder:
    """Finds personal data (port contracts.personal.PersonalDataFinder). Knows no state.

    A form that other numbers have as well needs a label before it; a number by which nobody
    could tell, as a bare one of nine digits, is left out.
    """

    def find(self, text: str, language: str) -> list[Finding]:
        """Give findings in order, none overlapping."""
        places = {near: list(_places(near, text)) for near in _NEAR}
        found = (one for form in FORMS for one in _of(form, text, places[form.near], language))
        return list(_apart(sorted(found)))


_NEAR = frozenset(form.near for form in FORMS)


def _places(near: Near, text: str) -> Iterator[tuple[int, int]]:
    """Give the ranges in which forms can stand, apart from each other."""
    start = end = 0
    for match in near.pattern.finditer(text):
        if (first := max(0, match.start() - near.before)) > end:
            if end:
                yield start, end
            start = first
        end = match.end() + near.behind
    if end:
        yield start, end


def _of(
    form: Form, text: str, places: Sequence[tuple[int, int]], language: str
) -> Iterator[Finding]:
    """Give what is written in one form in some ranges of a text."""
    for begin, end in places:
        place = begin
        while match := form.pattern.search(text, place, end):
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
