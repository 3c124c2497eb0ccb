"""Documents inside others, through the command and a running service."""

import io
import json
import zipfile
from email.message import EmailMessage
from pathlib import Path

import httpx

from tests.system.conftest import Installation, eventually


def mail(letter: str) -> bytes:
    """A mail with an archive with a letter in it."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("lettre.txt", letter)
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@e.org", "b@e.org", "Envoi"
    message.set_content("Voici l'archive.")
    message.add_attachment(archive.getvalue(), "application", "zip", filename="envoi.zip")
    return message.as_bytes()


def test_what_lies_in_a_mail_is_found_replaced_and_deleted_with_it(
    installation: Installation, tmp_path: Path
) -> None:
    file = tmp_path / "mail.eml"
    paths = [f"{file}{rest}" for rest in ("", "!/envoi.zip", "!/envoi.zip!/lettre.txt")]

    def ingest(letter: str) -> list[dict[str, object]]:
        file.write_bytes(mail(letter))
        lines = installation.run("ingest", str(file), "--json").splitlines()
        return [json.loads(line) for line in lines]

    first = ingest("Le bail de Dijon prend fin en 2031.")
    assert [(line["path"], line["state"]) for line in first] == [(p, "live") for p in paths]
    service = installation.serve()
    again = ingest("Le bail de Dijon prend fin en 2040.")
    assert [line["document"] for line in again] == [line["document"] for line in first]
    headers = {"Authorization": f"Bearer {installation.key()}"}
    with httpx.Client(base_url=installation.address, headers=headers, timeout=60) as client:

        def found(panel: str) -> set[str]:
            question = {"query": "Quand finit le bail de Dijon ?", "panel": panel}
            results = client.post("/v1/search", json=question).raise_for_status().json()["results"]
            return {result["text"].strip() for result in results}

        for panel in ("vector", "graph"):
            assert "Le bail de Dijon prend fin en 2040." in found(panel)
            assert "Le bail de Dijon prend fin en 2031." not in found(panel)
        client.delete(f"/v1/documents/{first[0]['document']}").raise_for_status()
        eventually(lambda: not found("vector") and not found("graph"))
    service.terminate()
    service.wait(60)
