"""Recorded runs: a run with its results in one file, to be compared where there is no service."""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from contracts.errors import InvalidInput
from contracts.measuring import Pins, Result, Run
from contracts.nouns import Generation, ReadMode
from eval.comparing import Measured
from eval.suites import json_object

FORMAT = "diptych-run-1"


def record(measured: Measured, path: Path) -> None:
    """Write a run into a file, over the one that is there. Raises InvalidInput."""
    value = {
        "format": FORMAT,
        "run": asdict(measured.run),
        "results": [asdict(one) for one in measured.results],
    }
    text = json.dumps(value, default=str, ensure_ascii=False, indent=1, sort_keys=True)
    try:
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written: {error.strerror}.") from error


def recorded(path: Path) -> Measured:
    """Read what ``record`` wrote. Raises InvalidInput."""
    value: dict[str, Any] = json_object(path)
    if value.get("format") != FORMAT:
        raise InvalidInput(f"{path} is no recorded run.", "Write one: diptych eval record.")
    try:
        run = dict(value["run"])
        pins = dict(run["pins"])
        pins["mode"], pins["generation"] = ReadMode(pins["mode"]), Generation(**pins["generation"])
        run["id"], run["pins"] = UUID(run["id"]), Pins(**pins)
        for moment in ("begun", "ended"):
            run[moment] = run[moment] and datetime.fromisoformat(run[moment])
        results = [Result(**{**one, "found": tuple(one["found"])}) for one in value["results"]]
        return Measured(path.name, Run(**run), tuple(results))
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInput(
            f"{path} is a damaged recorded run: {error}.", "Record it again: diptych eval record."
        ) from error
