"""The embedded PostgreSQL itself: text, durability, who may come in, and where it can live."""

import os
import pwd
import shutil
import stat
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from contracts.errors import SetupFailed
from deploy.embedded.lease import ServerLease
from deploy.embedded.postgres import EmbeddedPostgres


def test_text_is_unicode_whatever_the_machines_language(lease: ServerLease[str]) -> None:
    with psycopg.connect(lease.acquire()) as connection:
        row = connection.execute(
            "SELECT current_database(), lower('ÉTÉ Ёлка'), encoding, datlocprovider "
            "FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    assert row
    assert row[:2] == ("diptych", "été ёлка")
    assert (row[2], row[3]) == (6, "b")  # UTF8, builtin


def test_what_is_committed_is_on_disk(lease: ServerLease[str]) -> None:
    with psycopg.connect(lease.acquire()) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            assert connection.execute(f"SHOW {setting}").fetchone() == ("on",)


def test_vectors_can_be_stored(lease: ServerLease[str]) -> None:
    with psycopg.connect(lease.acquire()) as connection:
        connection.execute("CREATE EXTENSION vector")
        row = connection.execute("SELECT '[3,4]'::vector <-> '[0,0]'::vector").fetchone()
    assert row == (5.0,)


def test_only_the_password_opens_it(directory: Path, lease: ServerLease[str]) -> None:
    url = lease.acquire()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(psycopg.conninfo.make_conninfo(url, password="guessed")).close()
    for secret in (directory / "password", directory / "data"):
        assert not stat.S_IMODE(secret.stat().st_mode) & 0o077


def test_wrong_password_file_is_said_at_once(directory: Path, lease: ServerLease[str]) -> None:
    (directory / "password").write_text("another")
    with pytest.raises(SetupFailed, match="refuses the password") as caught:
        lease.acquire()
    assert "Put the password back" in caught.value.remedy


def test_data_of_another_major_version_is_refused(directory: Path, lease: ServerLease[str]) -> None:
    (directory / "data" / "PG_VERSION").write_text("17\n")
    with pytest.raises(SetupFailed, match="written by PostgreSQL 17"):
        lease.acquire()


def test_failing_start_shows_the_servers_last_words(
    directory: Path, lease: ServerLease[str]
) -> None:
    (directory / "data" / "postgresql.conf").write_text("no_such_setting = on\n")
    with pytest.raises(SetupFailed, match="no_such_setting") as caught:
        lease.acquire()
    assert "server.log" in caught.value.remedy
    assert lease.stop() == ()  # a failed start leaves no holder


@pytest.fixture
def deep() -> Iterator[Path]:
    """A folder whose path is longer than any Unix socket's may be, with a space in it."""
    home = Path(tempfile.mkdtemp(prefix="diptych-"))
    yield home / ("deep " * 30).strip() / "postgres"
    shutil.rmtree(home)


def test_long_path_with_spaces_will_do(deep: Path) -> None:
    lease = ServerLease(EmbeddedPostgres(deep))
    with psycopg.connect(lease.acquire()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    lease.release()


def use_as(user: pwd.struct_passwd, directory: Path) -> None:
    """Become the user, for good, then run a server and ask it."""
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)
    lease = ServerLease(EmbeddedPostgres(directory))
    with psycopg.connect(lease.acquire()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    lease.release()
    assert not lease.running()


@pytest.mark.skipif(os.geteuid() != 0, reason="all other tests run as an ordinary user here")
def test_ordinary_user_runs_it_alone() -> None:
    user = pwd.getpwnam("nobody")
    home = Path(tempfile.mkdtemp(prefix="diptych-"))
    os.chown(home, user.pw_uid, user.pw_gid)
    if not (child := os.fork()):  # not a new interpreter: root's own may be closed to others
        try:
            use_as(user, home / "postgres")
        except BaseException:  # noqa: BLE001 - a forked child must not go on with the test run
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert (home / "postgres" / "data").stat().st_uid == user.pw_uid
    shutil.rmtree(home)
