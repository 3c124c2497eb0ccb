"""The catalog is down: what goes on, for whom, and what waits."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import httpx
import pytest

from api.recent import RecentKeys
from contracts.errors import CatalogUnavailable, Unauthenticated
from contracts.nouns import PanelName
from contracts.people import Identity, Role
from tests.api.stand import Stand
from tests.fakes.catalog import InMemoryCatalog
from tests.fakes.catalog_services import InMemoryPeople

LEASE = "The notice period is three months."


class Desk:
    """Recent keys over people in memory, with a clock in hand and three known secrets."""

    def __init__(self, catalog: InMemoryCatalog, secrets: list[str], ids: list[str]) -> None:
        self.catalog = catalog
        self.secrets = secrets
        self.ids = ids
        self.clock = 0.0
        self.keys = RecentKeys(catalog.people, age_s=600, keys=2, now=lambda: self.clock)

    def cut(self, *, down: bool = True) -> None:
        self.catalog.tables.down = down


@pytest.fixture
async def desk(stand: Stand) -> Desk:
    people = stand.catalog.people
    made = [await people.add_key(f"key {n}", Role.READER, "default") for n in range(3)]
    return Desk(stand.catalog, [secret for _, secret in made], [str(r.id) for r, _ in made])


async def test_a_key_seen_lately_is_known_without_the_catalog(desk: Desk) -> None:
    known = await desk.keys.identify(desk.secrets[0])
    desk.cut()
    desk.clock = 600
    assert await desk.keys.identify(desk.secrets[0]) == known
    desk.clock = 600.1
    with pytest.raises(CatalogUnavailable):
        await desk.keys.identify(desk.secrets[0])


async def test_a_key_that_was_not_seen_cannot_be_told_from_a_wrong_one(desk: Desk) -> None:
    desk.cut()
    for secret in (desk.secrets[0], "dpt_wrong"):
        with pytest.raises(CatalogUnavailable, match="cannot be checked"):
            await desk.keys.identify(secret)


async def test_a_revoked_key_ends_at_once_and_stays_ended_in_an_outage(desk: Desk) -> None:
    identity = await desk.keys.identify(desk.secrets[0])
    await desk.catalog.people.revoke(identity.key)  # by another process
    with pytest.raises(Unauthenticated):
        await desk.keys.identify(desk.secrets[0])
    desk.cut()
    with pytest.raises(CatalogUnavailable):
        await desk.keys.identify(desk.secrets[0])


async def test_a_key_revoked_here_is_forgotten_before_it_is_asked_again(desk: Desk) -> None:
    identity = await desk.keys.identify(desk.secrets[0])
    other = await desk.keys.identify(desk.secrets[1])
    await desk.keys.revoke(identity.key)
    desk.cut()
    with pytest.raises(CatalogUnavailable):
        await desk.keys.identify(desk.secrets[0])
    assert await desk.keys.identify(desk.secrets[1]) == other


async def test_only_so_many_keys_are_remembered_the_latest_ones(desk: Desk) -> None:
    first, second, third = desk.secrets
    for secret in (first, second, first, third):
        await desk.keys.identify(secret)
    desk.cut()
    with pytest.raises(CatalogUnavailable):
        await desk.keys.identify(second)
    for secret in (first, third):
        await desk.keys.identify(secret)


class Hanging(InMemoryPeople):
    """Answers until ``stuck``, then never."""

    stuck = False

    async def identify(self, secret: str) -> Identity:
        if self.stuck:
            await asyncio.Event().wait()
        return await super().identify(secret)


async def test_a_catalog_that_hangs_counts_as_down(desk: Desk) -> None:
    people = Hanging(desk.catalog.tables)
    keys = RecentKeys(people, deadline_s=0.02)
    known = await keys.identify(desk.secrets[0])
    people.stuck = True
    assert await keys.identify(desk.secrets[0]) == known
    with pytest.raises(CatalogUnavailable):
        await keys.identify(desk.secrets[1])


@pytest.fixture
async def cut(stand: Stand, client: httpx.AsyncClient) -> httpx.AsyncClient:
    """A client whose key was seen; then the catalog and the relational panel go down."""
    await stand.pour("lease.txt", LEASE)
    assert (await client.get("/v1/documents")).status_code == 200
    stand.catalog.tables.down = True
    stand.panels[PanelName.VECTOR].down = True
    return client


async def test_questions_of_recent_keys_are_answered_by_the_graph_panel(
    cut: httpx.AsyncClient,
) -> None:
    found = await cut.post("/v1/search", json={"query": "notice period"})
    assert found.status_code == 200
    assert (found.json()["results"][0]["text"], found.json()["served_by"]) == (LEASE, ["graph"])
    assert "vector panel does not answer" in found.json()["degraded"]
    asked = await cut.post("/v1/ask", json={"question": "What is the notice period?"})
    assert (asked.status_code, asked.json()["refused"]) == (200, False)


async def test_whatever_writes_waits_and_says_when_to_come_again(cut: httpx.AsyncClient) -> None:
    answers = [
        await cut.post("/v1/documents", files={"file": ("a.txt", b"x")}),
        await cut.delete(f"/v1/documents/{uuid4()}"),
        await cut.post("/v1/panels/graph/switch", json={}),
        await cut.post("/v1/keys", json={"name": "k", "role": "admin"}),
    ]
    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (503, "catalog_unavailable")
        assert int(answer.headers["retry-after"]) > 0


async def test_a_key_that_nobody_saw_is_no_reason_to_refuse_for_ever(
    stand: Stand, cut: httpx.AsyncClient
) -> None:
    stranger = {"Authorization": f"Bearer {stand.keys['stranger']}"}
    answer = await cut.post("/v1/search", json={"query": "notice"}, headers=stranger)
    assert (answer.status_code, "retry-after" in answer.headers) == (503, True)


async def test_readiness_is_degraded_while_a_panel_still_answers(
    stand: Stand, cut: httpx.AsyncClient
) -> None:
    ready = await cut.get("/health/ready")
    assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
    assert (ready.json()["catalog"], ready.json()["writes"]) == (False, False)
    shown = (await cut.get("/v1/panels")).json()
    assert [(p["ready"], p["standing"], p["backlog"]) for p in shown["panels"]] == [
        (False, None, None),
        (True, None, None),
    ]
    stand.plan = replace(stand.plan, serving=frozenset({PanelName.VECTOR}))
    assert (await cut.get("/health/ready")).status_code == 503
