"""What is kept of versions while these are being dropped, by somebody who was first."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import psycopg
import pytest

from catalog.postgres import PostgresCatalog
from contracts.nouns import VersionRef
from contracts.personal import PersonalCount
from contracts.quality import Assessment, Measured, QualityState
from tests.catalog.desk import Desk, until
from tests.catalog.quality_contract import KIND

_DROP = "DELETE FROM catalog.version WHERE document = %s AND number = %s"
_WAITING = """
SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid)
               WHERE NOT l.granted AND a.datname = current_database())
"""

Keep: TypeAlias = Callable[[PostgresCatalog, list[VersionRef]], Awaitable[None]]


async def keep_assessments(catalog: PostgresCatalog, refs: list[VersionRef]) -> None:
    state, measured = QualityState.GOOD, Measured({"pages": 1.0})
    await catalog.assessments.save([Assessment(ref, KIND, 1, measured, state, ()) for ref in refs])


async def keep_counts(catalog: PostgresCatalog, refs: list[VersionRef]) -> None:
    await catalog.personal.save([PersonalCount(ref) for ref in refs])


@pytest.mark.parametrize("keep", [keep_assessments, keep_counts])
async def test_a_version_that_goes_at_this_moment_is_left_out(
    postgres_catalog: PostgresCatalog, catalog_url: str, keep: Keep
) -> None:
    going, staying = await Desk(postgres_catalog).live_documents("a", "b")
    async with await psycopg.AsyncConnection.connect(catalog_url) as dropping:
        await dropping.execute(_DROP, (going.document, going.number))
        keeping = asyncio.ensure_future(keep(postgres_catalog, [going, staying]))
        async with await psycopg.AsyncConnection.connect(catalog_url, autocommit=True) as watch:

            async def is_waiting() -> bool:
                return await (await watch.execute(_WAITING)).fetchone() == (True,)

            await until(is_waiting)
        await dropping.commit()
    await keeping
