import json
from pathlib import Path

import pytest

from contracts.errors import InvalidInput
from contracts.measuring import Label, Question, Suite
from eval.distracting import distract
from eval.suites import BeirDocument, Loaded

OWN = BeirDocument("1", "Bail", "Le préavis est de trois mois.")
SUITE = Suite("leases", (Question("q", "?", labels=(Label("1"),)),))
LOADED = Loaded(SUITE, (OWN,))


def corpus(folder: Path, *texts: str) -> Path:
    folder.mkdir(exist_ok=True)
    lines = (json.dumps({"_id": str(n), "text": text}) for n, text in enumerate(texts, start=1))
    (folder / "corpus.jsonl").write_text("\n".join(lines), "utf-8")
    return folder


def test_the_documents_of_another_suite_stand_beside_and_never_collide(tmp_path: Path) -> None:
    more = distract(LOADED, corpus(tmp_path / "wiki", "Un.", "Deux."))
    assert more.suite == SUITE
    assert [one.id for one in more.documents] == ["1", "distractor:wiki:1", "distractor:wiki:2"]
    assert more.distractors.startswith("distractor:wiki, 2 documents, ")


def test_what_is_pinned_follows_the_texts(tmp_path: Path) -> None:
    first = distract(LOADED, corpus(tmp_path / "wiki", "Un."))
    assert distract(LOADED, corpus(tmp_path / "wiki", "Un.")) == first
    assert distract(LOADED, corpus(tmp_path / "wiki", "Deux.")).distractors != first.distractors


def test_a_copy_of_a_labelled_document_is_no_distractor(tmp_path: Path) -> None:
    copy = OWN.text.replace(" ", "\n")
    more = distract(LOADED, corpus(tmp_path / "wiki", copy, "Un."))
    assert [one.text for one in more.documents] == [OWN.text, "Un."]
    with pytest.raises(InvalidInput, match="no document that the suite has not"):
        distract(LOADED, corpus(tmp_path / "wiki", copy))


def test_a_folder_of_texts_and_two_folders_will_do(tmp_path: Path) -> None:
    (tmp_path / "texts" / "deep").mkdir(parents=True)
    (tmp_path / "texts" / "deep" / "a.md").write_text("Un.", "utf-8")
    (tmp_path / "texts" / "b.pdf").write_bytes(b"%PDF")
    more = distract(LOADED, tmp_path / "texts")
    assert [one.id for one in more.documents[1:]] == ["distractor:texts:deep/a.md"]
    both = distract(more, corpus(tmp_path / "wiki", "Deux."))
    assert len(both.documents) == 3
    assert both.distractors.count("; ") == 1


def test_what_cannot_be_used_is_said(tmp_path: Path) -> None:
    wiki = corpus(tmp_path / "wiki", "Un.")
    with pytest.raises(InvalidInput, match="brings no documents of its own"):
        distract(Loaded(SUITE), wiki)
    (tmp_path / "none").mkdir()
    with pytest.raises(InvalidInput, match="holds no document"):
        distract(LOADED, tmp_path / "none")
    with pytest.raises(InvalidInput, match="has 'distractor:wiki:1' already"):
        distract(distract(LOADED, wiki), corpus(tmp_path / "wiki", "Deux."))
