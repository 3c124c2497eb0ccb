"""Locks between processes that the kernel gives back when their holder dies, however it dies."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from contracts.errors import SetupFailed

POLL = 0.05
"""Seconds between two tries for a lock."""


def try_lock(path: Path) -> int | None:
    """Lock the file exclusively without waiting; give its descriptor, None if another has it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


@contextmanager
def locked(path: Path, patience: float) -> Iterator[None]:
    """Hold the file's lock inside the block. Raises SetupFailed after ``patience`` seconds."""
    deadline = time.monotonic() + patience
    while (descriptor := try_lock(path)) is None:
        if time.monotonic() > deadline:
            raise SetupFailed(
                f"Another process has held {path} for over {patience:.0f} seconds.",
                "Wait for it to finish, or end it, and try again.",
            )
        time.sleep(POLL)
    try:
        yield
    finally:
        os.close(descriptor)
