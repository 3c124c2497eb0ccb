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


def try_lock(path: Path, *, create: bool = True) -> int | None:
    """Lock the file exclusively without waiting; give its descriptor, None if another has it.

    Raises FileNotFoundError when it is not there and shall not be created.
    """
    flags = os.O_RDWR | os.O_CLOEXEC | (os.O_CREAT if create else 0)
    descriptor = os.open(path, flags, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


@contextmanager
def locked(path: Path, patience: float, *, create: bool = True) -> Iterator[None]:
    """Hold the file's lock inside the block. Raises SetupFailed after ``patience`` seconds."""
    deadline = time.monotonic() + patience
    while (descriptor := try_lock(path, create=create)) is None:
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
