"""PostgresRecognisedPages: pages whose text was recognised in pictures."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from catalog.connections import Connections
from catalog.plain_text import plain, plain_or_none
from contracts.recognition import Place, RecognisedPage

_KEEP: Final = """
INSERT INTO catalog.recognised
    (blob, start, page, settings, text, confidence, languages, script, doubtful)
SELECT %(blob)s, %(start)s, %(page)s, %(settings)s, %(text)s, %(confidence)s,
       %(languages)s::text[], %(script)s, %(doubtful)s::text[]
WHERE EXISTS (SELECT FROM catalog.version v WHERE v.blob = %(blob)s)
ON CONFLICT (blob, start, page) DO UPDATE
SET settings = excluded.settings, text = excluded.text, confidence = excluded.confidence,
    languages = excluded.languages, script = excluded.script, doubtful = excluded.doubtful
"""
_KEPT: Final = """
SELECT r.blob, r.start, r.page, r.settings, r.text, r.confidence, r.languages, r.script,
       r.doubtful
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
            "doubtful": None if page.doubtful is None else list(map(plain, page.doubtful)),
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
                    found[row[0], row[1]].append(_page(*row[2:]))
        return dict(found)


def _page(
    page: int,
    settings: str,
    text: str,
    confidence: float | None,
    languages: list[str],
    script: str | None,
    doubtful: list[str] | None,
) -> RecognisedPage:
    """Build a page from its row."""
    words = None if doubtful is None else tuple(doubtful)
    return RecognisedPage(page, settings, text, confidence, tuple(languages), script, words)
