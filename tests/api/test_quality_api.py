"""Quality over HTTP: sums, the worst with reasons, figures of one document, expectations."""

from typing import Any

import httpx
import pytest

from tests.api.stand import Stand
from tests.ingestion.quality_material import ENGLISH

GARBLED = "\ufffd\ufffd\ufffd " * 40
STRANGE = " ".join(f"wordx{'abcdefghij'[n % 10]}" for n in range(40))


@pytest.fixture
async def poured(stand: Stand) -> dict[str, str]:
    texts = {"good": ENGLISH, "bad": GARBLED, "strange": STRANGE}
    return {name: str(await stand.pour(f"{name}.txt", text)) for name, text in texts.items()}


async def test_sums_days_and_the_worst_first(
    client: httpx.AsyncClient, poured: dict[str, str]
) -> None:
    answer = (await client.get("/v1/quality")).json()
    assert answer["workspace"] == "default"
    counts = {(one["media_type"], one["state"]): one["documents"] for one in answer["totals"]}
    assert counts == {("text/plain", "good"): 1, ("text/plain", "bad"): 2}
    assert sum(day["documents"] for day in answer["days"]) == 3
    assert answer["documents"][-1]["document"] == poured["good"]
    worst = next(one for one in answer["documents"] if one["document"] == poured["bad"])
    assert worst["state"] == "bad"
    assert "replacement_characters" in [reason["code"] for reason in worst["reasons"]]
    assert worst["source"].endswith("bad.txt")


async def test_a_state_can_be_chosen(client: httpx.AsyncClient, poured: dict[str, str]) -> None:
    async def listed(**query: Any) -> set[str]:
        answer = await client.get("/v1/quality", params=query)
        return {one["document"] for one in answer.json()["documents"]}

    assert await listed(state="good") == {poured["good"]}
    assert await listed(state="bad") == {poured["bad"], poured["strange"]}
    assert len(await listed(limit=1)) == 1
    assert await listed(outliers=True) == set()
    assert (await client.get("/v1/quality", params={"state": "awful"})).status_code == 422


async def test_pages_come_one_after_the_other(
    client: httpx.AsyncClient, poured: dict[str, str]
) -> None:
    whole = (await client.get("/v1/quality")).json()
    first = (await client.get("/v1/quality", params={"limit": 2})).json()
    after = {"limit": 2, "cursor": first["cursor"]}
    second = (await client.get("/v1/quality", params=after)).json()
    assert len(whole["documents"]) == len(poured)
    assert [*first["documents"], *second["documents"]] == whole["documents"]
    assert (whole["cursor"], second["cursor"]) == (None, None)
    assert (await client.get("/v1/quality?cursor=foreign")).status_code == 422


async def test_a_document_shows_its_figures(
    client: httpx.AsyncClient, poured: dict[str, str]
) -> None:
    answer = await client.get(f"/v1/documents/{poured['strange']}/quality")
    (version,) = answer.json()["versions"]
    assert (version["version"], version["state"]) == (1, "bad")
    assert version["figures"]["unknown_words"] == 1.0
    assert version["reasons"][0]["sentence"].startswith("100% of the words")


async def test_what_is_elsewhere_is_not_seen(stand: Stand, poured: dict[str, str]) -> None:
    async with stand.client("stranger") as stranger:
        answer = await stranger.get(f"/v1/documents/{poured['bad']}/quality")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert (await stranger.get("/v1/quality")).json()["totals"] == []
        assert (await stranger.get("/v1/quality?workspace=default")).status_code == 403


async def test_expectations_are_set_and_judged_by_at_once(
    client: httpx.AsyncClient, poured: dict[str, str]
) -> None:
    path = "/v1/quality/expectations"
    assert (await client.get(path)).json()["languages"] == []
    answer = await client.put(path, json={"languages": ["fr"], "max_unknown_words": 0.1})
    assert (answer.status_code, answer.json()["changed"]) == (200, 2)
    assert (await client.get(path)).json()["languages"] == ["fr"]
    quality = (await client.get(f"/v1/documents/{poured['good']}/quality")).json()
    (version,) = quality["versions"]
    assert version["state"] == "doubtful"
    assert [reason["code"] for reason in version["reasons"]] == ["unexpected_language"]
    audit = (await client.get("/v1/panels/audit")).json()
    assert "quality.expect" in str(audit)
    await client.put(path, json={})
    quality = (await client.get(f"/v1/documents/{poured['good']}/quality")).json()
    assert quality["versions"][0]["state"] == "good"


@pytest.mark.parametrize(
    "body",
    [
        {"languages": ["klingon"]},
        {"languages": "fr"},
        {"max_unknown_words": 2},
        {"min_ocr_confidence": -1},
        {"min_words": 3},
        {"languages": ["a\0"]},
    ],
)
async def test_what_cannot_be_expected_is_refused(
    client: httpx.AsyncClient, body: dict[str, Any]
) -> None:
    answer = await client.put("/v1/quality/expectations", json=body)
    assert answer.status_code == 422
    assert answer.json()["remedy"]


async def test_an_unknown_workspace_is_not_found(client: httpx.AsyncClient) -> None:
    answer = await client.put("/v1/quality/expectations?workspace=nowhere", json={})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
