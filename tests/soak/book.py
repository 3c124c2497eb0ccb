"""The independent list: what was sent, what was acknowledged, and what may be true now."""

import random
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

SYLLABLES = tuple(c + v for c in "bdgkmprtvz" for v in "aou")
FILLER = (
    "amber",
    "basin",
    "cedar",
    "delta",
    "ember",
    "fjord",
    "grove",
    "harbour",
    "island",
    "kelp",
)
WORDS_PER_PIECE = (34, 60)
MARK = re.compile(r"Piece (\d+) of (\d+) in edition (\d+) of (\w+)")


@dataclass(frozen=True, slots=True)
class Mark:
    """What a marker sentence says: which piece of how many, in which edition of which word."""

    word: str
    edition: int
    piece: int
    pieces: int


def marks(text: str) -> list[Mark]:
    """Read the marker sentences in a text."""
    return [
        Mark(word, int(edition), int(piece), int(pieces))
        for piece, pieces, edition, word in MARK.findall(text)
    ]


def word_for(number: int) -> str:
    """Give the number's own word; no two numbers share one, and no stemmer shortens it."""
    parts = []
    for _ in range(4):
        number, rest = divmod(number, len(SYLLABLES))
        parts.append(SYLLABLES[rest])
    return "s" + "".join(reversed(parts)) + "kv"


@dataclass(frozen=True, slots=True)
class Edition:
    """One version as it was sent. A broken one has no pieces: it is to end quarantined."""

    word: str
    number: int
    pieces: tuple[str, ...]

    @property
    def broken(self) -> bool:
        """Whether nobody can read it."""
        return not self.pieces

    @property
    def filename(self) -> str:
        """Under which name it is sent."""
        return f"{self.word}.pdf" if self.broken else f"{self.word}.md"

    @property
    def data(self) -> bytes:
        """Give the bytes that are sent: a section a piece, so that each becomes a chunk."""
        if self.broken:
            return f"%PDF-1.7 edition {self.number} of {self.word}, torn off".encode()
        sections = (f"## Section {n}\n\n{text}" for n, text in enumerate(self.pieces, 1))
        return "\n\n".join(sections).encode()


def write(dice: random.Random, word: str, number: int, pieces: int) -> Edition:
    """Write an edition; each piece is marked, and unlike every other text."""
    texts = []
    for piece in range(1, pieces + 1):
        filler = " ".join(dice.choices(FILLER, k=dice.randint(*WORDS_PER_PIECE)))
        nonce = f"{dice.getrandbits(48):012x}"
        mark = f"Piece {piece} of {pieces} in edition {number} of {word}"
        texts.append(f"{mark} bears the seal {nonce}. It tells of {filler}.")
    return Edition(word, number, tuple(texts))


Truth = Edition | None
"""What is there under a source: an edition, or nothing."""


@dataclass(slots=True)
class Entry:
    """One source. More than one truth means that an answer is missing: each is right, if whole."""

    source: str
    word: str
    truths: frozenset[Truth] = frozenset({None})
    id: UUID | None = None
    sent: int = 0
    busy: bool = False
    gone: list[UUID] = field(default_factory=list)

    @property
    def settled(self) -> bool:
        """Whether there is one truth alone."""
        return len(self.truths) == 1

    @property
    def edition(self) -> Truth:
        """Give the one truth."""
        (only,) = self.truths
        return only

    def may_become(self, truth: Truth) -> None:
        """Note that something was tried; it may have happened or not."""
        self.truths |= {truth}

    def is_now(self, truth: Truth) -> None:
        """Note that something was acknowledged, or seen once everything had settled."""
        self.truths = frozenset({truth})
        if truth is None and self.id:
            self.gone.append(self.id)
            self.id = None


class Book:
    """All entries; keeps the corpus small by letting go of what was deleted and checked."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._number = 0
        self.entries: dict[str, Entry] = {}
        self.touched: set[str] = set()

    def add(self) -> Entry:
        """Open an entry for a new document."""
        self._number += 1
        word = word_for(self._number)
        entry = self.entries[f"soak/{word}"] = Entry(f"soak/{word}", word)
        return entry

    def edition(self, entry: Entry, pieces: int) -> Edition:
        """Write the entry's next edition; no pieces make a broken one."""
        entry.sent += 1
        return write(self._dice, entry.word, entry.sent, pieces)

    def idle(self) -> list[Entry]:
        """Give entries of which everything is known and nothing is under way."""
        return [e for e in self.entries.values() if e.settled and not e.busy]

    def living(self) -> list[Entry]:
        """Give idle entries that have a document."""
        return [e for e in self.idle() if e.edition is not None and e.id is not None]

    def take(self, entry: Entry) -> None:
        """Keep others off an entry while something is tried."""
        entry.busy = True
        self.touched.add(entry.source)

    def checked(self, sources: Iterable[str]) -> None:
        """Forget which were touched, and the entries that are known to be gone."""
        for source in list(sources):
            self.touched.discard(source)
            entry = self.entries[source]
            entry.gone.clear()
            if entry.truths == {None}:
                del self.entries[source]
