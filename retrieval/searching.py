"""The use case of searching: one embedding, the panels' legs, one fused order, checked."""

import asyncio
import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice

from contracts.content import Embedder, Spaces
from contracts.errors import DiptychError, InvalidInput, ModelUnavailable, SpaceMismatch, TooLarge
from contracts.nouns import Generation, PanelName, PanelQuery, ReadMode, Vector
from contracts.observing import Metrics
from contracts.panels import Panel
from contracts.policy import ReadPlan
from contracts.tuning import Tuning
from retrieval.asking import MAX_HITS, QUESTION_LIMIT, Found, SearchRequest, SearchResult
from retrieval.merging import merge
from retrieval.parents import once, with_parents
from retrieval.reading import Readings, read
from retrieval.routing import Route, route
from retrieval.shadowing import Seen
from retrieval.words import grammar

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def _unseen(_: Seen) -> None:
    """Compare nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """A search's result with the question's vector (None when the model was down) and its model.

    ``tuning`` is what it was searched with.
    """

    result: SearchResult
    vector: Vector | None
    embedder: Embedder
    tuning: Tuning


class Search:
    """Finds passages as the plan of the moment says, or in the panel that a request names.

    ``plans`` gives the plan at each question, so that a switch, another generation or another
    champion holds from the next one on. ``offer`` takes reads that a panel on trial is to be
    compared with; it never waits. ``chance`` gives a number in [0, 1) for sampling.
    """

    def __init__(
        self,
        panels: Mapping[PanelName, Panel],
        spaces: Spaces,
        plans: Callable[[], ReadPlan],
        metrics: Metrics,
        offer: Callable[[Seen], None] = _unseen,
        *,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._panels = panels
        self._spaces = spaces
        self._plans = plans
        self._metrics = metrics
        self._offer = offer
        self._chance = chance

    def mode(self, workspace: str, named: ReadMode | None) -> ReadMode:
        """Give the mode that a request names, or the one that the policy says."""
        return named or self._plans().policy(workspace).mode

    def tuning(self, named: Tuning | None) -> Tuning:
        """Give the tuning that a request brings, or the champion's."""
        return named or self._plans().tuning

    async def __call__(self, request: SearchRequest) -> SearchResult:
        """Find passages, best first.

        Raises InvalidInput (an empty question, a limit out of range), TooLarge, SpaceMismatch
        when the documents' model is not configured here, and PanelUnavailable when no panel
        answers. A panel or a model that is down makes the result ``degraded`` as long as
        something can still answer.
        """
        panel = self.mode(request.workspace, request.mode).value
        try:
            looked = await self.look(request)
        except DiptychError as error:
            self._metrics.asked("search", panel, error.code)
            raise
        self._metrics.asked("search", panel, "degraded" if looked.result.degraded else "ok")
        return looked.result

    async def look(self, request: SearchRequest, depth: int = 0) -> Looked:
        """Search as ``__call__`` does, for a use case that also needs the question's vector.

        ``found`` then holds up to ``depth`` passages where the request asks for fewer.
        """
        text = _checked(request)
        plan, tuning = self._plans(), self.tuning(request.tuning)
        generation, deadline_s = request.generation or plan.generation, tuning.search.deadline_s
        way = route(plan, request.workspace, request.mode, request.key, self._chance)
        embedder = _model(self._spaces, generation)
        begun = time.perf_counter()
        vector = await self._embed(text, embedder, deadline_s)
        embedded = time.perf_counter()
        query = _query(request, generation, text, vector, tuning)
        readings = await read(self._panels, way, query, deadline_s)
        done_reading = time.perf_counter()
        language = grammar(text)
        found = merge(readings.hits, request.workspace, language, tuning.fusion)
        fused = time.perf_counter()
        found = await self._cut(found, request, depth, readings, deadline_s)
        done = time.perf_counter()
        if query.vector is not None:  # words alone tell too little of a panel
            for tried in way.tries:
                self._offer(Seen(tried, query, language, readings.answers, tuning.fusion))
        seconds = {
            "embed": embedded - begun,
            "panel": done_reading - embedded,
            "fuse": fused - done_reading,
            **({"parents": done - fused} if request.parents else {}),
            "total": done - begun,
        }
        for stage, took in seconds.items():
            self._metrics.query_took(stage, way.mode.value, took)
        result = SearchResult(
            found=found,
            mode=way.mode,
            served_by=tuple(name.value for name in readings.hits),
            degraded=_degraded(way, readings, vector),
            generation=generation,
            took_ms={stage: 1000 * took for stage, took in seconds.items()},
            configuration=None if request.tuning else plan.configuration,
        )
        return Looked(result, vector, embedder, tuning)

    async def _cut(
        self,
        found: tuple[Found, ...],
        request: SearchRequest,
        depth: int,
        readings: Readings,
        deadline_s: float,
    ) -> tuple[Found, ...]:
        """Keep as many as are wanted, those that are asked for with their parents."""
        limit, most = request.limit, max(request.limit, depth)
        if not request.parents:
            return found[:most]
        kept = tuple(islice(once(found), most))
        panels = [self._panels[name] for name in readings.hits]
        shown = await with_parents(kept[:limit], panels, request.workspace, deadline_s)
        return shown + kept[limit:]

    async def _embed(self, text: str, embedder: Embedder, deadline_s: float) -> Vector | None:
        """Embed the question; None without a model."""
        try:
            async with asyncio.timeout(deadline_s):
                vector = await embedder.embed_query(text)
        except (ModelUnavailable, TimeoutError):
            return None
        if vector.shape != (embedder.dimension,):
            raise SpaceMismatch(
                f"The model gave a vector of shape {vector.shape}, "
                f"the documents' have {embedder.dimension} dimensions.",
                "Restart the service with the documents' model.",
            )
        return vector


def _checked(request: SearchRequest) -> str:
    """Refuse what cannot be searched; give the text as the stores can take it."""
    text = _UNSTORABLE.sub(" ", request.text).strip()
    if not text:
        raise InvalidInput("The question is empty.", "Write what you are looking for.")
    if len(request.text) > QUESTION_LIMIT:
        raise TooLarge(
            f"The question has {len(request.text)} characters, at most {QUESTION_LIMIT} fit.",
            "Ask a shorter question.",
        )
    if not 1 <= request.limit <= MAX_HITS:
        raise InvalidInput(f"{request.limit} passages were asked for.", f"Ask for 1 to {MAX_HITS}.")
    return text


def _query(
    request: SearchRequest,
    generation: Generation,
    text: str,
    vector: Vector | None,
    tuning: Tuning,
) -> PanelQuery:
    """Ask the legs that weigh something; without a vector the words in any case."""
    fusion = tuning.fusion
    words = text if fusion.lexical or vector is None else ""
    meaning = vector if fusion.dense else None
    return PanelQuery(
        request.workspace, generation, words, meaning, tuning.search.depth, request.filters
    )


def _model(spaces: Spaces, generation: Generation) -> Embedder:
    """Give the generation's model, and no other."""
    embedder = spaces.embedder(generation)
    if (embedder.model, embedder.dimension) != (generation.model, generation.dimension):
        raise SpaceMismatch(
            f"The documents were embedded by {generation.model} ({generation.dimension} "
            f"dimensions), the running model is {embedder.model} ({embedder.dimension}).",
            "Start with the documents' model, or build a new generation with this one.",
        )
    return embedder


def _degraded(way: Route, readings: Readings, vector: Vector | None) -> str | None:
    """Say in sentences why the result is not what was asked for."""
    words = None
    if vector is None:
        words = "The embedding model does not answer, so only words were compared."
    return " ".join(filter(None, (words, way.note, readings.note))) or None
