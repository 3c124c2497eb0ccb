"""The whole service as its users run it: the command in processes of its own, a home of its own."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

PATIENCE = 120.0
"""Seconds that a slow machine may take for what takes a few."""


def eventually(check: Callable[[], Any], *, within: float = PATIENCE) -> Any:
    """Give the first true value of ``check``; fails when there is none in time."""
    deadline = time.monotonic() + within
    while True:
        if value := check():
            return value
        assert time.monotonic() < deadline, f"not so after {within} s: {check}"
        time.sleep(0.1)


@dataclass
class Installation:
    """A home with the ``diptych`` command for it."""

    home: Path
    port: int
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        own = {"DIPTYCH_HOME": str(self.home), "DIPTYCH_PORT": str(self.port)}
        kept = {k: v for k, v in os.environ.items() if not k.startswith("DIPTYCH_TEST")}
        return kept | own

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def run(self, *arguments: str, expect: int | None = 0) -> str:
        """Run a command to its end; give its standard output."""
        done = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-m", "deploy.cli", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE * 2,
            check=False,
        )
        assert expect is None or done.returncode == expect, done.stderr[-3000:]
        return done.stdout

    def json(self, *arguments: str, expect: int | None = 0) -> Any:
        """Run a command with ``--json``; give its one object."""
        return json.loads(self.run(*arguments, "--json", expect=expect))

    def start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        """Start a command in the background; its output goes to the home's test.log."""
        with (self.home / "test.log").open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 - our own command
                [sys.executable, "-m", "deploy.cli", *arguments],
                env=self.environment,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
            )
        self.processes.append(process)
        return process

    def serve(self) -> "subprocess.Popen[bytes]":
        """Start the service and wait until it answers."""
        process = self.start("serve", "--quiet")

        def answers() -> bool:
            assert process.poll() is None, (self.home / "test.log").read_text()[-3000:]
            try:
                return httpx.get(f"{self.address}/health/live", timeout=5).is_success
            except httpx.TransportError:
                return False

        eventually(answers)
        return process

    def workers(self, of: "subprocess.Popen[bytes]") -> list[psutil.Process]:
        """Give the worker processes that a service supervises."""
        children = psutil.Process(of.pid).children()
        return [c for c in children if "worker" in c.cmdline()]

    def key(self, role: str = "admin") -> str:
        """Make a key."""
        return str(self.json("keys", "add", "test", "--role", role)["secret"])

    def stop(self) -> None:
        """End what was started, politely, and leave no server behind."""
        for process in self.processes:
            if process.poll() is None:
                process.terminate()
        for process in self.processes:
            process.wait(PATIENCE)


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    """A fresh home; the servers' jars and the model come from the user's cache."""
    with tempfile.TemporaryDirectory(prefix="diptych-") as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        one = Installation(Path(folder), port)
        yield one
        one.stop()
