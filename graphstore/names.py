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


def facet_id(workspace: str, facet: str) -> str:
    """Key of a facet's node; a digest, because an index entry may not be of any length."""
    both = f"{len(workspace)}:{workspace}{facet}"
    return hashlib.sha256(both.encode("utf-8", "surrogatepass")).hexdigest()


def document_id(document: UUID) -> str:
    """Key of a document's node; sorts as the UUID does."""
    return str(document)
