"""The review list over HTTP: what waits, why, and what to do next."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.likeness import Likeness
from tests.api.stand import Stand
from tests.ingestion.quality_material import ENGLISH


@pytest.fixture
async def ids(stand: Stand) -> dict[str, UUID]:
    """One document of each source; the copy is doubtful as well."""
    texts = {
        "refused": "%BAD",
        "elder": ENGLISH,
        "copy": "\ufffd\ufffd " * 60,
        "form": f"{ENGLISH} Form.",
    }
    found = {name: await stand.pour(f"{name}.txt", text) for name, text in texts.items()}
    await stand.compared(found["elder"], found["copy"], Likeness.NEAR_COPY)
    await stand.compared(found["elder"], found["form"], Likeness.SAME_TEMPLATE)
    return found


async def waiting(stand: Stand, **query: Any) -> dict[str, Any]:
    async with stand.client("reader") as client:
        answer = await client.get("/v1/review", params=query)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


async def test_what_waits_is_told_with_the_reason_and_what_to_do(
    stand: Stand, ids: dict[str, UUID]
) -> None:
    found = await waiting(stand)
    assert found["counts"] == {"reading": 1, "quality": 1, "likeness": 1}
    copy, refused = found["documents"]
    assert (copy["document"], refused["document"]) == (str(ids["copy"]), str(ids["refused"]))
    quality, likeness = copy["matters"]
    assert "replacement_characters" in {reason["code"] for reason in quality["reasons"]}
    assert "lost in decoding" in quality["sentence"]
    assert (likeness["code"], likeness["other"]["id"]) == ("near_copy", str(ids["elder"]))
    (reading,) = refused["matters"]
    assert (reading["source"], reading["code"]) == ("reading", "encrypted")
    assert reading["sentence"] == "It has a password."
    assert all(matter["advice"] for matter in (quality, likeness, reading))


async def test_pages_and_a_source(stand: Stand, ids: dict[str, UUID]) -> None:
    first = await waiting(stand, limit=1)
    second = await waiting(stand, limit=1, cursor=first["cursor"])
    assert second["cursor"] is None
    assert [*first["documents"], *second["documents"]] == (await waiting(stand))["documents"]
    (only,) = (await waiting(stand, source="reading"))["documents"]
    assert only["document"] == str(ids["refused"])


async def test_what_is_settled_waits_no_longer_and_the_audit_says_who(
    stand: Stand, ids: dict[str, UUID]
) -> None:
    body = {"document": str(ids["refused"]), "source": "reading"}
    async with stand.client("editor") as client:
        answer = await client.post("/v1/review/settled", json=body)
        assert (answer.status_code, answer.json()) == (200, body)
        again = await client.post("/v1/review/settled", json=body)
        assert (again.status_code, again.json()["code"]) == (404, "not_found")
    assert (await waiting(stand))["counts"]["reading"] == 0
    row, *_ = await stand.catalog.policies.audit()
    assert (row.actor, row.action) == ("a editor", "review.settle")


async def test_a_pair_is_decided_not_settled(stand: Stand, ids: dict[str, UUID]) -> None:
    body = {"document": str(ids["copy"]), "source": "likeness"}
    decision = {"document": str(ids["elder"]), "other": str(ids["copy"]), "decision": "apart"}
    async with stand.client("editor") as client:
        refused = await client.post("/v1/review/settled", json=body)
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid_input")
        await client.post("/v1/duplicates/decisions", json=decision)
    assert (await waiting(stand))["counts"]["likeness"] == 0


@pytest.mark.parametrize("query", [{"cursor": "foreign"}, {"source": "moon"}, {"limit": 0}])
async def test_what_cannot_be_listed_is_refused(stand: Stand, query: dict[str, Any]) -> None:
    async with stand.client("reader") as client:
        assert (await client.get("/v1/review", params=query)).status_code == 422


async def test_what_waits_elsewhere_is_not_seen(stand: Stand, ids: dict[str, UUID]) -> None:
    async with stand.client("stranger") as client:
        assert (await client.get("/v1/review")).json()["documents"] == []
        for document in (ids["refused"], uuid4()):
            body = {"document": str(document), "source": "reading"}
            assert (await client.post("/v1/review/settled", json=body)).status_code == 404
