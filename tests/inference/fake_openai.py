"""A small OpenAI-compatible server whose behaviour the asked model's name chooses."""

import asyncio
import base64
import json
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import numpy as np
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from tests.fakes.inference import HashEmbedder

REFUSALS = {"no-key": 401, "unknown": 404, "busy": 429, "broken": 500, "fussy": 400}
DIMENSION = 256
WINDOW = 2000
"""Characters of a text that the embedding models ``narrow`` and ``fussy`` take."""
MOST = 8
"""Texts that the embedding model ``narrow`` takes at once."""


USAGE = {"prompt_tokens": 1, "total_tokens": 1}


def _vector(row: np.ndarray, body: dict[str, Any], name: str) -> str | list[float]:
    if body.get("encoding_format") == "base64" and name != "plain numbers":
        return base64.b64encode(row.astype("<f4").tobytes()).decode()
    return [float(value) for value in row]


def _event(text: str) -> str:
    chunk = {
        "id": "1",
        "object": "chat.completion.chunk",
        "created": 0,
        "model": "m",
        "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}],
    }
    return f"data: {json.dumps(chunk)}\n\n"


def _counted() -> str:
    usage = {"prompt_tokens": 12, "completion_tokens": 2, "total_tokens": 14}
    head = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "m"}
    return f"data: {json.dumps({**head, 'choices': [], 'usage': usage})}\n\n"


class FakeOpenAI:
    """Keeps the bodies it received; ``left`` is set when a reader of ``endless`` goes away.

    ``heard`` counts the calls that ``silent`` never answers.
    """

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.left = threading.Event()
        self.heard = threading.Semaphore(0)
        self.url = ""

    async def answer(self, request: Request) -> Response:
        body = await request.json()
        self.bodies.append(body)
        name = body["model"]
        if name in REFUSALS:
            return JSONResponse({"error": {"message": f"I am {name}"}}, REFUSALS[name])
        if name == "reasoning" and "max_tokens" in body:
            message = "Unsupported parameter: use 'max_completion_tokens' instead."
            return JSONResponse({"error": {"message": message}}, 400)
        if name in {"reasoning", "old"} and "stream_options" in body:
            return JSONResponse({"error": {"message": "Unknown field: stream_options"}}, 400)
        pieces = self._pieces(name, counted="stream_options" in body)
        return StreamingResponse(pieces, media_type="text/event-stream")

    async def embed(self, request: Request) -> Response:
        body = await request.json()
        self.bodies.append(body)
        name, texts = body["model"], body["input"]
        status = REFUSALS.get(name)
        if name == "narrow" and (len(texts) > MOST or max(map(len, texts)) > WINDOW):
            status = 413 if len(texts) > MOST else 400
        if name == "narrow" and not all(texts):
            status = 400
        if name == "flaky" and len([b for b in self.bodies if b["model"] == name]) == 1:
            status = 503
        if status:
            return JSONResponse({"error": {"message": f"I am {name}"}}, status)
        if name == "silent":
            self.heard.release()
            await asyncio.sleep(3600)
        model = HashEmbedder(2 * DIMENSION if name == "wide" else DIMENSION)
        rows = 3 * await model.embed_passages(texts)
        if name == "zero":
            rows[-1] = 0
        data = [
            {"object": "embedding", "index": place, "embedding": _vector(row, body, name)}
            for place, row in enumerate(rows)
        ]
        data = {"backwards": data[::-1], "fewer": data[:-1]}.get(name, data)
        return JSONResponse({"object": "list", "data": data, "model": name, "usage": USAGE})

    async def _pieces(self, name: str, *, counted: bool) -> AsyncIterator[str]:
        yield _event("Neuf ")
        if name == "cut":
            raise ConnectionError("the server dies in the middle")
        if name == "garbled":
            yield "data: {not json\n\n"
        if name == "silent":
            await asyncio.sleep(3600)
        if name == "endless":
            try:
                while True:
                    yield _event("encore ")
                    await asyncio.sleep(0.001)
            finally:
                self.left.set()
        yield _event("ans.")
        if counted:
            yield _counted()
        yield "data: [DONE]\n\n"


Fake = TypeVar("Fake", bound=FakeOpenAI)


@contextmanager
def serve(kind: type[Fake]) -> Iterator[Fake]:
    """Run the server on a free port of the loopback, in a thread with its own loop."""
    fake = kind()
    app = FastAPI()
    app.post("/v1/chat/completions")(fake.answer)
    app.post("/v1/embeddings")(fake.embed)
    config = uvicorn.Config(
        app, log_level="critical", ws="none", lifespan="off", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        fake.url = f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield fake
        finally:
            server.should_exit = True
            thread.join(timeout=30)
