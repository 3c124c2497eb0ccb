"""Suites that are kept, through the wiring of the commands, over a service in memory."""

import json
from pathlib import Path
from typing import cast

import pytest

from contracts.errors import Conflict, InvalidInput, NotFound, SetupFailed
from contracts.nouns import DEFAULT_WORKSPACE, ReadMode, Span
from contracts.tuning import Configuration
from deploy import curating
from deploy.commands.measure import Wish, measure_suite
from deploy.commands.suites import keep
from deploy.curating import load_suite_from, source_of, suite_file
from deploy.wiring import Diptych
from eval.corpus import Fault
from eval.importing import load_suite
from tests.deploy.test_measuring import Small

TEXTS = [f"The kiln number{n} burns at {900 + n} degrees." for n in range(4)]


class Kept(Small):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.suites = self.catalog.suites

    @property
    def diptych(self) -> Diptych:
        return cast("Diptych", self)


def unseen(_label: str, _done: int, _total: int) -> None:
    """Show nothing."""


@pytest.fixture
async def kept(tmp_path: Path) -> Kept:
    kept = Kept(tmp_path)
    await kept.prepare()
    return kept


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return beir(tmp_path / "kilns", TEXTS)


def beir(folder: Path, texts: list[str]) -> Path:
    folder.mkdir()
    records = (json.dumps({"_id": f"d{n}", "text": text}) for n, text in enumerate(texts))
    (folder / "corpus.jsonl").write_text("\n".join(records), "utf-8")
    asked = (f"At how many degrees burns kiln number{n}?" for n in range(4))
    queries = (json.dumps({"_id": f"q{n}", "text": text}) for n, text in enumerate(asked))
    (folder / "queries.jsonl").write_text("\n".join(queries), "utf-8")
    (folder / "qrels.tsv").write_text("".join(f"q{n}\td{n}\t1\n" for n in range(4)), "utf-8")
    return folder


async def test_an_imported_suite_is_measured_by_its_name(kept: Kept, folder: Path) -> None:
    version, doubts = await keep(kept.diptych, load_suite(folder), "kilns", None, unseen)
    assert (version.number, version.questions, doubts) == (1, 4, ())
    name = Path("kilns@1")
    assert suite_file(name) is None
    loaded = await load_suite_from(kept.suites, name)
    assert (loaded.suite.name, source_of(name, loaded)) == ("kilns@1", "kilns@1")
    wish = Wish((Configuration(ReadMode.VECTOR),), source=source_of(name, loaded))
    (found,) = await measure_suite(kept.diptych, loaded, wish, unseen)
    pins = found.run.pins
    assert (pins.suite, pins.suite_fingerprint) == ("kilns@1", version.fingerprint)
    assert pins.workspace.startswith("eval-kilns-")
    assert [one.metrics["success@5"] for one in found.results] == [1.0] * 4


async def test_the_same_file_again_is_the_same_version(kept: Kept, folder: Path) -> None:
    loaded = load_suite(folder)
    first, _ = await keep(kept.diptych, loaded, "kilns", None, unseen)
    again, _ = await keep(kept.diptych, loaded, "kilns", None, unseen)
    assert again == first
    await kept.people.add_workspace("elsewhere")
    with pytest.raises(Conflict):
        await keep(kept.diptych, loaded, "kilns", "elsewhere", unseen)


async def test_a_testset_of_ragas_gets_its_places_and_tells_what_it_lacks(
    kept: Kept, folder: Path, tmp_path: Path
) -> None:
    await keep(kept.diptych, load_suite(folder), "kilns", None, unseen)
    workspace = (await kept.suites.get("kilns")).workspace
    testset = tmp_path / "testset.jsonl"
    rows = (
        {"user_input": f"{n}?", "reference_contexts": [text], "reference": "x"}
        for n, text in enumerate((TEXTS[2].replace(" ", "\n"), "Nowhere."))
    )
    testset.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    _, doubts = await keep(kept.diptych, load_suite(testset), "made", workspace, unseen)
    assert [(one.label.quote, one.fault) for one in doubts] == [("Nowhere.", Fault.MISSING)]
    first = (await kept.suites.version("made")).questions[0].labels[0]
    assert (first.document, first.span, first.quote) == ("d2", Span(0, len(TEXTS[2])), TEXTS[2])


async def test_distractors_get_a_workspace_with_the_suite_and_are_pinned(
    kept: Kept, folder: Path, tmp_path: Path
) -> None:
    more = beir(tmp_path / "more", [f"{text} Twice." for text in TEXTS])
    loaded = suite_file(folder, [more])
    assert loaded is not None
    assert len(loaded.documents) == 8
    wish = Wish((Configuration(ReadMode.VECTOR),))
    (found,) = await measure_suite(kept.diptych, loaded, wish, unseen)
    told = str(found.run.pins.configuration["distractors"])
    assert told.startswith("distractor:more, 4 documents, ")
    assert await kept.documents.counts(found.run.pins.workspace) == {"live": 8}
    alone = load_suite(folder)
    (plain,) = await measure_suite(kept.diptych, alone, wish, unseen)
    assert plain.run.pins.workspace != found.run.pins.workspace
    assert "distractors" not in plain.run.pins.configuration


async def test_a_name_that_means_nothing_is_said(kept: Kept, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="neither a file nor a suite 'kilns'"):
        await load_suite_from(kept.suites, Path("kilns"))
    await kept.suites.create("kilns", DEFAULT_WORKSPACE)
    for name in ("kilns", "kilns@3"):
        with pytest.raises(NotFound):
            await load_suite_from(kept.suites, Path(name))
    with pytest.raises(InvalidInput, match="is no suite"):
        suite_file(tmp_path / "kilns")


def test_without_a_chat_model_nothing_is_generated(kept: Kept) -> None:
    with pytest.raises(SetupFailed, match="No chat model"):
        curating.generate(kept.diptych)
