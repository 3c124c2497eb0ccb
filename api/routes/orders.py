"""Orders: have documents on their way read again, or stop them."""

from uuid import UUID

from fastapi import APIRouter

from api import render
from api.access import Services, WriteIn
from api.bodies import CancelBody, RetryBody
from api.problems import describe
from api.schemas import CancelAnswer, DocumentAnswer, OrderResult, RetryAnswer
from contracts.handling import RETRIABLE, UNDER_WAY
from contracts.record import VersionState
from ingestion.ordering import Outcome

router = APIRouter(prefix="/v1/documents", tags=["documents"])


@router.post("/retry", status_code=202)
async def retry_all(body: RetryBody, workspace: WriteIn, service: Services) -> RetryAnswer:
    """Read again what was quarantined or cancelled; all else is left as it is.

    After an upgrade, with more memory, once a password is known. Given again, nothing more
    happens. Where documents are named, `results` tells what came of each.
    """
    states = RETRIABLE if body.state is None else {VersionState(body.state)}
    if body.documents is None:
        retried = await service.order.retry_all(workspace, states=states, reason=body.reason)
        return RetryAnswer(retried=retried, ignored=0)
    found = await service.order.retry_each(
        workspace, body.documents, states=states, reason=body.reason
    )
    results = [_result(outcome) for outcome in found]
    retried = [one.document for one in results if one.problem is None]
    return RetryAnswer(retried=retried, ignored=len(results) - len(retried), results=results)


@router.post("/cancel")
async def cancel_all(body: CancelBody, workspace: WriteIn, service: Services) -> CancelAnswer:
    """Stop documents that are waiting or in work, with what lies in them.

    Those that are named, and one that is refused does not keep the others: `results` tells what
    came of each. Or all of the workspace in a state: `cancelled` counts what lies in them as well.
    """
    if body.documents is None:
        states = UNDER_WAY if body.state in {None, "all"} else {VersionState(str(body.state))}
        stopped = await service.order.cancel_all(workspace, states=states)
        return CancelAnswer(cancelled=len(stopped), refused=0)
    found = await service.order.cancel_each(workspace, body.documents)
    results = [_result(outcome) for outcome in found]
    refused = sum(one.problem is not None for one in results)
    return CancelAnswer(cancelled=len(results) - refused, refused=refused, results=results)


@router.post("/{document}/retry", status_code=202)
async def retry(document: UUID, workspace: WriteIn, service: Services) -> DocumentAnswer:
    """Read a quarantined or cancelled version again; 409 when it is live."""
    return render.document(await service.order.retry(workspace, document))


@router.post("/{document}/cancel")
async def cancel(document: UUID, workspace: WriteIn, service: Services) -> DocumentAnswer:
    """Stop a version that is waiting or in work; an earlier live version stays live.

    It ends as `cancelled`, and nothing of it stays in either panel. 409 when it ended otherwise,
    or is being shown to readers at this moment.
    """
    return render.document(await service.order.cancel(workspace, document))


def _result(outcome: Outcome) -> OrderResult:
    return OrderResult(
        document=outcome.document,
        state=outcome.record.state if outcome.record else None,
        problem=describe(outcome.refused) if outcome.refused else None,
    )
