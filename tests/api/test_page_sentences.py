"""What the service says in English is said on pages in the reader's language, word for word."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import contracts.errors
from api.pages.sentences import LIST, translated
from api.pages.texts import texts
from contracts.errors import InvalidInput, Unavailable
from tests.api.stand import Stand

ROOT = LIST.parents[2]
SHOWN = (
    *sorted((ROOT / "readers/intake").glob("*.py")),
    *(ROOT / "catalog" / f"{x}.py" for x in ("places", "trash", "review", "likeness", "cursors")),
    *(ROOT / "ingestion" / f"{x}.py" for x in ("ordering", "discarding", "deciding", "gathering")),
    ROOT / "api/intake_desk.py",
    ROOT / "contracts/quality.py",
    ROOT / "deploy/intake.py",
)
"""Code whose errors people meet on the pages of documents and of the ways in."""
KINDS = {*vars(contracts.errors), "Missed"}
KNOWN = tomllib.loads(LIST.read_text(encoding="utf-8"))


def plain(template: str) -> str:
    """Give a sentence with the names of its facts left out."""
    return re.sub(r"\{\w+\}", "{}", template)


def template(node: ast.AST) -> str | None:
    """Give a string of the code with ``{}`` for each fact."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = (x.value if isinstance(x, ast.Constant) else "{}" for x in node.values)
        return "".join(map(str, parts))
    return None


def nodes(path: Path) -> Iterator[ast.AST]:
    yield from ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def errors(path: Path) -> Iterator[str]:
    """Yield what the code of a file may say went wrong, with what to do."""
    for node in nodes(path):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            said = [words for one in node.args if (words := template(one)) is not None]
            if node.func.id in KINDS and said:
                yield " ".join(said)


@pytest.mark.parametrize("path", SHOWN, ids=lambda path: path.stem)
def test_whatever_can_go_wrong_there_is_said_in_every_language(path: Path) -> None:
    known = {plain(one["en"]) for one in KNOWN["said"]}
    assert [words for words in errors(path) if words not in known] == []


def test_nothing_is_translated_that_nobody_says() -> None:
    rooms = ("api", "catalog", "contracts", "deploy", "ingestion", "readers")
    files = [path for room in rooms for path in (ROOT / room).rglob("*.py")]
    said = {words for path in files for node in nodes(path) if (words := template(node))}
    for one in KNOWN["said"]:
        words = plain(one["en"])
        ends = {n for n in range(len(words)) if words[n] == " " and words[:n] in said}
        assert words in said or any(words[n + 1 :] in said for n in ends), words


@pytest.mark.parametrize("language", ["fr", "ru"])
def test_every_translation_has_the_facts_of_the_sentence(language: str) -> None:
    for one in (*KNOWN["said"], *KNOWN["word"]):
        wanted = re.findall(r"\{\w+\}", one["en"])
        assert sorted(re.findall(r"\{\w+\}", one[language])) == sorted(wanted), one["en"]


def test_facts_are_put_into_the_sentence_and_translated_where_they_are_words() -> None:
    said = Unavailable(
        "The folder /srv/{a} does not answer: Permission denied.",
        "It is looked at again once its file server is back.",
    )
    told = translated(str(said), "fr")
    assert told.startswith("Le dossier /srv/{a} ne répond pas : accès refusé. Il sera consulté")
    assert translated(str(said), "en") == str(said)
    refused = InvalidInput("'moon' is no kind of place.", "Name one of folder.")
    assert texts("ru").problem(refused).startswith("Запрос отклонён: «moon»: такого вида нет")


def test_what_nobody_translated_stays_as_it_is() -> None:
    assert translated("The moon is down. Wait.", "fr") == "The moon is down. Wait."


async def test_a_refused_place_is_told_in_french(stand: Stand) -> None:
    async with stand.client() as client:
        body = {"kind": "folder", "address": "/etc"}
        problem = (await client.post("/v1/intake", json=body)).json()
    said = texts("fr").said(f"{problem['detail']} {problem['remedy']}")
    assert said.startswith("/etc est en dehors de DIPTYCH_INTAKE_ROOT, qui est ")
