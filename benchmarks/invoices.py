"""Invoices: of how many text PDFs the labelled seller, number, date and total are in what is read.

Labels come with the data folder (``documents/invoices/labels.json``). A field is found when it
stands in the text in one of its printed forms, which are those that data quality compares by. Then
the processor's time for the figures of all documents is compared with that for reading them.
"""

import json
import resource
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.material import data_folder
from benchmarks.report import Missing, Row
from contracts.content import Source
from contracts.errors import UnreadableDocument
from contracts.nouns import Reading
from inference.dictionaries import SpellingDictionaries
from inference.language import LangidDetector
from ingestion.quality.measuring import measure as figures
from ingestion.quality.printed import Print, day_of, decimal
from readers.pool import ProcessReader

FIELDS = ("seller", "number", "date", "total")
TARGET = 0.97


@dataclass
class Tally:
    """What was found of the labels; ``others`` are PDFs whose print is of another invoice."""

    hits: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    missing: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    without: int = 0

    def add(self, name: str, shown: Mapping[str, bool]) -> None:
        """Count one PDF. One that shows nothing of its record prints another invoice."""
        if shown and not any(shown.values()):
            self.others.append(name)
            return
        self.asked.update(list(shown))
        self.hits.update(one for one, there in shown.items() if there)
        self.missing += [f"{name}: {one}" for one, there in shown.items() if not there]


async def measure() -> list[Row]:
    """Read every labelled PDF, then every document, and compare."""
    folder = data_folder() / "documents"
    labels = folder / "invoices" / "labels.json"
    if not labels.is_file():
        raise Missing("The data folder has no documents/invoices/labels.json.")
    reader = ProcessReader(1)
    try:
        tally = await _labelled(reader, folder, json.loads(labels.read_bytes()))
    finally:
        await reader.close()
    return [*_rows(tally), await _cost(folder)]


async def _labelled(reader: ProcessReader, folder: Path, labels: list[dict[str, str]]) -> Tally:
    tally = Tally()
    for label in labels:
        path = folder / label["file"]
        if path.suffix.lower() != ".pdf" or not path.is_file():
            continue
        try:
            reading = await _read(reader, path)
        except UnreadableDocument:
            tally.without += 1
            continue
        printed = Print("\n".join(part.text for part in reading.parts))
        tally.add(path.name, dict(_shown(label, printed)))
    return tally


def _shown(label: Mapping[str, str], printed: Print) -> Iterator[tuple[str, bool]]:
    """Look for each field that has a label."""
    if seller := label.get("seller"):
        yield "seller", printed.shows(seller)
    if number := label.get("number"):
        yield "number", printed.shows(number)
    compact = str(label.get("issue_date") or "").replace("-", "")
    if day := day_of(f"{compact[:4]}-{compact[4:6]}-{compact[6:8]}"):
        yield "date", printed.shows_date(day)
    if (total := decimal(label.get("grand_total"))) is not None:
        yield "total", printed.shows_amount(total)


def _rows(tally: Tally) -> Iterator[Row]:
    hits, asked = tally.hits, tally.asked
    note = (
        f"{hits.total()} of {asked.total()}; not found: {'; '.join(tally.missing) or 'none'}; "
        f"print another invoice than their record: {', '.join(tally.others) or 'none'}; "
        f"PDFs without text: {tally.without}"
    )
    share = hits.total() / max(1, asked.total())
    yield Row("labelled fields found in text PDFs", share, "", (">=", TARGET), note)
    for one in FIELDS:
        yield Row(f"  {one}", hits[one] / max(1, asked[one]), "", None, f"of {asked[one]}")


async def _cost(folder: Path) -> Row:
    """Give the processor's time of measuring by that of reading, over all that can be read."""
    words, detector, today = SpellingDictionaries(), LangidDetector(), datetime.now(UTC).date()
    readings: list[Reading] = []
    began, reader = _children(), ProcessReader(1)
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with suppress(UnreadableDocument):
                readings.append(await _read(reader, path))
    await reader.close()
    read = _children() - began
    words.unknown([], "und")  # dictionaries and the model of languages are loaded once
    detector.detect("Le bail est signé.")
    begun = time.process_time()
    for reading in readings:
        figures(reading, words, detector, today)
    took = time.process_time() - begun
    note = f"{len(readings)} documents, {1000 * took / len(readings):.2f} ms each"
    return Row("measuring / reading, processor time", took / read, "", None, note)


def _children() -> float:
    """Give the processor's seconds of child processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


async def _read(reader: ProcessReader, path: Path) -> Reading:
    return await reader.read(Source(path, path.name, 0, path.stat().st_size, None))
