"""Searching 10,000 chunks: latency and recall per panel, and what HTTP adds."""

import time
from collections.abc import Sequence

import httpx
import numpy as np

from benchmarks import material
from benchmarks.report import Row
from benchmarks.servers import bench
from benchmarks.service import serving
from benchmarks.writing import write
from contracts.nouns import EmbeddedChunk, PanelQuery, Vector
from contracts.panels import Panel

COUNT = 10_000
QUESTIONS = 200
K = 10


async def measure() -> list[Row]:
    """Fill both panels, then ask both the same questions."""
    rows = []
    async with bench(material.GENERATION) as place:
        versions, chunks = material.chunks(COUNT, "search")
        await write([place.vector, place.graph], versions, chunks)
        queries = material.clustered(QUESTIONS, seed=99)
        truth = exact(chunks, queries)
        for panel in (place.vector, place.graph):
            rows += await _panel(panel, queries, truth)
    return rows + await _http()


def exact(chunks: Sequence[EmbeddedChunk], queries: Vector) -> list[set[str]]:
    """Give the true nearest K of each query."""
    matrix = np.stack([c.embedding for c in chunks])
    best = np.argsort(-(queries @ matrix.T), axis=1, kind="stable")[:, :K]
    return [{str(chunks[i].chunk.id) for i in row} for row in best]


async def _panel(panel: Panel, queries: Vector, truth: list[set[str]]) -> list[Row]:
    words = material.vocabulary()
    dense, lexical, recall = [], [], []
    for number, vector in enumerate(queries):
        text = " ".join(words[number * 3 + i * 40] for i in range(6))
        began = time.perf_counter()
        found = await panel.search(_query("", vector))
        dense.append(time.perf_counter() - began)
        recall.append(len({str(h.chunk) for h in found.dense[:K]} & truth[number]) / K)
        began = time.perf_counter()
        await panel.search(_query(text, None))
        lexical.append(time.perf_counter() - began)
    name = panel.name
    tell = material.percentile
    return [
        Row(f"{name} recall@{K} against exact", float(np.mean(recall)), "", (">=", 0.99)),
        Row(f"{name} dense p50", tell(dense, 50), "ms", note=f"p95 {tell(dense, 95):.1f} ms"),
        Row(f"{name} lexical p50", tell(lexical, 50), "ms", note=f"p95 {tell(lexical, 95):.1f} ms"),
    ]


def _query(text: str, vector: Vector | None) -> PanelQuery:
    return PanelQuery("search", material.GENERATION, text, vector, K)


async def _http() -> list[Row]:
    """Time of a search over HTTP less what embedding and panels took, as the answer tells."""
    over: list[float] = []
    async with (
        serving() as service,
        httpx.AsyncClient(
            base_url=service.address,
            headers={"Authorization": f"Bearer {service.key}"},
            timeout=30,
        ) as client,
    ):
        for number in range(QUESTIONS):
            body = {"query": f"question {number} loyer bail", "panel": "vector", "limit": K}
            began = time.perf_counter()
            answer = await client.post("/v1/search", json=body)
            took = time.perf_counter() - began
            stages = answer.raise_for_status().json()["took_ms"]
            over.append(took - (stages["embed"] + stages["panel"]) / 1000)
    p95 = material.percentile(over[20:], 95)
    return [Row("HTTP search less embedding and database, p95", p95, "ms", ("<=", 10.0))]
