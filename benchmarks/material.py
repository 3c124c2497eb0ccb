"""What is measured with: clustered vectors, sentences of real words, and the data folder."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import numpy as np

from benchmarks.report import Missing
from contracts.digests import embed
from contracts.nouns import (
    Card,
    Chunk,
    ChunkId,
    EmbeddedChunk,
    Generation,
    Span,
    StagedVersion,
    Vector,
    VersionRef,
)

DIMENSION = 384
GENERATION = Generation(1, "synthetic", DIMENSION, "synthetic")
WORDS_PER_CHUNK = 110
CHUNKS_PER_DOCUMENT = 50
NOISE = 0.35


def data_folder() -> Path:
    """Give the folder of measuring data. Raises Missing with what to set."""
    folder = Path(os.environ.get("DIPTYCH_DATA", "../shared/data"))
    if not folder.is_dir():
        raise Missing("Set DIPTYCH_DATA to a folder with retrieval/<set>/corpus.jsonl.")
    return folder


def retrieval_set(name: str) -> tuple[list[dict[str, str]], dict[str, str], dict[str, set[str]]]:
    """Give corpus records, queries by id, and the relevant record ids by query."""
    folder = data_folder() / "retrieval" / name
    corpus = [json.loads(line) for line in (folder / "corpus.jsonl").open(encoding="utf-8")]
    queries = {q["_id"]: q["text"] for q in map(json.loads, (folder / "queries.jsonl").open("rb"))}
    relevant: dict[str, set[str]] = {}
    for line in (folder / "qrels.tsv").read_text().splitlines()[1:]:
        query, document, grade = line.split("\t")
        if int(grade) > 0:
            relevant.setdefault(query, set()).add(document)
    return corpus, queries, relevant


def clustered(count: int, seed: int, clusters: int = 200) -> Vector:
    """Give ``count`` unit vectors around ``clusters`` centres, as text embeddings lie."""
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(0).normal(size=(clusters, DIMENSION))
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    noise = rng.normal(size=(count, DIMENSION)) / np.sqrt(DIMENSION)
    rows = centres[rng.integers(0, clusters, count)] + NOISE * noise * np.sqrt(DIMENSION) ** 0.5
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    unit: Vector = rows.astype(np.float32)
    return unit


def vocabulary(size: int = 20_000) -> list[str]:
    """Give made-up words whose lengths look like French ones."""
    rng = np.random.default_rng(1)
    syllables = ["ba", "ter", "lin", "go", "mé", "ra", "sou", "tion", "pla", "vi", "en", "que"]
    return ["".join(rng.choice(syllables, rng.integers(1, 5))) + str(i % 7) for i in range(size)]


def chunks(
    count: int,
    workspace: str,
    seed: int = 2,
    generation: Generation = GENERATION,
    refs: Sequence[VersionRef] = (),
) -> tuple[list[StagedVersion], list[EmbeddedChunk]]:
    """Give versions of CHUNKS_PER_DOCUMENT chunks each, with vectors and Zipf-distributed words.

    Every hundredth document has the metadata ``{"slice": 0}``. ``refs`` names the versions.
    """
    rng = np.random.default_rng(seed)
    words = np.array(vocabulary())
    vectors = clustered(count, seed)
    versions, embedded = [], []
    for number in range(0, count, CHUNKS_PER_DOCUMENT):
        place = number // CHUNKS_PER_DOCUMENT
        ref = refs[place] if refs else VersionRef(UUID(bytes=rng.bytes(16)), 1)
        title = f"Document {number}"
        card = Card(
            workspace, title, f"bench:{number}", "text/plain", metadata={"slice": place % 100}
        )
        versions.append(StagedVersion(ref, generation.number, card))
        for ordinal in range(min(CHUNKS_PER_DOCUMENT, count - number)):
            picks = np.minimum(rng.zipf(1.3, WORDS_PER_CHUNK), len(words)) - 1
            text = " ".join(words[picks])
            chunk_id = ChunkId(ref.document, ref.number, generation.number, ordinal)
            chunk = Chunk(chunk_id, 0, None, Span(0, len(text)), text, title, "fr")
            embedded.append(embed(chunk, vectors[number + ordinal], generation.model))
    return versions, embedded


def percentile(values: list[float], share: float) -> float:
    """Give a percentile of timings in milliseconds."""
    return float(np.percentile(np.array(values) * 1e3, share))
