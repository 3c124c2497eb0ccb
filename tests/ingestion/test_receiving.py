"""What becomes of a file's name and of a corpus' lines."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.nouns import DEFAULT_WORKSPACE
from ingestion.receiving import plain_name
from tests.ingestion.house import House


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Temp\\bail.pdf", "bail.pdf"),
        ("a\x00b\n.txt", "ab.txt"),
        ("..", "unnamed"),
        ("", "unnamed"),
        ("/", "unnamed"),
        ("договор №1.pdf", "договор №1.pdf"),
    ],
)
def test_a_file_name_never_is_a_path(given_name: str, kept: str) -> None:
    assert plain_name(given_name) == kept


@given(st.text())
def test_any_file_name_becomes_a_plain_one(name: str) -> None:
    kept = plain_name(name)
    assert 0 < len(kept) <= 255
    assert not set("/\\\0\n") & set(kept)
    kept.encode()


async def test_each_line_of_a_corpus_is_a_document_of_its_own(tmp_path: Path) -> None:
    house = await House(tmp_path).open()
    lines = [json.dumps({"_id": i, "text": f"text {i}"}) for i in ("a", 7)]
    data = f"{lines[0]}\n\n{lines[1]}\nnot json"
    receipts = await house.pour_file(data, "corpus.jsonl", "corpus")
    assert [r.source for r in receipts] == ["corpus#a", "corpus#7", "corpus#line-4"]
    await house.run()
    assert await house.both() == {*lines, "not json"}
    again = await house.pour_file(
        data + "\n" + json.dumps({"_id": "new"}), "corpus.jsonl", "corpus"
    )
    assert [r.unchanged for r in again] == [True, True, False, False]


async def test_an_empty_corpus_is_still_seen(tmp_path: Path) -> None:
    house = await House(tmp_path).open()
    (receipt,) = await house.pour_file("\n\n", "corpus.jsonl", "corpus")
    await house.run()
    record = await house.catalog.documents.get(DEFAULT_WORKSPACE, receipt.ref.document)
    assert record.reason == "empty"
