"""A judge on an OpenAI port that is right about words; its model's name chooses how it fails."""

import asyncio
import json
import re
from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from tests.inference.fake_openai import FakeOpenAI

STATUS = {"busy": 429, "broken": 500}
INPUT = "Now perform the same with the following input\ninput: "
Json = dict[str, Any]


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def _sentences(text: str) -> list[str]:
    return [one.strip() for one in text.split(".") if one.strip()]


def _said(statement: str, context: str) -> int:
    return int(_words(statement) <= _words(context))


def fill(prompt: str) -> Json:
    """Fill in the form that a prompt of ragas asks for."""
    (form,) = re.findall(r'"title": "(\w+Output)"', prompt)
    given: Json = json.JSONDecoder().raw_decode(prompt.rpartition(INPUT)[2])[0]
    match form:
        case "StatementGeneratorOutput":
            return {"statements": _sentences(given.get("answer") or given["text"])}
        case "ClaimDecompositionOutput":
            return {"claims": _sentences(given["response"])}
        case "NLIStatementOutput" | "StatementFaithfulnessOutput":
            verdicts = [(one, _said(one, given["context"])) for one in given["statements"]]
            told = [{"statement": s, "reason": "words", "verdict": v} for s, v in verdicts]
            return {"statements": told}
        case "ContextPrecisionOutput":
            verdict = int(bool(_words(given["answer"]) & _words(given["context"])))
            return {"reason": "words", "verdict": verdict}
        case "ContextRecallOutput":
            verdicts = [(one, _said(one, given["context"])) for one in _sentences(given["answer"])]
            told = [{"statement": s, "reason": "words", "attributed": v} for s, v in verdicts]
            return {"classifications": told}
        case _:
            return {"question": given["response"], "noncommittal": 0}


class FakeJudge(FakeOpenAI):
    """``most`` calls were open at once; ``heard`` counts those that are never answered."""

    def __init__(self) -> None:
        super().__init__()
        self.open = self.most = 0

    async def answer(self, request: Request) -> Response:
        body = await request.json()
        self.bodies.append(body)
        if body["model"] == "silent":
            self.heard.release()
            await asyncio.sleep(3600)
        self.open += 1
        self.most = max(self.most, self.open)
        try:
            return await self._answered(body)
        finally:
            self.open -= 1

    async def _answered(self, body: Json) -> Response:
        name, prompt = body["model"], body["messages"][0]["content"]
        await asyncio.sleep(0)
        if name in STATUS:
            return JSONResponse({"error": {"message": f"I am {name}"}}, STATUS[name])
        if name == "plain" and "response_format" in body:
            return JSONResponse({"error": {"message": "response_format is unknown"}}, 400)
        reason = "length" if name == "cut" else "stop"
        message = {"role": "assistant", "content": self._content(name, prompt, body["messages"])}
        choice = {"index": 0, "finish_reason": reason, "message": message}
        told = {"id": "1", "object": "chat.completion", "created": 0, "model": name}
        return JSONResponse({**told, "choices": [choice]})

    def _content(self, name: str, prompt: str, messages: list[Json]) -> str:
        form = fill(prompt)
        lists = {key: value for key, value in form.items() if isinstance(value, list)}
        texts = {
            "prose": "I think this answer is very good!",
            "nothing": "",
            "empty": "{}",
            "half": json.dumps(form)[:-3],
            "hollow": json.dumps({**form, **{key: [] for key in lists}}),
            "nan": re.sub(r'"(verdict|attributed)": \d', r'"\1": NaN', json.dumps(form)),
            "seven": re.sub(r'"(verdict|attributed)": \d', r'"\1": 7', json.dumps(form)),
            "chatty": f"Here you are:\n```json\n{json.dumps(form)}\n```\nAnything else?",
        }
        if name == "lazy" and '"verdict"' in json.dumps(form):
            return json.dumps({key: value[:-1] for key, value in lists.items()})
        if name == "learner" and len(messages) == 1:
            return texts["prose"]
        if name == "mixed" and "POISON" in prompt:
            return texts["prose"]
        return texts.get(name, json.dumps(form))
