"""Metrics of one answer: its words, what it cites, and the places that a ranking covers.

Words as SQuAD compares them (Rajpurkar et al. 2016): case, punctuation and white space do not
count. Articles do: leaving out English ones alone would favour a language.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from contracts.nouns import Span


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Characters of one part of a document, or the whole document when there is no span."""

    document: str
    part: int = 0
    span: Span | None = None

    def shares(self, other: "Place") -> bool:
        """Tell whether both have a character in common."""
        if self.document != other.document:
            return False
        if self.span is None or other.span is None:
            return True
        return self.part == other.part and bool(_common(self.span, other.span))


def words(text: str) -> list[str]:
    """Give an answer's words as they are compared."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(" " if unicodedata.category(c)[0] in "PS" else c for c in folded).split()


def exact_match(answer: str, right: Sequence[str]) -> float:
    """1 when the answer's words are those of any right answer, else 0."""
    return float(any(words(answer) == words(one) for one in right))


def token_f1(answer: str, right: Sequence[str]) -> float:
    """Harmonic mean of the words' precision and recall, for the right answer nearest to it."""
    return max((_f1(words(answer), words(one)) for one in right), default=0.0)


def _f1(given: Sequence[str], wanted: Sequence[str]) -> float:
    if not given or not wanted:
        return float(given == wanted)
    return 2 * sum((Counter(given) & Counter(wanted)).values()) / (len(given) + len(wanted))


def citation_precision(cited: Sequence[Place], labels: Sequence[Place]) -> float:
    """Share of the citations that rest on a labelled place; 0 when nothing is cited."""
    right = sum(any(one.shares(label) for label in labels) for one in cited)
    return right / len(cited) if cited else 0.0


def citation_recall(cited: Sequence[Place], labels: Sequence[Place]) -> float:
    """Share of the labelled places that a citation rests on."""
    told = sum(any(label.shares(one) for one in cited) for label in labels)
    return told / len(labels) if labels else 0.0


def span_recall(found: Iterable[Place], labels: Sequence[Place]) -> float:
    """Mean share of each labelled place's characters that the passages cover together."""
    passages = list(found)
    return sum(_covered(label, passages) for label in labels) / len(labels) if labels else 0.0


def within(found: Iterable[Place], characters: int) -> Iterator[Place]:
    """Give the first passages as far as so many characters go, the last one cut."""
    for one in found:
        if one.span is None or characters <= 0:
            return
        end = min(one.span.end, one.span.start + characters)
        yield replace(one, span=Span(one.span.start, end))
        characters -= end - one.span.start


def _covered(label: Place, passages: Sequence[Place]) -> float:
    """Give the share of a label's characters that any passage holds."""
    own = [one for one in passages if label.shares(one)]
    if label.span is None or any(one.span is None for one in own):
        return float(bool(own))
    covered: set[int] = set()
    for one in own:
        covered.update(_common(label.span, one.span) if one.span else ())
    return len(covered) / (label.span.end - label.span.start)


def _common(one: Span, other: Span) -> range:
    """Give the characters in both."""
    return range(max(one.start, other.start), min(one.end, other.end))
