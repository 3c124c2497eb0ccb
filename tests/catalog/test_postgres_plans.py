"""Looking for a few things among many, again and again, never becomes looking at each."""

import psycopg

from catalog.postgres import PostgresCatalog
from contracts.nouns import DEFAULT_WORKSPACE
from tests.catalog.desk import Desk

_MANY = """
WITH many AS (
    INSERT INTO catalog.document (id, workspace, source, source_key, newest, sha256, live)
    SELECT gen_random_uuid(), 'default', n, sha256(int8send(n)), 1, n, 1
    FROM generate_series(1::bigint, 20000) n
    RETURNING id, sha256
)
INSERT INTO catalog.version
    (document, number, filename, sha256, blob, start, stop, metadata, state)
SELECT id, 1, 'f', sha256, sha256, 0, 1, '{}', 'live' FROM many;
ANALYZE catalog.document, catalog.version;
"""
_LOOKED_AT = """
SELECT sum(idx_tup_read) + (SELECT seq_tup_read FROM pg_stat_user_tables
                            WHERE relid = 'catalog.document'::regclass)
FROM pg_stat_user_indexes WHERE relid = 'catalog.document'::regclass
"""
_ELDEST = "SELECT id FROM catalog.document ORDER BY position LIMIT %s"
FEW, TIMES = 300, 20
"""A statement may be planned for whatever its values are from the sixth time on."""


async def looked_at(url: str) -> int:
    async with await psycopg.AsyncConnection.connect(url) as connection:
        row = await (await connection.execute(_LOOKED_AT)).fetchone()
    return int(row[0]) if row else 0


async def test_documents_are_found_by_their_ids_without_a_look_at_all_others(
    postgres_catalog: PostgresCatalog, catalog_url: str
) -> None:
    await Desk(postgres_catalog).accept_one("first")
    async with await psycopg.AsyncConnection.connect(catalog_url, autocommit=True) as filling:
        await filling.execute(_MANY)
        ids = [row[0] async for row in await filling.execute(_ELDEST, (FEW,))]
    catalog = PostgresCatalog(catalog_url, pool_size=1)
    await catalog.open()
    before = await looked_at(catalog_url)
    for _ in range(TIMES):
        page = await catalog.documents.find(DEFAULT_WORKSPACE, limit=FEW, ids=ids)
        assert len(page.items) == FEW
    await catalog.close()  # its connection tells what it did when it ends
    assert await looked_at(catalog_url) - before < 3 * TIMES * FEW
