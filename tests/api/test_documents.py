import hashlib
import json
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import httpx
import pytest

from contracts.nouns import PanelName, VersionRef
from contracts.record import Arrival
from tests.api.stand import UPLOAD_LIMIT, Stand

LEASE = "The lease.\n\nThe notice period is three months. It runs from the letter.\n\nThe end."


def files(*pairs: tuple[str, bytes]) -> list[tuple[str, tuple[str, bytes]]]:
    return [("file", pair) for pair in pairs]


async def test_an_upload_is_accepted_and_followed_by_its_links(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/documents", files=files(("lease.txt", LEASE.encode())))
    assert answer.status_code == 202
    [accepted] = answer.json()["documents"]
    assert (accepted["filename"], accepted["version"], accepted["unchanged"]) == (
        "lease.txt",
        1,
        False,
    )
    record = (await client.get(accepted["links"]["self"])).json()
    assert record["state"] == "accepted"
    assert {row["panel"] for row in record["panels"]} == {"vector", "graph"}


async def test_the_same_file_again_changes_nothing(client: httpx.AsyncClient) -> None:
    first = await client.post("/v1/documents", files=files(("a.txt", b"one")))
    again = await client.post("/v1/documents", files=files(("a.txt", b"one")))
    assert again.json()["documents"][0]["unchanged"] is True
    assert again.json()["documents"][0]["id"] == first.json()["documents"][0]["id"]


async def test_one_refused_file_does_not_lose_the_others(client: httpx.AsyncClient) -> None:
    large = b"x" * (UPLOAD_LIMIT + 1)
    answer = await client.post(
        "/v1/documents", files=files(("ok.txt", b"fine"), ("large.txt", large))
    )
    assert answer.status_code == 202
    assert [d["filename"] for d in answer.json()["documents"]] == ["ok.txt"]
    [rejected] = answer.json()["rejected"]
    assert (rejected["filename"], rejected["problem"]["code"]) == ("large.txt", "too_large")
    assert rejected["problem"]["remedy"]


async def test_when_every_file_is_refused_the_answer_is_the_problem(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.post(
        "/v1/documents", files=files(("large.txt", b"x" * (UPLOAD_LIMIT + 1)))
    )
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["rejected"][0]["filename"] == "large.txt"


async def test_a_body_over_the_limit_is_refused_by_length_and_while_it_streams(
    client: httpx.AsyncClient,
) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        while True:
            sent += 64 * 1024
            yield b"x" * 64 * 1024

    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    streamed = await client.post("/v1/documents", content=endless(), headers=kind)
    assert streamed.status_code == 413
    assert sent < 2 * UPLOAD_LIMIT
    announced = {**kind, "Content-Length": str(10**12)}
    assert (await client.post("/v1/documents", content=b"", headers=announced)).status_code == 413


async def test_metadata_and_source_reach_the_document(stand: Stand) -> None:
    document = await stand.pour("a.txt", LEASE, metadata='{"year": 2025}', source="lease/7")
    async with stand.client() as client:
        record = (await client.get(f"/v1/documents/{document}")).json()
    assert (record["metadata"], record["source"]) == ({"year": 2025}, "lease/7")


@pytest.mark.parametrize(
    "fields",
    [
        {"metadata": "not json"},
        {"metadata": "[1]"},
        {"metadata": '{"a": NaN}'},
        {"metadata": '{"a": "\\u0000"}'},
        {"metadata": '{"a": "\\ud800"}'},
        {"metadata": json.dumps({"a": "x" * 70_000})},
        {"metadata": '{"a":' + "[" * 5000 + "]" * 5000 + "}"},
        {"metadata": '{"a": 1' + "0" * 5000 + "}"},
        {"source": "a\x00b"},
        {"source": "x" * 3000},
        {"workspace": "x" * 300},
    ],
)
async def test_bad_fields_of_an_upload_are_named(
    client: httpx.AsyncClient, fields: dict[str, str]
) -> None:
    answer = await client.post("/v1/documents", files=files(("a.txt", b"x")), data=fields)
    assert answer.status_code == 422
    assert next(iter(fields)) in answer.json()["detail"]
    listed = (await client.get("/v1/documents")).json()
    assert listed["documents"] == []


async def test_one_source_cannot_name_two_files(client: httpx.AsyncClient) -> None:
    answer = await client.post(
        "/v1/documents", files=files(("a", b"1"), ("b", b"2")), data={"source": "s"}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "..\\..\\boot.ini", "a/\x01b.txt", "фото é.txt"]
)
async def test_a_filename_is_only_a_name(client: httpx.AsyncClient, name: str) -> None:
    answer = await client.post("/v1/documents", files=files((name, b"x")))
    [accepted] = answer.json()["documents"]
    assert "/" not in accepted["filename"]
    assert "\\" not in accepted["filename"]
    content = await client.get(accepted["links"]["content"])
    assert content.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
    assert content.headers["x-content-type-options"] == "nosniff"


async def test_the_original_comes_back_byte_for_byte(client: httpx.AsyncClient) -> None:
    raw = bytes(range(256)) * 5000
    [accepted] = (await client.post("/v1/documents", files=files(("page.html", raw)))).json()[
        "documents"
    ]
    content = await client.get(accepted["links"]["content"])
    assert hashlib.sha256(content.content).digest() == hashlib.sha256(raw).digest()
    assert content.headers["content-type"] == "application/octet-stream"


async def test_the_listing_goes_on_by_its_cursor(client: httpx.AsyncClient) -> None:
    for number in range(5):
        await client.post("/v1/documents", files=files((f"{number}.txt", b"%d" % number)))
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await client.get("/v1/documents", params=query)).json()
        seen += [d["filename"] for d in page["documents"]]
        cursor = page["cursor"]
    assert seen == ["4.txt", "3.txt", "2.txt", "1.txt", "0.txt"]


async def test_the_listing_can_be_narrowed_by_state(stand: Stand) -> None:
    await stand.pour("a.txt", LEASE)
    await stand.pour("b.txt", "%BAD")
    async with stand.client() as client:
        page = (await client.get("/v1/documents", params={"state": "quarantined"})).json()
    [bad] = page["documents"]
    assert (bad["filename"], bad["reason"], bad["detail"]) == (
        "b.txt",
        "encrypted",
        "It has a password.",
    )


async def test_a_deleted_document_is_gone_at_once(stand: Stand) -> None:
    document = await stand.pour("a.txt", LEASE)
    async with stand.client() as client:
        assert (await client.delete(f"/v1/documents/{document}")).status_code == 202
        assert (await client.get(f"/v1/documents/{document}")).status_code == 404
        assert (await client.delete(f"/v1/documents/{document}")).status_code == 404
        assert (await client.get(f"/v1/documents/{document}/content")).status_code == 404
        assert set((await stand.catalog.ledger.backlog()).values()) == {1}
        await stand.catalog.queue.drain(stand.read)
    assert await stand.catalog.ledger.backlog() == {}
    for panel in stand.panels.values():
        assert [held async for held in panel.digests(stand.plan.generation.number)] == []


@pytest.mark.parametrize("panel", PanelName)
async def test_chunks_come_in_order_from_the_panel_asked_for(
    stand: Stand, panel: PanelName
) -> None:
    document = await stand.pour("a.txt", LEASE)
    async with stand.client() as client:
        url = f"/v1/documents/{document}/chunks"
        first = (await client.get(url, params={"panel": panel, "limit": 2})).json()
        rest = (
            await client.get(url, params={"panel": panel, "limit": 2, "cursor": first["cursor"]})
        ).json()
    assert [c["ordinal"] for c in first["chunks"] + rest["chunks"]] == [0, 1, 2]
    assert (first["panel"], rest["cursor"]) == (panel, None)
    for chunk in first["chunks"]:
        assert LEASE[chunk["span"]["start"] : chunk["span"]["end"]] == chunk["text"]


async def test_chunks_come_from_the_other_panel_when_one_is_down(stand: Stand) -> None:
    document = await stand.pour("a.txt", LEASE)
    stand.panels[PanelName.VECTOR].down = True
    async with stand.client() as client:
        url = f"/v1/documents/{document}/chunks"
        assert (await client.get(url)).json()["panel"] == "graph"
        refused = await client.get(url, params={"panel": "vector"})
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")


async def test_a_part_shows_the_text_that_spans_count_in(stand: Stand) -> None:
    document = await stand.pour("a.txt", LEASE)
    async with stand.client() as client:
        part = (await client.get(f"/v1/documents/{document}/parts/0")).json()
        assert (part["text"], part["page"], part["version"]) == (LEASE, 1, 1)
        assert (part["language"], part["confidence"]) == ("und", 0.75)
        assert (await client.get(f"/v1/documents/{document}/parts/1")).status_code == 404


async def test_versions_are_listed_newest_first_until_the_elder_is_removed(stand: Stand) -> None:
    document = await stand.pour("a.txt", LEASE, source="lease")
    files, fields = {"file": ("a.txt", f"{LEASE} New.".encode())}, {"source": "lease"}
    async with stand.client() as client:
        await client.post("/v1/documents", files=files, data=fields)
        path = f"/v1/documents/{document}/versions"
        found = (await client.get(path)).json()["versions"]
        assert [(v["version"], v["state"]) for v in found] == [(2, "accepted"), (1, "live")]
        await stand.catalog.queue.drain(stand.read)
        found = (await client.get(path)).json()["versions"]
    assert [(v["version"], v["state"]) for v in found] == [(2, "live")]


async def test_events_follow_a_document_to_its_end(stand: Stand) -> None:
    document = await stand.pour("a.txt", LEASE)
    async with stand.client() as client:
        answer = await client.get(f"/v1/documents/{document}/events")
        missing = await client.get(f"/v1/documents/{uuid4()}/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text.startswith("event: final\r\ndata: {")
    assert json.loads(answer.text.split("data: ")[1])["state"] == "live"
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")


async def test_another_workspaces_document_does_not_exist_on_any_route(stand: Stand) -> None:
    document: UUID = await stand.pour("a.txt", LEASE)
    base = f"/v1/documents/{document}"
    async with stand.client("stranger") as stranger:
        for path in ("", "/chunks", "/versions", "/content", "/parts/0", "/events"):
            assert (await stranger.get(base + path)).status_code == 404, path
        assert (await stranger.delete(base)).status_code == 404
        assert (await stranger.get(base, params={"workspace": "default"})).status_code == 403
        found = await stranger.post("/v1/search", json={"query": "notice period"})
        assert found.json()["results"] == []


async def test_what_lies_in_a_document_is_listed_and_can_be_left_out(
    client: httpx.AsyncClient, stand: Stand
) -> None:
    mail = await stand.pour("mail.txt", LEASE)
    where = ("mail!/annex.txt", "annex.txt", "a" * 64, "a" * 64, 0, 9)
    await stand.catalog.members.enclose(VersionRef(mail, 1), [Arrival(*where)])
    listed = (await client.get(f"/v1/documents/{mail}/members")).json()["documents"]
    assert [(d["source"], d["parent"]) for d in listed] == [("mail!/annex.txt", str(mail))]
    assert (await client.get(listed[0]["links"]["members"])).json()["documents"] == []
    everything = (await client.get("/v1/documents")).json()["documents"]
    assert {d["parent"] for d in everything} == {None, str(mail)}
    outside = (await client.get("/v1/documents?members=false")).json()["documents"]
    assert [d["id"] for d in outside] == [str(mail)]
    assert (await client.get(f"/v1/documents/{uuid4()}/members")).status_code == 404
