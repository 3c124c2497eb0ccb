"""Answers with the documents' own sentences: which ones, and from where to where."""

import re
from collections.abc import Iterator, Sequence

from contracts.nouns import Span
from contracts.tuning import Answering
from retrieval.evidence import Evidence, Piece
from retrieval.words import folded, stems

READABLE = 300
"""Characters up to which a sentence gets the neighbour that it cannot be understood without."""
ALIKE = 0.8

_LEANING = frozenset(
    folded(
        """
        il elle ils elles ce cela ceci cette ces celui celle ceux celles leur leurs lui
        he she it they this these those that such its their his her
        он она оно они это этот эта эти его её их такой такая такие
        """
    )
)
"""First words that point to the sentence before."""
_TITLE_WORDS = 8
_UNFINISHED = re.compile(r"[:;,?]$")
_FINISHED = re.compile(r"[.!?…][\"'»”)\]]*$")
_ROW = re.compile(r"[\t|\d:]")
_NUMBERING = re.compile(r"^(?:#+|(?:\d{1,3}[.)])+)\s+")
_MAIL_FIELD = re.compile(
    r"(?:from|to|cc|bcc|subject|date|sent|de|à|objet|envoyé|от|кому|копия|тема|дата) ?:",
    re.IGNORECASE,
)


def chosen(evidence: Evidence, how: Answering) -> Iterator[tuple[int, Span]]:
    """Yield passage rank and span (in the chunk's text) of a few quotations, best first."""
    taken: list[tuple[int, Span]] = []
    told: list[set[str]] = []
    least = evidence.best[0].score - how.gap if evidence.best else 0.0
    for piece in evidence.best:
        if len(taken) == how.sentences or piece.score < least:
            return
        span = _readable(evidence, piece)
        words = stems(evidence.found[piece.rank].chunk.text[span.start : span.end])
        if any(rank == piece.rank and _overlap(span, other) for rank, other in taken):
            continue
        if any(_alike(words, before) for before in told):
            continue
        taken.append((piece.rank, span))
        told.append(words)
        yield piece.rank, span


def _overlap(one: Span, other: Span) -> bool:
    """Tell whether two spans of the same text share characters."""
    return one.start < other.end and other.start < one.end


def _alike(one: set[str], other: set[str]) -> bool:
    """Tell whether two quotations say the same words."""
    return len(one & other) >= ALIKE * max(len(one | other), 1)


def _readable(evidence: Evidence, piece: Piece) -> Span:
    """Widen a piece by the neighbours without which it cannot be understood."""
    text = evidence.found[piece.rank].chunk.text
    around = evidence.pieces[piece.rank]
    first = last = list(around).index(piece.span)
    if _MAIL_FIELD.match(_at(text, around, first)):
        return _mail_head(text, around, first)
    if _leans_back(_at(text, around, first)) and _fits(around, first - 1, last):
        first -= 1
    while _fits(around, first, last + 1):
        if not _promises(_at(text, around, last), _at(text, around, last + 1)):
            break
        last += 1
    return Span(around[first].start, around[last].end)


def _mail_head(text: str, around: Sequence[Span], place: int) -> Span:
    """Give the lines of a mail's head around one: who, to whom, what about and when in one."""
    first = last = place
    while _fits(around, first - 1, last) and _MAIL_FIELD.match(_at(text, around, first - 1)):
        first -= 1
    while _fits(around, first, last + 1) and _MAIL_FIELD.match(_at(text, around, last + 1)):
        last += 1
    return Span(around[first].start, around[last].end)


def _at(text: str, around: Sequence[Span], place: int) -> str:
    """Give the words of one piece."""
    return text[around[place].start : around[place].end]


def _fits(around: Sequence[Span], first: int, last: int) -> bool:
    """Tell whether these pieces are there and together short enough to read at a glance."""
    inside = first >= 0 and last < len(around)
    return inside and around[last].end - around[first].start <= READABLE


def _leans_back(sentence: str) -> bool:
    """Tell whether a sentence begins in the middle or with a pronoun."""
    words = folded(sentence)
    return sentence[0].islower() or (bool(words) and words[0] in _LEANING)


def _promises(sentence: str, following: str) -> bool:
    """Tell whether what matters comes after: a title, a question, a list's first line."""
    if _UNFINISHED.search(sentence):
        return True
    named = _NUMBERING.sub("", sentence)
    title = not (_FINISHED.search(named) or _ROW.search(named))
    short = len(folded(sentence)) <= _TITLE_WORDS
    return title and short and bool(_FINISHED.search(following))
