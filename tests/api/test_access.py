import uuid

import httpx
import pytest
from fastapi.routing import iter_route_contexts

from contracts.people import Role
from tests.api.stand import Stand

NEEDS = {
    ("GET", "/health/ready"): Role.READER,
    ("GET", "/metrics"): Role.READER,
    ("GET", "/openapi.json"): Role.READER,
    ("GET", "/docs"): Role.READER,
    ("GET", "/v1/panels"): Role.READER,
    ("GET", "/v1/panels/{panel}"): Role.READER,
    ("POST", "/v1/search"): Role.READER,
    ("POST", "/v1/ask"): Role.READER,
    ("GET", "/v1/documents"): Role.READER,
    ("GET", "/v1/documents/{document}"): Role.READER,
    ("GET", "/v1/documents/{document}/members"): Role.READER,
    ("GET", "/v1/documents/{document}/versions"): Role.READER,
    ("GET", "/v1/documents/{document}/content"): Role.READER,
    ("GET", "/v1/documents/{document}/parts/{number}"): Role.READER,
    ("GET", "/v1/documents/{document}/chunks"): Role.READER,
    ("GET", "/v1/documents/{document}/events"): Role.READER,
    ("POST", "/v1/documents"): Role.EDITOR,
    ("DELETE", "/v1/documents/{document}"): Role.EDITOR,
    ("GET", "/v1/documents/{document}/personal"): Role.EDITOR,
    ("GET", "/v1/personal"): Role.EDITOR,
    ("POST", "/v1/keys"): Role.ADMIN,
    ("GET", "/v1/keys"): Role.ADMIN,
    ("DELETE", "/v1/keys/{key}"): Role.ADMIN,
    ("GET", "/v1/workspaces"): Role.ADMIN,
    ("POST", "/v1/workspaces"): Role.ADMIN,
    ("GET", "/v1/intake"): Role.ADMIN,
    ("POST", "/v1/intake"): Role.ADMIN,
    ("DELETE", "/v1/intake/{name}"): Role.ADMIN,
    ("POST", "/v1/intake/{name}/look"): Role.ADMIN,
    ("GET", "/v1/panels/policy"): Role.ADMIN,
    ("GET", "/v1/panels/audit"): Role.ADMIN,
    ("GET", "/v1/panels/parity"): Role.ADMIN,
    ("POST", "/v1/panels/parity/repair"): Role.ADMIN,
    ("POST", "/v1/panels/switch/back"): Role.ADMIN,
    ("POST", "/v1/panels/{panel}/switch"): Role.ADMIN,
    ("POST", "/v1/panels/{panel}/rebuild"): Role.ADMIN,
    ("GET", "/v1/generations"): Role.ADMIN,
    ("POST", "/v1/generations"): Role.ADMIN,
    ("POST", "/v1/generations/{number}/{verb}"): Role.ADMIN,
    ("GET", "/v1/evaluations"): Role.ADMIN,
    ("GET", "/v1/evaluations/compare"): Role.ADMIN,
    ("GET", "/v1/evaluations/report"): Role.ADMIN,
    ("GET", "/v1/evaluations/{run}"): Role.ADMIN,
    ("GET", "/v1/evaluations/{run}/results"): Role.ADMIN,
    ("POST", "/v1/feedback"): Role.READER,
    ("GET", "/v1/traces"): Role.ADMIN,
    ("GET", "/v1/traces/{trace}"): Role.ADMIN,
    ("GET", "/v1/usage"): Role.ADMIN,
    ("GET", "/v1/documents/{document}/duplicates"): Role.READER,
    ("GET", "/v1/duplicates"): Role.READER,
    ("GET", "/v1/duplicates/differences"): Role.READER,
    ("POST", "/v1/duplicates/decisions"): Role.EDITOR,
    ("GET", "/v1/trash"): Role.READER,
    ("POST", "/v1/documents/{document}/restore"): Role.EDITOR,
    ("POST", "/v1/documents/retry"): Role.EDITOR,
    ("POST", "/v1/documents/cancel"): Role.EDITOR,
    ("POST", "/v1/documents/{document}/retry"): Role.EDITOR,
    ("POST", "/v1/documents/{document}/cancel"): Role.EDITOR,
    ("GET", "/v1/quality"): Role.READER,
    ("GET", "/v1/quality/expectations"): Role.READER,
    ("PUT", "/v1/quality/expectations"): Role.ADMIN,
    ("GET", "/v1/documents/{document}/quality"): Role.READER,
    ("GET", "/v1/review"): Role.READER,
    ("POST", "/v1/review/settled"): Role.EDITOR,
    ("GET", "/v1/personal/masks"): Role.EDITOR,
    ("PUT", "/v1/personal/masks"): Role.ADMIN,
    ("GET", "/v1/configurations"): Role.ADMIN,
    ("POST", "/v1/configurations"): Role.ADMIN,
    ("GET", "/v1/configurations/history"): Role.ADMIN,
    ("POST", "/v1/configurations/rollback"): Role.ADMIN,
    ("GET", "/v1/configurations/{name}"): Role.ADMIN,
    ("POST", "/v1/configurations/{name}/challenge"): Role.ADMIN,
    ("POST", "/v1/configurations/{name}/promote"): Role.ADMIN,
    ("GET", "/v1/suites"): Role.READER,
    ("POST", "/v1/suites"): Role.EDITOR,
    ("GET", "/v1/suites/{name}"): Role.READER,
    ("GET", "/v1/suites/{name}/questions"): Role.READER,
    ("POST", "/v1/suites/{name}/freeze"): Role.EDITOR,
    ("POST", "/v1/suites/{name}/collect"): Role.EDITOR,
    ("GET", "/v1/suites/{name}/candidates"): Role.READER,
    ("POST", "/v1/suites/{name}/candidates"): Role.EDITOR,
    ("GET", "/v1/suites/{name}/candidates/{candidate}"): Role.READER,
    ("PATCH", "/v1/suites/{name}/candidates/{candidate}"): Role.EDITOR,
    ("POST", "/v1/suites/{name}/candidates/{candidate}/confirm"): Role.EDITOR,
    ("POST", "/v1/suites/{name}/candidates/{candidate}/reject"): Role.EDITOR,
}
PUBLIC = {("GET", "/"), ("GET", "/health/live")}
BODIES = {
    "/v1/search": {"query": "notice"},
    "/v1/ask": {"question": "What notice?"},
    "/v1/keys": {"name": "new", "role": "reader", "workspace": "default"},
    "/v1/workspaces": {"name": "new"},
    "/v1/panels/parity/repair": {},
    "/v1/panels/switch/back": {},
    "/v1/panels/{panel}/switch": {},
    "/v1/panels/{panel}/rebuild": {"source": "graph"},
    "/v1/feedback": {"trace": str(uuid.uuid4()), "verdict": "up"},
    "/v1/configurations": {"settings": {"fusion.k": 30}},
    "/v1/quality/expectations": {"languages": ["fr"]},
    "/v1/duplicates/decisions": {
        "document": str(uuid.uuid4()),
        "other": str(uuid.uuid4()),
        "decision": "apart",
    },
    "/v1/documents/retry": {},
    "/v1/intake": {"kind": "mailbox", "address": "imaps://ada@127.0.0.1/INBOX"},
    "/v1/documents/cancel": {"documents": [str(uuid.uuid4())]},
    "/v1/review/settled": {"document": str(uuid.uuid4()), "source": "reading"},
    "/v1/personal/masks": {"masked": ["traces"]},
    "/v1/suites": {"name": "new"},
    "/v1/generations": {"model": "hash", "dimension": 512, "chunker": "paragraphs"},
}


def routes(stand: Stand) -> set[tuple[str, str]]:
    found = list(iter_route_contexts(stand.app().routes))
    return {(method, route.path or "") for route in found for method in route.methods or ()}


async def call(client: httpx.AsyncClient, method: str, path: str) -> httpx.Response:
    names = {"panel": "vector", "verb": "pause", "number": 1, "run": "champion", "name": "1"}
    ids = {name: uuid.uuid4() for name in ("document", "key", "trace", "candidate")}
    filled = path.format(**ids, **names)
    if (method, path) == ("POST", "/v1/documents"):
        return await client.post(filled, files={"file": ("a.txt", b"x")})
    return await client.request(method, filled, json=BODIES.get(path))


def test_the_table_names_every_route(stand: Stand) -> None:
    assert routes(stand) == set(NEEDS) | PUBLIC


@pytest.mark.parametrize(("method", "path"), NEEDS)
async def test_each_route_for_each_role(stand: Stand, method: str, path: str) -> None:
    async with stand.client(None) as client:
        answer = await call(client, method, path)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert answer.headers["www-authenticate"] == "Bearer"
    for role in Role:
        async with stand.client("root" if role is Role.ADMIN else role) as client:
            answer = await call(client, method, path)
        if role.allows(NEEDS[method, path]):
            assert answer.status_code not in {401, 403, 500}, role
        else:
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), role


async def test_only_life_is_told_without_a_key(stand: Stand) -> None:
    async with stand.client(None) as client:
        assert (await client.get("/health/live")).json() == {"status": "alive"}
        for path in ("/v1/nothing", "/v1", "/health", "/health/live/", "//v1/documents", "/app/"):
            assert (await client.get(path)).status_code == 401, path


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Basic abc", "Bearer unknown", "Bearer é", f"Bearer {'x' * 6000}"],
)
async def test_a_key_that_is_none_is_refused(stand: Stand, header: str) -> None:
    async with stand.client(None) as client:
        answer = await client.get(
            "/v1/documents", headers={b"Authorization": header.encode("latin-1")}
        )
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


async def test_a_revoked_key_ends_at_once(stand: Stand, client: httpx.AsyncClient) -> None:
    made = await client.post("/v1/keys", json={"name": "k", "role": "reader", "workspace": "other"})
    secret = {"Authorization": f"Bearer {made.json()['secret']}"}
    async with stand.client(None) as other:
        assert (await other.get("/v1/documents", headers=secret)).status_code == 200
        assert (await client.delete(f"/v1/keys/{made.json()['id']}")).status_code == 204
        assert (await other.get("/v1/documents", headers=secret)).status_code == 401


async def test_a_secret_is_shown_once(client: httpx.AsyncClient) -> None:
    made = await client.post("/v1/keys", json={"name": "k", "role": "admin"})
    assert made.status_code == 201
    listed = await client.get("/v1/keys")
    assert made.json()["secret"] not in listed.text
    assert made.json()["id"] in listed.text


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/search", {"query": "x", "workspace": "other"}),
        ("POST", "/v1/ask", {"question": "x?", "workspace": "other"}),
        ("GET", "/v1/documents?workspace=other", None),
        ("DELETE", f"/v1/documents/{uuid.UUID(int=1)}?workspace=other", None),
        ("POST", "/v1/keys", {"name": "k", "role": "admin", "workspace": "other"}),
        ("POST", "/v1/workspaces", {"name": "new"}),
        ("GET", "/v1/panels/graph?workspace=other", None),
        ("POST", "/v1/panels/graph/switch", {"workspace": "other"}),
        ("POST", "/v1/panels/switch/back", {"workspace": "other"}),
        ("POST", "/v1/panels/graph/rebuild", {"source": "vector"}),
        ("GET", "/v1/panels/parity", None),
        ("GET", "/v1/panels/audit", None),
        ("GET", "/v1/panels/policy", None),
        ("POST", "/v1/panels/parity/repair", {}),
        ("GET", "/v1/generations", None),
        ("POST", "/v1/intake", {"kind": "mailbox", "address": "imaps://ada@127.0.0.1/INBOX"}),
        ("DELETE", "/v1/intake/scans", None),
        ("GET", "/v1/evaluations", None),
        ("GET", "/v1/evaluations/champion/results", None),
        ("POST", "/v1/generations/1/retire", None),
    ],
)
async def test_a_bound_key_cannot_name_another_workspace(
    stand: Stand, method: str, path: str, body: dict[str, str] | None
) -> None:
    async with stand.client(Role.ADMIN) as bound:
        answer = await bound.request(method, path, json=body)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_an_upload_with_a_bound_key_cannot_name_another_workspace(stand: Stand) -> None:
    async with stand.client(Role.EDITOR) as bound:
        answer = await bound.post(
            "/v1/documents", files={"file": ("a", b"x")}, data={"workspace": "other"}
        )
    assert answer.status_code == 403


async def test_a_bound_admin_manages_only_its_own_workspace(
    stand: Stand, client: httpx.AsyncClient
) -> None:
    keys = {key["name"]: key for key in (await client.get("/v1/keys")).json()["keys"]}
    async with stand.client(Role.ADMIN) as bound:
        seen = (await bound.get("/v1/keys")).json()["keys"]
        assert {key["workspace"] for key in seen} == {"default"}
        made = await bound.post("/v1/keys", json={"name": "k", "role": "admin"})
        assert made.json()["workspace"] == "default"
        gone = await bound.delete(f"/v1/keys/{keys['stranger']['id']}")
        assert gone.status_code == 404
        assert (await bound.get("/v1/workspaces")).json() == {"workspaces": ["default"]}
    async with stand.client("stranger") as stranger:
        assert (await stranger.get("/v1/documents")).status_code == 200


async def test_nobody_revokes_the_key_in_hand(client: httpx.AsyncClient) -> None:
    keys = {key["name"]: key["id"] for key in (await client.get("/v1/keys")).json()["keys"]}
    answer = await client.delete(f"/v1/keys/{keys['root']}")
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


async def test_the_description_declares_the_key(client: httpx.AsyncClient) -> None:
    described = (await client.get("/openapi.json")).json()
    [(name, scheme)] = described["components"]["securitySchemes"].items()
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            wanted: list[dict[str, list[str]]] = [] if path == "/health/live" else [{name: []}]
            assert operation.get("security", []) == wanted, (method, path)
