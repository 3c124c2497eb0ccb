"""Order: what people want done about documents on their way: read again, or stop."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from contracts.errors import Conflict, DiptychError, NotFound
from contracts.handling import RETRIABLE, UNDER_WAY, Handling
from contracts.record import FINAL, DocumentRecord, Documents, VersionState

BATCH = 1000
"""Records looked up together."""


Refusing: TypeAlias = Callable[[DocumentRecord], DiptychError | None]
"""Says why a document did not obey; None where it is as was wanted already."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an order about one document; ``record`` is None where there is no such one."""

    document: UUID
    record: DocumentRecord | None
    refused: DiptychError | None = None


class Order:
    """Use case: an order for one document is obeyed or refused in words; given again, it holds."""

    def __init__(self, handling: Handling, documents: Documents) -> None:
        self._handling = handling
        self._documents = documents

    async def retry(self, workspace: str, document: UUID) -> DocumentRecord:
        """Have the newest version read again that was quarantined or cancelled.

        Raises NotFound, and Conflict for a version that ended well.
        """
        return _obeyed(await self.retry_each(workspace, [document]))

    async def retry_each(
        self,
        workspace: str,
        documents: Sequence[UUID],
        *,
        states: Collection[VersionState] = RETRIABLE,
        reason: str | None = None,
    ) -> list[Outcome]:
        """Have documents read again that ended so; tell for each what came of it, in order."""
        again = await self._handling.retry(workspace, documents, states=states, reason=reason)
        return await self._outcomes(workspace, documents, set(again), _why_not_retried)

    async def retry_all(
        self,
        workspace: str,
        documents: Sequence[UUID] | None = None,
        *,
        states: Collection[VersionState] = RETRIABLE,
        reason: str | None = None,
    ) -> list[UUID]:
        """Have all read again that ended so, of those named or of the workspace; give them.

        Documents that did not end so are left as they are.
        """
        return await self._handling.retry(workspace, documents, states=states, reason=reason)

    async def cancel(self, workspace: str, document: UUID) -> DocumentRecord:
        """Stop what is waiting or in work of a document or of what lies in it.

        An earlier live version stays live.

        Raises NotFound, and Conflict for a version that ended otherwise or is being published.
        """
        return _obeyed(await self.cancel_each(workspace, [document]))

    async def cancel_each(self, workspace: str, documents: Sequence[UUID]) -> list[Outcome]:
        """Stop documents and what lies in them; tell for each what came of it, in order."""
        stopped = await self._handling.cancel(workspace, documents)
        holding = await self._around(workspace, stopped) if len(documents) > 1 else documents
        obeyed = set(holding) if stopped else set()
        return await self._outcomes(workspace, documents, obeyed, _why_not_cancelled)

    async def cancel_all(
        self, workspace: str, *, states: Collection[VersionState] = UNDER_WAY
    ) -> list[UUID]:
        """Stop all documents of the workspace in these states, with what lies in them; give them.

        What arrives meanwhile goes on.
        """
        stopped: list[UUID] = []
        for state in sorted(states):  # what is taken up between the two is met in the second one
            page = await self._documents.find(workspace, limit=BATCH, state=state)
            while page.items:
                ids = [record.id for record in page.items]
                stopped += await self._handling.cancel(workspace, ids)
                if page.cursor is None:
                    break
                page = await self._documents.find(
                    workspace, limit=BATCH, state=state, cursor=page.cursor
                )
        return stopped

    async def _outcomes(
        self,
        workspace: str,
        documents: Sequence[UUID],
        obeyed: Collection[UUID],
        why_not: Refusing,
    ) -> list[Outcome]:
        """Tell for each document what came of an order that some obeyed."""
        records = await self._records(workspace, documents)
        outcomes = []
        for document in dict.fromkeys(documents):
            record = records.get(document)
            if record is None:
                outcomes.append(Outcome(document, None, _not_found(document)))
            else:
                refused = None if document in obeyed else why_not(record)
                outcomes.append(Outcome(document, record, refused))
        return outcomes

    async def _around(self, workspace: str, documents: Sequence[UUID]) -> set[UUID]:
        """Give documents and all that they lie in, a query for each level."""
        found: set[UUID] = set()
        level = set(documents)
        while level:
            found |= level
            records = await self._records(workspace, sorted(level))
            level = {record.parent for record in records.values() if record.parent} - found
        return found

    async def _records(
        self, workspace: str, documents: Sequence[UUID]
    ) -> dict[UUID, DocumentRecord]:
        records: dict[UUID, DocumentRecord] = {}
        for start in range(0, len(documents), BATCH):
            some = documents[start : start + BATCH]
            page = await self._documents.find(workspace, limit=len(some), ids=some)
            records |= {record.id: record for record in page.items}
        return records


def _obeyed(outcomes: Sequence[Outcome]) -> DocumentRecord:
    """Give the record of the one document that was named, or raise why it was refused."""
    (outcome,) = outcomes
    if outcome.refused is not None or outcome.record is None:
        raise outcome.refused or _not_found(outcome.document)
    return outcome.record


def _not_found(document: UUID) -> NotFound:
    return NotFound(
        f"There is no document {document} in this workspace.", "List the documents to find it."
    )


def _why_not_retried(record: DocumentRecord) -> DiptychError | None:
    if record.state in RETRIABLE:
        return Conflict(
            f"Version {record.version} is {record.state}, which is not what was asked for.",
            "Leave out the state and the reason.",
        )
    if record.state in FINAL:
        return Conflict(
            f"Version {record.version} is {record.state}: there is nothing to try again.",
            "Send changed bytes under the same source to make a new version.",
        )
    return None


def _why_not_cancelled(record: DocumentRecord) -> DiptychError | None:
    if record.state is VersionState.CANCELLED:
        return None
    if record.state in FINAL:
        return Conflict(
            f"Version {record.version} is {record.state}: there is nothing to cancel.",
            "Delete the document if nobody is to see it.",
        )
    return Conflict(
        f"Version {record.version} is being shown to readers at this moment.",
        "Wait until it is live, then delete the document if nobody is to see it.",
    )
