"""Mirrors: who else is shown traces and runs, as the settings say. None is needed."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, closing

from contracts.configurations import Configurations
from contracts.errors import SetupFailed, Unavailable
from contracts.measuring import Run, Runs
from contracts.tracing import Tracer
from contracts.tracking import Tracker
from deploy.settings import Settings
from eval.comparing import Measured
from eval.reporting import report
from eval.tracking import Opener, Show, Shown, tracked
from inference.personal import RuleFinder
from inference.pseudonyms import Masker
from telemetry.masking import hidden, without_numbers

SQLITE = "sqlite"
"""As an address of MLflow: a file below the service's home."""
REPORT = "report.html"
AT_LEISURE = 600.0
"""Seconds that a tracker may take for all that it missed."""
_MASKER = Masker(RuleFinder())


def masked(text: str) -> str:
    """Give a text without personal data, nor any other long number."""
    return without_numbers(_MASKER(text))


MASKS: Mapping[str, Callable[[str], str]] = {"full": str, "masked": masked, "none": hidden}
MLFLOW_ENVIRONMENT = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "5",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}
"""How MLflow is told what it has no arguments for; its own defaults wait 120 s, 7 times."""


@asynccontextmanager
async def tracers(settings: Settings) -> AsyncIterator[Sequence[Tracer]]:
    """Lend the mirrors of traces. Raises SetupFailed when what they need is not installed."""
    if not settings.langfuse_url:
        yield ()
        return
    try:
        from telemetry.langfuse_mirror import LangfuseMirror  # noqa: PLC0415 - an extra
        from telemetry.langfuse_server import LangfuseServer  # noqa: PLC0415 - likewise
    except ModuleNotFoundError as error:
        raise _missing("observing", "DIPTYCH_LANGFUSE_URL", error) from error
    server = LangfuseServer(settings.langfuse_url, *_keys(settings))
    mirror = LangfuseMirror(server, MASKS[settings.langfuse_texts])
    try:
        yield (mirror,)
    finally:
        await asyncio.to_thread(mirror.close)


def trackers(settings: Settings) -> dict[str, Opener]:
    """Name the trackers of runs, each with what opens it: SetupFailed where it is not installed."""
    found: dict[str, Opener] = {}
    if settings.mlflow_url:
        found["MLflow"] = lambda: _mlflow(settings)
    if settings.langfuse_url:
        found["Langfuse"] = lambda: _langfuse(settings)
    return found


def _mlflow(settings: Settings) -> Tracker:
    for name, value in MLFLOW_ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    try:
        from telemetry.mlflow_tracker import MlflowTracker  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise _missing("eval", "DIPTYCH_MLFLOW_URL", error) from error
    if settings.mlflow_url != SQLITE:
        return MlflowTracker(settings.mlflow_url or "")
    folder = settings.home / "mlflow"
    return MlflowTracker(f"sqlite:///{folder / 'mlflow.db'}", folder)


def _langfuse(settings: Settings) -> Tracker:
    try:
        from telemetry.langfuse_experiments import LangfuseExperiments  # noqa: PLC0415 - an extra
        from telemetry.langfuse_server import LangfuseServer  # noqa: PLC0415 - likewise
    except ModuleNotFoundError as error:
        raise _missing("observing", "DIPTYCH_LANGFUSE_URL", error) from error
    server = LangfuseServer(settings.langfuse_url or "", *_keys(settings))
    return LangfuseExperiments(server, MASKS[settings.langfuse_texts])


def _keys(settings: Settings) -> tuple[str, str]:
    secret = settings.langfuse_secret_key
    return settings.langfuse_public_key, secret.get_secret_value() if secret else ""


def _missing(extra: str, setting: str, error: ModuleNotFoundError) -> SetupFailed:
    return SetupFailed(
        f"{setting} is set, but {error.name} is not installed.",
        f"Install the extra '{extra}' (pip install '.[{extra}]'), or unset {setting}.",
    )


async def show(settings: Settings, measured: Sequence[Measured]) -> Mapping[str, str]:
    """Show runs that ended, beside the way; say which tracker has not got them, and why."""
    openers = trackers(settings)
    ended = [one for one in measured if one.run.complete]
    if not openers or not ended:
        return {}
    files = await _report(ended)
    with closing(Show(openers)) as showing:
        await showing.runs([tracked(one.run, one.results, files) for one in ended])
        return showing.faults


async def _report(measured: Sequence[Measured]) -> Mapping[str, str]:
    """Give the page on runs that belong together, as a file to keep with each."""
    return {REPORT: await asyncio.to_thread(report, measured)}


async def point(settings: Settings, configurations: Configurations) -> Mapping[str, str]:
    """Say which configurations are champion and challenger; likewise."""
    with closing(Show(trackers(settings))) as showing:
        await _point(showing, configurations)
        return showing.faults


async def catch_up(
    settings: Settings, runs: Runs, configurations: Configurations, wanted: Sequence[Run]
) -> AsyncIterator[Shown]:
    """Show runs one by one, then the champion and the challenger; what is shown stays.

    Raises SetupFailed without trackers, Unavailable when one was not told everything.
    """
    openers = trackers(settings)
    if not openers:
        raise SetupFailed(
            "There is nobody to show runs to.", "Set DIPTYCH_MLFLOW_URL or DIPTYCH_LANGFUSE_URL."
        )
    with closing(Show(openers, AT_LEISURE)) as showing:
        for run in wanted:
            one = Measured(str(run.pins.mode), run, tuple(await runs.results(run.id)))
            files = await _report([one])
            for shown in await showing.runs([tracked(run, one.results, files)]):
                yield shown
        await _point(showing, configurations)
    if showing.faults:
        raise Unavailable(" ".join(showing.faults.values()))


async def _point(showing: Show, configurations: Configurations) -> None:
    for alias in (await configurations.aliases()).values():
        await showing.point(alias.name, await configurations.get(alias.number))
