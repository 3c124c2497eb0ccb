"""HttpEmbedder: any OpenAI-compatible ``/v1/embeddings`` endpoint, by the openai library."""

import asyncio
import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from openai import AsyncOpenAI
from openai.types import Embedding

from contracts.errors import ModelUnavailable, SpaceMismatch
from contracts.nouns import Vector
from inference.openai_failures import explained

_RETRIES = 2
"""Of a call that was refused for now or broke off; the library waits 0.5 to 8 s in between."""
_BATCH = 32
"""Texts in one call: what every server takes in its default settings."""
_CALLS = 4
"""Calls with passages at once; a query goes beside them at once."""
_TOO_LONG = {400, 413, 422}
"""How servers answer to a text over the model's window, or to more texts than they take."""
_SHORTEST = 64
"""Characters that every model takes: a server that refuses them means something else."""


class HttpEmbedder:
    """Embeds with ``model`` at ``url``, which ends in ``/v1``: TEI, vLLM, Ollama, OpenAI.

    ``dimension`` None is learned by ``load``, which otherwise checks it. ``query`` and ``passage``
    are put before texts, for models that were trained so. A text that the server finds too long
    is cut in half until it fits. ``timeout`` is the longest wait for one answer, in seconds.
    """

    def __init__(
        self,
        url: str,
        model: str,
        dimension: int | None = None,
        key: str | None = None,
        *,
        query: str = "",
        passage: str = "",
        timeout: float = 60.0,
    ) -> None:
        self._url = url
        self._asked = model
        self._dimension = dimension
        self._query, self._passage = query, passage
        self._timeout = timeout
        self._turns = asyncio.Semaphore(_CALLS)
        self._client = AsyncOpenAI(
            base_url=url, api_key=key or "none", timeout=timeout, max_retries=_RETRIES
        )

    @property
    def model(self) -> str:
        """The endpoint's name for it; prefixes, which give other vectors, give another name."""
        if not self._query and not self._passage:
            return self._asked
        prefixes = f"{self._query}\0{self._passage}".encode()
        return f"{self._asked}-{hashlib.sha256(prefixes).hexdigest()[:8]}"

    @property
    def dimension(self) -> int:
        """Length of each vector. Raises ModelUnavailable while nobody knows it."""
        if self._dimension is None:
            raise ModelUnavailable(
                f"The dimension of '{self._asked}' at {self._url} is not known yet.",
                "Start that server, or name the dimension in the settings.",
            )
        return self._dimension

    async def load(self) -> None:
        """Learn or check the dimension. Raises ModelUnavailable, SpaceMismatch."""
        await self.embed_query("?")

    async def close(self) -> None:
        """Give back the connections."""
        await self._client.close()

    async def embed_passages(self, texts: Sequence[str]) -> Vector:
        """Give float32 [len(texts), dimension] of unit rows; what is over the window is cut."""
        if not texts:
            if self._dimension is None:
                await self.load()
            return np.empty((0, self.dimension), dtype=np.float32)
        asked = [_sendable(self._passage + text) for text in texts]
        batches = (asked[start : start + _BATCH] for start in range(0, len(asked), _BATCH))
        calls = [asyncio.create_task(self._in_turn(batch)) for batch in batches]
        try:
            return np.concatenate(await asyncio.gather(*calls))
        finally:
            for call in calls:
                call.cancel()

    async def embed_query(self, text: str) -> Vector:
        """Give float32 [dimension] of length 1."""
        (row,) = await self._vectors([_sendable(self._query + text)])
        return np.asarray(row, dtype=np.float32)

    async def _in_turn(self, texts: list[str]) -> Vector:
        async with self._turns:
            return await self._vectors(texts)

    async def _vectors(self, texts: list[str]) -> Vector:
        """Ask for all at once, or for less as long as the server finds it too much."""
        try:
            answer = await self._client.embeddings.create(model=self._asked, input=texts)
            rows = np.array([one.embedding for one in sorted(answer.data, key=_place)], np.float64)
        except Exception as error:
            # Not only the library's own errors: what a strange answer breaks comes as it is.
            less = _less(texts) if getattr(error, "status_code", None) in _TOO_LONG else []
            if not less:
                raise explained(error, self._where, self._asked, self._timeout) from error
            return np.concatenate([await self._vectors(part) for part in less])
        return self._checked(rows, len(texts))

    def _checked(self, rows: npt.NDArray[np.float64], wanted: int) -> Vector:
        """Give unit rows, learning their length from the first answer."""
        lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
        usable = np.isfinite(lengths) & (lengths > 0)
        if usable.shape != (wanted, 1) or not usable.all():
            raise ModelUnavailable(
                f"{self._where} gave no usable vectors for {wanted} texts.", "See its log."
            )
        if self._dimension is None:
            self._dimension = rows.shape[1]
        if rows.shape[1] != self._dimension:
            raise SpaceMismatch(
                f"{self._where} gives '{self._asked}' in {rows.shape[1]} dimensions, "
                f"not in {self._dimension}.",
                "Mend the dimension or the model in the settings; another model needs a new "
                "generation.",
            )
        return np.asarray(rows / lengths, dtype=np.float32)

    @property
    def _where(self) -> str:
        return f"The embedding server at {self._url}"


def _place(one: Embedding) -> int:
    return one.index


def _sendable(text: str) -> str:
    """Give a text that JSON can carry; no server embeds an empty one."""
    return text.encode("utf-8", "replace").decode() or " "


def _less(texts: list[str]) -> list[list[str]]:
    """Give the same work in smaller pieces: half as many texts, half of one; none at the end."""
    middle = len(texts) // 2
    if middle:
        return [texts[:middle], texts[middle:]]
    (text,) = texts
    return [[text[: len(text) // 2]]] if len(text) > _SHORTEST else []
