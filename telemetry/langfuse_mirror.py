"""LangfuseMirror: traces and feedback in Langfuse, sent from a thread of its own."""

import json
import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from contracts.errors import DiptychError, InvalidInput
from contracts.tracing import Feedback, Trace, TraceKind
from telemetry.langfuse_server import LangfuseServer, Names, Observation, Score

CAPACITY = 1000
"""Traces and feedback that wait at most: 15 MB at 15 KB for a long answer with its passages."""
BATCH = 50
PAUSES_S = (1.0, 60.0)
"""Seconds between attempts while the server is away: the first, doubled up to the last."""
CLOSE_S = 2.0
"""Seconds that the end waits for what is not sent yet."""
TEXT_LIMIT = 10_000
"""Characters of one text."""
HIDDEN = "(hidden)"
TOTAL = "total"
EXTRACTIVE = "extractive"
FEEDBACK = "feedback"
KINDS = {"embed": "embedding", "panel": "retriever", "answer": "generation"}
"""What stages are in Langfuse's words; all others are spans."""

logger = logging.getLogger(__name__)

Mask = Callable[[str], str]
"""Takes out of a text what must not leave the service."""


class LangfuseMirror:
    """The Tracer that shows traces in Langfuse.

    What is recorded waits in memory, the newest ``CAPACITY``; a thread sends it in batches. While
    the server is away the thread tries again ever more seldom, and says so once. Every text goes
    through ``mask``; one that cannot be masked is hidden whole.
    """

    def __init__(
        self,
        server: LangfuseServer,
        mask: Mask = str,
        *,
        capacity: int = CAPACITY,
        pauses_s: tuple[float, float] = PAUSES_S,
    ) -> None:
        self._server = server
        self._mask = mask
        self._pauses_s = pauses_s
        self._waiting: deque[Trace | Feedback] = deque(maxlen=capacity)
        self._lock = threading.Lock()
        self._filled, self._closing = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self._dropped = 0
        self._away = False

    def record(self, trace: Trace) -> None:
        """Take a trace that has ended."""
        self._take(trace)

    def judge(self, feedback: Feedback) -> None:
        """Take feedback on a trace."""
        self._take(feedback)

    def close(self, within: float = CLOSE_S) -> None:
        """Send what waits, for ``within`` seconds at most; a hung request is left behind."""
        self._closing.set()
        self._filled.set()
        if self._thread:
            self._thread.join(within)
        else:
            self._server.close()

    def _take(self, one: Trace | Feedback) -> None:
        with self._lock:
            self._dropped += len(self._waiting) == self._waiting.maxlen
            self._waiting.append(one)
            if self._thread is None and not self._closing.is_set():
                self._thread = threading.Thread(target=self._run, name="langfuse", daemon=True)
                self._thread.start()
        self._filled.set()

    def _run(self) -> None:
        shortest, longest = self._pauses_s
        pause = shortest
        while not self._closing.is_set():
            self._filled.wait()
            self._filled.clear()
            while batch := self._next():
                if self._delivered(batch):
                    pause = shortest
                    continue
                self._give_back(batch)
                if self._closing.wait(pause):
                    break
                pause = min(2 * pause, longest)
        self._server.close()

    def _next(self) -> list[Trace | Feedback]:
        with self._lock:
            return [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]

    def _give_back(self, batch: list[Trace | Feedback]) -> None:
        """Put a batch before what came meanwhile, as far as there is room for the newest."""
        with self._lock:
            room = (self._waiting.maxlen or 0) - len(self._waiting)
            self._dropped += max(len(batch) - room, 0)
            self._waiting.extendleft(reversed(batch[max(len(batch) - room, 0) :]))

    def _delivered(self, batch: list[Trace | Feedback]) -> bool:
        """Send a batch; False when it is worth another attempt later."""
        traces = [one for one in batch if isinstance(one, Trace)]
        said = [one for one in batch if isinstance(one, Feedback)]
        try:
            self._server.observe([o for one in traces for o in observations(one, self._clean)])
            self._server.score([score(one, self._clean) for one in said])
        except InvalidInput as error:
            logger.warning("%d traces are not in Langfuse: %s", len(batch), error)
        except DiptychError as error:
            if not self._away:
                most = self._waiting.maxlen
                logger.warning("Traces wait for Langfuse, the newest %s: %s", most, error)
            self._away = True
            return False
        except Exception:  # a defect in one trace must not keep all others waiting
            logger.exception("%d traces are not in Langfuse", len(batch))
        if self._away:
            logger.warning("Langfuse is back; %d traces were dropped.", self._dropped)
        self._away, self._dropped = False, 0
        return True

    def _clean(self, text: str) -> str:
        """Give a text as it may be sent."""
        try:
            return self._mask(text)[:TEXT_LIMIT]
        except Exception:  # whatever is wrong with the mask, nothing leaves unmasked
            logger.exception("A text could not be masked")
            return HIDDEN


def observations(trace: Trace, clean: Mask) -> Iterator[Observation]:
    """Give the trace's root and its stages, one after the other as they were."""
    name, mode = trace.kind.value, [trace.mode.value] if trace.mode else []
    common: dict[str, str | list[str] | None] = {
        Names.TRACE_NAME: name,
        Names.TRACE_USER_ID: str(trace.key) if trace.key else None,
        Names.TRACE_TAGS: [name, trace.outcome.value, *mode],
    }
    yield Observation(
        trace=trace.id,
        name=name,
        begun=trace.at,
        took_ms=trace.took_ms.get(TOTAL, 0.0),
        kind="chain" if trace.kind is TraceKind.ASK else "span",
        input=clean(trace.text),
        output=_output(trace, clean),
        metadata=_metadata(trace),
        fault=trace.error,
        values=common,
    )
    begun = trace.at
    for stage, ms in trace.took_ms.items():
        if stage != TOTAL:
            yield _stage(trace, stage, begun, clean, common)
            begun += timedelta(milliseconds=ms)


def _stage(
    trace: Trace,
    stage: str,
    begun: datetime,
    clean: Mask,
    common: dict[str, str | list[str] | None],
) -> Observation:
    """Give one stage, with what it read or wrote where a trace tells it."""
    written = stage == "answer" and trace.method not in {None, EXTRACTIVE}
    kind = KINDS.get(stage, "span") if stage != "answer" or written else "span"
    values = dict(common)
    output: object = None
    if stage == "embed":
        values[Names.OBSERVATION_MODEL] = trace.model
    elif stage == "panel":
        output = [
            {"chunk": str(hit.chunk), "score": hit.score, "legs": dict(hit.legs)}
            for hit in trace.hits
        ]
    elif stage == "answer":
        output = _output(trace, clean)
        if written:
            cost = None if trace.cost is None else json.dumps({"total": trace.cost})
            values[Names.OBSERVATION_MODEL] = trace.method
            values[Names.OBSERVATION_USAGE_DETAILS] = json.dumps(dict(trace.tokens))
            values[Names.OBSERVATION_COST_DETAILS] = cost
    return Observation(
        trace=trace.id,
        name=stage,
        parent=trace.kind.value,
        begun=begun,
        took_ms=trace.took_ms[stage],
        kind=kind,
        input=clean(trace.text) if kind != "span" else None,
        output=output,
        values=values,
    )


def _output(trace: Trace, clean: Mask) -> object:
    if trace.answer is None:
        return None
    cited = [
        {"document": clean(one.document), "quote": clean(one.quote)} for one in trace.citations
    ]
    return {"answer": clean(trace.answer), "citations": cited}


def _metadata(trace: Trace) -> dict[str, object]:
    """Give what the trace says of itself beside texts."""
    return {
        "workspace": trace.workspace,
        "outcome": trace.outcome.value,
        "served_by": list(trace.served_by) or None,
        "generation": trace.generation,
        "configuration": trace.configuration,
        "version": str(trace.version) if trace.version else None,
        "load": dict(trace.load) or None,
    }


def score(feedback: Feedback, clean: Mask) -> Score:
    """Give feedback as a score: 1 or -1."""
    return Score(
        id=feedback.id,
        name=FEEDBACK,
        value=float(feedback.verdict.score),
        at=feedback.at,
        trace=feedback.trace,
        comment=clean(feedback.comment) or None,
    )
