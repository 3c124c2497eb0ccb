"""Rows: documents as the table shows them, put into the visitor's words."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime

from api.pages.figures import number
from api.pages.texts import Texts
from contracts.handling import RETRIABLE, UNDER_WAY
from contracts.nouns import PanelName
from contracts.record import DocumentRecord, PanelState, Reached, VersionState

UNITS = ("b", "kb", "mb", "gb")
STEP = 1024
TONES: Mapping[VersionState, str] = {
    VersionState.ACCEPTED: "",
    VersionState.PROCESSING: "wait",
    VersionState.LIVE: "good",
    VersionState.QUARANTINED: "bad",
    VersionState.CANCELLED: "",
    VersionState.RETIRED: "",
}


def size_text(size: float, text: Texts) -> str:
    """Give a size in the unit that keeps it short."""
    place = 0
    while size >= STEP and place < len(UNITS) - 1:
        size, place = size / STEP, place + 1
    return f"{number(size, text)} {text(f'figure.{UNITS[place]}')}"


def kind(record: DocumentRecord) -> str:
    """Give what people call the type: the ending of the name, else the media type's."""
    _, dot, ending = record.filename.rpartition(".")
    if dot and len(ending) <= len("markdown") and ending.isalnum():
        return ending.upper()
    return (record.media_type or "").rpartition("/")[2].upper()


def row(record: DocumentRecord, text: Texts) -> dict[str, object]:
    """Give one row; every value is text or a number, and shown as such."""
    working = record.state in UNDER_WAY
    share = record.done / record.total if record.total else None
    facts = kind(record), size_text(record.size, text), _other(record)
    return {
        "id": str(record.id),
        "title": record.title or record.filename,
        "detail": " · ".join(filter(None, facts)),
        "state": text(f"state.{record.state}"),
        "tone": TONES[record.state],
        "stage": text.known(f"stage.{record.stage}", "") if working else "",
        "share": round(100 * share) if working and share is not None else None,
        "left": _left(record, text) if working else "",
        "working": record.state is VersionState.PROCESSING,
        "stoppable": working,
        "retriable": record.state in RETRIABLE,
        "panels": [_panel(state, text) for state in sorted(record.panels, key=_place)],
        "chunks": max((state.chunks or 0 for state in record.panels), default=0),
        "updated": _when(record.updated),
        "locale": text.language,
        **_why(record, text),
    }


def _left(record: DocumentRecord, text: Texts) -> str:
    """Give how much of the stage in hand is done, and what time it has left where that is known."""
    if not record.total:
        return ""
    done = f"{number(record.done, text)} / {number(record.total, text)}"
    if record.left_s is None:
        return done
    minutes = math.ceil(record.left_s / 60)
    return f"{done} · {text('documents.left', minutes=minutes)}"


def _other(record: DocumentRecord) -> str:
    """Give the file's name where the title is another."""
    return record.filename if record.title and record.title != record.filename else ""


def _place(state: PanelState) -> int:
    """Order panels as they are everywhere else."""
    return list(PanelName).index(state.panel)


def _panel(state: PanelState, text: Texts) -> dict[str, str]:
    """Give one panel's badge: filled when the document is there, hollow while it is not."""
    there = state.reached is Reached.LIVE
    words = text(f"reach.{state.reached}")
    if state.error and not there:
        words = f"{words}. {state.error} ({text('reach.attempts', count=state.attempts)})"
    failed = bool(state.error) and not there
    return {
        "label": text(f"panel.{state.panel}"),
        "tone": state.panel.value if there else "bad" if failed else "hollow",
        "icon": "check" if there else "error_outline" if failed else "more_horiz",
        "tip": words,
    }


def _why(record: DocumentRecord, text: Texts) -> dict[str, str]:
    """Give why a document needs attention, and what to do."""
    if record.state is not VersionState.QUARANTINED:
        return {"why": "", "remedy": ""}
    reason = record.reason or ""
    why = text.known(f"reason.{reason}", record.detail or reason)
    remedy = text.known(f"remedy.{reason}", "")
    if record.live is not None:
        remedy = f"{remedy} ({text('documents.earlier')})".strip()
    return {"why": why, "remedy": remedy}


def _when(moment: datetime) -> str:
    """Give the moment in universal time; the browser shows it in its own."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")
