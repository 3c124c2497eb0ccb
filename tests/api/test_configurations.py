"""Configurations over HTTP: kept, compared, promoted and taken back."""

import httpx
import pytest

from contracts.people import Role
from tests.api.stand import Stand

PATH = "/v1/configurations"


async def add(client: httpx.AsyncClient, **settings: object) -> int:
    answer = await client.post(PATH, json={"settings": settings, "note": "a try"})
    assert answer.status_code == 201, answer.text
    return int(answer.json()["number"])


async def test_a_configuration_is_kept_found_and_named(client: httpx.AsyncClient) -> None:
    number = await add(client, **{"fusion.k": 30})
    found = (await client.get(f"{PATH}/{number}")).json()
    assert (found["number"], found["settings"]["fusion.k"], found["note"]) == (1, 30, "a try")
    assert (await client.post(f"{PATH}/1/challenge")).json() == found
    shown = (await client.get(PATH)).json()
    assert (shown["champion"], shown["challenger"]) == (None, 1)
    assert shown["serving"]["fusion.k"] == 60
    assert shown["configurations"] == [found]
    assert (await client.get(f"{PATH}/challenger")).json() == found


async def test_a_promotion_says_what_changes_before_it_does(
    stand: Stand, client: httpx.AsyncClient
) -> None:
    await add(client, **{"fusion.k": 30})
    said = (await client.post(f"{PATH}/1/promote", json={})).json()
    assert said["changes"] == [{"key": "fusion.k", "before": 60, "after": 30}]
    assert not said["done"]
    assert "no complete run" in said["reasons"][0]
    refused = await client.post(f"{PATH}/1/promote", json={"apply": True})
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert "no complete run" in refused.json()["detail"]
    forced = await client.post(f"{PATH}/1/promote", json={"apply": True, "force": True})
    assert forced.json()["done"]
    await stand.follow()
    assert stand.plan.tuning.fusion.k == 30
    back = await client.post(f"{PATH}/rollback")
    assert back.json()["settings"]["fusion.k"] == 60
    await stand.follow()
    assert stand.plan.tuning.fusion.k == 60
    rows = (await client.get(f"{PATH}/history")).json()["changes"]
    assert [row["forced"] for row in rows if row["subject"] == "champion"] == [False, True, False]


@pytest.mark.parametrize(
    ("verb", "path", "body", "status"),
    [
        ("POST", "", {"settings": {"fusion.k": "many"}}, 422),
        ("POST", "", {"settings": {"nothing": 1}}, 422),
        ("POST", "", {"settings": {"fusion.k": [1]}}, 422),
        ("POST", "", {"settings": {"fusion.k": True}}, 422),
        ("POST", "", {"settings": {"panel": {}, "generation": []}}, 422),
        ("POST", "", {"run": "none"}, 404),
        ("GET", "/7", None, 404),
        ("GET", "/99999999999999999999", None, 404),
        ("GET", "/nobody", None, 404),
        ("POST", "/champion/challenge", None, 404),
        ("POST", "/7/promote", {}, 404),
        ("POST", "/rollback", None, 409),
    ],
)
async def test_bad_input_is_an_answer(
    client: httpx.AsyncClient, verb: str, path: str, body: object, status: int
) -> None:
    answer = await client.request(verb, f"{PATH}{path}", json=body)
    assert answer.status_code in {status, 400} if status == 422 else answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


async def test_only_administrators_of_everything_decide(stand: Stand) -> None:
    async with stand.client(Role.EDITOR) as editor:
        assert (await editor.get(PATH)).status_code == 403
        assert (await editor.post(f"{PATH}/rollback")).status_code == 403
