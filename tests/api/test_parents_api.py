"""Parents over HTTP: on wish beside what was found, and by ordinals in a document's chunks."""

from contracts.nouns import Parent, VersionRef
from tests.api.stand import Stand
from tests.retrieval.shelf import make_family

TEXT = "The notice period is three months.\n\nIt begins with the next month.\n\nLunch is at noon."
WHOLE, LUNCH = TEXT.rsplit("\n\n", 1)


async def test_parents_come_on_wish_with_text_and_span(stand: Stand) -> None:
    document = await stand.pour("contract.txt", TEXT)
    make_family(stand.panels.values(), TEXT, VersionRef(document, 1), Parent(0, 2))
    asked = {"query": "notice period"}
    async with stand.client() as client:
        plain = (await client.post("/v1/search", json=asked)).json()["results"]
        wished = (await client.post("/v1/search", json=asked | {"parents": True})).json()["results"]
        chunks = (await client.get(f"/v1/documents/{document}/chunks")).json()["chunks"]
    assert [one["parent"] for one in plain] == [None, None, None]
    assert [one["parent"] for one in wished] == [
        {"span": {"start": 0, "end": len(WHOLE)}, "text": WHOLE},
        None,
    ]
    assert wished[0]["text"] in WHOLE
    assert wished[1]["text"] == LUNCH
    family = {"first": 0, "end": 2}
    assert [one["parent"] for one in chunks] == [family, family, None]
