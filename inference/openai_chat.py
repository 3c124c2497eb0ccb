"""A ChatModel behind any OpenAI-compatible endpoint, by the openai library."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from typing import Any

from openai import AsyncOpenAI, AsyncStream, BadRequestError
from openai.types.chat import ChatCompletionChunk

from contracts.content import Message, Spent
from inference.openai_failures import explained

_RETRIES = 1
"""Of calls that failed before their first word; a started answer is never repeated."""
_LIMITS = ("max_tokens", "max_completion_tokens")
"""Names of the limit: what most servers know, and what OpenAI's reasoning models insist on."""


class OpenAIChat:
    """Talks to ``url`` (ends in ``/v1``) as ``model``; ``key`` None for servers that need none.

    ``timeout`` is the longest silence in seconds: until the first piece, and between pieces.
    ``used`` counts ``calls`` with their ``input`` and ``output`` tokens, as far as the server tells
    them.
    """

    def __init__(self, url: str, model: str, key: str | None = None, timeout: float = 60.0) -> None:
        self._url = url
        self._model = model
        self._timeout = timeout
        self._limit = _LIMITS[0]
        self._options: dict[str, Any] = {"stream_options": {"include_usage": True}}
        self.used: Counter[str] = Counter()
        self._client = AsyncOpenAI(
            base_url=url, api_key=key or "none", timeout=timeout, max_retries=_RETRIES
        )

    @property
    def model(self) -> str:
        """Name that the endpoint knows it by."""
        return self._model

    async def stream(
        self, messages: Sequence[Message], *, max_tokens: int, spent: Spent | None = None
    ) -> AsyncIterator[str]:
        """Yield pieces as they come; closing the iterator closes the call. See ChatModel."""
        try:
            async with await self._open(messages, max_tokens) as events:
                async for event in events:
                    if usage := event.usage:
                        told = {"input": usage.prompt_tokens, "output": usage.completion_tokens}
                        self.used.update(calls=1, **told)
                        if spent is not None:
                            spent.update(told)
                    for choice in event.choices:
                        if choice.delta.content:
                            yield choice.delta.content
        except Exception as error:
            # Not only the library's own errors: once an answer flows, those of its transport
            # and of its JSON parser come through as they are.
            where = f"The language model at {self._url}"
            raise explained(error, where, self._model, self._timeout) from error

    async def close(self) -> None:
        """Give back the connections."""
        await self._client.close()

    async def _open(
        self, messages: Sequence[Message], max_tokens: int
    ) -> AsyncStream[ChatCompletionChunk]:
        """Begin the call, giving way to what a server does not take; it is asked so from then on.

        That is the other name of the limit, and no count of tokens.
        """
        request: dict[str, Any] = {
            "model": self._model,
            "messages": [{"role": m.role, "content": m.content} for m in messages],
            "stream": True,
        }
        create: Any = self._client.chat.completions.create
        while True:
            try:
                opened: AsyncStream[ChatCompletionChunk] = await create(
                    **request, **self._options, **{self._limit: max_tokens}
                )
            except BadRequestError as error:
                if not self._gives_way(str(error)):
                    raise
            else:
                return opened

    def _gives_way(self, objection: str) -> bool:
        """Change what a server objects to, if it can be changed."""
        if self._options and next(iter(self._options)) in objection:
            self._options = {}
            return True
        if self._limit == _LIMITS[0] and _LIMITS[1] in objection:
            self._limit = _LIMITS[1]
            return True
        return False
