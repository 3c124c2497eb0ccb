"""The default Embedder: a model folder (inference.e5) run by OpenVINO on the CPU.

Passages run in small batches of similar length; a query runs alone and before every waiting
batch, so that it waits for those in hand at most. OpenVINO is imported when the model loads.
"""

import asyncio
import json
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from tokenizers import Tokenizer

from contracts.errors import ModelUnavailable, SetupFailed
from contracts.nouns import Vector
from inference.priority_workers import PriorityWorkers

if TYPE_CHECKING:
    from inference.openvino_runtime import OpenVinoSession

R = TypeVar("R")

_QUERY, _PASSAGES = 0, 1
_BATCH_TOKENS = 1024
"""Padded tokens in one batch: about 0.15 s on two cores, the longest that a query waits."""
_STREAMS = 4
"""Batches run at once, each on its share of the threads: two on two cores give 1.2 times the
passages a second of one (123 against 104), for a query of 6 ms instead of 3."""
_TOKENIZED_AT_ONCE = 64
_CHARACTERS_PER_TOKEN = 32
"""No text has fewer tokens than its characters divided by this, runs of spaces apart."""


class OpenVinoEmbedder:
    """Embeds with the model in ``folder``; ``threads`` None means all that the process may use.

    Nothing is loaded before ``load`` or the first text. Raises SetupFailed when the folder
    holds no model.
    """

    def __init__(self, folder: Path, threads: int | None = None) -> None:
        try:
            about: dict[str, Any] = json.loads((folder / "model.json").read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise SetupFailed(
                f"{folder} holds no embedding model.", "Start again: it is built anew."
            ) from error
        self._folder = folder
        self._threads = threads or len(os.sched_getaffinity(0))
        self._streams = min(self._threads, _STREAMS)
        self._model: str = about["model"]
        self._dimension: int = about["dimension"]
        self._window: int = about["window"]
        self._padding: int = about["padding"]
        self._query_prefix: str = about["query"]
        self._passage_prefix: str = about["passage"]
        self._loading = asyncio.Lock()
        self._workers: PriorityWorkers[OpenVinoSession] | None = None
        self._closed = False

    @property
    def model(self) -> str:
        """Name with a content version of the weights; the precision is no part of it."""
        return self._model

    @property
    def dimension(self) -> int:
        """Length of each vector."""
        return self._dimension

    async def load(self) -> None:
        """Load the model now (2 s); not needed, the first text does it. Raises ModelUnavailable."""
        await self._ready()

    async def close(self) -> None:
        """End after the batches in hand; waiting calls raise ModelUnavailable."""
        self._closed = True
        async with self._loading:
            workers, self._workers = self._workers, None
        if workers is not None:
            await asyncio.to_thread(workers.stop)

    async def embed_passages(self, texts: Sequence[str]) -> Vector:
        """Give float32 [len(texts), dimension] of unit rows; what is over the window is cut."""
        vectors = np.empty((len(texts), self._dimension), dtype=np.float32)
        if not texts:
            return vectors
        workers = await self._ready()
        slices = [
            workers.submit(_PASSAGES, partial(self._tokens, part))
            for part in _slices([self._passage_prefix + text for text in texts])
        ]
        tokens = [row for part in await self._all(slices) for row in part]
        batches = list(_batches([len(row) for row in tokens]))
        answers = [
            workers.submit(_PASSAGES, partial(_run, [tokens[i] for i in batch]))
            for batch in batches
        ]
        for batch, rows in zip(batches, await self._all(answers), strict=True):
            vectors[batch] = rows
        return vectors

    async def embed_query(self, text: str) -> Vector:
        """Give float32 [dimension] of length 1."""
        workers = await self._ready()
        asked = self._query_prefix + text

        def call(session: "OpenVinoSession") -> Vector:
            return session.run(self._tokens([asked]))

        (rows,) = await self._all([workers.submit(_QUERY, call)])
        return np.asarray(rows[0], dtype=np.float32)

    def _tokens(self, texts: Sequence[str], _: object = None) -> list[list[int]]:
        longest = self._window * _CHARACTERS_PER_TOKEN
        cut = [text[:longest].encode("utf-8", "replace").decode() for text in texts]
        return [encoding.ids for encoding in self._tokenizer.encode_batch_fast(cut)]

    async def _all(self, futures: "Sequence[Future[R]]") -> list[R]:
        """Wait for all; when one fails or the caller is cancelled, the rest is dropped."""
        try:
            return await asyncio.gather(*map(asyncio.wrap_future, futures))
        except asyncio.CancelledError:
            if self._closed:
                raise _closed() from None
            raise
        except Exception as error:
            raise ModelUnavailable(
                f"The embedding model failed: {error}", "Try again; if it stays, start again."
            ) from error
        finally:
            for future in futures:
                future.cancel()

    async def _ready(self) -> "PriorityWorkers[OpenVinoSession]":
        async with self._loading:
            if self._closed:
                raise _closed()
            if self._workers is None:
                self._workers = await asyncio.to_thread(self._load)
            return self._workers

    def _load(self) -> "PriorityWorkers[OpenVinoSession]":
        # Only a process that embeds pays for OpenVINO (0.3 s, 60 MB).
        from inference.openvino_runtime import OpenVinoRuntime  # noqa: PLC0415 - as said above

        try:
            self._tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
            self._tokenizer.enable_truncation(self._window)
            runtime = OpenVinoRuntime(
                self._folder / "model.xml", self._padding, self._threads, self._streams
            )
            sessions = [runtime.session() for _ in range(self._streams)]
            for session in sessions:
                session.run(self._tokens([self._query_prefix]))
        except Exception as error:  # both libraries raise bare Exception and RuntimeError
            raise ModelUnavailable(
                f"The embedding model in {self._folder} cannot be loaded: {error}",
                "Remove that folder and start again: it is built anew.",
            ) from error
        return PriorityWorkers(sessions, "embedder")


def _run(tokens: Sequence[Sequence[int]], session: "OpenVinoSession") -> Vector:
    return session.run(tokens)


def _closed() -> ModelUnavailable:
    return ModelUnavailable("The embedding model was closed.", "Start the service again.")


def _slices(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Cut into runs short enough that a query need not wait for their tokens."""
    for start in range(0, len(texts), _TOKENIZED_AT_ONCE):
        yield texts[start : start + _TOKENIZED_AT_ONCE]


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Group indexes, longest first, so that no batch has more padded tokens than the budget."""
    batch: list[int] = []
    for index in sorted(range(len(lengths)), key=lengths.__getitem__, reverse=True):
        if batch and lengths[batch[0]] * (len(batch) + 1) > _BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch
