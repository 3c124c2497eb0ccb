"""LangfuseServer: what is said to a Langfuse server; the only file that uses its SDK.

Of the SDK (5) only the generated client and the names of attributes are used. Its ``Langfuse``
class keeps one instance per key for the whole process, sends from threads of its own, takes
100,000 scores before it drops any, and at the end of the process waits for a server that may be
dead (8 s measured). Observations are finished when they come here, so one request carries them.
"""

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid5

import httpx
from langfuse import LangfuseOtelSpanAttributes
from langfuse import __version__ as sdk_version
from langfuse.api import CreateScoreRequest, LangfuseAPI, ScoreDataType
from langfuse.api.core import ApiError
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, TraceFlags

from contracts.errors import InvalidInput, SetupFailed, Unavailable

Names = LangfuseOtelSpanAttributes
OBSERVATIONS = "/api/public/otel/v1/traces"
SCOPE = "langfuse-sdk"
"""By this scope the server knows spans that speak its own language."""
TIMEOUT_S = 5.0
SCORES_AT_ONCE = 15
"""The SDK's own size of a batch."""
ITEMS_AT_ONCE = 50
ONCE: Any = {"max_retries": 0}
"""Nothing is tried again here: who sends knows better when."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """A span of a trace, finished; without ``parent`` it is the root. Names are unique in a trace.

    ``kind`` is one of Langfuse's: span, retriever, embedding, generation. ``values`` are further
    attributes, under Langfuse's names.
    """

    trace: UUID
    name: str
    begun: datetime
    took_ms: float
    parent: str | None = None
    kind: str = "span"
    input: object = None
    output: object = None
    metadata: Mapping[str, object] = field(default_factory=dict)
    fault: str | None = None
    values: Mapping[str, str | Sequence[str] | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A number about a trace, one of its observations, or an experiment; by ``id`` unique.

    The same id again replaces what it said.
    """

    id: UUID
    name: str
    value: float
    at: datetime
    trace: UUID | None = None
    observation: str | None = None
    experiment: UUID | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A question of a dataset."""

    id: str
    input: object
    metadata: Mapping[str, object]


class LangfuseServer:
    """One Langfuse project. Verbs wait for the answer, and nothing is sent twice by itself.

    They raise Unavailable when the server does not answer or answers what Langfuse would not,
    SetupFailed when it refuses the keys, InvalidInput when it refuses what was sent.
    """

    def __init__(
        self, url: str, public_key: str, secret_key: str, timeout: float = TIMEOUT_S
    ) -> None:
        self._url = url.rstrip("/")
        headers = {
            "x-langfuse-sdk-name": "python",
            "x-langfuse-sdk-version": sdk_version,
            "x-langfuse-public-key": public_key,
        }
        self._client = httpx.Client(timeout=timeout, auth=(public_key, secret_key), headers=headers)
        self._api = LangfuseAPI(
            base_url=self._url,
            username=public_key,
            password=secret_key,
            httpx_client=self._client,
            timeout=timeout,
        )
        self._scope = InstrumentationScope(
            SCOPE, sdk_version, attributes={"public_key": public_key}
        )
        self._resource = Resource({"service.name": "diptych"})

    def close(self) -> None:
        """Give back the connections."""
        self._client.close()

    def observe(self, observations: Sequence[Observation]) -> None:
        """Send observations in one request; the same again replaces them."""
        if not observations:
            return
        body = encode_spans([self._span(one) for one in observations]).SerializeToString()
        with _translated():
            answer = self._client.post(
                self._url + OBSERVATIONS,
                content=gzip.compress(body, compresslevel=1),
                headers={
                    "Content-Type": "application/x-protobuf",
                    "Content-Encoding": "gzip",
                    "x-langfuse-ingestion-version": "4",
                },
            )
            if not answer.is_success or "html" in answer.headers.get("Content-Type", ""):
                raise ApiError(status_code=answer.status_code, body=answer.text)

    def score(self, scores: Sequence[Score]) -> None:
        """Send scores; the same id again replaces what was said."""
        requests = [_request(one) for one in scores]
        for start in range(0, len(requests), SCORES_AT_ONCE):
            some = requests[start : start + SCORES_AT_ONCE]
            with _translated():
                self._api.scores.create(request=some, request_options=ONCE)

    def dataset(self, name: str, items: Sequence[Item]) -> str:
        """Have a dataset with these items, and give its id. What is there is not sent again."""
        with _translated():
            dataset = self._api.datasets.create(name=name, request_options=ONCE)
            known = self._items(name)
            for item in items:
                if item.id not in known:  # one by one: the server takes no more at once
                    self._api.dataset_items.create(
                        dataset_name=name,
                        id=item.id,
                        input=item.input,
                        metadata=dict(item.metadata),
                        request_options=ONCE,
                    )
            return str(dataset.id)

    def _items(self, dataset: str) -> set[str]:
        found: set[str] = set()
        page, pages = 1, 1
        while page <= pages:
            answer = self._api.dataset_items.list(
                dataset_name=dataset, page=page, limit=ITEMS_AT_ONCE, request_options=ONCE
            )
            found.update(one.id for one in answer.data)
            page, pages = page + 1, answer.meta.total_pages
        return found

    def items_of(self, experiment: UUID, begun: datetime) -> int:
        """Give how many items an experiment that began then has, 0 for an unknown one."""
        with _translated():
            found = self._api.experiments.list(
                from_start_time=begun - timedelta(minutes=1),
                id=experiment.hex,
                request_options=ONCE,
            )
            return sum(one.item_count for one in found.data)

    def reach(self) -> str:
        """Give the address and the project that the keys are of."""
        with _translated():
            projects = self._api.projects.get(request_options=ONCE).data
        return f"{self._url} ({', '.join(one.name for one in projects)})"

    def _span(self, one: Observation) -> ReadableSpan:
        begun = (one.begun - EPOCH) // timedelta(microseconds=1) * 1000
        values = {
            Names.OBSERVATION_TYPE: one.kind,
            Names.OBSERVATION_INPUT: _text(one.input),
            Names.OBSERVATION_OUTPUT: _text(one.output),
            Names.OBSERVATION_LEVEL: "ERROR" if one.fault else None,
            Names.OBSERVATION_STATUS_MESSAGE: one.fault,
            **{
                f"{Names.OBSERVATION_METADATA}.{key}": json.dumps(value, ensure_ascii=False)
                for key, value in one.metadata.items()
                if value is not None
            },
            **one.values,
        }
        return ReadableSpan(
            one.name,
            context=_context(one.trace, one.name),
            parent=_context(one.trace, one.parent) if one.parent else None,
            resource=self._resource,
            attributes={
                Names.IS_APP_ROOT: one.parent is None,
                **{key: value for key, value in values.items() if value is not None},
            },
            start_time=begun,
            end_time=begun + int(one.took_ms * 1_000_000),
            instrumentation_scope=self._scope,
        )


def span_id(trace: UUID, name: str) -> str:
    """Give the id of an observation: the same for the same name, so that it can be sent again."""
    return f"{_span_number(trace, name):016x}"


def _span_number(trace: UUID, name: str) -> int:
    return uuid5(trace, name).int >> 64


def _context(trace: UUID, name: str) -> SpanContext:
    return SpanContext(
        trace.int, _span_number(trace, name), is_remote=False, trace_flags=TraceFlags(1)
    )


def _text(value: object) -> str | None:
    """Spell a value as Langfuse reads it: a text as it is, all else as JSON."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _request(score: Score) -> CreateScoreRequest:
    """Say a score as the SDK does, leaving out what is not known."""
    values = {
        "id": str(score.id),
        "name": score.name,
        "value": score.value,
        "data_type": ScoreDataType.NUMERIC,
        "timestamp": score.at,
        "trace_id": score.trace.hex if score.trace else None,
        "observation_id": score.observation,
        "dataset_run_id": score.experiment.hex if score.experiment else None,
        "comment": score.comment or None,
    }
    return CreateScoreRequest(**{k: v for k, v in values.items() if v is not None})


@contextmanager
def _translated() -> Iterator[None]:
    """Translate what the SDK, its transport and its reading of answers raise."""
    mend = "Look at DIPTYCH_LANGFUSE_URL and at its log."
    try:
        yield
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unavailable(
            f"Langfuse does not answer: {error or type(error).__name__}.", mend
        ) from error
    except ApiError as error:
        status, body = error.status_code or 0, str(error.body)[:200]
        if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            keys = "Look at DIPTYCH_LANGFUSE_PUBLIC_KEY and _SECRET_KEY."
            raise SetupFailed("Langfuse refuses the keys.", keys) from error
        if status in {
            HTTPStatus.BAD_REQUEST,
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            HTTPStatus.UNPROCESSABLE_ENTITY,
        }:
            raise InvalidInput(f"Langfuse refuses what was sent: {status} {body}") from error
        raise Unavailable(f"Langfuse answers {status} {body}", mend) from error
    except ValueError as error:  # JSON of another shape, too
        what = next(iter(str(error).splitlines()), "")
        raise Unavailable(f"What answers is no Langfuse: {what}.", mend) from error
