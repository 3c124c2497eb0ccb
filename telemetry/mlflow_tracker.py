"""MlflowTracker: finished runs and configurations in MLflow; the only file that speaks to it.

Runs of a suite are runs of an experiment; configurations are versions of the registered model
``diptych`` with the aliases champion and challenger. No model is uploaded: a version says which
settings it stands for. Nothing global is set: the client here is of one address alone.
"""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from mlflow import MlflowClient
from mlflow.entities import Experiment, Metric, Param
from mlflow.exceptions import MlflowException

from contracts.configurations import Version
from contracts.errors import SetupFailed, Unavailable
from contracts.tracking import MODEL, TrackedRun

RUN = "diptych.run"
CONFIGURATION = "diptych.configuration"
FINISHED = "FINISHED"
PARAMETERS_AT_ONCE = 100
METRICS_AT_ONCE = 1000
PARAMETER_LIMIT = 6000
"""Characters; MLflow's limits, like the two above."""
_NOT_IN_NAMES = re.compile(r"[^\w./: -]")


class MlflowTracker:
    """The Tracker port on MLflow; ``folder`` takes the artefacts where no server does.

    ``address`` is a server's, or ``sqlite:///`` with a path. Nothing is opened before the first
    verb. How long a server may take is MLflow's own setting, see deploy.mirrors.
    """

    def __init__(self, address: str, folder: Path | None = None) -> None:
        self._address = address
        self._folder = folder
        logging.getLogger("mlflow").setLevel(logging.ERROR)  # tells of every table it creates

    def record(self, run: TrackedRun) -> bool:
        """Show a run with its parameters, metrics and artefacts."""
        with self._translated():
            experiment = self._experiment(run.suite)
            found = self._client.search_runs([experiment], f"tags.`{RUN}` = '{run.id}'")
            if any(one.info.status == FINISHED for one in found):
                return False
            begun, ended = (int(1000 * at.timestamp()) for at in (run.begun, run.ended))
            shown = found[0] if found else None
            if shown is None:
                tags = {RUN: str(run.id), **run.tags}
                shown = self._client.create_run(experiment, begun, tags, run.name)
            self._fill(shown.info.run_id, run, ended)
            self._client.set_terminated(shown.info.run_id, FINISHED, ended)
            return True

    def point(self, alias: str, version: Version) -> None:
        """Register the configuration where it is not, and let the alias mean it."""
        with self._translated():
            self._client.set_registered_model_alias(MODEL, alias, self._registered(version))

    def reach(self) -> str:
        """Give the address, without a password, once MLflow has answered."""
        with self._translated():
            self._client.search_experiments(max_results=1)
        parts = urlsplit(self._address)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()

    def close(self) -> None:
        """Do nothing: connections end with the calls that opened them."""

    @cached_property
    def _client(self) -> MlflowClient:
        if self._folder:
            self._folder.mkdir(parents=True, exist_ok=True)
        return MlflowClient(tracking_uri=self._address, registry_uri=self._address)

    def _experiment(self, suite: str) -> str:
        """Give the id of a suite's experiment."""
        found: Experiment | None = self._client.get_experiment_by_name(suite)
        if found:
            return str(found.experiment_id)
        place = self._folder.absolute().as_uri() if self._folder else None
        return str(self._client.create_experiment(suite, artifact_location=place))

    def _fill(self, shown: str, run: TrackedRun, ended: int) -> None:
        """Write what belongs to a run; the same again changes nothing."""
        parameters = [
            Param(_name(key), value[:PARAMETER_LIMIT]) for key, value in run.parameters.items()
        ]
        for start in range(0, len(parameters), PARAMETERS_AT_ONCE):
            some = parameters[start : start + PARAMETERS_AT_ONCE]
            self._client.log_batch(shown, params=some)
        metrics = [Metric(_name(key), value, ended, 0) for key, value in run.metrics.items()]
        for start in range(0, len(metrics), METRICS_AT_ONCE):
            self._client.log_batch(shown, metrics=metrics[start : start + METRICS_AT_ONCE])
        for file, text in run.artefacts.items():
            self._client.log_text(shown, text, file)

    def _registered(self, version: Version) -> str:
        """Give the number that MLflow knows a configuration by."""
        try:
            self._client.create_registered_model(MODEL, description="How questions are answered.")
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
        mine = f"name = '{MODEL}' and tags.`{CONFIGURATION}` = '{version.number}'"
        found = self._client.search_model_versions(mine)
        if found:
            return str(found[0].version)
        settings = {_name(k): str(v) for k, v in version.configuration.settings().items()}
        created = self._client.create_model_version(
            MODEL,
            source=f"diptych:/configurations/{version.number}",
            tags={CONFIGURATION: str(version.number), **settings},
            description=version.note,
        )
        return str(created.version)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Translate what MLflow, its transport and its database raise."""
        try:
            yield
        except MlflowException as error:
            why = f"MLflow: {next(iter(str(error).splitlines()), '')[:300]}"
            status: int = error.get_http_status_code()  # type: ignore[no-untyped-call]  # it has none
            temporary = status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.REQUEST_TIMEOUT}
            if status < HTTPStatus.INTERNAL_SERVER_ERROR and not temporary:
                raise SetupFailed(why, "Look at DIPTYCH_MLFLOW_URL and at its log.") from error
            raise Unavailable(
                why, "Start it, then send what it missed: diptych eval mirror."
            ) from error
        except (OSError, ValueError) as error:
            raise Unavailable(f"MLflow: {error}", "Look at DIPTYCH_MLFLOW_URL.") from error


def _name(text: str) -> str:
    """Spell a name with the letters that MLflow takes: ``ndcg@10`` is ``ndcg_at_10``."""
    return _NOT_IN_NAMES.sub("_", text.replace("@", "_at_"))
