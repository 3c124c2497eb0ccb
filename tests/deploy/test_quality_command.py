"""What ``diptych quality`` prints."""

import io
import json
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from rich.console import Console

from contracts.nouns import VersionRef
from contracts.quality import (
    Assessed,
    Assessment,
    Expectations,
    Kind,
    Measured,
    QualityDay,
    QualityState,
    QualitySummary,
    QualityTotal,
    Reason,
)
from deploy.commands import quality
from deploy.commands.console import emit

ODD = Reason(
    "unusual_unknown_words",
    QualityState.DOUBTFUL,
    "31% of the words are in no dictionary [of their language].",
    "unknown_words",
    0.31,
    6.24,
)
BAD = Reason("wrong_encoding", QualityState.BAD, "8% look wrong.", "mojibake", 0.08)
ONE = Assessed(
    Assessment(
        VersionRef(UUID(int=7), 1),
        Kind("default", "application/pdf"),
        1,
        Measured({"unknown_words": 0.31}),
        QualityState.BAD,
        (BAD, ODD),
    ),
    "Bail",
    "scans/[bail].pdf",
    datetime(2026, 5, 4, tzinfo=UTC),
)
FOUND = quality.Found(
    QualitySummary(
        (
            QualityTotal("application/pdf", QualityState.GOOD, 12),
            QualityTotal("application/pdf", QualityState.BAD, 1),
            QualityTotal("text/plain", QualityState.DOUBTFUL, 3),
        ),
        (QualityDay(date(2026, 5, 4), QualityState.GOOD, 12),),
    ),
    (ONE,),
)


@pytest.fixture
def paper(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    paper = io.StringIO()
    monkeypatch.setattr(quality, "out", Console(file=paper, width=120))
    return paper


def test_people_see_sums_the_trend_and_the_worst_with_reasons(paper: io.StringIO) -> None:
    quality.show(FOUND)
    printed = " ".join(paper.getvalue().split())
    assert "application/pdf 12 0 1" in printed
    assert "text/plain 0 3 0" in printed
    assert "2026-05-04 12 0 0" in printed
    assert f"bad scans/[bail].pdf ({UUID(int=7)})" in printed
    assert "wrong_encoding: 8% look wrong." in printed
    assert "no dictionary [of their language]. (z +6.2)" in printed


def test_programs_read_it_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    emit(FOUND)
    read = json.loads(capsys.readouterr().out)
    assert read["summary"]["totals"][1]["state"] == "bad"
    (one,) = read["documents"]
    assert one["assessment"]["reasons"][1]["z"] == 6.24
    assert one["assessment"]["ref"]["document"] == str(UUID(int=7))


def test_expectations_are_told_in_words() -> None:
    assert quality.told(Expectations()) == "nothing in particular"
    wanted = Expectations(("fr", "en"), max_unknown_words=0.2)
    assert quality.told(wanted) == "languages fr, en; max unknown words 0.2"
