"""The use case of searching: one embedding, the panels' legs, one fused order, checked."""

import asyncio
import logging
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from contracts.content import Embedder
from contracts.errors import (
    DiptychError,
    InvalidInput,
    ModelUnavailable,
    PanelUnavailable,
    SpaceMismatch,
    TooLarge,
    UnknownPanel,
)
from contracts.nouns import (
    ChunkId,
    Generation,
    Hit,
    PanelHits,
    PanelName,
    PanelQuery,
    Passage,
    ReadMode,
    Vector,
)
from contracts.observing import Metrics
from contracts.panels import Panel
from retrieval.asking import MAX_HITS, QUESTION_LIMIT, Found, SearchRequest, SearchResult
from retrieval.crossing import across, foreign
from retrieval.fusion import Fused, fuse_ranks
from retrieval.words import grammar

LEG_DEPTH = 100
"""Hits asked of each leg; what both legs rank low together can still come first."""
DEADLINE_S = 5.0
"""Seconds that a panel or the embedding model may take before the others go on without it."""

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """A search's result with the question's vector; None when the model was down."""

    result: SearchResult
    vector: Vector | None


class Search:
    """Finds passages in the panel that a request names, or in the default one.

    ``default_mode`` may be set while the service runs. Raises SpaceMismatch when the embedder is
    not the generation's model.
    """

    def __init__(
        self,
        panels: Mapping[PanelName, Panel],
        embedder: Embedder,
        generation: Generation,
        metrics: Metrics,
        default_mode: ReadMode,
        *,
        deadline_s: float = DEADLINE_S,
    ) -> None:
        if (embedder.model, embedder.dimension) != (generation.model, generation.dimension):
            raise SpaceMismatch(
                f"The documents were embedded by {generation.model} ({generation.dimension} "
                f"dimensions), the running model is {embedder.model} ({embedder.dimension}).",
                "Start with the documents' model, or build a new generation with this one.",
            )
        self._panels = panels
        self._embedder = embedder
        self._generation = generation
        self._metrics = metrics
        self._deadline_s = deadline_s
        self.default_mode = default_mode

    async def __call__(self, request: SearchRequest) -> SearchResult:
        """Find passages, best first.

        Raises InvalidInput (an empty question, a limit out of range), TooLarge, UnknownPanel,
        and PanelUnavailable when no panel answers. A panel or a model that is down makes the
        result ``degraded`` as long as something can still answer.
        """
        panel = (request.mode or self.default_mode).value
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
        mode = request.mode or self.default_mode
        wanted = self._check(request, mode)
        begun = time.perf_counter()
        text = _UNSTORABLE.sub(" ", request.text).strip()
        vector, notes = await self._embed(text)
        embedded = time.perf_counter()
        query = PanelQuery(
            request.workspace, self._generation, text, vector, LEG_DEPTH, request.filters
        )
        answers = await self._read(wanted, query, notes)
        read = time.perf_counter()
        found = _merge(answers, request.workspace, grammar(text), max(request.limit, depth))
        done = time.perf_counter()
        seconds = {
            "embed": embedded - begun,
            "panel": read - embedded,
            "fuse": done - read,
            "total": done - begun,
        }
        for stage, took in seconds.items():
            self._metrics.query_took(stage, mode.value, took)
        result = SearchResult(
            found=found,
            mode=mode,
            served_by=tuple(name.value for name in answers),
            degraded=" ".join(notes) or None,
            generation=self._generation,
            took_ms={stage: 1000 * took for stage, took in seconds.items()},
        )
        return Looked(result, vector)

    def _check(self, request: SearchRequest, mode: ReadMode) -> list[PanelName]:
        """Refuse what cannot be searched; give the panels that the mode reads."""
        if not _UNSTORABLE.sub(" ", request.text).strip():
            raise InvalidInput("The question is empty.", "Write what you are looking for.")
        if len(request.text) > QUESTION_LIMIT:
            raise TooLarge(
                f"The question has {len(request.text)} characters, at most {QUESTION_LIMIT} fit.",
                "Ask a shorter question.",
            )
        if not 1 <= request.limit <= MAX_HITS:
            raise InvalidInput(
                f"{request.limit} passages were asked for.", f"Ask for 1 to {MAX_HITS}."
            )
        wanted = list(PanelName) if mode is ReadMode.FUSED else [PanelName(mode.value)]
        if missing := [name.value for name in wanted if name not in self._panels]:
            enabled = ", ".join(name.value for name in self._panels) or "none"
            raise UnknownPanel(
                f"This service does not have the {' and the '.join(missing)} panel.",
                f"Read from one that is enabled: {enabled}.",
            )
        return wanted

    async def _embed(self, text: str) -> tuple[Vector | None, list[str]]:
        """Embed the question; without a model, say that words alone are compared."""
        try:
            async with asyncio.timeout(self._deadline_s):
                vector = await self._embedder.embed_query(text)
        except (ModelUnavailable, TimeoutError):
            return None, ["The embedding model does not answer, so only words were compared."]
        if vector.shape != (self._generation.dimension,):
            raise SpaceMismatch(
                f"The model gave a vector of shape {vector.shape}, "
                f"the documents' have {self._generation.dimension} dimensions.",
                "Restart the service with the documents' model.",
            )
        return vector, []

    async def _read(
        self, wanted: Sequence[PanelName], query: PanelQuery, notes: list[str]
    ) -> dict[PanelName, PanelHits]:
        """Ask the wanted panels at once, and the others when none of those answers."""
        failed: list[PanelUnavailable] = []
        down: list[str] = []
        others = [name for name in self._panels if name not in wanted]
        for names in (wanted, others):
            answers = await asyncio.gather(*(self._ask(name, query) for name in names))
            served = {}
            for name, answer in zip(names, answers, strict=True):
                if isinstance(answer, PanelHits):
                    served[name] = answer
                else:
                    failed.append(answer)
                    down.append(name)
            if served:
                if down:
                    notes.append(
                        f"The {' and the '.join(down)} panel does not answer, "
                        f"so the {' and the '.join(served)} panel served alone."
                    )
                return served
        raise PanelUnavailable(
            "No panel answers: " + " ".join(error.message for error in failed),
            "Check the databases with 'diptych status', then ask again.",
        )

    async def _ask(self, name: PanelName, query: PanelQuery) -> PanelHits | PanelUnavailable:
        """Search one panel within the deadline; its outage is a value, so the other goes on."""
        try:
            async with asyncio.timeout(self._deadline_s):
                return await self._panels[name].search(query)
        except PanelUnavailable as error:
            _log.warning("The %s panel did not answer a search: %s", name, error)
            return error
        except TimeoutError:
            _log.warning("The %s panel did not answer within %g s", name, self._deadline_s)
            return PanelUnavailable(
                f"The {name} panel did not answer within {self._deadline_s:g} seconds."
            )


def _merge(
    answers: Mapping[PanelName, PanelHits], workspace: str, language: str | None, limit: int
) -> tuple[Found, ...]:
    """Fuse all legs and keep what belongs to the workspace and to a document's newest version."""
    passages: dict[ChunkId, Passage] = {}
    for hits in answers.values():
        passages.update(hits.passages)
    allowed = _allowed(passages, workspace)
    legs: dict[str, dict[ChunkId, tuple[int, float]]] = {}
    for name, hits in answers.items():
        legs[f"{name}.dense"] = _ranked(hits.dense, allowed)
        legs[f"{name}.lexical"] = _ranked(hits.lexical, allowed)
    fused = fuse_ranks(_ranks(legs, answers, foreign(_languages(passages), language)))
    return tuple(_found(one, passages[one.key], legs) for one in fused[:limit])


def _languages(passages: Mapping[ChunkId, Passage]) -> dict[ChunkId, str]:
    return {key: passage.chunk.language for key, passage in passages.items()}


def _ranks(
    legs: Mapping[str, Mapping[ChunkId, tuple[int, float]]],
    names: Iterable[PanelName],
    strangers: set[ChunkId],
) -> dict[str, dict[ChunkId, int]]:
    """Give each leg's ranks, the lexical ones with what they cannot see across languages."""
    ranks = {leg: {key: place[0] for key, place in held.items()} for leg, held in legs.items()}
    for name in names:
        dense, lexical = ranks[f"{name}.dense"], ranks[f"{name}.lexical"]
        ranks[f"{name}.lexical"] = across(dense, lexical, strangers)
    return ranks


def _allowed(passages: Mapping[ChunkId, Passage], workspace: str) -> set[ChunkId]:
    """Give the chunks that may leave: of this workspace, and of one version per document.

    The stores filter by workspace themselves; this is the second lock. While a document is being
    replaced, two panels may show different versions of it for a moment; the newer one is kept.
    """
    newest: dict[object, int] = {}
    mine = []
    for key, passage in passages.items():
        if passage.card.workspace != workspace:
            _log.error("Held back chunk %s: a panel gave it to another workspace", key)
            continue
        mine.append(key)
        newest[key.document] = max(key.version, newest.get(key.document, 0))
    return {key for key in mine if key.version == newest[key.document]}


def _ranked(hits: Iterable[Hit], allowed: set[ChunkId]) -> dict[ChunkId, tuple[int, float]]:
    """Give rank (from 1) and score of the allowed chunks, best first."""
    ranked: dict[ChunkId, tuple[int, float]] = {}
    for hit in hits:
        if hit.chunk in allowed and hit.chunk not in ranked:
            ranked[hit.chunk] = (len(ranked) + 1, hit.score)
    return ranked


def _found(
    one: Fused[ChunkId],
    passage: Passage,
    legs: Mapping[str, Mapping[ChunkId, tuple[int, float]]],
) -> Found:
    """Join a fused place with its passage and what each leg said of it."""
    card = passage.card
    return Found(
        chunk=passage.chunk,
        title=card.title,
        source=card.source,
        external_id=card.external_id,
        metadata=card.metadata,
        score=one.score,
        legs={leg: held[one.key] for leg, held in legs.items() if one.key in held},
    )
