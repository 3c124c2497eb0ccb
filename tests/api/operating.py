"""The use cases of operating the service, for tests of the routes: real switching, told parity."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from api.operations import Operations
from contracts.errors import SpaceMismatch
from contracts.nouns import Generation, PanelName, VersionRef
from contracts.policy import Change
from retrieval.switching import Switch
from tests.fakes.catalog import InMemoryCatalog


@dataclass(frozen=True)
class Differs:
    panel: PanelName
    ref: VersionRef | None
    fault: str
    detail: str


@dataclass(frozen=True)
class Report:
    differences: tuple[Differs, ...] = ()
    deep: bool = False
    versions: int = 3
    chunks: Mapping[PanelName, int] = field(default_factory=dict)
    pending: int = 0

    @property
    def found(self) -> int:
        return len(self.differences)

    @property
    def clean(self) -> bool:
        return not self.differences


class Operating:
    """Set ``differences`` to what parity finds; a repair mends them. ``asked`` keeps each call."""

    def __init__(self, catalog: InMemoryCatalog) -> None:
        self._catalog = catalog
        self.differences: tuple[Differs, ...] = ()
        self.asked: list[tuple[object, ...]] = []

    def operations(self) -> Operations:
        catalog = self._catalog
        return Operations(
            policies=catalog.policies,
            register=catalog.register,
            switch=Switch(
                catalog.policies,
                catalog.register,
                catalog.evidence,
                catalog.parity_log,
                catalog.ledger,
            ),
            parity=self._check,
            parity_log=catalog.parity_log,
            repair=self._repair,
            rebuild=self._rebuild,
            generations=catalog.generations,
            build=self._build,
        )

    async def _check(
        self, documents: Sequence[UUID] | None = None, *, deep: bool = False
    ) -> Report:
        self.asked.append(("parity", documents, deep))
        return Report(self.differences, deep)

    async def _repair(self, documents: Sequence[UUID] | None = None) -> Report:
        self.asked.append(("repair", documents))
        self.differences = ()
        return Report(deep=True)

    async def _rebuild(self, panel: PanelName, source: str, change: Change) -> None:
        await self._catalog.register.begin_rebuild(panel, source, change)

    async def _build(self, model: str, dimension: int, chunker: str, change: Change) -> Generation:
        if model != "hash":
            raise SpaceMismatch(f"The model {model} is not configured.", "Configure it.")
        return await self._catalog.generations.begin(model, dimension, chunker, change)
