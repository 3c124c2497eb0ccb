"""A watched folder of a running service, as its owner sees it."""

from pathlib import Path

import httpx

from tests.system.conftest import Installation, eventually

QUESTION = {"query": "Quand finit le bail de Dijon ?", "panel": "graph"}


def passages(client: httpx.Client) -> list[tuple[str, str]]:
    """Give source and text of what a search finds."""
    results = client.post("/v1/search", json=QUESTION).raise_for_status().json()["results"]
    return [(result["source"], result["text"]) for result in results]


def last(client: httpx.Client) -> dict[str, int]:
    """Give what the last look came to; empty before the first."""
    (place,) = client.get("/v1/intake").raise_for_status().json()["places"]
    look: dict[str, int] | None = place["last"]
    return look or {}


def test_files_are_taken_in_as_they_come(installation: Installation, tmp_path: Path) -> None:
    file = tmp_path / "bail.txt"
    first, second = (f"Le bail de Dijon prend fin en {year}." for year in (2031, 2040))
    service = installation.serve()
    installation.run("intake", "add", "folder", str(tmp_path / "none"), expect=1)
    words = ("--name", "scans", "--settle", "1s", "--every", "1h")
    installation.run("intake", "add", "folder", str(tmp_path), *words)
    headers = {"Authorization": f"Bearer {installation.key()}"}
    with httpx.Client(base_url=installation.address, headers=headers, timeout=60) as client:
        for text in (first, second):
            file.write_text(text)
            eventually(lambda text=text: passages(client) == [(f"file:{file}", text)])  # type: ignore[misc]
        assert file.read_text() == second

        service.terminate()
        service.wait(60)
        (tmp_path / "new.txt").write_text("The blue folder is in room 12.")
        installation.serve()
        eventually(lambda: last(client).get("new") == 1)
        assert (last(client)["changed"], last(client)["unchanged"]) == (0, 1)
        installation.run("intake", "remove", "scans")
        assert client.get("/v1/intake").json() == {"places": []}
        assert passages(client)[0][0] == f"file:{file}"
