"""Questions in one language about documents in another, among documents in both.

Half of the xquad paragraphs are there in Russian and English, the other half in English only;
French paragraphs stand between. The same legs are fused in two ways, so that one run tells
what the rule of ``retrieval.crossing`` is worth.
"""

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from benchmarks import material
from benchmarks.report import Row
from contracts.nouns import ReadMode
from deploy.settings import load as settings
from deploy.wiring import Diptych, open_diptych
from ingestion.receiving import Upload
from retrieval.asking import Found, SearchRequest
from retrieval.fusion import fuse_ranks

K = 10
WORKSPACE = "default"


async def measure() -> list[Row]:
    """Ask every question once; fuse what the legs found in both ways."""
    english, _, _ = material.retrieval_set("xquad_en")
    russian, questions, relevant = material.retrieval_set("xquad_ru")
    french, french_questions, french_relevant = material.retrieval_set("piaf_fr")
    there = {r["_id"] for r in russian[::2]}
    kinds = {
        "Russian, answer in English only": [
            (questions[q], {f"en:{d}" for d in ids})
            for q, ids in relevant.items()
            if not ids & there
        ],
        "Russian, answer in both": [
            (questions[q], {f"{x}:{d}" for d in ids for x in ("en", "ru")})
            for q, ids in relevant.items()
            if ids & there
        ],
        "French, answer in French": [
            (french_questions[q], {f"fr:{d}" for d in ids})
            for q, ids in list(french_relevant.items())[:400]
        ],
    }
    corpora = {"en": english, "ru": [r for r in russian if r["_id"] in there], "fr": french}
    with tempfile.TemporaryDirectory(prefix="diptych-bench-") as folder:
        place = settings().model_copy(update={"home": Path(folder)})
        async with open_diptych(place) as diptych:
            await _fill(diptych, corpora)
            return [row for kind in kinds.items() for row in await _kind(diptych, *kind)]


async def _fill(diptych: Diptych, corpora: dict[str, list[dict[str, str]]]) -> None:
    for language, records in corpora.items():
        lines = [
            json.dumps({**r, "_id": f"{language}:{r['_id']}"}, ensure_ascii=False) for r in records
        ]
        data = "\n".join(lines).encode()

        async def pieces(data: bytes = data) -> AsyncIterator[bytes]:
            yield data

        await diptych.receive(WORKSPACE, Upload(f"{language}.jsonl", pieces()))
    async with diptych.helping(needed=True):
        while await diptych.queue.waiting():
            await asyncio.sleep(0.2)


async def _kind(diptych: Diptych, name: str, asked: list[tuple[str, set[str]]]) -> list[Row]:
    plain = crossed = 0.0
    for text, right in asked:
        result = await diptych.search(SearchRequest(WORKSPACE, text, ReadMode.VECTOR, 100))
        crossed += _reciprocal([f.external_id for f in result.found], right)
        plain += _reciprocal(_plain(result.found), right)
    count = len(asked)
    note = f"{plain / count:.4f} with plain fusion, {count} questions"
    return [Row(f"MRR@{K}, {name}", crossed / count, "", None, note)]


def _plain(found: tuple[Found, ...]) -> list[str | None]:
    """Order the same passages by reciprocal rank fusion alone."""
    legs: dict[str, dict[int, int]] = {}
    for number, one in enumerate(found):
        for leg, (rank, _) in one.legs.items():
            legs.setdefault(leg, {})[number] = rank
    return [found[one.key].external_id for one in fuse_ranks(legs)]


def _reciprocal(found: list[str | None], right: set[str]) -> float:
    ranks = [rank for rank, one in enumerate(found[:K], 1) if one in right]
    return 1 / ranks[0] if ranks else 0.0
