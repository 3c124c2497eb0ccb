"""Likeness on the data folder: made copies, the next of a form, documents per second.

Rules were chosen on its documents. What is said to be held back is measured only.
"""

import argparse
import asyncio
import hashlib
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import combinations
from pathlib import Path
from random import Random

from benchmarks import copying, rescans
from benchmarks.material import data_folder
from benchmarks.report import Missing, Row
from benchmarks.rescans import is_duplicate
from contracts.content import Source
from contracts.errors import UnreadableDocument
from contracts.likeness import Fingerprint, Likeness
from ingestion.likeness import compare, fingerprint, said
from readers.pool import ProcessReader
from tests.ingestion.twinning import COPIES, dice

DUPLICATES = {Likeness.SAME_TEXT, Likeness.NEAR_COPY}
FILES, FEWEST_WORDS = 400, 20
PAGE = 3000
"""Characters of the text of one page."""
EACH = 40
"""Documents in each language that are held back; others are printed and scanned."""
FEWEST_FIGURES = 5
"""A text with fewer figures cannot be made another document by changing them."""


async def measure() -> list[Row]:
    """Read the files once, then compare copies, the next ones of their templates, and all pairs."""
    texts = await _texts()
    prints = {path: fingerprint([text]) for path, text in texts.items()}
    return [
        *_copies(texts, prints),
        *_siblings(texts, prints),
        *_pairs(prints),
        *_held_back(),
        *await rescans.measure(_scans()),
        *_speed(texts),
    ]


def _scans() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--scans", type=int, default=rescans.EACH)
    found: int = parser.parse_known_args(sys.argv[1:])[0].scans
    return found


async def _texts() -> dict[str, str]:
    """Give the text of each document, equal files once, without those too short to compare."""
    folder = data_folder() / "documents"
    if not folder.is_dir():
        raise Missing("Set DIPTYCH_DATA to a folder with documents/ to compare.")
    files: dict[str, Path] = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        digest = await asyncio.to_thread(lambda p: hashlib.sha256(p.read_bytes()).hexdigest(), path)
        files.setdefault(digest, path)
    reader = ProcessReader(2)
    try:
        said = await asyncio.gather(*(_read(reader, p) for p in list(files.values())[:FILES]))
    finally:
        await reader.close()
    named = zip(files.values(), said, strict=False)
    return {
        str(path.relative_to(folder)): text
        for path, text in named
        if len(text.split()) >= FEWEST_WORDS
    }


async def _read(reader: ProcessReader, path: Path) -> str:
    try:
        reading = await reader.read(Source(path, path.name, 0, path.stat().st_size))
    except UnreadableDocument:
        return ""
    return "\n".join(part.text for part in reading.parts)


def _copies(texts: dict[str, str], prints: dict[str, Fingerprint]) -> Iterator[Row]:
    """Say how many made copies are found and called so, way by way."""
    every: Counter[bool] = Counter()
    for name, change in COPIES.items():
        found: Counter[bool] = Counter()
        for path, text in texts.items():
            copy = fingerprint([change(text, dice(path))])
            found[is_duplicate(prints[path], copy)] += 1
        every += found
        yield Row(f"recall, {name}", found[True] / found.total(), note=f"{found.total()} files")
    yield Row("recall, all copies", every[True] / every.total(), "", (">=", 0.95))


def _siblings(texts: dict[str, str], prints: dict[str, Fingerprint]) -> Iterator[Row]:
    """Say how often the next document of a real file's form is taken for a copy."""
    called: Counter[Likeness | None] = Counter()
    for path, text in texts.items():
        other = _renumbered(text, dice(path))
        if len(prints[path].figures) >= FEWEST_FIGURES and said(other) != said(text):
            verdict = compare(prints[path], fingerprint([other]))
            called[verdict and verdict[0]] += 1
    wrong = sum(called[verdict] for verdict in DUPLICATES)
    note = f"{called.total()} files, {called[Likeness.SAME_TEMPLATE]} called same_template"
    yield Row("next of the same form called a copy", wrong, "", ("<=", 0), note)


def _renumbered(text: str, random: Random) -> str:
    """Put other figures in: every other one, as the next invoice has."""

    def other(found: re.Match[str]) -> str:
        low = 10 ** (len(found[0]) - 1)
        return str(random.randrange(low, 10 * low)) if random.random() < 0.5 else found[0]

    return re.sub(r"(?<![\d.,])\d{2,15}(?!\d)", other, text)


def _pairs(prints: dict[str, Fingerprint]) -> Iterator[Row]:
    """Say what the files themselves are to each other; labels tell which cannot be copies."""
    numbers = _numbers()
    called: Counter[Likeness] = Counter()
    wrong = []
    for (one, mine), (two, other) in combinations(prints.items(), 2):
        verdict = compare(mine, other)
        if verdict is None:
            continue
        called[verdict[0]] += 1
        if verdict[0] in DUPLICATES:
            print(f"  {verdict[0]} {verdict[1]:.2f}: {one} · {two}")
            known = one in numbers and two in numbers
            wrong += [(one, two)] if known and numbers[one] != numbers[two] else []
    for kind in Likeness:
        yield Row(f"pairs of files called {kind}", called[kind])
    yield Row("invoices with other numbers called copies", len(wrong), "", ("<=", 0))


def _numbers() -> dict[str, tuple[str, str]]:
    """Give the labelled number and day of invoices by path."""
    path = data_folder() / "documents" / "invoices" / "labels.json"
    labels = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
    return {one["file"]: (str(one["number"]), str(one["issue_date"])) for one in labels}


def _held_back() -> Iterator[Row]:
    """Say how many copies are found, and how many other documents of a form are taken for one."""
    kept = list(copying.documents(data_folder(), EACH))
    prints = [fingerprint([str(one)]) for one in kept]
    yes: Counter[bool] = Counter()
    for name, change in copying.COPIES.items():
        found = Counter(
            is_duplicate(mine, fingerprint([change(str(one), copying.dice((name, number)))]))
            for number, (one, mine) in enumerate(zip(kept, prints, strict=True))
        )
        yes += found
        yield Row(f"held back: recall, {name}", found[True] / found.total())
    yield Row("held back: recall, all copies", yes[True] / yes.total(), "", (">=", 0.95))
    for damage in (None, "faint, 3 % lost"):
        for name, other in copying.OTHERS.items():
            wrong = sum(
                is_duplicate(mine, fingerprint([_other(one, name, damage, other)]))
                for one, mine in zip(kept, prints, strict=True)
            )
            note = f"{len(kept)} pairs"
            what = f"{name}{f', {damage}' if damage else ''}"
            target = None if damage else ("<=", 0)
            yield Row(f"held back: called a copy, {what}", wrong, "", target, note)


def _other(one: copying.Document, name: str, damage: str | None, other: copying.Other) -> str:
    random = copying.dice((name, str(one)))
    text = str(other(one, random))
    return copying.COPIES[damage](text, random) if damage else text


def _speed(texts: dict[str, str]) -> Iterable[Row]:
    pages = [text[:PAGE] for text in texts.values() if len(text) >= PAGE // 3]
    for name, some in (("pages", pages), ("documents", list(texts.values()))):
        began = time.process_time()
        for text in some:
            fingerprint([text])
        took = time.process_time() - began
        note = f"{sum(map(len, some)) / took / 1e6:.2f} million characters/s, one thread"
        target = (">=", 1000) if name == "pages" else None
        yield Row("fingerprints", len(some) / took, f"{name}/s", target, note)
