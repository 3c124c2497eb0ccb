"""Suites in memory."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from contracts.curating import (
    Candidate,
    CandidateState,
    SuiteRecord,
    SuiteVersion,
    next_questions,
)
from contracts.errors import Conflict, InvalidInput, NotFound
from contracts.measuring import Question, Suite
from contracts.policy import Change
from tests.fakes.catalog_tables import Tables


class InMemorySuites:
    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._suites: dict[str, SuiteRecord] = {}
        self._questions: dict[tuple[str, int], tuple[Question, ...]] = {}
        self._candidates: dict[UUID, Candidate] = {}

    async def create(self, name: str, workspace: str) -> None:
        self._tables.check()
        if not re.fullmatch("[a-z0-9][a-z0-9_-]{0,62}", name):
            raise InvalidInput(f"'{name}' cannot be the name of a suite.", "Use small letters.")
        if workspace not in self._tables.workspaces:
            raise NotFound(f"There is no workspace {workspace}.", "Create it first.")
        record = SuiteRecord(name, workspace, datetime.now(UTC))
        if self._suites.setdefault(name, record).workspace != workspace:
            raise Conflict(f"The name '{name}' is taken.", "Give it another name.")

    async def records(self, workspace: str | None = None) -> list[SuiteRecord]:
        self._tables.check()
        names = sorted(self._suites)
        return [self._shown(n) for n in names if workspace in {None, self._suites[n].workspace}]

    def _shown(self, name: str) -> SuiteRecord:
        own = [x for x in self._candidates.values() if x.suite == name and x.version is None]
        return replace(self._suites[name], candidates=dict(Counter(one.state for one in own)))

    async def get(self, name: str, workspace: str | None = None) -> SuiteRecord:
        self._tables.check()
        if name not in self._suites or workspace not in {None, self._suites[name].workspace}:
            raise NotFound(f"There is no suite '{name}'.", "List them.")
        return self._shown(name)

    async def version(self, name: str, number: int | None = None) -> Suite:
        number = number or len((await self.get(name)).versions)
        if (name, number) not in self._questions:
            raise NotFound(f"The suite '{name}' has no version {number}.", "List them.")
        return Suite(f"{name}@{number}", self._questions[name, number])

    async def freeze(
        self,
        name: str,
        change: Change,
        questions: Sequence[Question] = (),
        without: Collection[str] = (),
    ) -> SuiteVersion:
        record = await self.get(name)
        number = len(record.versions)
        old = self._questions.get((name, number), ())
        ready = [
            one
            for one in self._candidates.values()
            if (one.suite, one.state, one.version) == (name, CandidateState.CONFIRMED, None)
        ]
        made = next_questions(old, [one.question for one in ready], questions, without)
        suite, latest = Suite(name, made), record.versions[-1] if record.versions else None
        if latest is None or latest.fingerprint != suite.fingerprint:
            number += 1
            now = datetime.now(UTC)
            latest = SuiteVersion(number, suite.fingerprint, len(made), now, change.actor)
            self._suites[name] = replace(record, versions=(*record.versions, latest))
            self._questions[name, number] = made
            before, after = {"version": number - 1}, {"version": number, "questions": len(made)}
            self._tables.note(change, "suite.freeze", name, before, after)
        for one in ready:
            if one.question.id in {question.id for question in made}:
                self._candidates[one.id] = replace(one, version=number)
        return latest

    async def forget(self, name: str, change: Change) -> None:
        record = await self.get(name)
        del self._suites[name]
        self._questions = {k: v for k, v in self._questions.items() if k[0] != name}
        self._candidates = {k: v for k, v in self._candidates.items() if v.suite != name}
        self._tables.note(change, "suite.forget", name, {"workspace": record.workspace}, {})

    async def propose(self, candidates: Sequence[Candidate]) -> list[UUID]:
        self._tables.check()
        for one in candidates:
            await self.get(one.suite)
        new = {one.id: one for one in reversed(candidates) if one.id not in self._candidates}
        for key in reversed(new):
            kept = replace(new[key], state=CandidateState.PROPOSED, version=None)
            self._candidates[key] = replace(kept, decided=None, decided_by=None)
        return list(reversed(new))

    async def candidates(
        self,
        suite: str,
        state: CandidateState | None = None,
        *,
        limit: int = 50,
        after: UUID | None = None,
    ) -> list[Candidate]:
        self._tables.check()
        order = list(self._candidates)
        start = order.index(after) + 1 if after in self._candidates else 0
        rest = [self._candidates[key] for key in order[start:]]
        found = [x for x in rest if x.suite == suite and state in {None, x.state}]
        return found[:limit]

    async def candidate(self, candidate: UUID, workspace: str | None = None) -> Candidate:
        self._tables.check()
        found = self._candidates.get(candidate)
        owner = self._suites[found.suite].workspace if found else None
        if found is None or workspace not in {None, owner}:
            raise NotFound(f"There is no candidate {candidate}.", "List them.")
        return found

    async def decide(
        self,
        candidate: UUID,
        state: CandidateState,
        by: str,
        question: Question | None = None,
    ) -> Candidate:
        found = await self.candidate(candidate)
        if found.version is not None:
            raise Conflict(f"A version holds the candidate {candidate}.", "Leave it out.")
        decided = replace(found, state=state, decided=datetime.now(UTC), decided_by=by)
        self._candidates[candidate] = replace(decided, question=question or found.question)
        return self._candidates[candidate]
