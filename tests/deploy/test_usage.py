"""What ``diptych usage`` prints."""

import io
import json
from datetime import date

import pytest
from rich.console import Console

from contracts.nouns import ReadMode
from contracts.tracing import TraceKind, UsageDay
from deploy.commands.console import emit
from deploy.commands.usage import usage_table

DAY = UsageDay(
    date(2026, 5, 4), ReadMode.GRAPH, TraceKind.ASK, 120, 7, 9, 1, up=4, down=2, p50_ms=80.4,
    p95_ms=412.6,
)  # fmt: skip


def test_people_see_one_row_per_day_and_panel() -> None:
    paper = io.StringIO()
    Console(file=paper, width=80).print(usage_table([DAY, DAY]))
    lines = [line for line in paper.getvalue().splitlines() if "2026-05-04" in line]
    assert len(lines) == 2
    words = ["2026-05-04", "graph", "ask", "120", "7", "9", "1", "4", "2", "80", "413"]
    assert lines[0].split() == words


def test_programs_read_it_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    emit({"days": [DAY]})
    (day,) = json.loads(capsys.readouterr().out)["days"]
    assert (day["day"], day["panel"], day["p95_ms"]) == ("2026-05-04", "graph", 412.6)
