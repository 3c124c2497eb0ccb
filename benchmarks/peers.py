"""Both panels beside stock LlamaIndex writing the same chunks into the same two databases."""

import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from benchmarks import material
from benchmarks.peer_python import peer
from benchmarks.report import Row
from benchmarks.servers import Bench, bench
from benchmarks.writing import write

COUNT = 4_000


async def measure() -> list[Row]:
    """Write COUNT chunks with both, on the same servers, one after the other."""
    python = peer()
    async with bench(material.GENERATION) as place:
        # Whoever comes second finds a warm Java: warm it up for the first one too.
        await write([place.vector, place.graph], *material.chunks(COUNT, "warm", seed=7))
        versions, chunks = material.chunks(COUNT, "peers")
        ours = await write([place.vector, place.graph], versions, chunks)
        with tempfile.TemporaryDirectory() as folder:
            np.save(Path(folder, "vectors.npy"), np.stack([c.embedding for c in chunks]))
            texts = [c.chunk.text for c in chunks]
            Path(folder, "texts.json").write_text(json.dumps(texts))
            theirs = _peer(python, place, Path(folder))
    note = f"ours {COUNT / ours:.0f}/s, LlamaIndex {COUNT / theirs:.0f}/s"
    return [Row("write both / stock LlamaIndex", theirs / ours, "times", (">=", 2.5), note)]


def _peer(python: str, place: Bench, folder: Path) -> float:
    endpoints = {
        "postgres": place.endpoints.postgres_url,
        "neo4j": vars_of(place),
        "dimension": material.DIMENSION,
    }
    program = Path(__file__).with_name("peer_llamaindex.py")
    done = subprocess.run(
        [python, program, folder],
        input=json.dumps(endpoints),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    seconds: float = json.loads(done.stdout.splitlines()[-1])["seconds"]
    return seconds


def vars_of(place: Bench) -> dict[str, str]:
    """Give Neo4j's address as JSON can say it."""
    address = place.endpoints.neo4j
    if address is None:
        raise RuntimeError
    return {"url": address.url, "user": address.user, "password": address.password}
