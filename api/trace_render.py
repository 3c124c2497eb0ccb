"""Rendering of traces, feedback and usage."""

from collections.abc import Iterable
from dataclasses import asdict

from api import render
from api.trace_schemas import (
    CitedAnswer,
    FeedbackAnswer,
    HitAnswer,
    TraceAnswer,
    TracedVersion,
    UsageAnswer,
    UsageRow,
)
from contracts.tracing import Feedback, Trace, UsageDay

PLAIN = (
    *("id", "kind", "workspace", "at", "outcome", "text", "key", "served_by", "generation"),
    *("configuration", "took_ms", "answer", "method", "model", "tokens", "cost", "error", "load"),
)
"""What is answered as it stands in a trace."""


def feedback(said: Feedback) -> FeedbackAnswer:
    """Render feedback."""
    return FeedbackAnswer(
        id=said.id,
        trace=said.trace,
        key=said.by,
        verdict=said.verdict,
        comment=said.comment,
        at=said.at,
    )


def trace(one: Trace, said: Iterable[Feedback]) -> TraceAnswer:
    """Render a trace with what was said of it, picked from ``said``."""
    version = one.version
    hits = [
        HitAnswer(
            rank=rank,
            chunk_id=str(hit.chunk),
            document_id=hit.chunk.document,
            score=hit.score,
            legs=dict(hit.legs),
        )
        for rank, hit in enumerate(one.hits, 1)
    ]
    cited = [
        CitedAnswer(
            chunk_id=str(c.chunk),
            document=c.document,
            part=c.part,
            span=render.span(c.span),
            quote=c.quote,
        )
        for c in one.citations
    ]
    return TraceAnswer.model_validate(
        {name: getattr(one, name) for name in PLAIN}
        | {
            "version": version
            and TracedVersion(document_id=version.document, version=version.number),
            "panel": one.mode,
            "results": hits,
            "citations": cited,
            "feedback": [feedback(each) for each in said if each.trace == one.id],
        }
    )


def usage(days: Iterable[UsageDay]) -> UsageAnswer:
    """Render usage."""
    return UsageAnswer(days=[UsageRow.model_validate(asdict(day)) for day in days])
