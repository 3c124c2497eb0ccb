"""The figures by which a panel is let through to serve, and what they say of it in sentences."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.policy import EvidenceSummary, PanelRecord, PanelStanding, ParityNote

SHADOW_SHARE = 0.1
CANARY_SHARE = 0.05
"""Shares where none is named: ten times the load would be as much as the primary's own; one key
in twenty is few to disappoint."""
QUESTIONS = 50
"""With one error in a hundred tolerated, 50 let none pass; it takes 500 questions in shadow."""
ERRORS = 0.01
"""Readers are used to 99 of 100 questions answered by the panel that they named."""
OVERLAP = 0.8
"""Of ten passages shown, eight the same: two sound panels differ only where an approximate index
misses a neighbour or a tie is broken, which is a place or two."""
SLOWER = 2.0
SLACK_MS = 20.0
"""Twice the primary's p95 and 20 ms: below 20 ms nobody notices, above it twice is felt."""
FRESH = timedelta(hours=24)
"""Yesterday's proof says nothing of what was edited by hand since."""
WINDOW = timedelta(days=7)
"""Evidence reaches back a week at most, over every kind of day."""
SKEW = timedelta(minutes=5)
"""Clocks of two machines may differ by this; more means that one of them went wrong."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing that must hold before a panel goes on, in a sentence that says how it stands."""

    met: bool
    sentence: str


def since(record: PanelRecord, now: datetime) -> datetime:
    """Give the moment from which evidence counts: not from before the panel was filled."""
    return max(record.since, now - WINDOW)


def complete(record: PanelRecord, backlog: int) -> list[Criterion]:
    """Judge whether a panel serves and holds everything."""
    if record.standing is not PanelStanding.SERVING:
        how = "off" if record.standing is PanelStanding.OFF else "being filled"
        reached = f"{record.reached:,} of {record.wanted:,} versions are in it"
        return [Criterion(met=False, sentence=f"The {record.panel} panel is {how}: {reached}.")]
    if backlog:
        behind = f"The {record.panel} panel has yet to catch up with versions: {backlog:,}."
        return [Criterion(met=False, sentence=behind)]
    return [Criterion(met=True, sentence=f"The {record.panel} panel is complete.")]


def proven(
    record: PanelRecord, deep: ParityNote | None, sampled: Iterable[ParityNote], now: datetime
) -> list[Criterion]:
    """Judge whether parity is proven: a deep check of everything, and no sample since says no."""
    later = [note for note in sampled if note.found and (deep is None or note.at > deep.at)]
    doubts = [
        Criterion(
            met=False,
            sentence=f"The sampled parity check of {_when(note.at)} found {note.found:,} "
            "differences.",
        )
        for note in later
    ]
    return [_deep(record, deep, now), *doubts]


def _deep(record: PanelRecord, note: ParityNote | None, now: datetime) -> Criterion:
    """Judge the latest deep check of everything."""
    if note is None:
        return Criterion(met=False, sentence="No deep parity check was made yet.")
    named = f"The latest deep parity check, of {_when(note.at)},"
    wrong = None
    if note.found:
        wrong = f"found {note.found:,} differences"
    elif note.at < record.since:
        wrong = f"is older than the latest filling of the {record.panel} panel"
    elif now - note.at > FRESH:
        wrong = f"is older than {FRESH.total_seconds() / 3600:.0f} hours"
    elif note.at - now > SKEW:
        wrong = "lies in the future: a clock went wrong"
    return Criterion(met=wrong is None, sentence=f"{named} {wrong or 'was clean'}.")


def shadowed(seen: EvidenceSummary) -> list[Criterion]:
    """Judge what shadow reads showed."""
    criteria = _answered("shadow", seen)
    if not seen.questions:
        return criteria
    allowed = SLOWER * seen.primary_p95_ms + SLACK_MS
    return [
        *criteria,
        Criterion(
            met=round(seen.overlap, 9) >= OVERLAP,  # a mean of equal shares is a hair off
            sentence=f"{seen.overlap:.1%} of the first ten passages are the primary's; "
            f"{OVERLAP:.0%} are needed.",
        ),
        Criterion(
            met=seen.candidate_p95_ms <= allowed,
            sentence=f"It answers in {seen.candidate_p95_ms:.0f} ms (p95); "
            f"{allowed:.0f} ms are allowed beside the primary's {seen.primary_p95_ms:.0f} ms.",
        ),
    ]


def canaried(seen: EvidenceSummary) -> list[Criterion]:
    """Judge how the canary's keys were served."""
    return _answered("canary", seen)


def _answered(stage: str, seen: EvidenceSummary) -> list[Criterion]:
    """Judge how many questions there were, and how many of them failed."""
    share = seen.errors / seen.questions if seen.questions else 0.0
    return [
        Criterion(
            met=seen.questions >= QUESTIONS,
            sentence=f"{seen.questions:,} questions were asked of it in {stage}; "
            f"{QUESTIONS} are needed.",
        ),
        Criterion(
            met=share <= ERRORS,
            sentence=f"{seen.errors:,} of them failed ({share:.1%}); {ERRORS:.0%} may.",
        ),
    ]


def _when(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
