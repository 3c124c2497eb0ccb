"""What ``diptych review`` prints."""

import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from contracts.likeness import Side
from contracts.quality import QualityState, Reason
from contracts.review import Matter, ReviewEntry, ReviewSource
from deploy.commands.review import entries, tell
from tests.catalog.desk import Desk
from tests.catalog.review_contract import refused
from tests.fakes.catalog import InMemoryCatalog

ONE, TWO = UUID(int=1), UUID(int=2)
NOW = datetime(2026, 11, 22, tzinfo=UTC)
BAD = Reason("wrong_encoding", QualityState.BAD, "It looks wrong.", "mojibake", 0.1)
ELDER = Side(ONE, "Bail [1]", "a/bail.pdf", "bail.pdf", NOW)
ENTRY = ReviewEntry(
    Side(TWO, "Bail", "b/bail.pdf", "bail.pdf", NOW),
    3,
    (
        Matter(ReviewSource.READING, "encrypted", "It has a password."),
        Matter(ReviewSource.QUALITY, "wrong_encoding", reasons=(BAD,)),
        Matter(ReviewSource.LIKENESS, "near_copy", other=ELDER),
    ),
)


def test_people_read_why_and_what_next(capsys: pytest.CaptureFixture[str]) -> None:
    tell(ENTRY, as_json=False)
    told = " ".join(capsys.readouterr().out.split())
    assert f"{TWO} Bail (b/bail.pdf)" in told
    assert "reading encrypted: It has a password." in told
    assert "quality wrong_encoding: It looks wrong." in told
    assert "likeness near_copy: Nearly the same as 'Bail [1]' (a/bail.pdf)." in told
    assert "merge" in told
    assert f"diptych duplicates decide {ONE} {TWO}" in told


def test_programs_read_one_object_for_a_document(capsys: pytest.CaptureFixture[str]) -> None:
    tell(ENTRY, as_json=True)
    (line,) = capsys.readouterr().out.splitlines()
    told = json.loads(line)
    assert (told["document"], told["version"]) == (str(TWO), 3)
    reading, quality, likeness = told["matters"]
    assert (reading["source"], reading["code"]) == ("reading", "encrypted")
    assert quality["reasons"][0]["value"] == 0.1
    assert likeness["other"] == str(ONE)


@pytest.mark.parametrize(("limit", "given"), [(2, 2), (201, 201), (900, 203)])
async def test_a_list_goes_on_over_its_pages(tmp_path: Path, limit: int, given: int) -> None:
    desk = await Desk(InMemoryCatalog(tmp_path)).opened()
    for n in range(203):
        await refused(desk, str(n))
    review = desk.catalog.review
    found = [one.document.id async for one in entries(review, "default", None, limit)]
    assert len(found) == len(set(found)) == given
