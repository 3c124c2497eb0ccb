"""Judge the wired service: put questions to one panel and check ranks, citations, refusals."""

from collections.abc import Sequence

from contracts.measuring import Question
from contracts.nouns import DEFAULT_WORKSPACE, ReadMode, VersionRef
from deploy.wiring import Diptych
from eval.checking import Report, check
from retrieval.asking import Answer, AskRequest, Found, SearchRequest


async def judge(
    diptych: Diptych,
    questions: Sequence[Question],
    mode: ReadMode,
    workspace: str = DEFAULT_WORKSPACE,
) -> Report:
    """Search and ask each question in one panel; every citation is read again in its document."""

    async def search(text: str) -> tuple[Found, ...]:
        return (await diptych.search(SearchRequest(workspace, text, mode))).found

    async def ask(text: str) -> Answer:
        return await diptych.ask(AskRequest(workspace, text, mode))

    async def part_text(ref: VersionRef, part: int) -> str:
        parts = await diptych.documents.parts(workspace, ref)
        return next((p.text for p in parts if p.ordinal == part), "")

    return await check(questions, search, ask, part_text)
