"""PostgresRecognisedPages: pages whose text was recognised in pictures."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from catalog.connections import Connections
from catalog.plain_text import plain, plain_or_none
from contracts.recognition import Place, RecognisedPage

_KEEP: Final = """
INSERT INTO catalog.recognised
    (blob, start, page, settings, text, confidence, languages, script)
SELECT %(blob)s, %(start)s, %(page)s, %(settings)s, %(text)s, %(confidence)s,
       %(languages)s::text[], %(script)s
WHERE EXISTS (SELECT FROM catalog.version v WHERE v.blob = %(blob)s)
ON CONFLICT (blob, start, page) DO UPDATE
SET settings = excluded.settings, text = excluded.text, confidence = excluded.confidence,
    languages = excluded.languages, script = excluded.script
"""
_KEPT: Final = """
SELECT r.blob, r.start, r.page, r.settings, r.text, r.confidence, r.languages, r.script
FROM unnest(%s::text[], %s::bigint[]) AS u (blob, start)
JOIN catalog.recognised r ON r.blob = u.blob AND r.start = u.start
ORDER BY r.blob, r.start, r.page
"""


class PostgresRecognisedPages:
    """Recognised pages on PostgreSQL."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def keep(self, place: Place, page: RecognisedPage) -> None:
        """Keep a page, in place of what was kept of the same page before."""
        blob, start = place
        values = {
            "blob": blob,
            "start": start,
            "page": page.page,
            "settings": plain(page.settings),
            "text": plain(page.text),
            "confidence": page.confidence,
            "languages": [plain(language) for language in page.languages],
            "script": plain_or_none(page.script),
        }
        async with self._connections.session() as connection:
            await connection.execute(_KEEP, values)

    async def kept(self, places: Sequence[Place]) -> Mapping[Place, Sequence[RecognisedPage]]:
        """Give what is kept, by page; places of which nothing is kept are left out."""
        found: dict[Place, list[RecognisedPage]] = defaultdict(list)
        if places:
            columns = [blob for blob, _ in places], [start for _, start in places]
            async with self._connections.session() as connection:
                async for row in await connection.execute(_KEPT, columns):
                    blob, start, page, settings, text, confidence, languages, script = row
                    found[blob, start].append(
                        RecognisedPage(page, settings, text, confidence, tuple(languages), script)
                    )
        return dict(found)
