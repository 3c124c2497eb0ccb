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
    assert other.json() == {"retried": [], "ignored": 0, "results": None}
    told = answer.json()
    assert (answer.status_code, told["retried"], told["ignored"]) == (202, [str(bad)], 1)
    assert [one["document"] for one in told["results"]] == both
    assert [one["state"] for one in told["results"]] == ["accepted", "live"]
    assert told["results"][0]["problem"] is None
    assert "nothing to try again" in told["results"][1]["problem"]["detail"]
    assert again.json()["retried"] == []


async def test_a_batch_tells_what_was_not_meant_and_what_is_not_there(stand: Stand) -> None:
    bad, missing = str(await stand.pour("a.txt", BAD)), str(uuid4())
    async with stand.client() as client:
        body = {"documents": [missing, bad, bad], "reason": "empty"}
        told = (await client.post("/v1/documents/retry", json=body)).json()
    assert (told["retried"], told["ignored"]) == ([], 2)
    gone, other = told["results"]
    assert (gone["state"], gone["problem"]["code"]) == (None, "not_found")
    assert (other["state"], other["problem"]["code"]) == ("quarantined", "conflict")


async def test_a_batch_is_cancelled_one_by_one_and_each_refusal_is_told(stand: Stand) -> None:
    live = await stand.pour("live.txt", GOOD)
    async with stand.client("editor") as client:
        waits = [await waiting(client, f"{number}.txt") for number in range(2)]
        documents = [str(one) for one in (waits[0], live, uuid4(), waits[1])]
        body = {"documents": documents}
        first = (await client.post("/v1/documents/cancel", json=body)).json()
        again = (await client.post("/v1/documents/cancel", json=body)).json()
    for told in (first, again):
        assert (told["cancelled"], told["refused"]) == (2, 2)
        assert [one["document"] for one in told["results"]] == documents
        states = [one["state"] for one in told["results"]]
        assert states == ["cancelled", "live", None, "cancelled"]
        codes = [one["problem"] and one["problem"]["code"] for one in told["results"]]
        assert codes == [None, "conflict", "not_found", None]


async def test_all_that_are_under_way_are_stopped_and_nothing_else(stand: Stand) -> None:
    live, bad = await stand.pour("live.txt", GOOD), await stand.pour("bad.txt", BAD)
    async with stand.client("stranger") as client:
        theirs = await waiting(client)
    async with stand.client("editor") as client:
        waits = [str(await waiting(client, f"{number}.txt")) for number in range(3)]
        body = {"state": "processing"}
        none = (await client.post("/v1/documents/cancel", json=body)).json()
        told = (await client.post("/v1/documents/cancel", json={"state": "all"})).json()
        listed = (await client.get("/v1/documents")).json()["documents"]
    assert none == {"cancelled": 0, "refused": 0, "results": None}
    assert told == {"cancelled": 3, "refused": 0, "results": None}
    states = {one["id"]: one["state"] for one in listed}
    assert [states[one] for one in waits] == ["cancelled"] * 3
    assert (states[str(live)], states[str(bad)]) == ("live", "quarantined")
    assert (await stand.catalog.documents.get("other", theirs)).state == "accepted"


async def test_to_stop_all_has_to_be_said(stand: Stand) -> None:
    async with stand.client("editor") as client:
        document = str(await waiting(client))
        for body in ({}, {"documents": [document], "state": "all"}, {"state": "live"}):
            answer = await client.post("/v1/documents/cancel", json=body)
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
        state = (await client.get(f"/v1/documents/{document}")).json()["state"]
    async with stand.client("reader") as reader:
        refused = await reader.post("/v1/documents/cancel", json={"state": "all"})
    assert (state, refused.status_code) == ("accepted", 403)


async def test_a_batch_is_bounded_and_stays_in_its_workspace(stand: Stand) -> None:
    async with stand.client() as client:
        document = str(await waiting(client))
        too_many = [str(uuid4())] * 10_001
        for order in ("retry", "cancel"):
            for named in ([], too_many):
                answer = await client.post(f"/v1/documents/{order}", json={"documents": named})
                assert answer.status_code == 422
    async with stand.client("stranger") as stranger:
        told = await stranger.post("/v1/documents/cancel", json={"documents": [document]})
    assert (told.json()["cancelled"], told.json()["refused"]) == (0, 1)
    assert told.json()["results"][0]["problem"]["code"] == "not_found"


async def test_a_document_obeys_when_something_in_it_does(stand: Stand) -> None:
    mail, other = await stand.pour("mail.eml", GOOD), await stand.pour("b.txt", GOOD)
    archive = await stand.enclosed(mail, "box.zip", GOOD)
    await stand.read([archive])
    inside = await stand.enclosed(archive, "c.txt", GOOD)
    async with stand.client() as client:
        body = {"documents": [str(mail), str(other)]}
        told = (await client.post("/v1/documents/cancel", json=body)).json()
        state = (await client.get(f"/v1/documents/{inside}")).json()["state"]
    assert [one["problem"] is None for one in told["results"]] == [True, False]
    assert state == "cancelled"


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
