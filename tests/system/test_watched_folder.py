"""A watched folder of a running service, as its owner sees it."""

from pathlib import Path

import httpx

from tests.system.conftest import Installation, eventually

QUESTION = {"query": "Quand finit le bail de Dijon ?", "panel": "graph"}


def passages(client: httpx.Client) -> list[tuple[str, str]]:
    """Give source and text of what a search finds."""
    results = client.post("/v1/search", json=QUESTION).raise_for_status().json()["results"]
    return [(result["source"], result["text"]) for result in results]


def test_files_are_taken_in_as_they_come(installation: Installation, tmp_path: Path) -> None:
    file = tmp_path / "bail.txt"
    first, second = (f"Le bail de Dijon prend fin en {year}." for year in (2031, 2040))
    installation.run("intake", "add", "folder", str(tmp_path / "none"), expect=1)
    words = ("--name", "scans", "--settle", "1s", "--every", "1h")
    installation.run("intake", "add", "folder", str(tmp_path), *words)
    service = installation.serve()
    headers = {"Authorization": f"Bearer {installation.key()}"}
    with httpx.Client(base_url=installation.address, headers=headers, timeout=60) as client:

        def last() -> dict[str, int] | None:
            (place,) = client.get("/v1/intake").raise_for_status().json()["places"]
            look: dict[str, int] | None = place["last"]
            return look

        eventually(last)
        for text in (first, second):
            file.write_text(text)
            eventually(lambda text=text: passages(client) == [(f"file:{file}", text)])  # type: ignore[misc]
        assert file.read_text() == second

    service.terminate()
    service.wait(60)
    (tmp_path / "new.txt").write_text("The blue folder is in room 12.")
    look = installation.json("intake", "look", "scans")
    while look["waiting"]:
        look = installation.json("intake", "look", "scans")
    assert (look["new"], look["changed"], look["unchanged"], look["failed"]) == (1, 0, 1, 0)
    installation.run("intake", "remove", "scans")
    assert file.exists()
