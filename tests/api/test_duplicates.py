"""Documents that are alike, over HTTP."""

from uuid import UUID, uuid4

import httpx
import pytest

from contracts.likeness import Likeness
from tests.api.stand import Stand


@pytest.fixture
async def pair(stand: Stand) -> tuple[UUID, UUID]:
    """Two live documents, linked as the worker does."""
    one, two = [await stand.pour(f"{n}.txt", f"Bail {n}\n\nLe bail.") for n in "12"]
    await stand.compared(one, two, Likeness.NEAR_COPY)
    return one, two


async def decided(
    client: httpx.AsyncClient, document: str, other: str, decision: str
) -> httpx.Response:
    body = {"document": document, "other": other, "decision": decision}
    return await client.post("/v1/duplicates/decisions", json=body)


async def alike(client: httpx.AsyncClient, **query: str) -> list[tuple[str, str]]:
    """Give the pairs that are listed."""
    found = (await client.get("/v1/duplicates", params=query)).json()["duplicates"]
    return [(one["document"]["id"], one["other"]["id"]) for one in found]


async def test_what_is_alike_is_listed_with_both_documents(
    stand: Stand, pair: tuple[UUID, UUID]
) -> None:
    one, two = map(str, pair)
    async with stand.client("reader") as client:
        for path in ("/v1/duplicates", f"/v1/documents/{two}/duplicates"):
            answer = await client.get(path)
            (found,) = answer.json()["duplicates"]
            assert (found["verdict"], found["score"]) == ("near_copy", 0.5)
            assert (found["document"]["id"], found["other"]["id"]) == (one, two)
            assert found["other"]["title"] == "Bail 2"
        none = await client.get("/v1/duplicates", params={"verdict": "same_template"})
        assert none.json() == {"duplicates": [], "cursor": None}
        assert (await client.get(f"/v1/documents/{uuid4()}/duplicates")).status_code == 404
        assert (await client.get("/v1/duplicates?verdict=twin")).status_code == 422
        assert (await client.get("/v1/duplicates?cursor=x")).status_code in {400, 422}


async def test_another_workspace_sees_nothing_and_decides_nothing(
    stand: Stand, pair: tuple[UUID, UUID]
) -> None:
    one, two = map(str, pair)
    async with stand.client("stranger") as client:
        assert await alike(client) == []
        assert (await client.get(f"/v1/documents/{one}/duplicates")).status_code == 404
        for decision in ("apart", "merge"):
            assert (await decided(client, one, two, decision)).status_code == 404


async def test_a_decision_needs_an_editor_and_is_kept_with_who_made_it(
    stand: Stand, pair: tuple[UUID, UUID]
) -> None:
    one, two = map(str, pair)
    async with stand.client("reader") as client:
        assert (await decided(client, one, two, "apart")).status_code == 403
    async with stand.client("editor") as client:
        told = (await decided(client, one, two, "apart")).json()
        assert told == {"document": one, "other": two, "decision": "apart"}
        assert await alike(client) == []
        assert (await client.get(f"/v1/documents/{two}")).status_code == 200
        assert (await decided(client, one, one, "apart")).status_code == 422
    assert stand.catalog.tables.audit[-1].actor == "a editor"


async def test_merging_gives_one_document_the_bytes_of_the_other(
    stand: Stand, pair: tuple[UUID, UUID]
) -> None:
    one, two = map(str, pair)
    async with stand.client("editor") as client:
        assert (await decided(client, one, two, "merge")).status_code == 200
        await stand.catalog.queue.drain(stand.read)
        assert (await client.get(f"/v1/documents/{two}")).status_code == 404
        kept = (await client.get(f"/v1/documents/{one}")).json()
        assert (kept["live"], kept["title"], kept["source"][-5:]) == (2, "Bail 2", "1.txt")
        assert (await decided(client, one, two, "merge")).status_code == 404


async def test_where_two_differ_is_told_word_by_word(stand: Stand, pair: tuple[UUID, UUID]) -> None:
    one, two = map(str, pair)
    address, both = "/v1/duplicates/differences", {"document": one, "other": two}
    async with stand.client("reader") as client:
        found = (await client.get(address, params=both)).json()
        assert found["cut"] is False
        (place,) = found["differences"]
        assert [word for word in place["document"] if word["differs"]] == [
            {"text": "1", "differs": True}
        ]
        assert "".join(word["text"] for word in place["other"] if word["differs"]) == "2"
        missing = await client.get(address, params=both | {"other": str(uuid4())})
        assert missing.status_code == 404
        assert (await client.get(address, params={"document": one})).status_code == 422
    async with stand.client("stranger") as client:
        assert (await client.get(address, params=both)).status_code == 404


async def test_what_was_put_apart_is_listed_and_opened_again(
    stand: Stand, pair: tuple[UUID, UUID]
) -> None:
    one, two = map(str, pair)
    async with stand.client("editor") as client:
        await decided(client, one, two, "apart")
        assert (await alike(client), await alike(client, apart="true")) == ([], [(one, two)])
        assert (await decided(client, one, two, "open")).status_code == 200
        assert (await alike(client), await alike(client, apart="true")) == ([(one, two)], [])


async def test_what_was_merged_is_split_by_restoring_it(
    stand: Stand, pair: tuple[UUID, UUID]
) -> None:
    one, two = map(str, pair)
    async with stand.client("editor") as client:
        await decided(client, one, two, "merge")
        await stand.catalog.queue.drain(stand.read)
        (found,) = (await client.get("/v1/trash")).json()["documents"]
        assert (found["id"], found["merged_into"]) == (two, one)
        back = await client.post(f"/v1/documents/{two}/restore")
        await stand.catalog.queue.drain(stand.read)
        assert (await client.get(f"/v1/documents/{one}")).json()["title"] == "Bail 1"
        assert (await client.get(back.json()["links"]["self"])).json()["title"] == "Bail 2"


async def test_an_upload_says_whose_bytes_it_has(stand: Stand) -> None:
    first = await stand.pour("first.txt", "Le bail.")
    async with stand.client() as client:
        files = [("file", ("again.txt", b"Le bail.")), ("file", ("other.txt", b"Autre."))]
        answer = (await client.post("/v1/documents", files=files)).json()["documents"]
        assert [x["duplicate_of"] for x in answer] == [
            {"document": str(first), "verdict": "same_file"},
            None,
        ]
        record = (await client.get(f"/v1/documents/{answer[0]['id']}")).json()
        assert record["duplicate_of"]["document"] == str(first)
        assert (await client.get(f"/v1/documents/{first}")).json()["duplicate_of"] is None
