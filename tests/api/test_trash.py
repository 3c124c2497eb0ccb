"""Deleting and bringing back, over HTTP."""

from uuid import uuid4

from tests.api.stand import Stand


async def test_a_deleted_document_is_listed_and_comes_back(stand: Stand) -> None:
    document = await stand.pour("bail.txt", "Bail\n\nLe bail.", source="bail")
    async with stand.client("editor") as client:
        assert (await client.delete(f"/v1/documents/{document}")).status_code == 202
        assert (await client.get(f"/v1/documents/{document}")).status_code == 404
        (found,) = (await client.get("/v1/trash")).json()["documents"]
        assert (found["id"], found["title"], found["source"]) == (str(document), "Bail", "bail")
        assert (found["deleted_by"], found["merged_into"]) == ("a editor", None)
        back = await client.post(f"/v1/documents/{document}/restore")
        assert back.status_code == 202
        await stand.catalog.queue.drain(stand.read)
        record = (await client.get(back.json()["links"]["self"])).json()
        assert (record["state"], record["title"]) == ("live", "Bail")
        assert (await client.get("/v1/trash")).json() == {"documents": [], "cursor": None}


async def test_for_ever_is_for_ever(stand: Stand) -> None:
    document = await stand.pour("bail.txt", "Le bail.")
    async with stand.client("editor") as client:
        gone = await client.delete(f"/v1/documents/{document}", params={"forever": True})
        assert gone.status_code == 202
        assert (await client.get("/v1/trash")).json() == {"documents": [], "cursor": None}
        assert (await client.post(f"/v1/documents/{document}/restore")).status_code == 404


async def test_only_editors_of_the_workspace_bring_back(stand: Stand) -> None:
    document = await stand.pour("bail.txt", "Le bail.")
    async with stand.client() as client:
        await client.delete(f"/v1/documents/{document}")
    for key, status in (("reader", 403), ("stranger", 404)):
        async with stand.client(key) as client:
            assert (await client.post(f"/v1/documents/{document}/restore")).status_code == status
    async with stand.client("stranger") as client:
        assert (await client.get("/v1/trash")).json() == {"documents": [], "cursor": None}
        assert (await client.post(f"/v1/documents/{uuid4()}/restore")).status_code == 404


async def test_the_trash_comes_page_by_page(stand: Stand) -> None:
    documents = [await stand.pour(f"{name}.txt", f"About {name}.") for name in "abc"]
    async with stand.client("editor") as client:
        for document in documents:
            await client.delete(f"/v1/documents/{document}")
        first = (await client.get("/v1/trash", params={"limit": 2})).json()
        after = {"limit": 2, "cursor": first["cursor"]}
        second = (await client.get("/v1/trash", params=after)).json()
        assert (await client.get("/v1/trash?cursor=foreign")).status_code == 422
    found = [one["id"] for one in (*first["documents"], *second["documents"])]
    assert found == [str(document) for document in reversed(documents)]
    assert second["cursor"] is None
