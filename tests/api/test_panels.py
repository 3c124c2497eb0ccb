"""Panels, policies, parity and generations over HTTP."""

import uuid
from datetime import UTC, datetime

import httpx
import pytest

from contracts.nouns import PanelName, ReadMode, VersionRef
from contracts.people import Role
from contracts.policy import Change, Comparison, ParityNote, Policy, Stage, Trial
from ingestion.faults import Difference, Fault
from tests.api.stand import Stand

GRAPH, VECTOR = PanelName.GRAPH, PanelName.VECTOR
BEFORE = datetime(2026, 1, 1, tzinfo=UTC)


async def prove(stand: Stand) -> None:
    """Let everything speak for the graph panel."""
    now = datetime.now(UTC)  # after the panels began to serve
    await stand.catalog.parity_log.note(ParityNote(now, True, False, 3, 0, 0, {}))
    row = Comparison(
        now, "default", Stage.SHADOW, ReadMode.VECTOR, GRAPH, 1.0, 1.0, 30.0, 30.0, None
    )
    await stand.catalog.evidence.record([row] * 50)


async def alone(stand: Stand, trial: Trial | None = None) -> None:
    """Let the vector panel serve alone."""
    await stand.catalog.policies.set(None, Policy(ReadMode.VECTOR, trial), Change("setup"))
    await stand.follow()


async def served(client: httpx.AsyncClient) -> list[str]:
    found = (await client.post("/v1/search", json={"query": "notice"})).json()
    return list(found["served_by"])


async def test_panels_tell_their_standing_stage_and_policy(
    stand: Stand, client: httpx.AsyncClient
) -> None:
    await alone(stand, Trial(Stage.SHADOW, GRAPH, 0.25, BEFORE))
    shown = (await client.get("/v1/panels")).json()
    stages = {p["name"]: (p["standing"], p["stage"]) for p in shown["panels"]}
    assert stages == {"vector": ("serving", "primary"), "graph": ("serving", "shadow")}
    assert (shown["default"], shown["policy"]["primary"]) == ("shadow", "vector")
    assert shown["policy"]["trial"]["share"] == 0.25
    await prove(stand)
    assert [n["found"] for n in (await client.get("/v1/panels")).json()["parity"]] == [0]


async def test_a_switch_is_refused_with_every_reason_and_changes_nothing(
    stand: Stand, client: httpx.AsyncClient
) -> None:
    await alone(stand)
    answer = await client.post("/v1/panels/graph/switch", json={})
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert answer.headers["content-type"] == "application/problem+json"
    assert "No deep parity check was made yet." in answer.json()["detail"]
    assert "0 questions were asked of it in shadow" in answer.json()["detail"]
    await stand.follow()
    assert await served(client) == ["vector"]


async def test_a_switch_and_the_way_back_are_followed_and_audited(
    stand: Stand, client: httpx.AsyncClient
) -> None:
    await alone(stand)
    await prove(stand)
    switched = await client.post("/v1/panels/graph/switch", json={})
    assert (switched.status_code, switched.json()["mode"]) == (200, "graph")
    await stand.follow()
    assert await served(client) == ["graph"]
    assert (await client.post("/v1/panels/switch/back", json={})).json()["mode"] == "vector"
    await stand.follow()
    assert await served(client) == ["vector"]
    changes = (await client.get("/v1/panels/audit?limit=2")).json()["changes"]
    assert [(c["actor"], c["after"]["primary"]) for c in changes] == [
        ("root", "vector"),
        ("root", "graph"),
    ]


async def test_force_goes_ahead_and_is_kept(stand: Stand, client: httpx.AsyncClient) -> None:
    await alone(stand)
    answer = await client.post("/v1/panels/graph/switch", json={"force": True})
    assert answer.status_code == 200
    newest = (await client.get("/v1/panels/audit")).json()["changes"][0]
    assert newest["forced"]
    assert "No deep parity check was made yet." in newest["reasons"]


async def test_a_canary_over_http_serves_the_same_key_the_same_way(
    stand: Stand, client: httpx.AsyncClient
) -> None:
    await alone(stand, Trial(Stage.CANARY, GRAPH, 1.0, BEFORE))
    assert await served(client) == ["graph"]
    await client.post("/v1/ask", json={"question": "What notice?"})
    identity = await stand.catalog.people.identify(stand.keys["root"])
    assert stand.ask.asked[-1].key == str(identity.key)


async def test_what_a_panel_still_needs_is_told(stand: Stand, client: httpx.AsyncClient) -> None:
    await alone(stand)
    shown = (await client.get("/v1/panels/graph")).json()
    assert (shown["stage"], shown["next"]) == ("verify", "shadow")
    assert {c["sentence"]: c["met"] for c in shown["criteria"]} == {
        "The graph panel is complete.": True,
        "No deep parity check was made yet.": False,
    }


async def test_a_bound_administrator_switches_its_own_workspace(stand: Stand) -> None:
    await alone(stand)
    await prove(stand)
    async with stand.client(Role.ADMIN) as bound:
        assert (await bound.post("/v1/panels/graph/switch", json={})).status_code == 200
    async with stand.client() as client:
        policies = (await client.get("/v1/panels/policy")).json()
    assert policies["default"]["mode"] == "vector"
    assert {w: p["mode"] for w, p in policies["workspaces"].items()} == {"default": "graph"}


@pytest.mark.parametrize(
    ("path", "body", "status", "word"),
    [
        ("/v1/panels/relational/switch", {}, 422, "panel"),
        ("/v1/panels/canary/switch", {}, 422, "canary"),
        ("/v1/panels/graph/switch", {"stage": "shadow", "share": 1.5}, 422, "1.5"),
        ("/v1/panels/graph/switch", {"stage": "soon"}, 422, "stage"),
        ("/v1/panels/graph/switch", {"share": 0.5}, 422, "primary"),
        ("/v1/panels/graph/switch", {"workspace": "nowhere", "force": True}, 404, "nowhere"),
        ("/v1/panels/switch/back", {}, 409, "not changed"),
        ("/v1/panels/graph/rebuild", {"source": "graph"}, 409, "graph"),
        ("/v1/panels/graph/rebuild", {"source": ""}, 422, "source"),
        ("/v1/generations/9/activate", None, 404, "9"),
        ("/v1/generations/1/destroy", None, 422, "verb"),
        ("/v1/generations/1/retire", None, 409, "live"),
        ("/v1/generations/1/pause", None, 409, "1"),
        ("/v1/generations", {"model": "x", "dimension": 8, "chunker": "c"}, 409, "x"),
        ("/v1/generations", {"model": "hash", "dimension": 0, "chunker": "c"}, 422, "dimension"),
        ("/v1/generations", {"model": "hash", "dimension": 384, "chunker": "paragraphs"}, 409, "1"),
    ],
)
async def test_what_cannot_be_is_refused_in_words_and_changes_nothing(
    stand: Stand,
    client: httpx.AsyncClient,
    path: str,
    body: dict[str, object] | None,
    status: int,
    word: str,
) -> None:
    answer = await client.post(path, json=body)
    assert (answer.status_code, word in answer.json()["detail"]) == (status, True), answer.text
    assert answer.json()["remedy"]
    assert await stand.catalog.policies.audit() == []


async def test_a_switch_to_a_panel_that_is_off_is_refused(
    stand: Stand, client: httpx.AsyncClient
) -> None:
    await alone(stand)
    off = await client.post("/v1/panels/graph/switch", json={"stage": "off"})
    assert off.status_code == 200
    await stand.follow()
    answer = await client.post("/v1/panels/graph/switch", json={"force": True})
    assert (answer.status_code, answer.json()["detail"]) == (409, "The graph panel is off.")
    shown = (await client.get("/v1/panels")).json()["panels"]
    assert [(p["standing"], p["stage"]) for p in shown] == [
        ("serving", "primary"),
        ("off", "off"),
    ]
    ready = (await client.get("/health/ready")).json()
    assert (ready["status"], [p["serving"] for p in ready["panels"]]) == ("ready", [True, False])


async def test_parity_is_checked_now_and_the_latest_notes_are_told(
    stand: Stand, client: httpx.AsyncClient
) -> None:
    document = await stand.pour("a.txt", "Notice: three months.")
    stand.operating.differences = (
        Difference(GRAPH, VersionRef(document, 1), Fault.MISSING, "The panel lacks it.", 1),
    )
    await stand.catalog.parity_log.note(ParityNote(BEFORE, True, False, 3, 0, 0, {}))
    shown = (await client.get(f"/v1/panels/parity?deep=true&document={document}")).json()
    assert stand.operating.asked == [("parity", [document], True)]
    assert (shown["report"]["clean"], shown["report"]["found"]) == (False, 1)
    assert shown["report"]["differences"][0] == {
        "panel": "graph",
        "document": str(document),
        "version": 1,
        "generation": 1,
        "fault": "missing",
        "detail": "The panel lacks it.",
    }
    assert [note["deep"] for note in shown["latest"]] == [True]
    mended = (await client.post("/v1/panels/parity/repair", json={"deep": True})).json()
    assert stand.operating.asked[-1] == ("repair", None, True)
    assert (mended["clean"], mended["found"], mended["repaired"]) == (True, 1, 1)


async def test_parity_of_an_unknown_document_is_not_found(
    stand: Stand, client: httpx.AsyncClient
) -> None:
    unknown = uuid.uuid4()
    asked = await client.get(f"/v1/panels/parity?document={unknown}")
    mended = await client.post("/v1/panels/parity/repair", json={"document": str(unknown)})
    for answer in (asked, mended):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert stand.operating.asked == []


async def test_a_rebuild_begins_once_and_the_other_panel_serves(
    stand: Stand, client: httpx.AsyncClient
) -> None:
    begun = await client.post("/v1/panels/graph/rebuild", json={"source": "vector"})
    assert begun.status_code == 202
    await stand.follow()
    again = await client.post("/v1/panels/graph/rebuild", json={"source": "vector"})
    assert (again.status_code, again.json()["detail"]) == (409, "A rebuild is running already.")
    found = (await client.post("/v1/search", json={"query": "notice", "panel": "graph"})).json()
    assert found["served_by"] == ["vector"]
    assert "The graph panel is off or being filled" in found["degraded"]
    assert (await client.get("/health/ready")).json()["status"] == "degraded"
    shown = (await client.get("/v1/panels")).json()["panels"][1]
    assert (shown["standing"], shown["stage"], shown["source"]) == (
        "clearing",
        "backfill",
        "vector",
    )


async def test_a_generation_is_built_paused_resumed_activated_and_retired(
    stand: Stand, client: httpx.AsyncClient
) -> None:
    space = {"model": "hash", "dimension": 512, "chunker": "paragraphs"}
    begun = await client.post("/v1/generations", json=space)
    assert (begun.status_code, begun.json()["state"]) == (201, "building")
    states = []
    for verb in ("pause", "resume", "activate"):
        turned = await client.post(f"/v1/generations/2/{verb}")
        assert turned.status_code == 200, turned.text
        states.append(turned.json()["state"])
    assert states == ["paused", "building", "live"]
    retired = await client.post("/v1/generations/1/retire")
    assert (retired.status_code, retired.json()["state"]) == (200, "retiring")
    listed = (await client.get("/v1/generations")).json()["generations"]
    assert [(g["number"], g["dimension"]) for g in listed] == [(1, 384), (2, 512)]
    await stand.follow()
    assert (await client.get("/v1/panels")).json()["generation"] == 2
