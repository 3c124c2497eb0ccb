"""The test platform on real servers: a variant is built, measured, swept, and leaves nothing."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.system.conftest import Installation

TOPICS = (
    "lease", "heating", "parking", "deposit", "insurance", "garden", "noise", "keys",
    "repairs", "lift", "cellar", "internet", "pets", "painting", "windows", "moving",
    "laundry", "bicycles", "rubbish", "mail", "electricity", "water",
)  # fmt: skip


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in the BEIR layout, one question for each document."""
    folder = tmp_path_factory.mktemp("suite") / "house"
    folder.mkdir()
    texts = {
        topic: f"The rules for {topic} are on page {n}. Ask the caretaker about {topic} first. "
        f"Whoever ignores the rules for {topic} pays {n} euros."
        for n, topic in enumerate(TOPICS)
    }
    corpus = ({"_id": one, "title": one, "text": text} for one, text in texts.items())
    queries = ({"_id": f"q-{one}", "text": f"What does {one} cost?"} for one in TOPICS)
    for name, records in (("corpus", corpus), ("queries", queries)):
        lines = "".join(json.dumps(one) + "\n" for one in records)
        (folder / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    judged = "".join(f"q-{one}\t{one}\t1\n" for one in TOPICS)
    (folder / "qrels.tsv").write_text(judged, encoding="utf-8")
    return folder


def lines(installation: Installation, *words: str) -> list[Any]:
    return [json.loads(one) for one in installation.run(*words, "--json").splitlines()]


def test_a_variant_is_tried_from_one_file_and_leaves_nothing(
    installation: Installation, suite: Path, tmp_path: Path
) -> None:
    file = tmp_path / "short.yaml"
    file.write_text(f"chunker: sentences-1-0\npanel: vector\nsuites: [{suite}]\n", "utf-8")
    before = installation.json("workspaces", "list")
    (row,) = lines(installation, "lab", "try", str(file))
    assert (row["variant"], row["suite"], row["questions"]) == ("short", "house", len(TOPICS))
    assert row["value"] > 0.8
    assert lines(installation, "lab", "leaderboard", "--suite", "house") == [row]
    (kept,) = lines(installation, "lab", "list")
    assert kept["generation"] == 2
    assert len(kept["workspaces"]) == len(kept["runs"]) == 1

    swept = installation.json("lab", "sweep", str(file), "--grid", "fusion.k=5,60,200")
    assert swept["tried"] == 3
    assert len(lines(installation, "eval", "list")) == 4

    installation.run("lab", "remove", "short")
    assert installation.json("workspaces", "list") == before
    assert [one["generation"]["number"] for one in lines(installation, "generations", "list")] == [
        1
    ]
    assert lines(installation, "eval", "list") == lines(installation, "lab", "list") == []
    parity = installation.json("parity", "--deep", expect=None)
    assert parity["clean"]
