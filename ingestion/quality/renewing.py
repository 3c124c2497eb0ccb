"""Renew: keep norms up to date, judge by them again, and measure what was never measured."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace

from contracts.nouns import VersionRef
from contracts.policy import Change
from contracts.quality import Assessment, Assessments, Expectations, Kind, Standards
from contracts.record import Ledger
from ingestion.quality.assessing import Assess
from ingestion.quality.judging import judge
from ingestion.quality.measuring import RULES

EVERY_S = 60.0
BATCH = 20
"""Readings measured together: at most 20 million characters each, nearly always a few thousand."""
PAGE = 1000
"""Assessments judged together, without a look at any text."""


class RenewQuality:
    """Use case: the states of all documents, kept in step with norms, expectations and rules.

    What is judged again is judged by the stored figures; only those that turn out otherwise are
    written. Any step may be killed and repeated.
    """

    def __init__(self, ledger: Ledger, assessments: Assessments, assess: Assess) -> None:
        self._ledger = ledger
        self._assessments = assessments
        self._assess = assess
        self._next = 0.0

    async def step(self) -> None:
        """Do a duty of the sweep: about once a minute, judge again where norms have moved."""
        if time.monotonic() >= self._next:
            await self.renew()
            self._next = time.monotonic() + EVERY_S

    async def renew(self, workspace: str | None = None, *, force: bool = False) -> int:
        """Compute norms that are out of date and judge by them; gives how many states changed."""
        changed = 0
        for kind in await self._assessments.renew(workspace, force=force):
            standards = await self._assessments.standards({kind.workspace})
            async for page in self._pages(kind):
                again = await asyncio.to_thread(_judged_again, page, standards)
                await self._assessments.save(again)
                changed += len(again)
            await self._assessments.judged(kind)
        return changed

    async def expect(self, workspace: str, expectations: Expectations, actor: str) -> int:
        """Set what a workspace expects and judge its documents by it. Raises NotFound."""
        await self._assessments.expect(workspace, expectations, Change(actor))
        return await self.renew(workspace)

    async def measure(
        self, workspace: str | None = None, told: Callable[[int], None] = lambda _: None
    ) -> int:
        """Measure what was read before, or by other rules, from the stored text.

        Stopped, it goes on where it was. ``told`` is called with how many are done.
        """
        done, after = 0, None
        while refs := await self._assessments.unmeasured(RULES, after, BATCH, workspace):
            kept = await self._ledger.readings(refs)
            await self._assess([kept[ref] for ref in refs if ref in kept])
            done, after = done + len(refs), refs[-1]
            told(done)
        await self.renew(workspace, force=True)
        return done

    async def _pages(self, kind: Kind) -> AsyncIterator[list[Assessment]]:
        after: VersionRef | None = None
        while page := await self._assessments.page(kind, after, PAGE):
            yield page
            after = page[-1].ref


def _judged_again(page: Sequence[Assessment], standards: Standards) -> list[Assessment]:
    """Give those that are judged otherwise now."""
    again = []
    for one in page:
        state, reasons = judge(one.measured.figures, *standards.of(one.kind))
        if (state, reasons) != (one.state, one.reasons):
            again.append(replace(one, state=state, reasons=reasons))
    return again
