"""Whether the gate notices: faults planted in a real panel, and runs where nothing changed.

Each fault is planted in the relational panel of a home of its own, the suite is asked again, and
the gate compares with the run before. Then deep parity must name what was planted and mend it
from the graph panel, and the gate must open again.
"""

import json
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import LiteralString

import psycopg

from benchmarks.material import data_folder
from benchmarks.report import Row
from contracts.nouns import ReadMode
from contracts.tuning import Configuration
from deploy import measuring, stores
from deploy.commands.console import err
from deploy.commands.measure import filled
from deploy.embedded.servers import EmbeddedServers
from deploy.settings import Settings, load
from deploy.wiring import Diptych, open_diptych
from eval.comparing import Measured
from eval.gating import judge
from eval.importing import load_suite
from eval.suites import Loaded
from inference.model_folder import MANIFEST, ensure_folder

QUIET = 20
QUESTIONS = 400
"""The first ones: three ways of asking them take 12 s on two cores."""
SET = "piaf_fr"
VECTOR = Configuration(ReadMode.VECTOR)
LEGS: Mapping[str, Configuration] = {
    "dense leg": VECTOR.changed({"fusion.lexical": 0.0}),
    "lexical leg": VECTOR.changed({"fusion.dense": 0.0}),
    "both legs": VECTOR,
}
PREFIX = "wrong prefix"
PLANTED: Mapping[str, LiteralString] = {
    # 120 instead of 1.2: what is said often and in few words outweighs what is rare.
    "k1 broken (120)": """
        UPDATE panel.bag AS b SET weights = made.weights
        FROM panel.chunk AS c
        JOIN panel.version AS v ON v.id = c.version
        JOIN panel.lexicon AS l
          ON (l.workspace, l.generation, l.language) = (v.workspace, v.generation, c.language)
        CROSS JOIN LATERAL (
            SELECT ('{' || string_agg(term || ':' || greatest(1, (121000 * times
                    / (times + 30e0 + 0.75e0 * length))::int), ',' ORDER BY term)
                    || '}/1000000000')::sparsevec AS weights
            FROM (SELECT term, times, sum(times) OVER () AS length
                  FROM panel.words(l.id, l.language, c.context || E'\\n' || c.text)) AS counted
            HAVING count(*) > 0) AS made
        WHERE b.version = c.version AND b.ordinal = c.ordinal AND v.workspace = %(workspace)s
    """,
    "shuffled chunks": """
        WITH placed AS (
            SELECT c.version, c.ordinal, c.embedding,
                   row_number() OVER (ORDER BY c.version, c.ordinal) AS place,
                   row_number() OVER (ORDER BY md5(c.version || '.' || c.ordinal)) AS other
            FROM panel.chunk AS c JOIN panel.version AS v ON v.id = c.version
            WHERE v.workspace = %(workspace)s)
        UPDATE panel.chunk AS c SET embedding = b.embedding
        FROM placed AS a JOIN placed AS b ON b.other = a.place
        WHERE c.version = a.version AND c.ordinal = a.ordinal
    """,
    # The newest tenth of the documents came after the generation that is read was built.
    "stale generation": """
        UPDATE panel.version SET live = false
        WHERE workspace = %(workspace)s AND id %% 10 = 0
    """,
    "quantised index (1 bit)": """
        UPDATE panel.chunk AS c SET embedding = l2_normalize(
            (SELECT array_agg(sign(x) ORDER BY place)
             FROM unnest(c.embedding::real[]) WITH ORDINALITY AS u (x, place))::vector)
        FROM panel.version AS v WHERE v.id = c.version AND v.workspace = %(workspace)s
    """,
}


async def measure() -> list[Row]:
    """Plant each fault, then change nothing for twenty runs; count what the gate says."""
    whole = load_suite(data_folder() / "retrieval" / SET)
    asked = replace(whole.suite, questions=whole.suite.questions[:QUESTIONS])
    loaded = replace(whole, suite=asked)
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="diptych-bench-") as folder:
        settings = load().model_copy(update={"home": Path(folder)})
        async with open_diptych(settings, keep=True) as diptych:
            await diptych.warm()
            bench = Bench(diptych, loaded, await filled(diptych, loaded, lambda *_: None))
            before = await bench.runs()
            for name, statement in PLANTED.items():
                rows.append(await _planted(bench, before, name, statement))
        async with _asked_wrongly(settings) as diptych:
            after = await Bench(diptych, loaded, bench.workspace).runs()
            rows.append(_caught(PREFIX, before, after))
        async with open_diptych(settings) as diptych:
            rows.append(await _quiet(Bench(diptych, loaded, bench.workspace), before))
    return rows


class Bench:
    """Asks the suite in one workspace."""

    def __init__(self, diptych: Diptych, loaded: Loaded, workspace: str) -> None:
        self.diptych = diptych
        self.workspace = workspace
        self._suite = loaded.suite

    async def runs(self, names: Sequence[str] = tuple(LEGS), seed: int = 0) -> dict[str, Measured]:
        """Measure the named legs."""
        ways = tuple(LEGS[name] for name in names)
        plan = measuring.Plan(self._suite, ways, self.workspace, seed=seed)
        runs = await measuring.carry_out(self.diptych, plan, lambda *_: None)
        return {
            name: await measuring.measured(self.diptych, run, name)
            for name, run in zip(names, runs, strict=True)
        }

    async def plant(self, statement: LiteralString) -> None:
        """Change the relational panel behind the service's back."""
        settings = self.diptych.settings
        servers = EmbeddedServers(settings.home, settings.cache, lambda *_: None)
        url = await stores.postgres(settings, servers)
        try:
            places = "-c search_path=panel,public"
            connecting = psycopg.AsyncConnection.connect(url, options=places)
            async with await connecting as connection:
                await connection.execute(statement, {"workspace": self.workspace})
        finally:
            servers.release(keep=True)


async def _planted(
    bench: Bench, before: Mapping[str, Measured], name: str, statement: LiteralString
) -> Row:
    await bench.plant(statement)
    row = _caught(name, before, await bench.runs())
    report = await bench.diptych.repair(deep=True)
    after = await bench.runs()
    opened = all(judge(before[leg], after[leg]).passed for leg in LEGS)
    mended = f"parity named {report.found}, mended {report.repaired}, gate open again: {opened}"
    sound = report.found > 0 and report.clean and opened
    return replace(row, value=row.value if sound else 0, note=f"{row.note}; {mended}")


def _caught(name: str, before: Mapping[str, Measured], after: Mapping[str, Measured]) -> Row:
    """Tell which legs' gates closed, and on what."""
    closed = []
    for leg in LEGS:
        found = judge(before[leg], after[leg])
        for block in found.blocks:
            err.print(f"{name}, {leg}: {block}", markup=False, highlight=False)
        if not found.passed:
            closed.append(leg)
    note = f"gate closed on: {', '.join(closed) or 'nothing'}"
    return Row(f"{name} caught", bool(closed), "", (">=", 1), note)


async def _quiet(bench: Bench, before: Mapping[str, Measured]) -> Row:
    """Ask again in another order each time."""
    alarms: list[str] = []
    for seed in range(1, QUIET + 1):
        again = await bench.runs(("both legs",), seed)
        gate = judge(before["both legs"], again["both legs"])
        alarms += gate.blocks
    note = "; ".join(alarms) or f"{QUIET} runs, each in another order, after two restarts"
    return Row("alarms without a change", len(alarms), "", ("<=", 0), note)


@asynccontextmanager
async def _asked_wrongly(settings: Settings) -> AsyncIterator[Diptych]:
    """Open the service with a model whose description has the passages' prefix for questions."""
    (known,) = (settings.cache / "models").glob("*/model.json")

    def build(folder: Path) -> None:
        shutil.copytree(known.parent, folder, dirs_exist_ok=True)
        (folder / MANIFEST).unlink()
        about = json.loads(known.read_text("utf-8"))
        changed = json.dumps(about | {"query": about["passage"]})
        (folder / known.name).write_text(changed, "utf-8")

    with tempfile.TemporaryDirectory(prefix="diptych-bench-") as folder:
        cache = Path(folder)
        for entry in settings.cache.iterdir():
            if entry.name != "models":
                (cache / entry.name).symlink_to(entry)
        ensure_folder(cache / "models", known.parent.name, build)
        changed = settings.model_copy(update={"cache": cache})
        async with open_diptych(changed, keep=True) as diptych:
            await diptych.warm()
            yield diptych
