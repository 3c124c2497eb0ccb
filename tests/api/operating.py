"""The use cases of operating the service, for tests of the routes: real switching, told parity."""

from collections.abc import Sequence
from uuid import UUID

from api.operations import Operations
from contracts.errors import SpaceMismatch
from contracts.nouns import Generation, PanelName
from contracts.policy import Change
from deploy.promoting import Championship
from ingestion.faults import Difference, ParityReport
from retrieval.promoting import Promote
from retrieval.switching import Switch
from tests.fakes.catalog import InMemoryCatalog


class Rebuilds:
    def __init__(self, catalog: InMemoryCatalog) -> None:
        self._catalog = catalog

    async def begin(self, panel: str, source: str, change: Change) -> PanelName:
        await self._catalog.register.begin_rebuild(PanelName(panel), source, change)
        return PanelName(panel)


class Builds:
    """Knows the model ``hash`` alone."""

    def __init__(self, catalog: InMemoryCatalog) -> None:
        self._catalog = catalog

    async def begin(self, model: str, dimension: int, chunker: str, change: Change) -> Generation:
        if model != "hash":
            raise SpaceMismatch(f"The model {model} is not configured.", "Configure it.")
        return await self._catalog.generations.begin(model, dimension, chunker, change)


class Operating:
    """Set ``differences`` to what parity finds; a repair mends them. ``asked`` keeps each call."""

    def __init__(self, catalog: InMemoryCatalog) -> None:
        self._catalog = catalog
        self.differences: tuple[Difference, ...] = ()
        self.asked: list[tuple[object, ...]] = []

    def operations(self) -> Operations:
        catalog = self._catalog
        switch = Switch(
            catalog.policies,
            catalog.register,
            catalog.evidence,
            catalog.parity_log,
            catalog.ledger,
        )
        kept = catalog.configurations
        promote = Promote(kept, catalog.policies, catalog.generations, switch)
        return Operations(
            policies=catalog.policies,
            register=catalog.register,
            switch=switch,
            parity=self._check,
            parity_log=catalog.parity_log,
            repair=self._repair,
            rebuild=Rebuilds(catalog),
            generations=catalog.generations,
            build=Builds(catalog),
            championship=Championship(kept, catalog.runs, promote),
        )

    async def _check(
        self, documents: Sequence[UUID] | None = None, *, deep: bool = False
    ) -> ParityReport:
        self.asked.append(("parity", documents, deep))
        return self._report(deep=deep)

    async def _repair(
        self, documents: Sequence[UUID] | None = None, *, deep: bool = False
    ) -> ParityReport:
        self.asked.append(("repair", documents, deep))
        report = self._report(deep=deep, repaired=len(self.differences))
        self.differences = ()
        return report

    def _report(self, *, deep: bool, repaired: int = 0) -> ParityReport:
        found = self.differences
        clean = repaired == len(found)
        return ParityReport(clean, deep, 3, {}, 0, len(found), found, repaired)
