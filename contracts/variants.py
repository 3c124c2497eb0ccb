"""Nouns and port of the test platform: variants that are tried, and what was built for them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Variant:
    """Another way of answering, as somebody declared it.

    ``base`` is what it changes: ``champion`` (what answers now), ``default`` or the number of a
    configuration that is kept. ``settings`` are in the words of contracts.tuning, ``panel`` among
    them. ``model`` and ``chunker`` None are those of the base's generation. ``suites`` are paths.
    """

    name: str
    base: str = "champion"
    settings: Mapping[str, object] = field(default_factory=dict)
    model: str | None = None
    chunker: str | None = None
    answers: bool = False
    suites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VariantRun:
    """A run of a variant and the run of its base that was asked in turns with it."""

    run: UUID
    baseline: UUID


@dataclass(frozen=True, slots=True)
class KeptVariant:
    """A variant with what is there because of it.

    ``generation`` was built for it, ``workspaces`` were filled for it; others may use them too.
    """

    variant: Variant
    by: str
    at: datetime
    generation: int | None = None
    workspaces: tuple[str, ...] = ()
    runs: tuple[VariantRun, ...] = ()


class Variants(Protocol):
    """Variants that are tried. Verbs raise CatalogUnavailable."""

    async def keep(self, variant: Variant, by: str) -> None:
        """Keep a declaration; the same again is nothing new.

        Raises Conflict when the name stands for another one.
        """
        ...

    async def built(self, name: str, generation: int | None) -> None:
        """Note which generation is there for it. Raises NotFound."""
        ...

    async def filled(self, name: str, workspace: str) -> None:
        """Note a workspace that is there for it; again is nothing new. Raises NotFound."""
        ...

    async def ran(self, name: str, run: VariantRun) -> None:
        """Note a run of it. Raises NotFound, for a run that is not there as well."""
        ...

    async def get(self, name: str) -> KeptVariant:
        """Give a variant. Raises NotFound."""
        ...

    async def all(self) -> list[KeptVariant]:
        """Give all of them by name."""
        ...

    async def forget(self, name: str) -> None:
        """Forget a variant and which runs were its own. Raises NotFound."""
        ...
