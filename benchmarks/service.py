"""The whole service as a process of its own, on a temporary home and a free port."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

READY_WITHIN = 90


@dataclass(frozen=True, slots=True)
class Serving:
    """A running service."""

    address: str
    key: str
    home: Path
    environment: dict[str, str]
    pid: int

    def command(self, *arguments: str) -> str:
        """Run a ``diptych`` command on this service's home; give its standard output."""
        return subprocess.run(
            [sys.executable, "-m", "deploy.cli", *arguments],
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
        ).stdout


@asynccontextmanager
async def serving(workers: int = 1) -> AsyncIterator[Serving]:
    """Start ``diptych serve`` and wait until it is ready; stop it at the end."""
    with tempfile.TemporaryDirectory(prefix="diptych-bench-") as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        environment = os.environ | {
            "DIPTYCH_HOME": folder,
            "DIPTYCH_PORT": str(port),
            "DIPTYCH_WORKERS": str(workers),
        }
        with Path(folder, "serve.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "deploy.cli", "serve", "--quiet"],
                env=environment,
                stdout=log,
                stderr=log,
            )
        address = f"http://127.0.0.1:{port}"
        try:
            await _ready(address)
            service = Serving(address, "", Path(folder), environment, process.pid)
            made = service.command("keys", "add", "bench", "--role", "admin", "--json")
            key = json.loads(made)["secret"]
            yield Serving(address, key, Path(folder), environment, process.pid)
        finally:
            process.terminate()
            await asyncio.to_thread(process.wait)


async def _ready(address: str) -> None:
    async with httpx.AsyncClient(base_url=address) as client:
        for _ in range(READY_WITHIN * 5):
            try:
                if (await client.get("/health/live")).is_success:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.2)
    raise TimeoutError(f"{address} did not come up in {READY_WITHIN} s")
