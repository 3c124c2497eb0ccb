"""Variants as people write them, and sweeps."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from contracts.errors import InvalidInput
from contracts.measuring import Question, Suite
from contracts.variants import Variant
from eval.lab import combinations, halve, read_variant

SUITE = Suite("s", tuple(Question(f"{n:03}", "?") for n in range(160)))


def read(folder: Path, text: str) -> Variant:
    path = folder / "short.yaml"
    path.write_text(text, encoding="utf-8")
    return read_variant(path)


def test_a_variant_is_read_with_all_that_it_says(tmp_path: Path) -> None:
    text = """
base: 3
panel: graph
embedder: e5
chunker: sentences-3-1
answers: true
settings:
  fusion.k: 30
  answer.gap: 0.5
suites: [piaf, ../q.jsonl, leases@2]
"""
    (tmp_path / "piaf").mkdir()
    assert read(tmp_path, text) == Variant(
        name="short",
        base="3",
        settings={"panel": "graph", "fusion.k": 30, "answer.gap": 0.5},
        model="e5",
        chunker="sentences-3-1",
        answers=True,
        suites=(str(tmp_path / "piaf"), str(tmp_path.parent / "q.jsonl"), "leases@2"),
    )
    assert read(tmp_path, "name: plain") == Variant("plain")


BOMB = "a: &a [x]\n" + "".join(f"{b}: &{b} [*{a},*{a}]\n" for a, b in ("ab", "bc", "cd"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no keys"),
        ("- a\n- b", "holds no keys"),
        ("just words", "holds no keys"),
        ("name: [", "is not YAML"),
        ("name: 2026-99-99", "is not YAML"),
        ("a: !!python/object/apply:os.system [ls]", "is not YAML"),
        ("[" * 60_000, "deep"),
        (BOMB, "by reference"),
        ("x" * 70_000, "at most 65536"),
        ("chunkr: rows-10", "no key 'chunkr'"),
        ("1: rows-10", "no key '1'"),
        ("name: Été", "cannot be the name"),
        ("name: ../x", "cannot be the name"),
        ("answers: maybe", "'answers' cannot be 'maybe'"),
        ("base: true", "'base' cannot be True"),
        ("settings: [a]", "'settings' cannot be"),
        ("settings: {fusion.q: 3}", "no setting 'fusion.q'"),
        ("settings: {fusion.k: many}", "not a whole number"),
        ("settings: {fusion.k: 0}", "out of range"),
        ("settings: {generation: 2}", "cannot name a generation"),
        ("panel: tree", "is no panel"),
        ("suites: [{}]", "not a list of paths"),
    ],
)
def test_what_cannot_be_used_is_said(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InvalidInput) as failure:
        read(tmp_path, text)
    assert said in failure.value.message
    assert failure.value.remedy


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_variant(tmp_path / "none.yaml")


def test_a_grid_is_every_combination() -> None:
    assert combinations(["fusion.k=10,30,10", "answer.gap=0.5"]) == [
        {"fusion.k": "10", "answer.gap": "0.5"},
        {"fusion.k": "30", "answer.gap": "0.5"},
    ]


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ([], "0 combinations"),
        (["fusion.k"], "is no grid"),
        (["fusion.k="], "is no grid"),
        (["generation=1,2"], "over generations"),
        (["fusion.k=1,x"], "not a whole number"),
        (["fusion.k=" + ",".join(map(str, range(1, 67)))], "66 combinations"),
    ],
)
def test_what_is_no_grid_is_said(texts: list[str], said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        combinations(texts)


async def test_a_sweep_asks_more_of_fewer_and_finds_the_one_that_leads() -> None:
    asked: list[tuple[set[str], list[int]]] = []

    async def scores(suite: Suite, left: Sequence[int]) -> list[float]:
        asked.append(({one.id for one in suite.questions}, list(left)))
        return [float(-abs(one - 5)) for one in left]

    best, rounds = await halve(list(range(8)), SUITE, scores)
    assert best == 5
    assert [(one.questions, one.candidates, one.kept) for one in rounds] == [
        (20, 8, 4),
        (40, 4, 2),
        (80, 2, 1),
    ]
    assert asked[0][0] < asked[1][0] < asked[2][0]
    assert sum(one.questions * one.candidates for one in rounds) < 8 * len(SUITE.questions) / 2


async def test_a_small_suite_is_never_asked_too_little() -> None:
    async def scores(suite: Suite, left: Sequence[str]) -> list[float]:
        assert len(suite.questions) == 20
        return [1.0 for _ in left]

    few = Suite("s", SUITE.questions[:30])
    assert (await halve(["a", "b", "c"], few, scores))[0] == "a"
    assert (await halve(["a"], few, scores)) == ("a", [])
