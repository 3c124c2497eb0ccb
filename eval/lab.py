"""The test platform: variants read from YAML, and sweeps that end early what does not lead."""

import math
import random
import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any, TypeVar

import yaml

from contracts.errors import InvalidInput, TooLarge
from contracts.measuring import Suite
from contracts.nouns import ReadMode
from contracts.tuning import GENERATION, PANEL, Configuration
from contracts.variants import Variant
from eval.suites import read_text

T = TypeVar("T")

LIMIT = 64 * 1024
"""Characters of a variant's file."""
DEEP = 4
FEW = 20
"""Questions that the first round of a sweep asks, at least."""
MOST = 64
"""Combinations of a sweep."""

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_KEYS: dict[str, type | tuple[type, ...]] = {
    "name": str,
    "base": (str, int),
    "panel": str,
    "embedder": str,
    "chunker": str,
    "answers": bool,
    "settings": dict,
    "suites": list,
}
_EXAMPLE = "Write key: value lines, as in name: short, then chunker: sentences-3-1."


def read_variant(path: Path) -> Variant:
    """Read a variant from a file. Raises InvalidInput, TooLarge: nothing was built then."""
    found = _mapping(_checked(path), path)
    for key, value in found.items():
        kind = _KEYS.get(key) if isinstance(key, str) else None
        if kind is None:
            raise InvalidInput(
                f"{path}: there is no key '{key!s:.60}'.", f"The keys are: {', '.join(_KEYS)}."
            )
        if not isinstance(value, kind) or (kind is not bool and isinstance(value, bool)):
            raise InvalidInput(f"{path}: '{key}' cannot be {value!r:.60}.", _EXAMPLE)
    name = str(found.get("name", path.stem))
    if not _NAME.fullmatch(name):
        raise InvalidInput(
            f"{path}: '{name[:80]}' cannot be the name of a variant.",
            "Use up to 63 small letters, digits, '-' and '_', a letter or digit first.",
        )
    suites = found.get("suites", [])
    if not all(isinstance(one, str) for one in suites):
        raise InvalidInput(f"{path}: 'suites' is not a list of paths.", "Write - piaf below it.")
    return Variant(
        name=name,
        base=str(found.get("base", "champion")),
        settings=_settings(found, path),
        model=found.get("embedder"),
        chunker=found.get("chunker"),
        answers=found.get("answers", False),
        suites=tuple(_beside(path, one) for one in suites),
    )


def _beside(path: Path, suite: str) -> str:
    """Find a suite from where the file is, not from where the command is called; or by its name."""
    found = (path.parent / suite).resolve()
    is_name = not found.exists() and Path(suite).suffix == "" and Path(suite).name == suite
    return suite if is_name else str(found)


def _checked(path: Path) -> str:
    """Give the text of a file that is short, flat, and repeats nothing by reference.

    Looked at event by event: nothing of a bomb is built, and the parser, whose time grows with the
    square of the depth, is stopped early.
    """
    text = read_text(path)
    if len(text) > LIMIT:
        raise TooLarge(
            f"{path} has {len(text)} characters, at most {LIMIT} fit.",
            "Check that it is the right file.",
        )
    depth = 0
    try:
        for one in yaml.parse(text, Loader=yaml.SafeLoader):
            depth += isinstance(one, yaml.CollectionStartEvent)
            depth -= isinstance(one, yaml.CollectionEndEvent)
            if isinstance(one, yaml.AliasEvent) or depth > DEEP:
                raise InvalidInput(
                    f"{path} repeats something by reference (*) or is nested {DEEP + 1} deep.",
                    "Write it out, flat.",
                )
    except yaml.YAMLError as error:
        raise _broken(path, error) from error
    return text


def _mapping(text: str, path: Path) -> dict[Any, Any]:
    try:
        found = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise _broken(path, error) from error
    if not isinstance(found, dict):
        raise InvalidInput(f"{path} holds no keys with values.", _EXAMPLE)
    return found


def _broken(path: Path, error: Exception) -> InvalidInput:
    said = " ".join(str(error).split())
    return InvalidInput(f"{path} is not YAML: {said:.200}.", _EXAMPLE)


def _settings(found: dict[Any, Any], path: Path) -> dict[str, object]:
    """Give the settings and the panel, checked against those that there are."""
    listed = found.get("settings", {})
    settings = {str(key): value for key, value in listed.items()} if listed else {}
    if GENERATION in settings:
        raise InvalidInput(
            f"{path}: a variant cannot name a generation.", "Name its chunker or its embedder."
        )
    if "panel" in found:
        settings[PANEL] = found["panel"]
    Configuration(ReadMode.FUSED).changed(settings)
    return settings


def combinations(texts: Iterable[str]) -> list[dict[str, str]]:
    """Read ``key=a,b`` texts as every combination of their values. Raises InvalidInput."""
    values: dict[str, list[str]] = {}
    for text in texts:
        key, equals, listed = text.partition("=")
        several = list(dict.fromkeys(one.strip() for one in listed.split(",") if one.strip()))
        if not (key.strip() and equals and several):
            raise InvalidInput(f"'{text[:60]}' is no grid.", "Write fusion.k=10,30,60.")
        values[key.strip()] = several
    if GENERATION in values:
        raise InvalidInput("A sweep cannot go over generations.", "Try one variant for each.")
    number = math.prod(map(len, values.values()))
    if not values or number > MOST:
        raise InvalidInput(
            f"The grid has {number if values else 0} combinations.", f"Give 1 to {MOST} of them."
        )
    found = [dict(zip(values, one, strict=True)) for one in product(*values.values())]
    for one in found:
        Configuration(ReadMode.FUSED).changed(one)
    return found


@dataclass(frozen=True, slots=True)
class Round:
    """One round of a sweep: how many were asked how much, and how many went on."""

    questions: int
    candidates: int
    kept: int


async def halve(
    candidates: Sequence[T],
    suite: Suite,
    scores: Callable[[Suite, Sequence[T]], Awaitable[Sequence[float]]],
    seed: int = 0,
) -> tuple[T, list[Round]]:
    """Find the candidate that leads, by rounds: each keeps the better half, and asks twice as much.

    Successive halving (Jamieson, Talwalkar: "Non-stochastic Best Arm Identification and
    Hyperparameter Optimization", AISTATS 2016). The questions of a round are those of the one
    before and more; at equal scores the earlier candidate stays. That one leads is no proof: the
    caller compares it with the baseline on all questions, and counts how many were tried.
    """
    questions = sorted(suite.questions, key=lambda one: one.id)
    random.Random(seed).shuffle(questions)  # noqa: S311 - an order, no secret
    left, rounds = list(candidates), list[Round]()
    while len(left) > 1:
        size = max(len(questions) >> (len(left) - 1).bit_length(), min(FEW, len(questions)))
        asked = replace(suite, questions=tuple(questions[:size]))
        found = await scores(asked, left)
        order = sorted(range(len(left)), key=lambda place: (-found[place], place))
        kept = sorted(order[: (len(left) + 1) // 2])
        rounds.append(Round(size, len(left), len(kept)))
        left = [left[place] for place in kept]
    return left[0], rounds
