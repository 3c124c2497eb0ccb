"""PostgresSuites: suites that are kept, their versions, and candidates for them."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from psycopg.errors import CheckViolation, ForeignKeyViolation

from catalog import suites_queries as queries
from catalog.connections import Connection, Connections
from catalog.failures import no_workspace
from catalog.plain_text import dump, plain, plain_or_none
from catalog.settings import note
from contracts.curating import (
    Candidate,
    CandidateState,
    Source,
    SuiteRecord,
    SuiteVersion,
    next_questions,
)
from contracts.errors import Conflict, InvalidInput, NotFound
from contracts.measuring import Kind, Label, Question, Suite
from contracts.nouns import Span
from contracts.policy import Change


class PostgresSuites:
    """Suites on PostgreSQL."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def create(self, name: str, workspace: str) -> None:
        """Have a suite of a workspace."""
        name = plain(name)
        async with self._connections.session() as connection:
            try:
                await connection.execute(queries.CREATE, (name, plain(workspace)))
            except CheckViolation as error:
                raise InvalidInput(
                    f"'{name[:80]}' cannot be the name of a suite.",
                    "Use up to 63 small letters, digits, '-' and '_', a letter or digit first.",
                ) from error
            except ForeignKeyViolation as error:
                raise no_workspace(workspace) from error
            row = await (await connection.execute(queries.OWNER, (name,))).fetchone()
        if row is None or row[0] != workspace:
            raise Conflict(f"The name '{name}' is taken.", "Give the suite another name.")

    async def records(self, workspace: str | None = None) -> list[SuiteRecord]:
        """List suites by name."""
        return await self._records(None, workspace)

    async def get(self, name: str, workspace: str | None = None) -> SuiteRecord:
        """Give a suite."""
        found = await self._records(plain(name), workspace)
        if not found:
            raise _no_suite(name)
        return found[0]

    async def _records(self, name: str | None, workspace: str | None) -> list[SuiteRecord]:
        values = {"name": name, "workspace": plain_or_none(workspace)}
        async with self._connections.session() as connection:
            rows = await (await connection.execute(queries.SUITES, values)).fetchall()
            names = [row[0] for row in rows]
            versions = await _versions(connection, names)
            counts = await (await connection.execute(queries.COUNTS, (names,))).fetchall()
        waiting: dict[str, dict[CandidateState, int]] = {one: {} for one in names}
        for suite, state, many in counts:
            waiting[suite][CandidateState(state)] = many
        return [
            SuiteRecord(name, owner, created, tuple(versions[name]), waiting[name])
            for name, owner, created in rows
        ]

    async def version(self, name: str, number: int | None = None) -> Suite:
        """Give what a version holds."""
        name = plain(name)
        async with self._connections.session() as connection:
            if await (await connection.execute(queries.OWNER, (name,))).fetchone() is None:
                raise _no_suite(name)
            if number is None:
                row = await (await connection.execute(queries.LATEST, (name,))).fetchone()
                number = row[0] if row else None
            questions = await _questions(connection, name, number) if number else ()
        if not questions:
            raise _no_version(name, number)
        return Suite(f"{name}@{number}", questions)

    async def freeze(
        self,
        name: str,
        change: Change,
        questions: Sequence[Question] = (),
        without: Collection[str] = (),
    ) -> SuiteVersion:
        """Make the next version, unless nothing changed."""
        name = plain(name)
        given = [_question(json.loads(_kept(one))) for one in questions]  # as they come back
        async with self._connections.transaction() as connection:
            if not await (await connection.execute(queries.LOCK, ([name],))).fetchall():
                raise _no_suite(name)
            versions = (await _versions(connection, [name]))[name]
            latest = versions[-1] if versions else None
            old = await _questions(connection, name, latest.number) if latest else ()
            rows = await (await connection.execute(queries.CONFIRMED, (name,))).fetchall()
            confirmed = [_question(row[0]) for row in rows]
            suite = Suite(name, next_questions(old, confirmed, given, without))
            if latest is None or suite.fingerprint != latest.fingerprint:
                number = latest.number + 1 if latest else 1
                await _add(connection, suite, number, change)
                latest = (await _versions(connection, [name]))[name][-1]
            ids = [one.id for one in suite.questions]
            values = {"number": latest.number, "suite": name, "ids": ids}
            await connection.execute(queries.HELD, values)
        return latest

    async def forget(self, name: str, change: Change) -> None:
        """Remove a suite with all that belongs to it."""
        name = plain(name)
        async with self._connections.transaction() as connection:
            row = await (await connection.execute(queries.FORGET, (name,))).fetchone()
            if row is None:
                raise _no_suite(name)
            await note(connection, change, "suite.forget", name, {"workspace": row[0]}, {})

    async def propose(self, candidates: Sequence[Candidate]) -> list[UUID]:
        """Keep candidates that are new."""
        if not candidates:
            return []
        names = {plain(one.suite) for one in candidates}
        async with self._connections.transaction() as connection:
            rows = await (await connection.execute(queries.LOCK, (list(names),))).fetchall()
            if missing := names - {row[0] for row in rows}:
                raise _no_suite(min(missing))
            cursor = await connection.execute(queries.PROPOSE, _columns(candidates))
            return [row[0] for row in await cursor.fetchall()]

    async def candidates(
        self,
        suite: str,
        state: CandidateState | None = None,
        *,
        limit: int = 50,
        after: UUID | None = None,
    ) -> list[Candidate]:
        """List candidates in the order in which they were proposed."""
        values = {"suite": plain(suite), "state": state, "limit": limit, "after": after}
        async with self._connections.session() as connection:
            rows = await (await connection.execute(queries.CANDIDATES, values)).fetchall()
        return [_candidate(row) for row in rows]

    async def candidate(self, candidate: UUID, workspace: str | None = None) -> Candidate:
        """Give a candidate."""
        values = {"id": candidate, "workspace": plain_or_none(workspace)}
        async with self._connections.session() as connection:
            row = await (await connection.execute(queries.CANDIDATE, values)).fetchone()
        if row is None:
            raise NotFound(
                f"There is no candidate {candidate}.", "List them: diptych suites candidates."
            )
        return _candidate(row)

    async def decide(
        self,
        candidate: UUID,
        state: CandidateState,
        by: str,
        question: Question | None = None,
    ) -> Candidate:
        """Note what a person decided."""
        written = _kept(question) if question else None
        values = {"id": candidate, "state": state, "by": plain(by), "question": written}
        async with self._connections.session() as connection:
            row = await (await connection.execute(queries.DECIDE, values)).fetchone()
        found = await self.candidate(candidate)
        if row is None:
            raise Conflict(
                f"Version {found.version} of '{found.suite}' holds the candidate {candidate}.",
                "Leave the question out of the next version: diptych suites freeze --without.",
            )
        return found


def _no_suite(name: str) -> NotFound:
    return NotFound(f"There is no suite '{name[:80]}'.", "List them: diptych suites list.")


def _no_version(name: str, number: int | None) -> NotFound:
    if number is None:
        return NotFound(
            f"The suite '{name}' has no version yet.", f"Make one: diptych suites freeze {name}."
        )
    return NotFound(
        f"The suite '{name}' has no version {number}.", f"See: diptych suites show {name}."
    )


async def _versions(connection: Connection, names: Sequence[str]) -> dict[str, list[SuiteVersion]]:
    """Give the versions of suites, oldest first."""
    found: dict[str, list[SuiteVersion]] = {one: [] for one in names}
    for suite, *row in await (await connection.execute(queries.VERSIONS, (names,))).fetchall():
        found[suite].append(SuiteVersion(*row))
    return found


async def _questions(connection: Connection, name: str, number: int) -> tuple[Question, ...]:
    rows = await (await connection.execute(queries.QUESTIONS, (name, number))).fetchall()
    return tuple(_question(row[0]) for row in rows)


async def _add(connection: Connection, suite: Suite, number: int, change: Change) -> None:
    """Write a version with its questions and its audit row."""
    name, many = suite.name, len(suite.questions)
    values = (name, number, suite.fingerprint, many, plain(change.actor))
    await connection.execute(queries.ADD_VERSION, values)
    written = [_kept(one) for one in suite.questions]
    await connection.execute(queries.ADD_QUESTIONS, (name, number, written))
    after = {"version": number, "questions": many}
    await note(connection, change, "suite.freeze", name, {"version": number - 1}, after)


def _columns(candidates: Sequence[Candidate]) -> dict[str, list[object]]:
    """Give candidates as the statement takes them: a list for each column."""
    return {
        "id": [one.id for one in candidates],
        "suite": [plain(one.suite) for one in candidates],
        "origin": [plain(one.origin) for one in candidates],
        "source": [one.source for one in candidates],
        "question": [_kept(one.question) for one in candidates],
        "by": [plain(one.by) for one in candidates],
        "proposed": [one.proposed for one in candidates],
        "note": [plain(one.note) for one in candidates],
        "seen": [dump({"labels": [asdict(label) for label in one.seen]}) for one in candidates],
    }


def _candidate(row: Sequence[Any]) -> Candidate:
    """Read a candidate as the table keeps it."""
    suite, origin, source, question, by, proposed, remark, seen, state, *rest = row
    return Candidate(
        suite,
        origin,
        Source(source),
        _question(question),
        by,
        proposed,
        remark,
        _labels(seen["labels"]),
        CandidateState(state),
        *rest,
    )


def _kept(question: Question) -> str:
    """Write a question as the tables keep it."""
    return dump(asdict(question))


def _question(kept: Mapping[str, Any]) -> Question:
    """Read what ``_kept`` wrote."""
    whole = {**kept, "kind": Kind(kept["kind"]), "labels": _labels(kept["labels"])}
    whole |= {name: tuple(kept[name]) for name in ("answers", "before")}
    return Question(**whole)


def _labels(kept: Iterable[Mapping[str, Any]]) -> tuple[Label, ...]:
    return tuple(Label(**{**one, "span": one["span"] and Span(**one["span"])}) for one in kept)
