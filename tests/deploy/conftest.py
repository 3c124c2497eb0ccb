"""A home for embedded servers that is empty before a test and leaves no process behind."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.embedded.lease import ServerLease
from deploy.embedded.postgres import EmbeddedPostgres
from telemetry.metrics import PrometheusMetrics, exposition
from tests.deploy.holding import eventually


@pytest.fixture(scope="session")
def cluster() -> Iterator[Path]:
    """A PostgreSQL that was created and never started, to copy from."""
    home = Path(tempfile.mkdtemp(prefix="diptych-"))
    EmbeddedPostgres(home / "postgres").prepare()
    yield home / "postgres"
    shutil.rmtree(home)


@pytest.fixture
def directory(cluster: Path) -> Iterator[Path]:
    """Where one test's PostgreSQL lives."""
    home = Path(tempfile.mkdtemp(prefix="diptych-"))
    copy = shutil.which("cp") or "cp"
    subprocess.run([copy, "-a", cluster, home], check=True)  # noqa: S603 - keeps the owners
    yield home / "postgres"
    server = EmbeddedPostgres(home / "postgres")
    server.process.stop()
    eventually(lambda: not server._orphans(), "children of a killed server end")
    shutil.rmtree(home)


@pytest.fixture
def lease(directory: Path) -> Iterator[ServerLease[str]]:
    """This process's share in it, not taken yet."""
    lease = ServerLease(EmbeddedPostgres(directory))
    yield lease
    lease.release()


@pytest.fixture(scope="session")
def offered() -> set[str]:
    """Every series that the service gives, as asked for; a process can have one of each."""
    PrometheusMetrics()
    body, _ = exposition(multiprocess=False)
    found: set[str] = set()
    for name, kind in re.findall(r"^# TYPE (\S+) (\S+)", body.decode(), re.MULTILINE):
        if kind == "histogram":
            found |= {f"{name}_bucket", f"{name}_sum", f"{name}_count"}
        elif not name.endswith("_created"):
            found.add(name)
    return found
