"""Mirrors as the settings name them."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TypeAlias
from uuid import uuid4

import pytest
from pydantic import SecretStr

from contracts.configurations import CHAMPION
from contracts.errors import SetupFailed, Unavailable
from contracts.nouns import ReadMode
from contracts.policy import Change
from contracts.tracing import Outcome, Trace, TraceKind
from contracts.tuning import Configuration
from deploy import mirrors
from deploy.mirrors import masked
from deploy.settings import Settings
from telemetry.masking import hidden
from tests.eval.measured import scores
from tests.fakes.catalog import InMemoryCatalog
from tests.telemetry.langfuse_standin import PUBLIC, SECRET, Answer, Langfuse, langfuse

Texts: TypeAlias = Literal["full", "masked", "none"]
MISSING = """
import asyncio, sys
from pathlib import Path
sys.modules[sys.argv[1]] = None  # as if it were not installed
from contracts.errors import SetupFailed
from deploy import mirrors
from deploy.settings import Settings

async def main():
    set_ = {"langfuse_url": "http://x", "mlflow_url": "sqlite", "_env_file": None}
    settings = Settings(home=Path("."), **set_)
    if sys.argv[1] == "mlflow":
        mirrors.trackers(settings)["MLflow"]()
    async with mirrors.tracers(settings):
        pass

try:
    asyncio.run(main())
except SetupFailed as error:
    print(error)
"""


@pytest.fixture
def server() -> Iterator[Langfuse]:
    with langfuse() as found:
        yield found


def chosen(server: Langfuse, home: Path, texts: Texts = "masked") -> Settings:
    return Settings(
        home=home,
        langfuse_url=server.url,
        langfuse_public_key=PUBLIC,
        langfuse_secret_key=SecretStr(SECRET),
        langfuse_texts=texts,
        _env_file=None,
    )


def trace() -> Trace:
    now = datetime.now(UTC)
    text = "Did anna@example.org pay FR76 3000 6000 0112 3456 7890 189?"
    common = {"workspace": "default", "at": now, "outcome": Outcome.REFUSED, "text": text}
    return Trace(id=uuid4(), kind=TraceKind.ASK, **common)  # type: ignore[arg-type]  # by name


async def test_nothing_is_mirrored_unless_it_is_asked_for(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, _env_file=None)
    async with mirrors.tracers(settings) as found:
        assert not found
    assert mirrors.trackers(settings) == {}
    assert await mirrors.show(settings, [scores("champion", [1.0])]) == {}
    catalog = InMemoryCatalog(tmp_path)
    with pytest.raises(SetupFailed, match="nobody to show runs to"):
        async for _ in mirrors.catch_up(settings, catalog.runs, catalog.configurations, []):
            pass


@pytest.mark.parametrize(
    ("texts", "said"),
    [("full", "anna@example.org"), ("masked", "Did [EMAIL] pay [IBAN]?"), ("none", "(hidden)")],
)
async def test_traces_leave_with_the_texts_that_the_setting_allows(
    server: Langfuse, tmp_path: Path, texts: Texts, said: str
) -> None:
    async with mirrors.tracers(chosen(server, tmp_path, texts)) as (mirror,):
        mirror.record(trace())
    (root,) = server.named("ask")
    assert said in root.values["langfuse.observation.input"]
    assert texts == "full" or "anna" not in str(root.values)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("call +33 1 23 45 67 89 or 06.12.34.56.78", "call [PHONE] or [PHONE]"),
        ("anna.k+x@sub.example.co.uk, ivan@пример.рф", "[EMAIL], [EMAIL]"),
        ("who has 123 456 789 01 or +999 123 456 789?", "who has [NUMBER] or [NUMBER]?"),
        ("in 2024 it cost 1 250 000 euros, article L. 1221-1", None),
    ],
)
def test_a_mask_takes_out_addresses_and_long_numbers(text: str, left: str | None) -> None:
    assert masked(text) == (left or text)
    assert hidden(text) == "(hidden)"


async def test_what_was_missed_is_shown_later_with_who_is_champion(
    server: Langfuse, tmp_path: Path
) -> None:
    settings = chosen(server, tmp_path)
    catalog = InMemoryCatalog(tmp_path)
    one = scores("first", [0.0, 1.0])
    now = datetime.now(UTC)
    run = replace(one.run, begun=now, ended=None)
    await catalog.runs.begin(run)
    await catalog.runs.keep(run.id, one.results)
    await catalog.runs.end(run.id, {}, now)
    version = await catalog.configurations.add(Configuration(ReadMode.GRAPH), "", Change("me"))
    await catalog.configurations.point(CHAMPION, version.number, Change("me"))
    wanted = await catalog.runs.latest()
    server.instead = Answer(503)
    faults = await mirrors.show(settings, [replace(one, run=wanted[0])])
    assert "503" in faults["Langfuse"]

    async def caught_up() -> list[bool]:
        told = mirrors.catch_up(settings, catalog.runs, catalog.configurations, wanted)
        return [shown.fresh async for shown in told]

    with pytest.raises(Unavailable, match="503"):
        await caught_up()
    server.instead = None
    assert await caught_up() == [True]
    assert await caught_up() == [False]
    assert len(server.named("question")) == 2


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
async def test_runs_measured_together_are_kept_with_one_report_on_all(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, mlflow_url="sqlite", _env_file=None)
    pair = [scores("vector", [0.0, 1.0]), scores("graph", [1.0, 1.0])]
    assert await mirrors.show(settings, pair) == {}
    pages = [path.read_text("utf-8") for path in (tmp_path / "mlflow").rglob("report.html")]
    assert len(pages) == 2
    assert all("graph" in page and "vector" in page for page in pages)


@pytest.mark.parametrize(("missing", "extra"), [("langfuse", "observing"), ("mlflow", "eval")])
def test_a_missing_extra_is_named(missing: str, extra: str) -> None:
    told = subprocess.run(  # noqa: S603 - this interpreter
        [sys.executable, "-c", MISSING, missing],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"{missing} is not installed." in told.stdout
    assert f"'{extra}'" in told.stdout
