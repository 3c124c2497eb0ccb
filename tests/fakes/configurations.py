"""Configurations in memory."""

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from contracts.configurations import CHAMPION, Alias, Version
from contracts.errors import NotFound
from contracts.measuring import Runs
from contracts.policy import AuditRow, Change, Policies, Policy
from contracts.tuning import Configuration
from tests.fakes.catalog_tables import Tables


class InMemoryConfigurations:
    def __init__(
        self,
        tables: Tables,
        policies: Policies,
        runs: Runs,
    ) -> None:
        self._tables = tables
        self._policies = policies
        self._runs = runs
        self._versions: list[Version] = []
        self._aliases: dict[str, Alias] = {}

    async def add(
        self, configuration: Configuration, note: str, change: Change, run: UUID | None = None
    ) -> Version:
        self._tables.check()
        if run is not None:
            await self._runs.get(run)
        for one in self._versions:
            if one.configuration == configuration:
                return one
        number = len(self._versions) + 1
        made = Version(number, configuration, note, change.actor, datetime.now(UTC), run)
        self._versions.append(made)
        self._tables.note(change, "configuration.add", str(number), {}, configuration.settings())
        return made

    async def get(self, number: int) -> Version:
        self._tables.check()
        if not 0 < number <= len(self._versions):
            raise NotFound(f"There is no configuration {number}.")
        return self._versions[number - 1]

    async def find(self, name: str) -> Version:
        self._tables.check()
        if name.isascii() and name.isdecimal():
            return await self.get(int(name))
        if name not in self._aliases:
            raise NotFound(f"There is no configuration '{name}'.")
        return await self.get(self._aliases[name].number)

    async def latest(self, limit: int = 100) -> list[Version]:
        self._tables.check()
        return self._versions[::-1][:limit]

    async def aliases(self) -> Mapping[str, Alias]:
        self._tables.check()
        return dict(self._aliases)

    async def point(
        self, name: str, number: int, change: Change, policy: Policy | None = None
    ) -> None:
        version = await self.get(number)
        if policy is not None:
            await self._policies.set(None, policy, change)
        old = self._aliases.get(name)
        before = {"configuration": old.number} if old else {}
        self._tables.note(change, "configuration.name", name, before, {"configuration": number})
        if old is None or old.number != number:
            self._aliases[name] = Alias(name, number, old.number if old else None)
        if name == CHAMPION:
            self._tables.champion = version

    async def history(self, limit: int = 100) -> list[AuditRow]:
        self._tables.check()
        rows = [one for one in self._tables.audit if one.action.startswith("configuration.")]
        return rows[::-1][:limit]
