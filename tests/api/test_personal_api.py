"""Personal data over HTTP: numbers and places for those who may write, and never a value."""

from uuid import UUID, uuid4

import pytest

from contracts.nouns import VersionRef
from contracts.personal import MaskScope, Occurrence, PersonalCount, PersonalKind
from contracts.policy import Change
from tests.api.stand import Stand

MAIL = {PersonalKind.EMAIL: Occurrence(3, (1, 4))}
GRAVE = {PersonalKind.NIR: Occurrence(1, (2,)), PersonalKind.EMAIL: Occurrence(2, (2,))}


async def counted(stand: Stand, name: str, found: dict[PersonalKind, Occurrence]) -> UUID:
    document = await stand.pour(name, f"About {name}.")
    await stand.catalog.personal.save([PersonalCount(VersionRef(document, 1), found)])
    return document


@pytest.fixture
async def ids(stand: Stand) -> list[UUID]:
    pairs: list[tuple[str, dict[PersonalKind, Occurrence]]]
    pairs = [("none.txt", {}), ("mail.txt", MAIL), ("grave.txt", GRAVE)]
    found = [await counted(stand, name, kinds) for name, kinds in pairs]
    unseen = await stand.pour("unseen.txt", "Read before anything was counted.")
    del stand.catalog.personal.kept[VersionRef(unseen, 1)]
    return found


async def test_a_workspace_is_summed_up_and_its_documents_are_listed(
    stand: Stand, ids: list[UUID]
) -> None:
    scopes = [MaskScope.TRACES, MaskScope.INDEX]
    await stand.catalog.policies.mask("default", scopes, Change("a test"))
    await stand.follow()
    async with stand.client("editor") as client:
        whole = (await client.get("/v1/personal")).json()
        high = (await client.get("/v1/personal", params={"level": "high"})).json()
        first = (await client.get("/v1/personal", params={"limit": 1})).json()
        after = {"limit": 1, "cursor": first["cursor"]}
        second = (await client.get("/v1/personal", params=after)).json()
    assert whole["levels"] == {"none": 1, "low": 1, "high": 1}
    assert whole["unmeasured"] == 1
    assert whole["kinds"] == {
        "email": {"found": 5, "documents": 2},
        "nir": {"found": 1, "documents": 1},
    }
    assert whole["masked"] == ["index", "traces"]
    assert [one["document"] for one in whole["documents"]] == [str(ids[2]), str(ids[1])]
    assert [one["document"] for one in high["documents"]] == [str(ids[2])]
    assert [*first["documents"], *second["documents"]] == whole["documents"]


async def test_a_document_says_what_it_tells(stand: Stand, ids: list[UUID]) -> None:
    async with stand.client("editor") as client:
        told = (await client.get(f"/v1/documents/{ids[2]}/personal")).json()
    assert told == {
        "document": str(ids[2]),
        "version": 1,
        "source": told["source"],
        "level": "high",
        "found": {
            "nir": {"count": 1, "pages": [2]},
            "email": {"count": 2, "pages": [2]},
        },
    }


async def test_what_is_not_there_is_said(stand: Stand, ids: list[UUID]) -> None:
    async with stand.client("editor") as client:
        assert (await client.get(f"/v1/documents/{uuid4()}/personal")).status_code == 404
        wrong = await client.get("/v1/personal", params={"cursor": "foreign"})
        assert wrong.status_code == 422
        assert (await client.get("/v1/personal", params={"level": "grave"})).status_code == 422
    async with stand.client("stranger") as client:
        assert (await client.get(f"/v1/documents/{ids[2]}/personal")).status_code == 404
        assert (await client.get("/v1/personal")).json()["documents"] == []


@pytest.mark.parametrize("path", ["/v1/personal", "/v1/documents/{}/personal"])
async def test_readers_do_not_learn_whose_documents_are_delicate(
    stand: Stand, ids: list[UUID], path: str
) -> None:
    async with stand.client("reader") as client:
        assert (await client.get(path.format(ids[2]))).status_code == 403


async def test_masks_are_set_and_seen_at_once_and_the_audit_says_who(stand: Stand) -> None:
    async with stand.client("admin") as client:
        assert (await client.get("/v1/personal/masks")).json() == {
            "workspace": "default",
            "masked": [],
        }
        body = {"masked": ["traces", "index", "index"]}
        answer = await client.put("/v1/personal/masks", json=body)
        assert (answer.status_code, answer.json()["masked"]) == (200, ["index", "traces"])
        assert (await client.get("/v1/personal/masks")).json() == answer.json()
        await client.put("/v1/personal/masks", json={"masked": []})
        assert (await client.get("/v1/personal/masks")).json()["masked"] == []
    last, first = await stand.catalog.policies.audit()
    assert (first.actor, first.action, first.subject) == ("a admin", "masking.set", "default")
    assert first.after == last.before == {"scopes": ["index", "traces"]}


@pytest.mark.parametrize("body", [{}, {"masked": ["all"]}, {"masked": "index"}, {"mask": []}])
async def test_masks_that_there_are_not_are_refused(stand: Stand, body: dict[str, object]) -> None:
    async with stand.client("admin") as client:
        assert (await client.put("/v1/personal/masks", json=body)).status_code == 422
    assert await stand.catalog.policies.audit() == []


async def test_masks_of_another_workspace_are_for_its_own_administrators(stand: Stand) -> None:
    body = {"masked": ["prompts"]}
    async with stand.client("admin") as bound:
        answer = await bound.put("/v1/personal/masks?workspace=other", json=body)
        assert answer.status_code == 403
    async with stand.client("root") as root:
        answer = await root.put("/v1/personal/masks?workspace=other", json=body)
        assert answer.json() == {"workspace": "other", "masked": ["prompts"]}
        nowhere = await root.put("/v1/personal/masks?workspace=nowhere", json=body)
        assert (nowhere.status_code, nowhere.json()["code"]) == (404, "not_found")
