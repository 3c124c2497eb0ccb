"""Variants in memory."""

from dataclasses import replace
from datetime import UTC, datetime

from contracts.errors import Conflict, NotFound
from contracts.variants import KeptVariant, Variant, VariantRun
from tests.fakes.catalog_tables import Tables
from tests.fakes.runs import InMemoryRuns


class InMemoryVariants:
    def __init__(self, tables: Tables, runs: InMemoryRuns) -> None:
        self._tables = tables
        self._runs = runs
        self._kept: dict[str, KeptVariant] = {}

    async def keep(self, variant: Variant, by: str) -> None:
        self._tables.check()
        fresh = KeptVariant(variant, by, datetime.now(UTC))
        if self._kept.setdefault(variant.name, fresh).variant != variant:
            raise Conflict("The name stands for another variant.", "Take another name.")

    async def built(self, name: str, generation: int | None) -> None:
        self._kept[name] = replace(await self.get(name), generation=generation)

    async def filled(self, name: str, workspace: str) -> None:
        one = await self.get(name)
        if workspace not in one.workspaces:
            self._kept[name] = replace(one, workspaces=(*one.workspaces, workspace))

    async def ran(self, name: str, run: VariantRun) -> None:
        one = await self.get(name)
        await self._runs.get(run.run)
        await self._runs.get(run.baseline)
        if run not in one.runs:
            self._kept[name] = replace(one, runs=(*one.runs, run))

    async def get(self, name: str) -> KeptVariant:
        self._tables.check()
        if name not in self._kept:
            raise NotFound(f"There is no variant {name}.", "List them.")
        return self._kept[name]

    async def all(self) -> list[KeptVariant]:
        self._tables.check()
        return [self._kept[name] for name in sorted(self._kept)]

    async def forget(self, name: str) -> None:
        await self.get(name)
        del self._kept[name]
