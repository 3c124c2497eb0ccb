"""A stand-in for a Langfuse server: takes what its SDK sends, and fails in every way asked for."""

import base64
import gzip
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue

PUBLIC, SECRET = "pk-lf-test", "sk-lf-test"
AUTHORIZATION = "Basic " + base64.b64encode(f"{PUBLIC}:{SECRET}".encode()).decode()
MOMENT = "2026-01-01T00:00:00.000Z"
Route = Callable[["Langfuse", Any, dict[str, str]], Any]


class Answer(NamedTuple):
    status: int
    body: bytes = b"{}"
    kind: str = "application/json"


@dataclass
class Span:
    name: str
    trace: str
    id: str
    parent: str
    began: int
    ended: int
    values: dict[str, Any]


@dataclass
class Langfuse:
    """What arrived. ``instead`` is answered to everything; ``mute`` answers nothing until set."""

    url: str = ""
    spans: dict[tuple[str, str], Span] = field(default_factory=dict)
    scores: dict[str, dict[str, Any]] = field(default_factory=dict)
    datasets: dict[str, str] = field(default_factory=dict)
    items: dict[str, dict[str, Any]] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    instead: Answer | None = None
    mute: threading.Event | None = None
    asked: threading.Event = field(default_factory=threading.Event)

    def named(self, name: str) -> list[Span]:
        return [span for span in self.spans.values() if span.name == name]

    def take_spans(self, body: bytes) -> dict[str, Any]:
        request = ExportTraceServiceRequest.FromString(body)
        for resource in request.resource_spans:
            for scope in resource.scope_spans:
                assert scope.scope.name == "langfuse-sdk"
                for one in scope.spans:
                    values = {pair.key: _value(pair.value) for pair in one.attributes}
                    span = Span(
                        one.name,
                        one.trace_id.hex(),
                        one.span_id.hex(),
                        one.parent_span_id.hex(),
                        one.start_time_unix_nano,
                        one.end_time_unix_nano,
                        values,
                    )
                    self.spans[span.trace, span.id] = span
        return {}


def _value(value: AnyValue) -> Any:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_value(one) for one in value.array_value.values]
    return getattr(value, kind) if kind else None


def _scores(server: Langfuse, body: Any, _: dict[str, str]) -> Any:
    for one in body:
        assert isinstance(one["value"], float)
        server.scores[one["id"]] = one
    return {"message": "Accepted"}


def _dataset(server: Langfuse, body: Any, _: dict[str, str]) -> Any:
    name = body["name"]
    server.datasets.setdefault(name, f"dataset-{len(server.datasets)}")
    return {
        "id": server.datasets[name],
        "name": name,
        "projectId": "p",
        "metadata": body.get("metadata"),
        "createdAt": MOMENT,
        "updatedAt": MOMENT,
    }


def _item(server: Langfuse, body: Any, _: dict[str, str]) -> Any:
    item = {
        "expectedOutput": None,
        **body,
        "status": "ACTIVE",
        "datasetId": server.datasets[body["datasetName"]],
        "mediaReferences": [],
        "createdAt": MOMENT,
        "updatedAt": MOMENT,
    }
    server.items[body["id"]] = item
    return item


def _items(server: Langfuse, _: Any, query: dict[str, str]) -> Any:
    found = [one for one in server.items.values() if one["datasetName"] == query["datasetName"]]
    page, limit = int(query["page"]), int(query["limit"])
    pages = -(-len(found) // limit)
    meta = {"page": page, "limit": limit, "totalItems": len(found), "totalPages": pages}
    return {"data": found[(page - 1) * limit : page * limit], "meta": meta}


def _experiments(server: Langfuse, _: Any, query: dict[str, str]) -> Any:
    mine = [
        span
        for span in server.spans.values()
        if span.values.get("langfuse.experiment.id") == query["id"]
    ]
    one = {"id": query["id"], "name": "n", "startTime": MOMENT, "endTime": MOMENT}
    return {"data": [{**one, "itemCount": len(mine)}] if mine else [], "meta": {}}


def _projects(_: Langfuse, __: Any, ___: dict[str, str]) -> Any:
    project = {"id": "p", "name": "papers", "metadata": {}}
    return {"data": [{**project, "organization": {"id": "o", "name": "o"}}]}


ROUTES: dict[tuple[str, str], Route] = {
    ("POST", "/api/public/otel/v1/traces"): lambda server, body, _: server.take_spans(body),
    ("POST", "/api/public/scores"): _scores,
    ("POST", "/api/public/v2/datasets"): _dataset,
    ("POST", "/api/public/dataset-items"): _item,
    ("GET", "/api/public/dataset-items"): _items,
    ("GET", "/api/public/experiments"): _experiments,
    ("GET", "/api/public/projects"): _projects,
}


def _handler(server: Langfuse) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            self._answer("GET")

        def do_POST(self) -> None:
            self._answer("POST")

        def _answer(self, verb: str) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = urlsplit(self.path)
            server.requests.append(f"{verb} {parts.path}")
            server.asked.set()
            if server.mute is not None:
                server.mute.wait()
                self.close_connection = True
                return
            status, content, kind = server.instead or self._take(verb, parts, body)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def _take(self, verb: str, parts: Any, body: bytes) -> Answer:
            if self.headers["Authorization"] != AUTHORIZATION:
                return Answer(401, b'{"message": "Invalid credentials"}')
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            told: Any = body
            if body and "json" in self.headers["Content-Type"]:
                told = json.loads(body)
            query = {key: values[0] for key, values in parse_qs(parts.query).items()}
            return Answer(200, json.dumps(ROUTES[verb, parts.path](server, told, query)).encode())

    return Handler


@contextmanager
def langfuse() -> Iterator[Langfuse]:
    """Run a stand-in on this machine while the block runs."""
    found = Langfuse()
    http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(found))
    found.url = f"http://127.0.0.1:{http.server_address[1]}"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield found
    finally:
        if found.mute:
            found.mute.set()
        http.shutdown()
        thread.join()
        http.server_close()
