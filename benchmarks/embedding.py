"""Our default embedder beside sentence-transformers fp32: speed, quality, load, in one run."""

import asyncio
import json
import subprocess
import time
from pathlib import Path

import numpy as np

from benchmarks import material
from benchmarks.peer_python import peer
from benchmarks.report import Row
from contracts.content import Embedder
from contracts.nouns import Vector
from deploy.settings import load as settings
from inference.e5 import ensure_e5
from inference.openvino_embedder import OpenVinoEmbedder

SET = "piaf_fr"
SPEED_TEXTS = 96
LAUNCHES = 3
K = 10


async def measure() -> list[Row]:
    """Alternate the two LAUNCHES times on the same texts; MRR@10 over all of the set."""
    corpus, queries, relevant = material.retrieval_set(SET)
    texts = [f"{r.get('title') or ''}\n{r['text']}".strip() for r in corpus]
    ids = [r["_id"] for r in corpus]
    asked = {q: t for q, t in queries.items() if q in relevant}
    folder = await asyncio.to_thread(ensure_e5, settings().cache)
    ours, theirs, loads = [], [], []
    for _ in range(LAUNCHES):
        embedder = OpenVinoEmbedder(folder)
        began = time.perf_counter()
        await embedder.load()
        loads.append(time.perf_counter() - began)
        ours.append(await _rate(embedder, texts[:SPEED_TEXTS]))
        await embedder.close()
        theirs.append(_peer({"texts": texts[:SPEED_TEXTS], "speed": True})["rate"])
    embedder = OpenVinoEmbedder(folder)
    passages = await embedder.embed_passages(texts)
    questions = np.stack([await embedder.embed_query(t) for t in asked.values()])
    await embedder.close()
    mine = mrr(questions, passages, list(asked), ids, relevant)
    answer = _peer({"texts": texts, "queries": list(asked.values())})
    other = mrr(
        np.array(answer["queries"]), np.array(answer["passages"]), list(asked), ids, relevant
    )
    ratio = float(np.median(np.array(ours) / np.array(theirs)))
    note = f"ours {np.median(ours):.1f}/s, theirs {np.median(theirs):.1f}/s"
    told = f"ours {mine:.4f}, theirs {other:.4f}"
    return [
        Row("embedder / sentence-transformers fp32", ratio, "times", (">=", 2.3), note),
        Row(f"MRR@10 {SET}, difference to fp32", abs(mine - other), "", ("<=", 0.005), told),
        Row("model load", float(np.median(loads)), "s", ("<=", 4.0)),
    ]


async def _rate(embedder: Embedder, texts: list[str]) -> float:
    await embedder.embed_passages(texts[:8])
    began = time.perf_counter()
    await embedder.embed_passages(texts)
    return len(texts) / (time.perf_counter() - began)


def _peer(request: dict[str, object]) -> dict[str, float]:
    program = Path(__file__).with_name("peer_embedding.py")
    done = subprocess.run(
        [peer(), program], input=json.dumps(request), capture_output=True, text=True, check=True
    )
    answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return answer


def mrr(
    queries: Vector,
    passages: Vector,
    asked: list[str],
    ids: list[str],
    relevant: dict[str, set[str]],
) -> float:
    """Mean reciprocal rank at K of the first relevant passage."""
    best = np.argsort(-(queries @ passages.T), axis=1, kind="stable")[:, :K]
    total = 0.0
    for query, row in zip(asked, best, strict=True):
        ranks = [r for r, i in enumerate(row, 1) if ids[i] in relevant[query]]
        total += 1 / ranks[0] if ranks else 0.0
    return total / len(asked)
