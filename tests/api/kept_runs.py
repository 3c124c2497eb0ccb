"""Runs in a stand's catalog, as tests of the routes and pages need them."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from contracts.measuring import Result, Run
from tests.api.stand import Stand
from tests.eval.measured import BEGUN, PINS, result

HOSTILE = "<script>alert(1)</script>"
OLD, NEW, ALONE = (UUID(int=n << 96) for n in (1, 2, 3))


async def keep(stand: Stand, run: UUID, value: float, **pins: object) -> None:
    """Keep a finished run of forty questions about as many documents."""
    results = [
        replace(result(str(n), ndcg_at_10=value if n % 4 else 1.0), text=f"{HOSTILE} {n}")
        for n in range(40)
    ]
    await begin(stand, run, results, **pins)
    await stand.catalog.runs.end(run, {"cpu_percent_mean": 50.0}, BEGUN)


async def begin(stand: Stand, run: UUID, results: list[Result], **pins: object) -> None:
    begun = BEGUN + timedelta(days=run.int >> 96)
    pinned = replace(PINS, **pins)  # type: ignore[arg-type]  # any of its fields
    await stand.catalog.runs.begin(Run(run, pinned, 40, begun))
    await stand.catalog.runs.keep(run, results)
