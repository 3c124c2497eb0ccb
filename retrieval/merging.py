"""Merging: what the panels gave becomes one checked order of passages."""

import logging
from collections.abc import Iterable, Mapping

from contracts.nouns import ChunkId, Hit, PanelHits, PanelName, Passage
from contracts.tuning import Fusion
from retrieval.asking import Found
from retrieval.crossing import across, foreign
from retrieval.fusion import Fused, fuse_ranks

_log = logging.getLogger(__name__)


def merge(
    answers: Mapping[PanelName, PanelHits],
    workspace: str,
    language: str | None,
    fusion: Fusion,
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
    ranks = _ranks(legs, answers, foreign(_languages(passages), language))
    fused = fuse_ranks(ranks, fusion.k, _weights(fusion))
    return tuple(_found(one, passages[one.key], legs) for one in fused)


def _weights(fusion: Fusion) -> dict[str, float]:
    """Give each leg's weight: its kind's times its panel's.

    A kind of weight 0 is asked only where the other cannot be; then it counts.
    """
    panels = {PanelName.VECTOR: fusion.vector, PanelName.GRAPH: fusion.graph}
    kinds = {"dense": fusion.dense or 1.0, "lexical": fusion.lexical or 1.0}
    return {f"{name}.{kind}": panels[name] * kinds[kind] for name in panels for kind in kinds}


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
