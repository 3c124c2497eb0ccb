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
        assert (await client.get("/v1/trash")).json() == {"documents": []}


async def test_for_ever_is_for_ever(stand: Stand) -> None:
    document = await stand.pour("bail.txt", "Le bail.")
    async with stand.client("editor") as client:
        gone = await client.delete(f"/v1/documents/{document}", params={"forever": True})
        assert gone.status_code == 202
        assert (await client.get("/v1/trash")).json() == {"documents": []}
        assert (await client.post(f"/v1/documents/{document}/restore")).status_code == 404


async def test_only_editors_of_the_workspace_bring_back(stand: Stand) -> None:
    document = await stand.pour("bail.txt", "Le bail.")
    async with stand.client() as client:
        await client.delete(f"/v1/documents/{document}")
    for key, status in (("reader", 403), ("stranger", 404)):
        async with stand.client(key) as client:
            assert (await client.post(f"/v1/documents/{document}/restore")).status_code == status
    async with stand.client("stranger") as client:
        assert (await client.get("/v1/trash")).json() == {"documents": []}
        assert (await client.post(f"/v1/documents/{uuid4()}/restore")).status_code == 404
