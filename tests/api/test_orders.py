"""Orders about documents: read again, or stop; obeyed or refused in one sentence."""

from uuid import UUID, uuid4

import httpx

from tests.api.stand import Stand

BAD, GOOD = "%BAD", "The lease.\n\nIt ends."


async def waiting(client: httpx.AsyncClient, name: str = "a.txt") -> UUID:
    answer = await client.post("/v1/documents", files={"file": (name, GOOD.encode())})
    return UUID(answer.json()["documents"][0]["id"])


async def test_a_quarantined_document_is_read_again_however_often_it_is_asked_for(
    stand: Stand,
) -> None:
    document = await stand.pour("a.txt", BAD)
    async with stand.client() as client:
        first = await client.post(f"/v1/documents/{document}/retry")
        again = await client.post(f"/v1/documents/{document}/retry")
    for answer in (first, again):
        assert (answer.status_code, answer.json()["state"]) == (202, "accepted")
        assert (answer.json()["reason"], answer.json()["detail"]) == (None, None)


async def test_a_live_document_is_not_retried_nor_cancelled(stand: Stand) -> None:
    document = await stand.pour("a.txt", GOOD)
    async with stand.client() as client:
        for order in ("retry", "cancel"):
            answer = await client.post(f"/v1/documents/{document}/{order}")
            assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
            assert "is live" in answer.json()["detail"]
            assert answer.json()["remedy"]


async def test_a_batch_retries_what_ended_badly_and_counts_the_rest(stand: Stand) -> None:
    bad, good = await stand.pour("a.txt", BAD), await stand.pour("b.txt", GOOD)
    both = [str(bad), str(good)]
    async with stand.client() as client:
        other = await client.post("/v1/documents/retry", json={"reason": "empty"})
        answer = await client.post("/v1/documents/retry", json={"documents": both})
        again = await client.post("/v1/documents/retry", json={"state": "quarantined"})
    assert other.json() == {"retried": [], "ignored": 0}
    assert (answer.status_code, answer.json()) == (202, {"retried": [str(bad)], "ignored": 1})
    assert again.json() == {"retried": [], "ignored": 0}


async def test_a_waiting_document_is_cancelled_and_can_be_read_again(stand: Stand) -> None:
    async with stand.client() as client:
        document = await waiting(client)
        answer = await client.post(f"/v1/documents/{document}/cancel")
        assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
        again = await client.post(f"/v1/documents/{document}/cancel")
        assert (again.status_code, again.json()["state"]) == (200, "cancelled")
        events = await client.get(f"/v1/documents/{document}/events")
        assert events.text.startswith("event: final\r\n")
        listed = await client.get("/v1/documents", params={"state": "cancelled"})
        assert [one["id"] for one in listed.json()["documents"]] == [str(document)]
        retried = await client.post("/v1/documents/retry", json={"state": "cancelled"})
        assert retried.json()["retried"] == [str(document)]


async def test_what_is_being_published_is_not_cancelled_any_more(stand: Stand) -> None:
    async with stand.client() as client:
        document = await waiting(client)
        ledger = stand.catalog.ledger
        async with ledger.claim([document]) as tasks:
            await ledger.may_publish([task.ref for task in tasks])
            answer = await client.post(f"/v1/documents/{document}/cancel")
    assert answer.status_code == 409
    assert "at this moment" in answer.json()["detail"]


async def test_orders_need_an_editor_of_the_documents_workspace(stand: Stand) -> None:
    document = await stand.pour("a.txt", BAD)
    for order in ("retry", "cancel"):
        async with stand.client("reader") as reader:
            assert (await reader.post(f"/v1/documents/{document}/{order}")).status_code == 403
        async with stand.client("stranger") as stranger:
            assert (await stranger.post(f"/v1/documents/{document}/{order}")).status_code == 404
        async with stand.client("editor") as editor:
            missing = await editor.post(f"/v1/documents/{uuid4()}/{order}")
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
