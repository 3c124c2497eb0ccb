"""Each cell of the table in docs/formats.md is what reading a real file of that format shows."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from contracts.content import Enclosed, Source
from contracts.errors import UnreadableDocument
from contracts.nouns import Reading
from readers.pool import ProcessReader
from tests.readers.format_samples import INSIDE, ROWS, SAMPLES, SENTENCE, TITLE
from tests.readers.scanning import engine, rows, saying

PAGE = Path(__file__).parents[2] / "docs" / "formats.md"
SEEN = "Reconnu dans une image"


def shown() -> dict[str, dict[str, str]]:
    """Give the page's first table: by format, each cell under its column's name."""
    lines = PAGE.read_text().splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("| format |"))
    _, *columns = cells(lines[start])
    found = {}
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        name, *values = cells(line)
        found[name] = dict(zip(columns, values, strict=True))
    return found


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


@pytest.fixture(scope="module")
async def seeing() -> AsyncIterator[ProcessReader]:
    """Make readers that see the same words in every picture, whatever is installed here."""
    seen = rows(*((1, 1, 1, 96, word) for word in SEEN.split()))
    pool = ProcessReader(workers=1, engine=engine(saying(seen)))
    yield pool
    await pool.close()


async def test_every_format_has_its_row() -> None:
    assert list(shown()) == list(SAMPLES)


@pytest.mark.parametrize("name", SAMPLES)
async def test_a_row_tells_what_reading_shows(
    seeing: ProcessReader, tmp_path: Path, name: str
) -> None:
    filename, make = SAMPLES[name]
    path = tmp_path / "original"
    path.write_bytes(make())
    files: dict[str, bytes] = {}

    async def take(file: Enclosed) -> None:
        files[file.path] = b"".join([piece async for piece in file.pieces])

    try:
        reading = await seeing.read(Source(path, filename), take)
    except UnreadableDocument as error:
        seen = {"text": f"`{error.reason.value}`"}
    else:
        seen = observed(reading, files)
    told = shown()[name]
    assert {column: seen.get(column, "–") for column in told} == told


def observed(reading: Reading, files: dict[str, bytes]) -> dict[str, str]:
    text = "\n".join(part.text for part in reading.parts)
    return {
        "text": text_of(text, files),
        "positions": positions(reading),
        "tables": tables(text),
        "headings": "yes" if TITLE in headings(reading) else "–",
        "OCR": "yes" if SEEN in text else "–",
        "files inside": "yes" if set(INSIDE.values()) <= set(files.values()) else "–",
    }


def text_of(text: str, files: dict[str, bytes]) -> str:
    if SENTENCE in text:
        assert text.count(SENTENCE) == text.count(TITLE) or text.count(SENTENCE) == 1
        return "yes"
    if SEEN in text:
        return "by OCR"
    return "names of the files" if all(name in text for name in files) and files else "–"


def positions(reading: Reading) -> str:
    if {part.page for part in reading.parts} >= {1, 2}:
        return "page"
    own = {part.label for part in reading.parts if part.confidence is None}
    return "part" if len(own) > 1 else "–"


def tables(text: str) -> str:
    if all("\t".join(row) in text for row in ROWS):
        return "rows"
    if "| " + " | ".join(ROWS[0]) in text:
        return "as it stands"
    return "lines" if all(cell in text for row in ROWS for cell in row) else "–"


def headings(reading: Reading) -> list[str]:
    return [heading.text for part in reading.parts for heading in part.headings]
