"""Models that are shown no personal data: a chat model and a judge behind pseudonyms."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Mapping, Sequence
from dataclasses import replace

from contracts.content import ChatModel, Message, Spent
from contracts.judging import Case, Judge, Judgement
from contracts.personal import PersonalDataFinder
from inference.pseudonyms import Pseudonyms, ready


class MaskedChat:
    """A ChatModel that is shown pseudonyms, and whose words get the values back.

    Who reads its answer sees what the passages say, and can check it against them.
    """

    def __init__(self, chat: ChatModel, finder: PersonalDataFinder) -> None:
        self._chat = chat
        self._finder = finder

    @property
    def model(self) -> str:
        """Name of the model itself."""
        return self._chat.model

    async def stream(
        self, messages: Sequence[Message], *, max_tokens: int, spent: Spent | None = None
    ) -> AsyncIterator[str]:
        """Yield pieces of the answer; a pseudonym is never given in halves."""
        names = Pseudonyms(self._finder)
        shown = await asyncio.to_thread(
            lambda: [replace(one, content=names.hide(one.content)) for one in messages]
        )
        stream = self._chat.stream(shown, max_tokens=max_tokens, spent=spent)
        held = ""
        try:
            async for piece in stream:
                held += piece
                end = ready(held)
                if end:
                    yield names.restore(held[:end])
                    held = held[end:]
        finally:
            # The port's iterator may be a generator: closing it cancels the call at once.
            if isinstance(stream, AsyncGenerator):
                await stream.aclose()
        if held:
            yield held


class MaskedJudge:
    """A Judge that is shown pseudonyms, the same ones in all texts of a case."""

    def __init__(self, judge: Judge, finder: PersonalDataFinder) -> None:
        self._judge = judge
        self._finder = finder

    @property
    def pins(self) -> Mapping[str, str]:
        """Those of the judge itself, and that it sees less: it may judge otherwise."""
        return {**self._judge.pins, "masked": "personal data"}

    async def judge(
        self, cases: Sequence[Case], metrics: Collection[str]
    ) -> list[dict[str, Judgement]]:
        """Give a judgement for each case, in order, by each metric."""
        shown = await asyncio.to_thread(lambda: [self._masked(one) for one in cases])
        return await self._judge.judge(shown, metrics)

    def _masked(self, case: Case) -> Case:
        """Mask what is read; documents' ids are only compared."""
        hide = Pseudonyms(self._finder).hide
        return replace(
            case,
            question=hide(case.question),
            answer=hide(case.answer),
            passages=tuple(map(hide, case.passages)),
            reference=hide(case.reference),
            reference_passages=tuple(map(hide, case.reference_passages)),
        )
