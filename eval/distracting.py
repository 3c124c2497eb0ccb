"""Adds documents that answer nothing to a suite's own: in a tiny corpus everything is found."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from contracts.errors import InvalidInput
from eval.importing import load_suite
from eval.suites import BeirDocument, Loaded, read_text, records, text_of

PREFIX = "distractor"
TEXTS = {".md", ".txt"}


def distract(loaded: Loaded, path: Path) -> Loaded:
    """Give the suite with the documents of another one, or of a folder of texts, beside its own.

    Their ids begin with the folder's name, so that they never collide. One that has the text of
    a document of the suite is left out: it may answer a question. Raises InvalidInput for a suite
    without documents of its own, or a path without any.
    """
    if not loaded.documents:
        raise InvalidInput(
            f"The suite '{loaded.suite.name}' brings no documents of its own.",
            "Distractors go beside the documents of a BEIR folder or a SQuAD file.",
        )
    own = {_words(one.text) for one in loaded.documents}
    name = f"{PREFIX}:{path.resolve().stem}"
    added = tuple(
        replace(one, id=f"{name}:{one.id}")
        for one in _documents(path)
        if _words(one.text) not in own
    )
    if not added:
        raise InvalidInput(
            f"{path} holds no document that the suite has not.",
            "Name a BEIR folder, a SQuAD file or a folder of .txt and .md files.",
        )
    if clash := {one.id for one in loaded.documents} & {one.id for one in added}:
        raise InvalidInput(f"The suite has '{min(clash)}' already.", "Rename the folder.")
    told = f"{name}, {len(added)} documents, {_digest(added)}"
    return replace(
        loaded,
        documents=(*loaded.documents, *added),
        distractors="; ".join(filter(None, (loaded.distractors, told))),
    )


def _documents(path: Path) -> Sequence[BeirDocument]:
    """Give the documents of a suite, of a corpus without questions, or the texts of a folder."""
    if path.is_dir() and not (path / "corpus.jsonl").exists():
        return [
            BeirDocument(str(file.relative_to(path)), "", read_text(file))
            for file in sorted(path.rglob("*"))
            if file.suffix.lower() in TEXTS and file.is_file()
        ]
    if path.is_dir():
        return list(_corpus(path / "corpus.jsonl"))
    return load_suite(path).documents


def _corpus(path: Path) -> Iterator[BeirDocument]:
    for place, record in records(path):
        title, text = (text_of(record, key, place, needed=False) for key in ("title", "text"))
        yield BeirDocument(text_of(record, "_id", place), title, text)


def _words(text: str) -> str:
    return " ".join(text.split())


def _digest(documents: Sequence[BeirDocument]) -> str:
    """Name documents by what they hold, in whatever order."""
    texts = sorted(f"{one.id}\0{one.title}\0{one.text}" for one in documents)
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:12]
