"""The service's interface as the soak uses it: real HTTP, every answer told from no answer."""

import re
from collections import Counter
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import httpx

from tests.soak.book import Edition
from tests.soak.judge import Listed, Passage

PANELS = ("vector", "graph")
MODES = (*PANELS, "fused")
MOST_FOUND = 100
MOST_LISTED = 500
PATIENCE = 120.0
"""Seconds to wait for an answer: longer than the service waits for its databases, so that nothing
is still under way when the soak counts."""


@dataclass(frozen=True, slots=True)
class Unanswered(Exception):
    """It may have happened or not; ``sent`` is False when it surely has not."""

    sent: bool


class Client:
    """Talks to one service with one key. ``surprises`` counts answers that nobody expects."""

    def __init__(self, address: str, key: str) -> None:
        headers = {"Authorization": f"Bearer {key}"}
        self._http = httpx.AsyncClient(base_url=address, headers=headers, timeout=PATIENCE)
        self.surprises: Counter[str] = Counter()

    async def __aenter__(self) -> Self:
        """Open."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def upload(self, source: str, edition: Edition) -> UUID:
        """Send an edition; give the document's id once it is acknowledged. Raises Unanswered."""
        answer = await self._ask(
            "POST",
            "/v1/documents",
            expect={202, 503},
            files={"file": (edition.filename, edition.data)},
            data={"source": source},
        )
        return UUID(answer["documents"][0]["id"])

    async def delete(self, document: UUID) -> None:
        """Delete a document; returns once that is acknowledged. Raises Unanswered."""
        await self._ask("DELETE", f"/v1/documents/{document}", expect={202, 204, 503})

    async def rebuild(self, panel: str, source: str) -> None:
        """Have a panel emptied and filled from a source. Raises Unanswered."""
        path = f"/v1/panels/{panel}/rebuild"
        await self._ask("POST", path, expect={202, 503}, json={"source": source})

    async def generations(self) -> list[dict[str, Any]]:
        """Give all generations, oldest first. Raises Unanswered."""
        answer = await self._ask("GET", "/v1/generations", expect={200, 503})
        found: list[dict[str, Any]] = answer["generations"]
        return found

    async def begin_generation(self, model: str, dimension: int, chunker: str) -> None:
        """Have a generation built beside the live one. Raises Unanswered, also when refused."""
        body = {"model": model, "dimension": dimension, "chunker": chunker}
        await self._ask("POST", "/v1/generations", expect={201, 409, 503}, json=body)

    async def turn_generation(self, number: int, verb: str) -> None:
        """Pause, resume, activate or retire one. Raises Unanswered, also when refused."""
        path = f"/v1/generations/{number}/{verb}"
        await self._ask("POST", path, expect={200, 404, 409, 503})

    async def search(
        self, text: str, mode: str, within: UUID | None = None
    ) -> list[tuple[str, Passage]]:
        """Give the passages that were found, and by whom. Raises Unanswered."""
        body: dict[str, Any] = {"query": text, "panel": mode, "limit": MOST_FOUND}
        if within:
            body["filters"] = {"documents": [str(within)]}
        answer = await self._ask("POST", "/v1/search", expect={200, 503}, json=body)
        served = "+".join(answer["served_by"])
        return [(served, Passage(UUID(r["document_id"]), r["text"])) for r in answer["results"]]

    async def chunks(self, document: UUID, panel: str) -> list[Passage]:
        """Give a document's chunks as a panel holds them. Raises Unanswered; none for nobody.

        A long document takes several answers; one that is replaced between them is read again.
        """
        found: list[Passage] = []
        params: dict[str, Any] = {"panel": panel, "limit": MOST_LISTED}
        path, version = f"/v1/documents/{document}/chunks", None
        while True:
            answer = await self._ask("GET", path, expect={200, 404, 503}, params=params)
            if version not in {None, answer.get("version")}:
                found, version = [], None
                params.pop("cursor")
                continue
            version = answer.get("version")
            found += [Passage(document, chunk["text"]) for chunk in answer.get("chunks", ())]
            if answer.get("cursor") is None:
                return found
            params["cursor"] = answer["cursor"]

    async def listing(self) -> list[Listed]:
        """Give every document. Raises Unanswered."""
        found: list[Listed] = []
        params: dict[str, Any] = {"limit": 200}
        while True:
            answer = await self._ask("GET", "/v1/documents", expect={200, 503}, params=params)
            found += [Listed(UUID(d["id"]), d["source"], d["state"]) for d in answer["documents"]]
            if not answer["cursor"]:
                return found
            params["cursor"] = answer["cursor"]

    async def ready(self) -> bool:
        """Tell whether everything answers and somebody works."""
        try:
            answer = await self._ask("GET", "/health/ready", expect={200, 503})
        except Unanswered:
            return False
        return bool(answer["status"] == "ready")

    async def _ask(self, method: str, path: str, *, expect: set[int], **request: Any) -> Any:
        try:
            answer = await self._http.request(method, path, **request)
        except httpx.ConnectError as error:
            raise Unanswered(sent=False) from error
        except httpx.TransportError as error:
            raise Unanswered(sent=True) from error
        if answer.status_code not in expect:
            route = path.split("/")[2] if path.startswith("/v1/") else path
            why = re.search(r'"detail":"([^"]*)', answer.text)
            said = why[1] if why else answer.text[:200]
            self.surprises[f"{method} {route}: {answer.status_code} {said}"] += 1
        elif answer.status_code == httpx.codes.NOT_FOUND:
            return {}
        if answer.is_success:
            return answer.json()
        # A refusal has changed nothing; so a document that cannot be deleted is to be there.
        raise Unanswered(sent=answer.is_server_error)
