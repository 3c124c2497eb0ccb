"""A language model that fills in forms: any OpenAI-compatible endpoint, by the openai library."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Final, TypeVar

from openai import AsyncOpenAI, BadRequestError
from pydantic import BaseModel, ValidationError

from inference.openai_failures import explained

Form = TypeVar("Form", bound=BaseModel)

MAX_TOKENS: Final = 4096
"""Of one answer: 1,024, the usual default, cuts the verdicts on a long answer in the middle."""
RETRIES: Final = 2
"""Of calls that were refused for now or broke off; the library waits 0.5 to 8 s in between."""
CALLS: Final = 4
"""Calls at once."""
_SHOWN = 160
_MEND = "That cannot be used: {problem} Answer with the JSON object alone."


class Unusable(Exception):
    """The model answered, but not with what it was asked for."""


class JudgeModel:
    """Asks ``model`` at ``url`` (ends in ``/v1``) for JSON; ``key`` None for servers without.

    ``timeout`` is the longest wait for one answer, in seconds. Belongs to the event loop in
    which it is first used.
    """

    def __init__(
        self,
        url: str,
        model: str,
        key: str | None = None,
        *,
        timeout: float = 120.0,
        calls: int = CALLS,
        retries: int = RETRIES,
    ) -> None:
        self._url = url
        self._model = model
        self._timeout = timeout
        self._turns = asyncio.Semaphore(calls)
        self._format: bool = True
        self._client = AsyncOpenAI(
            base_url=url, api_key=key or "none", timeout=timeout, max_retries=retries
        )

    @property
    def pins(self) -> Mapping[str, str]:
        """What decides its answers, as far as it is known here."""
        return {"model": self._model, "temperature": "0", "max_tokens": str(MAX_TOKENS)}

    async def fill(self, prompt: str, form: type[Form]) -> Form:
        """Give the form filled in; a model that gets it wrong is told so once and asked again.

        Raises ModelUnavailable when it cannot be asked, Unusable when it does not fill it in.
        """
        messages = [{"role": "user", "content": prompt}]
        async with self._turns:
            text = await self._answer(messages, form)
            try:
                return _filled(text, form)
            except Unusable as problem:
                mend = _MEND.format(problem=problem)
            said = {"role": "assistant", "content": text}
            messages += [said, {"role": "user", "content": mend}]
            return _filled(await self._answer(messages, form), form)

    async def close(self) -> None:
        """Give back the connections."""
        await self._client.close()

    async def _answer(self, messages: list[dict[str, str]], form: type[BaseModel]) -> str:
        """Ask once; without a schema from the first server on that takes none."""
        request: dict[str, Any] = {
            "model": self._model,
            "messages": messages,
            "temperature": 0,
            "max_tokens": MAX_TOKENS,
        }
        create: Any = self._client.chat.completions.create
        try:
            if not self._format:
                return _text(await create(**request))
            try:
                return _text(await create(**request, response_format=_format(form)))
            except BadRequestError:
                answer = _text(await create(**request))
                self._format = False
                return answer
        except Unusable:
            raise
        except Exception as error:
            # Not only the library's own errors: what a strange answer breaks comes as it is.
            where = f"The judge at {self._url}"
            raise explained(error, where, self._model, self._timeout) from error


def _format(form: type[BaseModel]) -> dict[str, object]:
    """Ask for the form's schema as OpenAI, vLLM, llama.cpp and Ollama understand it."""
    schema = {"name": form.__name__, "schema": form.model_json_schema()}
    return {"type": "json_schema", "json_schema": schema}


def _text(completion: Any) -> str:
    """Give what was answered. Raises Unusable for nothing, and for half an answer."""
    choice = completion.choices[0]
    if choice.finish_reason == "length":
        raise Unusable("The answer was cut off at the limit of tokens.")
    return choice.message.content or ""


def _filled(text: str, form: type[Form]) -> Form:
    """Read the form out of an answer, whatever stands around it. Raises Unusable."""
    start = text.find("{")
    if start < 0:
        raise Unusable(f"There is no JSON object in '{text[:_SHOWN]}'.")
    try:
        # strict is off: small models write line breaks into their strings.
        value, _ = json.JSONDecoder(strict=False).raw_decode(text[start:])
        return form.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "it"
        raise Unusable(f"In the JSON object, {where}: {first['msg']}.") from error
    except (ValueError, RecursionError) as error:
        raise Unusable(f"There is no whole JSON object in '{text[:_SHOWN]}'.") from error
