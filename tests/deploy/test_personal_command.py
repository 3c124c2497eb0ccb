"""What ``diptych personal`` prints, and what it takes."""

import json
from uuid import UUID

import pytest
from typer.testing import CliRunner

from contracts.errors import InvalidInput
from contracts.nouns import VersionRef
from contracts.personal import (
    MaskScope,
    Occurrence,
    PersonalCount,
    PersonalDocument,
    PersonalKind,
    PersonalLevel,
    PersonalTotals,
)
from deploy.cli import app
from deploy.commands.personal import scopes_of, sentences, tell, totals_as_json

ID = UUID("4f3c1a9e-8f50-4e50-a6e1-0f2b1f0e6c11")
TOTALS = PersonalTotals(
    {PersonalLevel.HIGH: 2, PersonalLevel.NONE: 40},
    {PersonalKind.NIR: (3, 2), PersonalKind.EMAIL: (120, 2), PersonalKind.PHONE: (5, 1)},
    unmeasured=7,
)
FOUND = {
    PersonalKind.EMAIL: Occurrence(30, tuple(range(1, 31))),
    PersonalKind.NIR: Occurrence(1, (4,)),
}
LETTER = PersonalDocument("letter [1].pdf", PersonalCount(VersionRef(ID, 3), FOUND))
EMPTY = PersonalDocument("empty.pdf", PersonalCount(VersionRef(ID, 1)))


@pytest.mark.parametrize(
    ("text", "scopes"),
    [
        ("off", set()),
        ("index", {MaskScope.INDEX}),
        ("traces, index", {MaskScope.INDEX, MaskScope.TRACES}),
        ("prompts,prompts", {MaskScope.PROMPTS}),
    ],
)
def test_scopes_are_named_with_commas(text: str, scopes: set[MaskScope]) -> None:
    assert scopes_of(text) == scopes


@pytest.mark.parametrize("text", ["", "on", "index,off", "index traces", "Index"])
def test_other_scopes_are_refused_with_what_can_be_said(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        scopes_of(text)
    assert "index,prompts,traces" in refused.value.remedy


def test_a_workspace_is_told_in_sentences() -> None:
    told = "\n".join(sentences(TOTALS, [MaskScope.TRACES, MaskScope.INDEX]))
    assert "40 none, 0 low, 2 high" in told
    assert "7 more were never measured: diptych personal measure" in told
    assert "3 in 2 documents" in told
    assert "5 in 1 document\n" in told
    assert told.index("email") < told.index("nir")
    assert "Masked: index, traces." in told
    assert "Nothing is masked." in list(sentences(PersonalTotals({}, {}, 0), []))


def test_programs_get_the_same_as_one_object() -> None:
    assert totals_as_json("w", TOTALS, []) == {
        "workspace": "w",
        "documents": {"none": 40, "low": 0, "high": 2},
        "unmeasured": 7,
        "kinds": {
            "email": {"found": 120, "documents": 2},
            "nir": {"found": 3, "documents": 2},
            "phone": {"found": 5, "documents": 1},
        },
        "masked": [],
    }


def test_documents_are_told_with_kinds_and_pages(capsys: pytest.CaptureFixture[str]) -> None:
    tell([LETTER, EMPTY], as_json=False)
    told = " ".join(capsys.readouterr().out.split())
    assert f"high {ID} letter [1].pdf" in told
    assert "email 30 (p. 1, 2, 3, 4, 5, 6, 7, 8 ...); nir 1 (p. 4)" in told
    assert f"none {ID} empty.pdf nothing" in told


def test_programs_get_one_line_each_with_all_pages(capsys: pytest.CaptureFixture[str]) -> None:
    tell([LETTER, EMPTY], as_json=True)
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first == {
        "document": str(ID),
        "version": 3,
        "source": "letter [1].pdf",
        "level": "high",
        "found": {
            "email": {"count": 30, "pages": list(range(1, 31))},
            "nir": {"count": 1, "pages": [4]},
        },
    }
    assert (second["level"], second["found"]) == ("none", {})


def test_the_command_knows_its_verbs_and_refuses_before_it_opens_anything() -> None:
    told = CliRunner().invoke(app, ["personal", "--help"]).output
    assert all(word in told for word in ("mask", "measure", "--level", "--document"))
    refused = CliRunner().invoke(app, ["personal", "mask", "everything"])
    assert isinstance(refused.exception, InvalidInput)
