"""RapidOCR reads Latin script where Tesseract is missing, and does not pretend to read more."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from contracts.content import Source
from contracts.errors import Unreadable, UnreadableDocument
from readers.installed import find_engine
from readers.pool import ProcessReader
from tests.readers.scanning import drawn, saved

pytest.importorskip("rapidocr", reason="the extra ocr is not installed")


@pytest.fixture
async def rapid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ProcessReader]:
    """Read where no program is on the path."""
    monkeypatch.setenv("PATH", str(tmp_path))
    pool = ProcessReader(1, engine=find_engine())
    yield pool
    await pool.close()


def source(tmp_path: Path, text: str) -> Source:
    path = tmp_path / "original"
    path.write_bytes(saved(drawn(text, size=(900, 260))))
    return Source(path, "scan.png")


async def test_french_is_read_and_the_engine_named(rapid: ProcessReader, tmp_path: Path) -> None:
    reading = await rapid.read(source(tmp_path, "Livrée à l'entrepôt\nde Besançon"))
    assert reading.parts[0].text == "Livrée à l'entrepôt\nde Besançon\n"
    assert str(reading.metadata["ocr_engine"]).startswith("rapidocr ")
    assert reading.metadata["ocr_languages"] == ["Latin"]


async def test_russian_is_refused_rather_than_guessed(rapid: ProcessReader, tmp_path: Path) -> None:
    with pytest.raises(UnreadableDocument) as caught:
        await rapid.read(source(tmp_path, "Оплата ожидается\nв течение тридцати дней"))
    assert caught.value.reason is Unreadable.NO_TEXT
    assert "No Latin text" in caught.value.message
    assert "Tesseract" in caught.value.remedy
