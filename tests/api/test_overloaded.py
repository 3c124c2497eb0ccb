"""Uploads are told to come back before a limit is hit, and before their bytes are read."""

from dataclasses import replace

import httpx

from ingestion.admitting import Admit
from tests.api.stand import Stand


async def upload(client: httpx.AsyncClient) -> httpx.Response:
    return await client.post("/v1/documents", files={"file": ("a.txt", b"text")})


async def test_an_upload_comes_too_many_and_is_taken_later(stand: Stand) -> None:
    catalog = stand.catalog
    admit = Admit(catalog.handling, catalog.blobs, min_free=10, max_waiting=99, clock=lambda: 0.0)
    stand.service = replace(stand.service, admit=admit)
    catalog.blobs.room = 9
    async with stand.client() as client:
        answer = await upload(client)
    assert (answer.status_code, answer.json()["code"]) == (429, "overloaded")
    assert int(answer.headers["retry-after"]) > 0
    assert answer.json()["remedy"]
    later = Admit(catalog.handling, catalog.blobs, min_free=9, max_waiting=99)
    stand.service = replace(stand.service, admit=later)
    async with stand.client() as client:
        assert (await upload(client)).status_code == 202


async def test_the_reference_names_it(client: httpx.AsyncClient) -> None:
    answers = (await client.get("/openapi.json")).json()["paths"]["/v1/documents"]["post"]
    assert "Retry-After" in answers["responses"]["429"]["headers"]
