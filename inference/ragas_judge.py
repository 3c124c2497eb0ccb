"""RagasJudge: ragas' metrics by any OpenAI-compatible judge, and those that need none.

The one file that imports ragas, at the first judgement: it loads some 2,900 modules. As shipped,
0.4.3 does not import: it wants a class that langchain-community no longer has, which a stand-in
replaces meanwhile. Its telemetry is off, and nothing of it that is used here downloads anything.

Of ragas' own habits three would spoil the figures, so that they are failures here: NaN; an empty
list of statements, which it scores 0; and a verdict left out, which raises the score, because
only those that came are counted.
"""

import asyncio
import hashlib
import importlib.util
import json
import math
import os
import sys
import types
import warnings
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from typing import Any, Final

from pydantic import BaseModel

from contracts.content import Embedder
from contracts.errors import InvalidInput, ModelUnavailable, SetupFailed
from contracts.judging import BY_MODEL, WITHOUT_MODEL, Case, Failure, Judgement
from inference.judge_model import JudgeModel, Unusable

_MISSING: Final = "langchain_community.chat_models.vertexai"
_ASKED: Final = "Now perform the same with the following input\ninput: "
_EVERY: Final = (*BY_MODEL, *WITHOUT_MODEL)
_LACKS: Final = {
    "answer": "There is no answer.",
    "passages": "No passage was found.",
    "reference": "The right answer is not known.",
    "reference_passages": "The words that answer are not labelled.",
    "reference_documents": "No document is labelled.",
}
_NO_JUDGE: Final = "No judge is configured (DIPTYCH_JUDGE_URL)."

Scoring = Callable[["_Ragas", Any, Any, Case], Awaitable[float]]


@dataclass(frozen=True, slots=True)
class _Ragas:
    """What is used of ragas, imported. By name: a type checker need not read all of it."""

    collections: Any
    precision: Any
    recall: Any
    sample: Any
    model: Any
    embedding: Any


@dataclass(frozen=True, slots=True)
class _Metric:
    """A metric: what a case must have, how it is computed, what nothing found is worth."""

    needs: tuple[str, ...]
    score: Scoring
    nothing_found: float | None = None
    package: str | None = None
    """What ragas needs for it beside itself."""


class RagasJudge:
    """Judges by ragas. Without ``model`` or ``embedder`` what needs one is not applicable."""

    def __init__(self, model: JudgeModel | None = None, embedder: Embedder | None = None) -> None:
        self._model = model
        self._embedder = embedder

    @property
    def pins(self) -> Mapping[str, str]:
        """The model, ragas, a digest of its prompts, the embedding model."""
        return {
            **(self._model.pins if self._model else {"model": "none"}),
            "ragas": _version(),
            "prompts": _prompts(),
            "embedder": self._embedder.model if self._embedder else "none",
        }

    async def judge(
        self, cases: Sequence[Case], metrics: Collection[str]
    ) -> list[dict[str, Judgement]]:
        """Judge all cases at once; the model bounds how many calls it takes at a time."""
        if unknown := sorted(set(metrics) - set(_EVERY)):
            raise InvalidInput(
                f"There is no metric '{unknown[0][:40]}'.", f"Choose from: {', '.join(_EVERY)}."
            )
        ragas = await asyncio.to_thread(_ragas)
        names = list(metrics)
        asked = [self._one(ragas, case, name) for case in cases for name in names]
        said = iter(await asyncio.gather(*asked))
        return [{name: next(said) for name in names} for _ in cases]

    async def _one(self, ragas: _Ragas, case: Case, name: str) -> Judgement:
        """Judge one case by one metric, or say why it cannot be."""
        metric = _METRICS[name]
        lack = self._lack(case, name)
        if lack == _LACKS["passages"] and metric.nothing_found is not None:
            return Judgement(metric.nothing_found, reason=lack)
        if lack:
            return Judgement(failure=Failure.NOT_APPLICABLE, reason=lack)
        try:
            bridges = ragas.model(self._model), ragas.embedding(self._embedder)
            value = float(await metric.score(ragas, *bridges, case))
        except (ModelUnavailable, Unusable) as error:
            reason = str(error)
        except Exception as error:  # noqa: BLE001 - whatever ragas trips over is no value
            reason = f"{type(error).__name__}: {error}"[:200]
        else:
            if math.isfinite(value):  # a cosine may be below 0 or, by rounding, above 1
                return Judgement(min(1.0, max(0.0, value)))
            reason = "It came to no number."
        return Judgement(failure=Failure.JUDGE_FAILED, reason=reason)

    def _lack(self, case: Case, name: str) -> str | None:
        """Say what is missing to judge by a metric, or None."""
        metric = _METRICS[name]
        if lacking := next((need for need in metric.needs if not getattr(case, need)), None):
            return _LACKS[lacking]
        if name in BY_MODEL and self._model is None:
            return _NO_JUDGE
        if name in _EMBEDDED and self._embedder is None:
            return "No embedding model is configured."
        if metric.package and importlib.util.find_spec(metric.package) is None:
            return f"The package {metric.package} is not installed (pip install {metric.package})."
        return None


async def _faithfulness(ragas: _Ragas, model: Any, _: Any, case: Case) -> float:
    score = ragas.collections.Faithfulness(llm=model).ascore
    return _value(await score(case.question, case.answer, list(case.passages)))


async def _answer_relevancy(ragas: _Ragas, model: Any, embedding: Any, case: Case) -> float:
    metric = ragas.collections.AnswerRelevancy(llm=model, embeddings=embedding)
    return _value(await metric.ascore(case.question, case.answer))


async def _context_precision(ragas: _Ragas, model: Any, _: Any, case: Case) -> float:
    score = ragas.collections.ContextPrecision(llm=model).ascore
    return _value(await score(case.question, case.reference, list(case.passages)))


async def _context_recall(ragas: _Ragas, model: Any, _: Any, case: Case) -> float:
    score = ragas.collections.ContextRecall(llm=model).ascore
    return _value(await score(case.question, list(case.passages), case.reference))


async def _factual_correctness(ragas: _Ragas, model: Any, _: Any, case: Case) -> float:
    score = ragas.collections.FactualCorrectness(llm=model).ascore
    return _value(await score(case.answer, case.reference))


async def _noise_sensitivity(ragas: _Ragas, model: Any, _: Any, case: Case) -> float:
    score = ragas.collections.NoiseSensitivity(llm=model).ascore
    return _value(await score(case.question, case.answer, case.reference, list(case.passages)))


async def _semantic_similarity(ragas: _Ragas, _: Any, embedding: Any, case: Case) -> float:
    # ragas embeds here without awaiting: let the vectors be there already.
    await embedding.aembed_texts([case.reference, case.answer])
    return await _words("SemanticSimilarity", embeddings=embedding)(ragas, _, embedding, case)


def _words(name: str, **options: Any) -> Scoring:
    """Compare the answer with the right one, in a thread."""

    async def score(ragas: _Ragas, _: Any, __: Any, case: Case) -> float:
        metric = getattr(ragas.collections, name)(**options)
        coroutine = metric.ascore(reference=case.reference, response=case.answer)
        return _value(await asyncio.to_thread(asyncio.run, coroutine))

    return score


def _found(room: str, name: str) -> Scoring:
    """Compare what was found with what is labelled, in a thread."""

    async def score(ragas: _Ragas, _: Any, __: Any, case: Case) -> float:
        sample = ragas.sample(
            retrieved_contexts=list(case.passages),
            reference_contexts=list(case.reference_passages),
            retrieved_context_ids=list(case.documents),
            reference_context_ids=list(case.reference_documents),
        )
        metric = getattr(getattr(ragas, room), name)()
        return float(await asyncio.to_thread(asyncio.run, metric.single_turn_ascore(sample)))

    return score


_EMBEDDED: Final = {"answer_relevancy", "semantic_similarity"}
_COMPARED: Final = ("answer", "reference")
_LABELLED: Final = ("reference_documents", "passages")
_QUOTED: Final = ("reference_passages", "passages")
_METRICS: Final[Mapping[str, _Metric]] = {
    "faithfulness": _Metric(("answer", "passages"), _faithfulness),
    "answer_relevancy": _Metric(("answer",), _answer_relevancy),
    "context_precision": _Metric(("reference", "passages"), _context_precision, 0.0),
    "context_recall": _Metric(("reference", "passages"), _context_recall, 0.0),
    "factual_correctness": _Metric(_COMPARED, _factual_correctness),
    "noise_sensitivity": _Metric((*_COMPARED, "passages"), _noise_sensitivity),
    "id_context_precision": _Metric(_LABELLED, _found("precision", "IDBasedContextPrecision"), 0.0),
    "id_context_recall": _Metric(_LABELLED, _found("recall", "IDBasedContextRecall"), 0.0),
    "text_context_precision": _Metric(
        _QUOTED, _found("precision", "NonLLMContextPrecisionWithReference"), 0.0, "rapidfuzz"
    ),
    "text_context_recall": _Metric(
        _QUOTED, _found("recall", "NonLLMContextRecall"), 0.0, "rapidfuzz"
    ),
    "rouge_l": _Metric(_COMPARED, _words("RougeScore", rouge_type="rougeL"), package="rouge_score"),
    "chrf": _Metric(_COMPARED, _words("CHRFScore"), package="sacrebleu"),
    "string_similarity": _Metric(_COMPARED, _words("NonLLMStringSimilarity"), package="rapidfuzz"),
    "semantic_similarity": _Metric(_COMPARED, _semantic_similarity),
}


def _value(result: Any) -> float:
    return float(result.value)


@cache
def _ragas() -> _Ragas:
    """Import ragas. Raises SetupFailed where it is not installed."""
    os.environ["RAGAS_DO_NOT_TRACK"] = "true"  # read once, when it is first used
    try:
        with warnings.catch_warnings(), _stand_in():
            warnings.simplefilter("ignore")
            found: list[Any] = [importlib.import_module(f"ragas.{name}") for name in _MODULES]
    except ImportError as error:
        raise _unusable(error) from error
    base, collections, precision, recall, schema, llms, embeddings = found
    # Even when it is off, the telemetry names the user by a file in their home at each score.
    base.EvaluationEvent = dict
    base._analytics_batcher = types.SimpleNamespace(add_evaluation=lambda _: None)  # noqa: SLF001
    model, embedding = _bridges(llms.InstructorBaseRagasLLM, embeddings.BaseRagasEmbedding)
    return _Ragas(collections, precision, recall, schema.SingleTurnSample, model, embedding)


def _version() -> str:
    """Give ragas' version. Raises SetupFailed where it is not installed."""
    try:
        return metadata.version("ragas")
    except metadata.PackageNotFoundError as error:
        raise _unusable(error) from error


def _unusable(error: Exception) -> SetupFailed:
    return SetupFailed(
        f"ragas cannot be used: {error}.", "Install the extra: pip install 'diptych[eval]'."
    )


_MODULES: Final = (
    "metrics.base",
    "metrics.collections",
    "metrics._context_precision",
    "metrics._context_recall",
    "dataset_schema",
    "llms.base",
    "embeddings.base",
)


@contextmanager
def _stand_in() -> Iterator[None]:
    """Let a class that ragas imports and never uses here be there meanwhile."""
    module = types.ModuleType(_MISSING)
    module.__dict__["ChatVertexAI"] = type("ChatVertexAI", (), {})
    sys.modules[_MISSING] = module
    try:
        yield
    finally:
        del sys.modules[_MISSING]


def _bridges(model_base: Any, embedding_base: Any) -> tuple[Any, Any]:
    """Give the classes by which ragas asks our models."""

    class Model(model_base):  # type: ignore[misc]  # known at run time only
        def __init__(self, model: JudgeModel) -> None:
            self._model = model

        def generate(self, prompt: str, response_model: type[BaseModel]) -> BaseModel:
            raise NotImplementedError

        async def agenerate(self, prompt: str, response_model: type[BaseModel]) -> BaseModel:
            form = await self._model.fill(prompt, response_model)
            _check(prompt, form)
            return form

    class Embedding(embedding_base):  # type: ignore[misc]  # known at run time only
        def __init__(self, embedder: Embedder) -> None:
            super().__init__()
            self._embedder = embedder
            self._known: dict[str, list[float]] = {}

        def embed_text(self, text: str, **_: Any) -> list[float]:
            return self._known[text]

        async def aembed_text(self, text: str, **_: Any) -> list[float]:
            return (await self.aembed_texts([text]))[0]

        async def aembed_texts(self, texts: list[str], **_: Any) -> list[list[float]]:
            rows = (await self._embedder.embed_passages(texts)).tolist()
            self._known |= dict(zip(texts, rows, strict=True))
            return list(rows)

    return Model, Embedding


def _check(prompt: str, form: BaseModel) -> None:
    """Refuse what ragas would score although it judges nothing. Raises Unusable."""
    value = form.model_dump()
    for name, field in value.items():
        if field == [] or (name == "question" and not field):
            raise Unusable(f"It left '{name}' empty.")
    entries = [entry for field in value.values() if isinstance(field, list) for entry in field]
    for record in (value, *(entry for entry in entries if isinstance(entry, dict))):
        for name, field in record.items():
            if isinstance(field, int) and field not in {0, 1}:
                raise Unusable(f"It gave '{name}' as {field}, not as 0 or 1.")
    asked = _statements(prompt)
    judged = [entry for entry in entries if isinstance(entry, dict)]
    if asked is not None and len(judged) != asked:
        raise Unusable(f"It judged {len(judged)} of {asked} statements.")


def _statements(prompt: str) -> int | None:
    """Tell how many statements a prompt asks to judge; None when it asks for something else."""
    _, _, rest = prompt.rpartition(_ASKED)
    try:
        asked, _ = json.JSONDecoder().raw_decode(rest)
        return len(asked["statements"])
    except (ValueError, KeyError, TypeError):
        return None


@cache
def _prompts() -> str:
    """Name ragas' prompts by one digest of the files in which they stand."""
    state = hashlib.sha256()
    for file in sorted(metadata.files("ragas") or (), key=str):
        if "metrics/collections" in file.as_posix() and file.suffix == ".py":
            state.update(file.read_binary())
    return state.hexdigest()[:12]
