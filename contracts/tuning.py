"""Tuning: everything about answering that may change without reading a document again.

A setting is known by its group and name (``fusion.k``); ``panel`` and ``generation`` say what is
read. The defaults are what was measured best on the development sets; the reasons stand beside
them.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import TypeAlias, TypeVar

from contracts.errors import InvalidInput
from contracts.nouns import ReadMode

Setting: TypeAlias = int | float | bool | str
Value = TypeVar("Value", int, float)

PANEL = "panel"
GENERATION = "generation"
MODES = (ReadMode.VECTOR, ReadMode.GRAPH, ReadMode.FUSED)
"""What can be measured and promoted; trials are the policy's."""
TEXT_LIMIT = 4_000
"""Characters of a setting that is a text."""


def _within(default: Value, least: Value, most: Value) -> Value:
    """Declare a number with the range that it must be in."""
    return field(default=default, metadata={"least": least, "most": most})


@dataclass(frozen=True, slots=True)
class Fusion:
    """How legs become one order: by the sum of ``weight / (k + rank)``.

    A leg weighs its kind times its panel (``dense * vector``). A kind of weight 0 is not asked.
    """

    k: int = _within(60, 1, 10_000)
    """How slowly a rank loses its worth; flat between 20 and 100 in the paper."""
    dense: float = _within(1.0, 0.0, 100.0)
    lexical: float = _within(1.0, 0.0, 100.0)
    vector: float = _within(1.0, 0.01, 100.0)
    graph: float = _within(1.0, 0.01, 100.0)


@dataclass(frozen=True, slots=True)
class Searching:
    """How panels are asked."""

    depth: int = _within(100, 1, 1_000)
    """Hits asked of each leg; what both legs rank low together can still come first."""
    deadline_s: float = _within(5.0, 0.001, 600.0)
    """Seconds that a panel or the embedding model may take before the others go on without it."""


@dataclass(frozen=True, slots=True)
class Weighing:
    """How passages are read for evidence of an answer."""

    depth: int = _within(50, 1, 100)
    """Passages whose words tell which are ordinary in this workspace."""
    read: int = _within(5, 1, 50)
    """Passages that are read piece by piece."""
    embedded: int = _within(16, 1, 200)
    """Pieces that are embedded; on the development sets 39 found the answer no oftener."""
    coverage: float = _within(0.1, 0.0, 10.0)
    """In a piece's score, beside its cosine: the share of the question's words that it has."""
    rank: float = _within(0.005, 0.0, 1.0)
    """Taken from a piece's score for each place of its passage. With both, the first piece holds
    the answer in 58, 83 and 77 % of the French, English and Russian development questions, by the
    cosine alone in 56, 79, 74."""
    threshold: float = _within(0.5, 0.0, 1.0)
    """Probability below which the answer is a refusal: both mistakes weigh the same."""


@dataclass(frozen=True, slots=True)
class Answering:
    """How an answer is written from passages."""

    passages: int = _within(8, 1, 100)
    """Passages shown with an answer and given to the model, where a request does not say."""
    sentences: int = _within(3, 1, 20)
    """Quoted, at most."""
    gap: float = _within(0.02, 0.0, 10.0)
    """A further sentence may score this much below the best. On the development sets that gives
    1.2 to 1.9 sentences, and the answer is among them 3 (English) to 12 points (across languages)
    oftener than in the best one alone."""
    parents: int = _within(1, 0, 1)
    """1: what has a parent is read as that, and as one with its other children; 0: as it is."""
    prompt: str = "cited-1"
    """Rules for a chat model: the name of a version, or a text with its placeholders."""
    characters: int = _within(8_000, 200, 400_000)
    """Of all passages in a prompt, 2,000 to 3,000 tokens; the last are left out above that."""
    tokens: int = _within(600, 1, 32_000)
    """That a model may write."""


@dataclass(frozen=True, slots=True)
class Supporting:
    """When a sentence of a model counts as said by a passage."""

    words: float = _within(0.6, 0.0, 1.0)
    """Share of a sentence's words in one piece that is support by itself."""
    beside: float = _within(0.3, 0.0, 1.0)
    """Share of words that a piece of the same language must have beside its cosine."""
    cosine: float = _within(0.90, -1.0, 1.0)
    """Cosine (of e5) to one piece of the same language that is support in other words: 5 % of the
    pairs of different sentences of one paragraph are as near."""
    across: float = _within(0.86, -1.0, 1.0)
    """The same across languages: 88 % of 454 translated sentences are as near to their original,
    6 % to another sentence of its paragraph."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """All settings, by groups. One of the two kinds of legs weighs something."""

    fusion: Fusion = field(default_factory=Fusion)
    search: Searching = field(default_factory=Searching)
    evidence: Weighing = field(default_factory=Weighing)
    answer: Answering = field(default_factory=Answering)
    support: Supporting = field(default_factory=Supporting)

    def settings(self) -> dict[str, Setting]:
        """Give every setting under its key."""
        return {
            f"{group.name}.{one.name}": getattr(getattr(self, group.name), one.name)
            for group in fields(self)
            for one in fields(getattr(self, group.name))
        }

    def changed(self, changes: Mapping[str, object]) -> "Tuning":
        """Give the tuning with other values, texts read as their type.

        Raises InvalidInput for an unknown key, a value of another type or out of range, and when
        no leg would be left.
        """
        groups: dict[str, dict[str, Setting]] = {}
        known = self.settings()
        for key, value in changes.items():
            if key not in known:
                raise InvalidInput(
                    f"There is no setting '{key[:60]}'.",
                    f"The settings are: {', '.join((PANEL, GENERATION, *known))}.",
                )
            group, name = key.split(".")
            groups.setdefault(group, {})[name] = self._read(key, value)
        tuning = replace(self, **{g: replace(getattr(self, g), **v) for g, v in groups.items()})
        fusion = tuning.fusion
        if not fusion.dense + fusion.lexical:
            raise InvalidInput(
                "With these weights no leg has a say.",
                "Let fusion.dense or fusion.lexical weigh more than 0.",
            )
        return tuning

    def _read(self, key: str, value: object) -> Setting:
        """Read one value as its setting's type, within its range."""
        group, name = key.split(".")
        owner = getattr(self, group)
        kind = type(getattr(owner, name))
        read = _typed(key, value, kind)
        if isinstance(read, str):
            if not 0 < len(read) <= TEXT_LIMIT:
                raise InvalidInput(f"{key} has {len(read)} characters.", f"Give 1 to {TEXT_LIMIT}.")
            return read
        limits = next(one.metadata for one in fields(owner) if one.name == name)
        if limits and not limits["least"] <= read <= limits["most"]:  # refuses nan as well
            raise InvalidInput(
                f"{key}={read:g} is out of range.",
                f"Give {limits['least']:g} to {limits['most']:g}.",
            )
        return read


@dataclass(frozen=True, slots=True)
class Configuration:
    """How questions are answered: what is read, and with what tuning.

    ``mode`` is one of MODES; ``generation`` None means the one that is live.
    """

    mode: ReadMode
    tuning: Tuning = field(default_factory=Tuning)
    generation: int | None = None

    @property
    def digest(self) -> str:
        """The same for the same settings."""
        return hashlib.sha256(json.dumps(self.settings(), sort_keys=True).encode()).hexdigest()

    def settings(self) -> dict[str, Setting | None]:
        """Give every setting under its key, as it is kept."""
        return {
            PANEL: self.mode.value,
            GENERATION: self.generation,
            **self.tuning.settings(),
        }

    def changed(self, changes: Mapping[str, object]) -> "Configuration":
        """Give the configuration with other values. Raises InvalidInput."""
        rest = dict(changes)
        mode = _mode(rest.pop(PANEL, self.mode))
        number = rest.pop(GENERATION, self.generation)
        live = number is None or number in ("", "live")
        generation = None if live else int(_typed(GENERATION, number, int))
        return Configuration(mode, self.tuning.changed(rest), generation)


@dataclass(frozen=True, slots=True)
class Difference:
    """A setting that two configurations have different values of."""

    key: str
    before: Setting | None
    after: Setting | None

    @property
    def sentence(self) -> str:
        """Say it for a person."""
        return f"{self.key}: {self.before} → {self.after}"


def differences(old: Configuration, new: Configuration) -> tuple[Difference, ...]:
    """Give what is not the same in two configurations."""
    before, after = old.settings(), new.settings()
    return tuple(
        Difference(key, value, after[key]) for key, value in before.items() if after[key] != value
    )


def kept(settings: Mapping[str, object]) -> Configuration:
    """Read a configuration as it is kept.

    Settings that this program does not know are left out: they are another version's.
    """
    known = Configuration(ReadMode.VECTOR)
    names = known.settings().keys()
    return known.changed({key: value for key, value in settings.items() if key in names})


def parse_settings(texts: Iterable[str]) -> dict[str, str]:
    """Read ``key=value`` texts; a key's last one counts. Raises InvalidInput."""
    found = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not (key.strip() and equals):
            raise InvalidInput(f"'{text[:60]}' sets nothing.", "Write key=value: fusion.k=30.")
        found[key.strip()] = value.strip()
    return found


def _mode(value: object) -> ReadMode:
    """Read what is read. Raises InvalidInput."""
    for mode in MODES:
        if value == mode.value:
            return mode
    raise InvalidInput(f"{PANEL}={value!s:.40} is no panel.", f"Choose from {', '.join(MODES)}.")


def _typed(key: str, value: object, kind: type) -> Setting:
    """Read a value as a type: exactly, save that texts and whole numbers may stand for numbers."""
    named = {int: "a whole number", float: "a number", str: "a text"}[kind]
    wrong = InvalidInput(f"{key}={value!s:.40} is not {named}.", f"Give {named}: {key}=...")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise wrong
    if kind is str and not isinstance(value, str):
        raise wrong
    try:
        read: Setting = kind(value)
    except (ValueError, OverflowError):
        raise wrong from None
    if kind is int and isinstance(value, float) and read != value:
        raise wrong
    return read
