"""Suites and their candidates over HTTP."""

from uuid import UUID, uuid4

import httpx
import pytest

from contracts.people import Role
from tests.api.stand import Stand

TEXT = "Lease\n\nThe notice period is three months."
QUESTION = {"question": "What is the notice period?", "answers": ["three months"]}
WORDS = "three months"
START = TEXT.index(WORDS)


@pytest.fixture
async def document(stand: Stand) -> UUID:
    return await stand.pour("lease.txt", TEXT, source="leases/lease.txt")


async def proposed(client: httpx.AsyncClient, **body: object) -> str:
    assert (await client.post("/v1/suites", json={"name": "leases"})).status_code == 201
    answer = await client.post("/v1/suites/leases/candidates", json=QUESTION | body)
    assert answer.status_code == 201, answer.text
    return f"/v1/suites/leases/candidates/{answer.json()['id']}"


async def test_a_confirmed_candidate_enters_the_next_version(
    stand: Stand, client: httpx.AsyncClient, document: UUID
) -> None:
    path = await proposed(client)
    span = {"document": str(document), "start": START, "end": START + len(WORDS)}
    done = await client.post(f"{path}/confirm", json={"labels": [span]})
    assert done.status_code == 200, done.text
    (label,) = done.json()["question"]["labels"]
    assert (label["document"], label["quote"]) == ("leases/lease.txt", WORDS)
    assert (done.json()["state"], done.json()["decided_by"]) == ("confirmed", "root")
    frozen = (await client.post("/v1/suites/leases/freeze", json={})).json()
    assert [one["number"] for one in frozen["versions"]] == [1]
    held = (await client.get("/v1/suites/leases/questions?version=1")).json()
    assert (held["suite"], held["questions"][0]["answers"]) == ("leases@1", [WORDS])
    again = await client.post(f"{path}/reject")
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    assert stand.catalog.tables.audit[-1].action == "suite.freeze"


async def test_a_rejected_one_stays_rejected_and_is_still_listed(
    client: httpx.AsyncClient, document: UUID
) -> None:
    assert document
    path = await proposed(client, origin="ticket 7")
    assert (await client.post(f"{path}/reject")).json()["state"] == "rejected"
    assert await proposed(client, origin="ticket 7") == path
    listed = "/v1/suites/leases/candidates?state="
    assert (await client.get(f"{listed}proposed")).json()["candidates"] == []
    (kept,) = (await client.get(f"{listed}rejected")).json()["candidates"]
    assert kept["origin"] == "ticket 7"
    edited = await client.patch(path, json={"question": "Otherwise?"})
    assert (edited.json()["state"], edited.json()["question"]["text"]) == ("proposed", "Otherwise?")


async def test_candidates_come_page_by_page(client: httpx.AsyncClient) -> None:
    for number in range(3):
        await proposed(client, question=f"{number}?")
    first = (await client.get("/v1/suites/leases/candidates?limit=2")).json()
    cursor = first["cursor"]
    rest = (await client.get(f"/v1/suites/leases/candidates?cursor={cursor}")).json()
    texts = [one["question"]["text"] for one in (*first["candidates"], *rest["candidates"])]
    assert (texts, rest["cursor"]) == (["0?", "1?", "2?"], None)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"labels": []}, 422),
        ({"labels": [{"start": 0, "end": 9999}]}, 422),
        ({"labels": [{"part": 5, "start": 0, "end": 2}]}, 422),
        ({"labels": [{"quote": "six months"}]}, 422),
        ({"labels": [{"start": 0}]}, 422),
        ({"labels": [{"start": -1, "end": 2}]}, 422),
        ({"labels": [{"document": str(uuid4())}]}, 404),
        ({"kind": "hard"}, 422),
        ({"kind": "unanswerable", "labels": [{}]}, 422),
        ({"question": " "}, 422),
        ({"wrong": 1}, 422),
    ],
)
async def test_what_cannot_be_a_label_is_refused_and_changes_nothing(
    client: httpx.AsyncClient, document: UUID, body: dict[str, object], status: int
) -> None:
    path = await proposed(client)
    marks = body.get("labels")
    if isinstance(marks, list):
        body = body | {"labels": [{"document": str(document)} | one for one in marks]}
    answer = await client.post(f"{path}/confirm", json=body)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert (await client.get(path)).json()["state"] == "proposed"


async def test_what_is_not_there_is_not_found(client: httpx.AsyncClient) -> None:
    path = await proposed(client)
    unknown = [
        "/v1/suites/others",
        "/v1/suites/others/candidates",
        "/v1/suites/leases/questions",
        "/v1/suites/leases/questions?version=9",
        f"/v1/suites/leases/candidates/{uuid4()}",
        path.replace("leases", "others"),
        "/v1/suites/leases?workspace=other",
        f"{path}?workspace=other",
    ]
    for address in unknown:
        assert (await client.get(address)).status_code == 404, address
    assert (await client.post("/v1/suites/leases/freeze", json={})).status_code == 422
    assert (await client.post("/v1/suites", json={"name": "A b"})).status_code == 422


async def test_readers_look_and_editors_decide_in_their_own_workspace(
    stand: Stand, client: httpx.AsyncClient
) -> None:
    path = await proposed(client)
    async with stand.client(Role.READER) as reader:
        assert len((await reader.get("/v1/suites")).json()["suites"]) == 1
        for write in (f"{path}/reject", "/v1/suites/leases/collect"):
            assert (await reader.post(write)).status_code == 403
        assert (await reader.post("/v1/suites/leases/freeze", json={})).status_code == 403
    async with stand.client("stranger") as stranger:
        assert (await stranger.get("/v1/suites")).json()["suites"] == []
        assert (await stranger.post(f"{path}/reject")).status_code == 404
        taken = await stranger.post("/v1/suites", json={"name": "leases"})
        assert (taken.status_code, taken.json()["code"]) == (409, "conflict")
    async with stand.client(Role.EDITOR) as editor:
        assert (await editor.post(f"{path}/reject")).json()["decided_by"] == "a editor"
        collected = await editor.post("/v1/suites/leases/collect")
        assert collected.json() == {"judged": 0, "new": 0}
