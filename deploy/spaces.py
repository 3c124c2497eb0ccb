"""ConfiguredSpaces: the embedding models and chunkers that the settings give this process."""

from collections.abc import Callable, Sequence
from functools import cache

from contracts.content import Chunker, Embedder
from contracts.errors import SpaceMismatch
from contracts.nouns import Generation


class ConfiguredSpaces:
    """Implements contracts.content.Spaces over the embedders that are wired.

    ``chunker`` builds one from its name and raises SpaceMismatch for a name that is none; each
    is built once.
    """

    def __init__(
        self,
        default: Embedder,
        others: Sequence[Embedder] = (),
        *,
        chunker: Callable[[str], Chunker],
    ) -> None:
        self._embedders = (default, *others)
        self._chunker = cache(chunker)

    @property
    def default(self) -> Embedder:
        """The embedder of a generation that names no other."""
        return self._embedders[0]

    def embedder(self, generation: Generation) -> Embedder:
        """Give the generation's model. Raises SpaceMismatch when it is not configured here."""
        found = next((one for one in self._embedders if one.model == generation.model), None)
        if found is None:
            known = ", ".join(f"'{one.model}'" for one in self._embedders)
            raise SpaceMismatch(
                f"Generation {generation.number} was embedded with '{generation.model}', which is "
                f"not configured here; {known} is.",
                "Set DIPTYCH_EMBEDDER_URL and DIPTYCH_EMBEDDER_MODEL to a server that has it, or "
                "build a new generation.",
            )
        if found.dimension != generation.dimension:
            raise SpaceMismatch(
                f"Generation {generation.number} has {generation.dimension} dimensions, "
                f"'{found.model}' has {found.dimension} here.",
                "Set DIPTYCH_EMBEDDER_MODEL to the model that it was embedded with, or build a "
                "new generation.",
            )
        return found

    def chunker(self, generation: Generation) -> Chunker:
        """Give the generation's chunker. Raises SpaceMismatch for one that nobody knows."""
        return self._chunker(generation.chunker)
