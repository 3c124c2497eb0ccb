"""Suites: versions, and candidates that a person confirms, rejects or edits."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query

from api import suite_schemas as render
from api.access import Editor, ReadIn, Services, WriteIn, workspace_for
from api.bodies import Text
from api.service import Service
from api.suite_schemas import (
    CandidateAnswer,
    CandidateList,
    CollectedAnswer,
    FreezeBody,
    ProposalBody,
    QuestionList,
    RevisionBody,
    SuiteAnswer,
    SuiteBody,
    SuiteList,
)
from contracts.curating import CandidateState
from contracts.errors import NotFound
from contracts.policy import Change
from eval.curating import Revision

router = APIRouter(prefix="/v1/suites", tags=["suites"])
Name = Annotated[Text, Path(max_length=63)]
MAX_VERSION = 2**31 - 1


@router.get("")
async def listing(workspace: ReadIn, service: Services) -> SuiteList:
    """List the workspace's suites."""
    records = await service.curation.suites.records(workspace)
    return SuiteList(suites=[render.suite(one) for one in records])


@router.post("", status_code=201)
async def create(body: SuiteBody, identity: Editor, service: Services) -> SuiteAnswer:
    """Keep a suite; one that is there already stays as it is."""
    workspace = workspace_for(identity, body.workspace)
    await service.curation.suites.create(body.name, workspace)
    return render.suite(await service.curation.suites.get(body.name, workspace))


@router.get("/{name}")
async def one(name: Name, workspace: ReadIn, service: Services) -> SuiteAnswer:
    """Give a suite with its versions."""
    return render.suite(await service.curation.suites.get(name, workspace))


@router.get("/{name}/questions")
async def questions(
    name: Name,
    workspace: ReadIn,
    service: Services,
    version: Annotated[int | None, Query(ge=1, le=MAX_VERSION)] = None,
) -> QuestionList:
    """Give what a version holds; the latest unless it is named."""
    await service.curation.suites.get(name, workspace)
    found = await service.curation.suites.version(name, version)
    return QuestionList(
        suite=found.name,
        fingerprint=found.fingerprint,
        questions=[render.question(one) for one in found.questions],
    )


@router.post("/{name}/freeze")
async def freeze(
    name: Name, body: FreezeBody, identity: Editor, workspace: WriteIn, service: Services
) -> SuiteAnswer:
    """Make the next version: the latest one with every candidate confirmed since."""
    suites = service.curation.suites
    await suites.get(name, workspace)
    await suites.freeze(name, Change(identity.name), without=body.without)
    return render.suite(await suites.get(name, workspace))


@router.post("/{name}/collect")
async def collect(name: Name, workspace: WriteIn, service: Services) -> CollectedAnswer:
    """Make candidates of the questions whose answers somebody judged; each once."""
    found = await service.curation.collect(name, workspace)
    return CollectedAnswer(judged=found.judged, new=found.new)


@router.get("/{name}/candidates")
async def candidates(
    name: Name,
    workspace: ReadIn,
    service: Services,
    state: CandidateState | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: UUID | None = None,
) -> CandidateList:
    """List candidates in the order in which they were proposed."""
    suites = service.curation.suites
    await suites.get(name, workspace)
    found = await suites.candidates(name, state, limit=limit + 1, after=cursor)
    page = found[:limit]
    return CandidateList(
        candidates=[render.candidate(one) for one in page],
        cursor=page[-1].id if len(found) > limit else None,
    )


@router.post("/{name}/candidates", status_code=201)
async def propose(
    name: Name, body: ProposalBody, identity: Editor, workspace: WriteIn, service: Services
) -> CandidateAnswer:
    """Propose a question; the same `origin` again gives the candidate that there is."""
    propose = service.curation.curate.propose
    made = await propose(workspace, name, body.revision(), identity.name, body.origin)
    return render.candidate(made)


@router.get("/{name}/candidates/{candidate}")
async def candidate(
    name: Name, candidate: UUID, workspace: ReadIn, service: Services
) -> CandidateAnswer:
    """Give a candidate."""
    await _of(service, name, candidate, workspace)
    return render.candidate(await service.curation.suites.candidate(candidate, workspace))


@router.patch("/{name}/candidates/{candidate}")
async def edit(
    name: Name,
    candidate: UUID,
    body: RevisionBody,
    identity: Editor,
    workspace: WriteIn,
    service: Services,
) -> CandidateAnswer:
    """Change a candidate's question; it waits to be decided again."""
    how = (CandidateState.PROPOSED, identity.name, body.revision())
    return await _decide(service, name, candidate, workspace, *how)


@router.post("/{name}/candidates/{candidate}/confirm")
async def confirm(
    name: Name,
    candidate: UUID,
    body: RevisionBody,
    identity: Editor,
    workspace: WriteIn,
    service: Services,
) -> CandidateAnswer:
    """Let a candidate into the next version, with its question changed where asked."""
    how = (CandidateState.CONFIRMED, identity.name, body.revision())
    return await _decide(service, name, candidate, workspace, *how)


@router.post("/{name}/candidates/{candidate}/reject")
async def reject(
    name: Name, candidate: UUID, identity: Editor, workspace: WriteIn, service: Services
) -> CandidateAnswer:
    """Keep a candidate out, also when it is proposed again."""
    how = (CandidateState.REJECTED, identity.name, Revision())
    return await _decide(service, name, candidate, workspace, *how)


async def _decide(
    service: Service,
    name: str,
    candidate: UUID,
    workspace: str,
    state: CandidateState,
    by: str,
    revision: Revision,
) -> CandidateAnswer:
    await _of(service, name, candidate, workspace)
    decide = service.curation.curate.decide
    return render.candidate(await decide(workspace, candidate, state, by, revision))


async def _of(service: Service, name: str, candidate: UUID, workspace: str) -> None:
    """Raise NotFound for a candidate of another suite."""
    found = await service.curation.suites.candidate(candidate, workspace)
    if found.suite != name:
        raise NotFound(f"'{name}' has no candidate {candidate}.", "List its candidates.")
