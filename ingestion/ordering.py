"""Order: what people want done about documents on their way: read again, or stop."""

from collections.abc import Collection, Sequence
from uuid import UUID

from contracts.errors import Conflict
from contracts.handling import RETRIABLE, Handling
from contracts.record import FINAL, DocumentRecord, Documents, VersionState


class Order:
    """Use case: an order for one document is obeyed or refused in words; given again, it holds."""

    def __init__(self, handling: Handling, documents: Documents) -> None:
        self._handling = handling
        self._documents = documents

    async def retry(self, workspace: str, document: UUID) -> DocumentRecord:
        """Have the newest version read again that was quarantined or cancelled.

        Raises NotFound, and Conflict for a version that ended well.
        """
        await self._handling.retry(workspace, [document])
        record = await self._documents.get(workspace, document)
        if record.state in FINAL:
            raise Conflict(
                f"Version {record.version} is {record.state}: there is nothing to try again.",
                "Send changed bytes under the same source to make a new version.",
            )
        return record

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
        stopped = await self._handling.cancel(workspace, [document])
        record = await self._documents.get(workspace, document)
        if stopped or record.state is VersionState.CANCELLED:
            return record
        if record.state in FINAL:
            raise Conflict(
                f"Version {record.version} is {record.state}: there is nothing to cancel.",
                "Delete the document if nobody is to see it.",
            )
        raise Conflict(
            f"Version {record.version} is being shown to readers at this moment.",
            "Wait until it is live, then delete the document if nobody is to see it.",
        )
