"""Many small files through the running service: how many a second, and whether memory stays flat.

``--files N`` sets how many. Of the mixed ones half as many are poured, a hundred at a time.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import papers
from benchmarks.memory import resident
from benchmarks.report import Row
from benchmarks.service import Serving, serving
from deploy.models import build_models
from deploy.settings import load

FILES = 2000
A_HUNDRED = 100
LEAST = 10
"""Files a second on two cores."""
FLAT = 1.1
"""Memory after the last hundred documents, as a multiple of that after the first hundred."""


async def small_files() -> list[Row]:
    """Pour text files, mails and Word documents of a page each; wait until the last is live."""
    texts = papers.passages(_files() + A_HUNDRED)
    with TemporaryDirectory(prefix="diptych-bench-") as folder:
        first, rest = Path(folder, "first"), Path(folder, "rest")
        papers.fill(first, texts[:A_HUNDRED], papers.SMALL)
        papers.fill(rest, texts[A_HUNDRED:], papers.SMALL)
        async with serving() as service:
            await _pour(service, first)  # the model and the parsers load with these
            took = await _pour(service, rest)
    files = len(texts) - A_HUNDRED
    bare = await _bare(texts[A_HUNDRED:])
    note = f"{files} in {took:.0f} s; bare embedder {files / bare:.1f} of their texts/s"
    return [Row("small files to live", files / took, "files/s", (">=", LEAST), note)]


async def mixed_files() -> list[Row]:
    """Pour documents of seven formats by the hundred, and weigh the processes after each."""
    texts = papers.passages(_files() // 2)
    weights: dict[str, list[float]] = {"worker": [], "readers": []}
    with TemporaryDirectory(prefix="diptych-bench-") as folder:
        async with serving() as service:
            for start in range(0, len(texts), A_HUNDRED):
                hundred = Path(folder, str(start))
                papers.fill(hundred, texts[start : start + A_HUNDRED], papers.MIXED)
                await _pour(service, hundred)
                weighed = resident(service)
                for role, seen in weights.items():
                    seen.append(weighed[role])
    return [
        Row(
            f"memory of the {role}, last hundred / first of {len(texts)} documents",
            seen[-1] / seen[0],
            "",
            ("<=", FLAT),
            f"after each hundred, MB: {', '.join(f'{one:.0f}' for one in seen)}",
        )
        for role, seen in weights.items()
    ]


def _files() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=FILES)
    found: int = parser.parse_known_args(sys.argv[1:])[0].files
    return found


async def _pour(service: Serving, folder: Path) -> float:
    """Ingest a folder and wait until all of it is live; give the seconds, the command's included.

    Raises CalledProcessError when one file does not become live.
    """
    began = time.perf_counter()
    await asyncio.to_thread(service.command, "ingest", str(folder), "--quiet")
    return time.perf_counter() - began


async def _bare(texts: Sequence[str]) -> float:
    """Give the seconds that the embedder alone takes for texts."""
    models = await build_models(load(), None)
    try:
        await models.embedder.embed_passages(texts[:A_HUNDRED])
        began = time.perf_counter()
        await models.embedder.embed_passages(texts)
        return time.perf_counter() - began
    finally:
        await models.close()
