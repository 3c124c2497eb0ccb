"""What takes traces in memory, and a machine whose load never changes."""

from collections.abc import Mapping

from contracts.tracing import Feedback, Trace


class KeepingTracer:
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.traces: list[Trace] = []
        self.said: list[Feedback] = []

    def record(self, trace: Trace) -> None:
        self.traces.append(trace)

    def judge(self, feedback: Feedback) -> None:
        self.said.append(feedback)


class SteadyLoad:
    """A machine that does the same for ever."""

    def now(self) -> Mapping[str, float]:
        return {"cpu": 12.5, "memory": 40.0}
