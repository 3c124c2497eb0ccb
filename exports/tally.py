"""Adds up what a version's chunks really are, to hold it against what its digest says."""

from contracts.digests import card_digest, is_sound, marks
from contracts.nouns import Card, EmbeddedChunk, VersionDigest, seal


class Tally:
    """Counts the chunks of one version, made with ``model``."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._chunks = 0
        self._marks = (0, 0)
        self._sound = True

    def add(self, one: EmbeddedChunk) -> None:
        """Count a chunk and check it against its digest."""
        first, second = marks(one.digest)
        self._chunks += 1
        self._marks = (self._marks[0] + first, self._marks[1] + second)
        self._sound = self._sound and is_sound(one, self._model)

    def confirms(self, digest: VersionDigest, card: Card) -> bool:
        """Tell whether the chunks and the card are exactly those of the digest."""
        counted = seal(self._chunks, self._marks, card_digest(card))
        return self._sound and counted == digest.seal
