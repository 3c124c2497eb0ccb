"""Fetching the locked jars: once, whole, checked; and what is said when that cannot be."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.errors import SetupFailed
from deploy.embedded.jars import Jar, JarCache, read_lock
from deploy.embedded.process import free_port
from tests.deploy.repository import Repository, jar, serving

CONTENTS = {f"part{n}": f"the bytes of part {n}".encode() * 2000 for n in range(24)}
JARS = tuple(jar(name, content) for name, content in CONTENTS.items())
FETCH = """
import sys
from pathlib import Path
from deploy.embedded.jars import JarCache
from tests.deploy.test_jars import JARS
JarCache(Path(sys.argv[1]), repository=sys.argv[2], jars=JARS).ensure()
"""


@pytest.fixture
def repository() -> Iterator[Repository]:
    with serving() as repository:
        for locked in JARS:
            repository.offer(locked, CONTENTS[locked.artifact])
        yield repository


def cache(folder: Path, repository: str | None = None, jars: tuple[Jar, ...] = JARS) -> JarCache:
    return JarCache(folder, repository=repository or f"http://127.0.0.1:{free_port()}", jars=jars)


def contents(paths: tuple[Path, ...]) -> list[bytes]:
    return [path.read_bytes() for path in paths]


def test_lock_names_neo4j_first_and_each_jar_once() -> None:
    jars = read_lock()
    assert (jars[0].group, jars[0].artifact) == ("org.neo4j", "neo4j")
    assert len({locked.path for locked in jars}) == len(jars) == 237


def test_jars_come_in_the_locks_order_and_progress_reaches_the_end(
    tmp_path: Path, repository: Repository
) -> None:
    seen: list[tuple[int, int]] = []
    fetching = JarCache(
        tmp_path,
        repository=repository.url,
        jars=JARS,
        progress=lambda done, total: seen.append((done, total)),
    )
    assert contents(fetching.ensure()) == list(CONTENTS.values())
    assert seen == [(n + 1, len(JARS)) for n in range(len(JARS))]


def test_full_cache_needs_no_network(tmp_path: Path, repository: Repository) -> None:
    cache(tmp_path, repository.url).ensure()
    assert contents(cache(tmp_path).ensure()) == list(CONTENTS.values())


@pytest.mark.parametrize("damage", [b"", b"half", b"x" * len(CONTENTS["part3"])])
def test_damaged_jar_alone_is_fetched_again(
    tmp_path: Path, repository: Repository, damage: bytes
) -> None:
    paths = cache(tmp_path, repository.url).ensure()
    paths[3].write_bytes(damage)
    assert contents(cache(tmp_path, repository.url).ensure()) == list(CONTENTS.values())
    assert [repository.times(locked) for locked in JARS[2:5]] == [1, 2, 1]


def test_bytes_that_differ_from_the_lock_are_never_used(
    tmp_path: Path, repository: Repository
) -> None:
    repository.offer(JARS[5], b"something else")
    with pytest.raises(SetupFailed, match=r"part5-1\.0\.jar.*checksum differs") as caught:
        cache(tmp_path, repository.url).ensure()
    assert "DIPTYCH_NEO4J_URL" in caught.value.remedy
    assert not (tmp_path / JARS[5].path).exists()


def test_second_try_fetches_only_what_the_first_missed(
    tmp_path: Path, repository: Repository
) -> None:
    missing = repository.files.pop(f"/{JARS[-1].path.as_posix()}")
    with pytest.raises(SetupFailed, match="part23"):
        cache(tmp_path, repository.url).ensure()
    repository.offer(JARS[-1], missing)
    repository.asked.clear()
    had = {path.name for path in tmp_path.rglob("*.jar")}
    assert contents(cache(tmp_path, repository.url).ensure()) == list(CONTENTS.values())
    asked = {locked.path.name for locked in JARS if repository.times(locked)}
    assert had
    assert not had & asked


def test_no_network_says_what_failed_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(
        SetupFailed, match=r"could not be fetched from http://127\.0\.0\.1"
    ) as caught:
        cache(tmp_path).ensure()
    assert "Run the same command again" in caught.value.remedy
    assert "DIPTYCH_NEO4J_URL" in caught.value.remedy
    assert not list(tmp_path.rglob("*.jar"))


def test_folder_that_cannot_be_made_is_said(tmp_path: Path, repository: Repository) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SetupFailed, match="cannot be kept in") as caught:
        cache(tmp_path / "file" / "cache", repository.url).ensure()
    assert "DIPTYCH_CACHE" in caught.value.remedy


def test_two_processes_at_once_fetch_each_jar_once(tmp_path: Path, repository: Repository) -> None:
    arguments = [sys.executable, "-c", FETCH, str(tmp_path), repository.url]
    both = [subprocess.Popen(arguments) for _ in range(2)]  # noqa: S603 - this interpreter
    assert [process.wait(60) for process in both] == [0, 0]
    assert contents(cache(tmp_path).ensure()) == list(CONTENTS.values())
    assert {repository.times(locked) for locked in JARS} == {1}


def test_no_jars_is_nothing_to_do(tmp_path: Path) -> None:
    assert cache(tmp_path / "none", jars=()).ensure() == ()
    assert not (tmp_path / "none").exists()
