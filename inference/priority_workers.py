"""Threads that do the most urgent call first, each with a session of its own."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import count
from queue import Empty, PriorityQueue
from typing import Any, Generic, TypeVar

S = TypeVar("S")
R = TypeVar("R")

_STOP = -1


@dataclass(order=True)
class _Job:
    """A call in the queue; the lower number goes first, then the earlier one."""

    urgency: int
    number: int
    call: Callable[[Any], Any] = field(compare=False)
    answer: "Future[Any]" = field(compare=False)


class PriorityWorkers(Generic[S]):
    """One thread per session. A call that was cancelled before its turn is skipped."""

    def __init__(self, sessions: Sequence[S], name: str) -> None:
        self._jobs: PriorityQueue[_Job] = PriorityQueue()
        self._numbers = count()
        self._threads = [
            threading.Thread(target=self._work, args=(session,), name=name, daemon=True)
            for session in sessions
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, urgency: int, call: Callable[[S], R]) -> "Future[R]":
        """Queue ``call``, to be given a session; ``urgency`` 0 goes before 1."""
        answer: Future[R] = Future()
        self._jobs.put(_Job(urgency, next(self._numbers), call, answer))
        return answer

    def _work(self, session: S) -> None:
        while (job := self._jobs.get()).urgency != _STOP:
            if job.answer.set_running_or_notify_cancel():
                try:
                    job.answer.set_result(job.call(session))
                except Exception as error:  # noqa: BLE001 - belongs to whoever asked
                    job.answer.set_exception(error)

    def stop(self) -> None:
        """End after the calls in hand; the waiting ones are cancelled. Blocks until then."""
        for _ in self._threads:
            self._jobs.put(_Job(_STOP, next(self._numbers), lambda _: None, Future()))
        for thread in self._threads:
            thread.join()
        while True:
            try:
                self._jobs.get_nowait().answer.cancel()
            except Empty:
                return
