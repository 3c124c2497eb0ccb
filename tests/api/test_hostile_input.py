import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.stand import Stand

JSON = {"Content-Type": "application/json"}
ROUTES = ("/v1/search", "/v1/ask", "/v1/keys", "/v1/workspaces")
FIELDS = ("query", "question", "limit", "filters", "panel", "workspace", "stream", "name", "role")

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["\x00", "\ud800", "default", "vector", "a?", "", "x" * 5000, "reader"])
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["documents", "metadata", "\x00", "\ud800", "k"]), inner)
    ),
    max_leaves=6,
)
bodies = st.dictionaries(st.sampled_from(FIELDS), values, max_size=6) | values
CALM = (HealthCheck.function_scoped_fixture, HealthCheck.too_slow)


@settings(max_examples=150, suppress_health_check=CALM)
@given(route=st.sampled_from(ROUTES), body=bodies)
async def test_no_json_is_a_server_error(client: httpx.AsyncClient, route: str, body: Any) -> None:
    answer = await client.post(route, content=json.dumps(body).encode(), headers=JSON)
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["remedy"]


@settings(max_examples=60, suppress_health_check=CALM)
@given(
    route=st.sampled_from([*ROUTES, "/v1/documents"]),
    raw=st.binary(max_size=200),
    kind=st.sampled_from(
        [
            "application/json",
            "text/plain",
            "multipart/form-data; boundary=x",
            "multipart/form-data",
            "",
            "\x7f/;;=",
        ]
    ),
)
async def test_no_bytes_are_a_server_error(
    client: httpx.AsyncClient, route: str, raw: bytes, kind: str
) -> None:
    answer = await client.post(route, content=raw, headers={"Content-Type": kind})
    assert 400 <= answer.status_code < 500, answer.text


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"null",
        b"\xff\xfe",
        b'{"query": "a \\ud800 b"}',
        b'{"query": "a\\u0000b"}',
        b'{"query": "x", "limit": 1e999}',
        b'{"query": "x", "limit": -1}',
        b'{"query": "x", "limit": 101}',
        b'{"query": "x", "limit": 1' + b"0" * 5000 + b"}",
        b'{"query": "x", "panel": "third"}',
        b'{"query": "x", "unknown": 1}',
        b'{"query": "x", "filters": {"metadata": {"a": Infinity}}}',
        b'{"query": "x", "filters": {"metadata": {"a": NaN}}}',
        b'{"query": "x", "filters": {"metadata": {"a": [1]}}}',
        b'{"query": "x", "filters": {"metadata": {"\\u0000": 1}}}',
        b'{"query": "x", "filters": {"documents": ["../../etc"]}}',
        b'{"query": "' + b"q" * 100_000 + b'"}',
        b'{"query": "' + b"q" * 2_000_000 + b'"}',
        b"[" * 100_000,
    ],
)
async def test_bad_searches_are_the_callers_to_mend(client: httpx.AsyncClient, raw: bytes) -> None:
    answer = await client.post("/v1/search", content=raw, headers=JSON)
    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["remedy"]


@pytest.mark.parametrize(
    "path",
    [
        "/v1/documents?limit=0",
        "/v1/documents?limit=99999999999999999999999",
        "/v1/documents?limit=-1",
        "/v1/documents?limit=inf",
        "/v1/documents?cursor=not-a-cursor",
        "/v1/documents?cursor=%00",
        "/v1/documents?cursor=%ff%fe",
        "/v1/documents?state=nowhere",
        "/v1/documents?workspace=%00",
        "/v1/documents/..%2f..%2fetc%2fpasswd",
        "/v1/documents/%00",
        "/v1/documents/00000000-0000-0000-0000-000000000000/parts/-1",
        "/v1/documents/00000000-0000-0000-0000-000000000000/parts/9999999999999999999",
        "/v1/documents/00000000-0000-0000-0000-000000000000/parts/0?version=99999999999",
        "/v1/documents/00000000-0000-0000-0000-000000000000/chunks?panel=third",
        "/v1/documents/00000000-0000-0000-0000-000000000000/chunks?cursor=-5",
    ],
)
async def test_bad_addresses_are_the_callers_to_mend(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_very_long_header_is_only_that(client: httpx.AsyncClient) -> None:
    answer = await client.get(
        "/v1/documents", headers={b"X-Long": b"x" * 500_000, b"Accept": b"\xff"}
    )
    assert answer.status_code == 200


async def test_a_hostile_host_is_only_a_name(stand: Stand) -> None:
    async with stand.client() as client:
        for host in ("[::1", "a b", "", "x" * 5000, "\x7f"):
            answer = await client.get("/v1/documents/", headers={"Host": host})
            assert answer.status_code == 404, host


@pytest.mark.parametrize("charset", ["utf-7", "unicode_escape", "rot13", "hex", "idna", "nothing"])
async def test_a_hostile_charset_cannot_break_an_upload(
    client: httpx.AsyncClient, charset: str
) -> None:
    body = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="+2AA-\\ud800.txt"\r\n\r\n'
        b"text\r\n--x--\r\n"
    )
    kind = f"multipart/form-data; boundary=x; charset={charset}"
    answer = await client.post("/v1/documents", content=body, headers={"Content-Type": kind})
    assert answer.status_code < 500


async def test_json_without_an_announced_length_is_limited_too(client: httpx.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b'{"query": "' + b"q" * 64 * 1024

    answer = await client.post("/v1/search", content=endless(), headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
