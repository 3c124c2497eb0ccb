"""Neo4j's jars: fetched from a Maven repository once, each checked against the lock, kept per user.

jgo does the talking to the repository. It writes into place as it downloads, so it is given a
staging folder, and only a jar whose checksum is right is moved to where servers find it: what
was fetched before a failure is kept, and a half-written jar is never used.
"""

import hashlib
import os
import shutil
import time
import tomllib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from contracts.errors import SetupFailed
from deploy.embedded.locking import locked

if TYPE_CHECKING:
    from jgo.maven import MavenContext

LOCK = Path(__file__).with_name("neo4j.lock.toml")
CONNECTIONS = 16
ATTEMPTS = 3
PATIENCE = 900.0
"""Seconds to wait for another process that is fetching the same jars."""

Progress = Callable[[int, int], None]
"""Called with how many jars are there and how many are needed, from the calling thread."""


@dataclass(frozen=True, slots=True)
class Jar:
    """One locked jar: Maven coordinates and the SHA-256 its bytes must have."""

    group: str
    artifact: str
    version: str
    classifier: str
    sha256: str

    @property
    def path(self) -> Path:
        """Where a Maven repository keeps it."""
        suffix = f"-{self.classifier}" if self.classifier else ""
        name = f"{self.artifact}-{self.version}{suffix}.jar"
        return Path(*self.group.split("."), self.artifact, self.version, name)


def read_lock(path: Path = LOCK) -> tuple[Jar, ...]:
    """Read the lock: ``group:artifact:version[:classifier] = sha256`` in the order of the file."""
    jars = []
    for coordinates, sha256 in tomllib.loads(path.read_text(encoding="utf-8"))["jars"].items():
        group, artifact, version, *classifier = coordinates.split(":")
        jars.append(Jar(group, artifact, version, "".join(classifier), sha256))
    return tuple(jars)


def _intact(path: Path, jar: Jar) -> bool:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == jar.sha256
    except FileNotFoundError:
        return False


class JarCache:
    """The jars of a lock in a folder that several processes may share.

    ``repository`` is the Maven repository to fetch from, None the public one; a full cache never
    touches it.
    """

    def __init__(
        self,
        folder: Path,
        *,
        repository: str | None = None,
        progress: Progress | None = None,
        jars: tuple[Jar, ...] | None = None,
    ) -> None:
        self.folder = folder
        self._repository = repository
        self._progress = progress
        self._jars = read_lock() if jars is None else jars

    def missing(self) -> tuple[Jar, ...]:
        """Give the jars that are not there or damaged.

        Every byte is hashed: 0.1 to 0.5 s for all 171 MB, less than a Java start notices.
        """
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            intact = pool.map(lambda jar: _intact(self.folder / jar.path, jar), self._jars)
            return tuple(jar for jar, good in zip(self._jars, intact, strict=True) if not good)

    def ensure(self) -> tuple[Path, ...]:
        """Give the paths of all jars, fetching what is missing. Raises SetupFailed."""
        try:
            if self.missing():
                self.folder.mkdir(parents=True, exist_ok=True)
                with locked(self.folder / ".lock", PATIENCE):
                    self._fetch(self.missing())
        except OSError as error:
            raise SetupFailed(
                f"Neo4j's files cannot be kept in {self.folder}: {error}.",
                "Make room there, or point DIPTYCH_CACHE at a folder that can be written.",
            ) from error
        return tuple(self.folder / jar.path for jar in self._jars)

    def _fetch(self, jars: tuple[Jar, ...]) -> None:
        if not jars:
            return
        # Imported here: a full cache needs neither jgo nor the HTTP client behind it.
        from jgo.constants import MAVEN_CENTRAL_URL  # noqa: PLC0415 - see the line above
        from jgo.maven import MavenContext  # noqa: PLC0415 - see the line above

        staging = self.folder / ".staging"
        shutil.rmtree(staging, ignore_errors=True)
        remote = self._repository or MAVEN_CENTRAL_URL
        context = MavenContext(
            repo_cache=staging, local_repos=[], remote_repos={"repository": remote}
        )
        pool = ThreadPoolExecutor(CONNECTIONS)
        try:
            futures = [pool.submit(self._fetch_one, context, jar) for jar in jars]
            have = len(self._jars) - len(jars)
            for done, future in enumerate(as_completed(futures), start=have + 1):
                future.result()
                if self._progress:
                    self._progress(done, len(self._jars))
        finally:
            pool.shutdown(cancel_futures=True)
            shutil.rmtree(staging, ignore_errors=True)

    def _fetch_one(self, context: "MavenContext", jar: Jar) -> None:
        component = context.project(jar.group, jar.artifact).at_version(jar.version)
        failure = "nothing was tried"
        for attempt in range(ATTEMPTS):
            time.sleep(attempt / 2)
            staged = context.repo_cache / jar.path
            staged.unlink(missing_ok=True)
            try:
                component.artifact(jar.classifier).resolve()
            except (OSError, RuntimeError) as error:  # requests' errors are OSErrors
                failure = str(error)
                continue
            if _intact(staged, jar):
                place = self.folder / jar.path
                place.parent.mkdir(parents=True, exist_ok=True)
                staged.replace(place)
                return
            failure = "its checksum differs from the lock, so these are not the bytes we trust"
        raise SetupFailed(
            f"{jar.path.name} could not be fetched from {self._repository or 'Maven'}: {failure}.",
            "Run the same command again where that address can be reached (what is fetched is "
            "kept), or set DIPTYCH_NEO4J_URL to a Neo4j of your own.",
        )
