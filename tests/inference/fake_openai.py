"""A small OpenAI-compatible server whose behaviour the asked model's name chooses."""

import asyncio
import json
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

REFUSALS = {"no-key": 401, "unknown": 404, "busy": 429, "broken": 500}


def _event(text: str) -> str:
    chunk = {
        "id": "1",
        "object": "chat.completion.chunk",
        "created": 0,
        "model": "m",
        "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}],
    }
    return f"data: {json.dumps(chunk)}\n\n"


class FakeOpenAI:
    """Keeps the bodies it received; ``left`` is set when a reader of ``endless`` goes away."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.left = threading.Event()
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
        return StreamingResponse(self._pieces(name), media_type="text/event-stream")

    async def _pieces(self, name: str) -> AsyncIterator[str]:
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
        yield "data: [DONE]\n\n"


@contextmanager
def serve() -> Iterator[FakeOpenAI]:
    """Run the server on a free port of the loopback, in a thread with its own loop."""
    fake = FakeOpenAI()
    app = FastAPI()
    app.post("/v1/chat/completions")(fake.answer)
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
