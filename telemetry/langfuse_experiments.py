"""LangfuseExperiments: finished runs as experiments on datasets in Langfuse."""

import math
from collections.abc import Iterator
from itertools import islice
from typing import TypeVar
from uuid import UUID, uuid5

from contracts.configurations import Version
from contracts.measuring import Result
from contracts.tracking import TrackedRun
from telemetry.langfuse_mirror import Mask
from telemetry.langfuse_server import Item, LangfuseServer, Names, Observation, Score, span_id

TASK = "question"
ENVIRONMENT = "sdk-experiment"
"""Where Langfuse looks for what experiments asked, apart from what people did."""
AT_ONCE = 200
"""Questions sent in one request."""
T = TypeVar("T")


class LangfuseExperiments:
    """The Tracker port on Langfuse: a suite is a dataset, a run an experiment on it.

    All ids follow from the run's and the questions', so what was sent halfway is sent again
    without doubling. Langfuse has no register of configurations: aliases are not shown there.
    """

    def __init__(self, server: LangfuseServer, mask: Mask = str) -> None:
        self._server = server
        self._mask = mask

    def record(self, run: TrackedRun) -> bool:
        """Show a run: its questions as items, its answers as observations, metrics as scores."""
        if run.results and self._server.items_of(run.id, run.begun) >= len(run.results):
            return False
        items = [
            Item(_item(run, one), self._mask(one.text), dict(one.slices)) for one in run.results
        ]
        dataset = self._server.dataset(run.suite, items)
        for results in _batches(iter(run.results)):
            self._server.observe([self._observation(run, dataset, one) for one in results])
            self._server.score([score for one in results for score in _scores(run, one)])
        self._server.score(
            [
                Score(
                    id=uuid5(run.id, name),
                    name=name,
                    value=value,
                    at=run.ended,
                    experiment=run.id,
                )
                for name, value in run.metrics.items()
            ]
        )
        return True

    def point(self, alias: str, version: Version) -> None:
        """Do nothing: there is no place for it."""

    def reach(self) -> str:
        """Give the server's address and project."""
        return self._server.reach()

    def close(self) -> None:
        """Give back the connections."""
        self._server.close()

    def _observation(self, run: TrackedRun, dataset: str, result: Result) -> Observation:
        trace = _trace(run, result)
        answer = result.answer if result.answer is None else self._mask(result.answer)
        return Observation(
            trace=trace,
            name=TASK,
            begun=run.begun,
            took_ms=result.took_ms.get("total", 0.0),
            input=self._mask(result.text),
            output={"answer": answer, "refused": result.refused, "found": list(result.found)},
            metadata=dict(run.parameters),
            fault=result.error,
            values={
                Names.ENVIRONMENT: ENVIRONMENT,
                Names.EXPERIMENT_ID: run.id.hex,
                Names.EXPERIMENT_NAME: run.name,
                Names.EXPERIMENT_DATASET_ID: dataset,
                Names.EXPERIMENT_ITEM_ID: _item(run, result),
                Names.EXPERIMENT_ITEM_ROOT_OBSERVATION_ID: span_id(trace, TASK),
            },
        )


def _trace(run: TrackedRun, result: Result) -> UUID:
    return uuid5(run.id, f"question {result.question}")


def _item(run: TrackedRun, result: Result) -> str:
    """Name a question of a suite: the same in all runs, another one in another suite."""
    return uuid5(UUID(int=0), f"{run.suite}\n{result.question}").hex


def _scores(run: TrackedRun, result: Result) -> Iterator[Score]:
    trace = _trace(run, result)
    for name, value in result.metrics.items():
        if math.isfinite(value):
            yield Score(
                id=uuid5(trace, name),
                name=name,
                value=value,
                at=run.ended,
                trace=trace,
                observation=span_id(trace, TASK),
            )


def _batches(values: Iterator[T]) -> Iterator[list[T]]:
    while batch := list(islice(values, AT_ONCE)):
        yield batch
