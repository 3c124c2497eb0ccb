"""Names of labels, indexes and nodes; those that stand in Cypher's text come from numbers only."""

import hashlib
from collections.abc import Iterator
from typing import LiteralString
from uuid import UUID

from contracts.nouns import LANGUAGES, UNDETERMINED, ChunkId, VersionRef

ANALYSERS = {"fr": "french", "ru": "russian", "en": "english", UNDETERMINED: "standard-folding"}
"""Lucene's analyser for each language."""


def generation_label(generation: int) -> str:
    """Label of a generation's chunks, and the name of their vector index."""
    return f"Chunk_g{int(generation)}"


def language_label(generation: int, language: str) -> str:
    """Label of a generation's chunks in one language, and the name of their full-text index."""
    if language not in LANGUAGES:
        language = UNDETERMINED
    return f"{generation_label(generation)}_{language}"


def language_labels(generation: int) -> Iterator[str]:
    """All language labels of a generation."""
    return (language_label(generation, language) for language in LANGUAGES)


def index_names(generation: int) -> list[str]:
    """All indexes that searches of a generation need."""
    return [generation_label(generation), *language_labels(generation)]


def put_label(query: LiteralString, label: str) -> LiteralString:
    """Put a label of this module where a query says ``__chunks__``.

    Cypher takes neither a label in an index definition nor an index in SEARCH as a parameter.
    The labels are made of numbers and of the closed list of languages, of nothing typed.
    """
    return query.replace("__chunks__", label)


def version_id(ref: VersionRef, generation: int) -> str:
    """Key of a version's node: one for each generation that it was staged in."""
    return f"{ref.document}.{ref.number}.{generation}"


def version_key(chunk: ChunkId) -> str:
    """Key of the version's node that a chunk belongs to."""
    return version_id(chunk.ref, chunk.generation)


def live_key(generation: int) -> str:
    """Property of a document: the number of the version that readers of a generation see."""
    return f"live_{int(generation)}"


def entity_id(workspace: str, kind: str, name: str) -> str:
    """Key of an entity's node; a digest, for names are longer than an index entry may be."""
    return _digest(workspace, kind, name)


def facet_id(workspace: str, facet: str) -> str:
    """Key of a facet's node; a digest, because an index entry may not be of any length."""
    return _digest(workspace, facet)


def _digest(*names: str) -> str:
    """Hash names, all but the last with their lengths, so that no two sequences collide."""
    *heads, last = names
    joined = "".join(f"{len(one)}:{one}" for one in heads) + last
    return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()


def document_id(document: UUID) -> str:
    """Key of a document's node; sorts as the UUID does."""
    return str(document)
