"""The use case of feedback: what somebody thinks of an answer."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from contracts.tracing import Feedback, Tracer, Traces
from retrieval.tracing import Clean


class GiveFeedback:
    """Keeps a verdict on a trace, and tells the mirrors of it.

    ``flush`` writes the traces that still wait: an answer may be judged as soon as it is read.
    ``clean`` gives a text as the traces of a workspace may keep it.
    """

    def __init__(
        self,
        traces: Traces,
        tracer: Tracer,
        flush: Callable[[], Awaitable[None]],
        clean: Clean = lambda _, text: text,
    ) -> None:
        self._traces = traces
        self._tracer = tracer
        self._flush = flush
        self._clean = clean

    async def __call__(self, feedback: Feedback, workspace: str | None) -> None:
        """Keep feedback in the place of what the same key said of the same trace before.

        Raises NotFound for a trace that is not kept, or outside ``workspace`` (None: any).
        """
        await self._flush()
        if feedback.comment:
            trace = await self._traces.get(feedback.trace, workspace)
            comment = self._clean(trace.workspace, feedback.comment)
            feedback = replace(feedback, comment=comment)
        await self._traces.judge(feedback, workspace)
        self._tracer.judge(feedback)
