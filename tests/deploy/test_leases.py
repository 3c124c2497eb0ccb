"""One server, several processes: who starts it, who stops it, and what killing any of them does."""

import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import psycopg

from deploy.embedded.lease import ServerLease
from deploy.embedded.postgres import EmbeddedPostgres
from tests.deploy.holding import eventually, holder


def answers(url: str) -> bool:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT 1").fetchone() == (1,)


def kill_server(directory: Path) -> None:
    process = EmbeddedPostgres(directory).process.find()
    assert process
    process.kill()
    process.wait(30)


def test_second_process_attaches_and_the_last_to_leave_stops(
    directory: Path, lease: ServerLease[str]
) -> None:
    url = lease.acquire()
    with holder(directory) as other:
        assert other.url() == url
        lease.release()
        assert lease.running()
        assert answers(url)
        other.leave()
    assert not lease.running()


def test_data_is_there_after_a_stop_and_the_address_stays(lease: ServerLease[str]) -> None:
    url = lease.acquire()
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    lease.release()
    assert lease.acquire() == url
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_server_stops_when_its_only_holder_is_killed(
    directory: Path, lease: ServerLease[str]
) -> None:
    with holder(directory) as other:
        other.url()
        assert lease.running()
        other.kill()
    eventually(lambda: not lease.running(), "the guardian stops the server")


def test_killing_one_holder_leaves_the_server_to_the_other(
    directory: Path, lease: ServerLease[str]
) -> None:
    with holder(directory) as other:
        other.url()
        url = lease.acquire()
        other.kill()
    with holder(directory) as third:  # comes and goes, counting who is left
        third.url()
        third.leave()
    assert lease.running()
    assert answers(url)


def test_ctrl_c_in_the_starters_terminal_does_not_reach_the_server(
    directory: Path, lease: ServerLease[str]
) -> None:
    with holder(directory) as other:
        other.url()
        url = lease.acquire()
        other.interrupt()
    assert answers(url)


def test_starter_killed_while_starting_leaves_a_server_that_is_found(
    directory: Path, lease: ServerLease[str]
) -> None:
    with holder(directory) as other:
        eventually((directory / "pid").exists, "the server is launched")
        other.kill()
    assert answers(lease.acquire())


def test_killed_server_starts_again_with_what_was_committed(
    directory: Path, lease: ServerLease[str]
) -> None:
    with psycopg.connect(lease.acquire()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    kill_server(directory)
    assert not lease.running()
    with psycopg.connect(lease.acquire()) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
    lease.release()
    assert not lease.running()


def test_stale_lock_naming_a_living_stranger_does_not_stop_the_start(
    directory: Path, lease: ServerLease[str]
) -> None:
    lease.acquire()
    kill_server(directory)
    lock = directory / "data" / "postmaster.pid"
    _, *rest = lock.read_text().splitlines()
    owner = (directory / "data").stat().st_uid  # PostgreSQL suspects its own user's programs only
    with subprocess.Popen([shutil.which("sleep") or "sleep", "600"], user=owner) as stranger:  # noqa: S603 - waits
        try:
            lock.write_text("\n".join([str(stranger.pid), *rest, ""]))
            (directory / "pid").write_text(str(stranger.pid))
            assert answers(lease.acquire())
            assert stranger.poll() is None
        finally:
            stranger.kill()


def test_another_port_is_taken_when_the_remembered_one_is_in_use(lease: ServerLease[str]) -> None:
    port = urlsplit(lease.acquire()).port
    lease.release()
    with socket.create_server(("127.0.0.1", port or 0)):
        url = lease.acquire()
    assert urlsplit(url).port != port
    assert answers(url)


def test_kept_server_outlives_its_holders_until_it_is_stopped(
    directory: Path, lease: ServerLease[str]
) -> None:
    url = lease.acquire()
    lease.release(keep=True)
    with holder(directory) as other:
        assert other.url() == url
        other.leave()
    assert answers(url)
    assert lease.stop() == ()
    assert not lease.running()


def test_stop_names_who_still_holds_the_server_and_leaves_it(
    directory: Path, lease: ServerLease[str]
) -> None:
    with holder(directory) as other:
        url = other.url()
        assert lease.stop() == (other.pid,)
        assert answers(url)


def test_acquiring_again_needs_one_release(lease: ServerLease[str]) -> None:
    assert lease.acquire() == lease.acquire()
    lease.release()
    assert not lease.running()


def test_child_of_a_killed_holder_does_not_count_as_one(
    directory: Path, lease: ServerLease[str]
) -> None:
    with holder(directory, "fork") as other:
        other.url()
        other.kill()
        eventually(lambda: not lease.running(), "the server stops while the child lives")


def test_two_leases_of_one_process_count_twice(directory: Path, lease: ServerLease[str]) -> None:
    second = ServerLease(EmbeddedPostgres(directory))
    assert lease.acquire() == second.acquire()
    lease.release()
    assert second.running()
    second.release()
    assert not second.running()


def test_unclean_end_is_signalled_to_nobody_else(directory: Path, lease: ServerLease[str]) -> None:
    """The id of a dead server may belong to anyone by now: it gets no signal."""
    with holder(directory) as stranger:
        stranger.url()
        stranger.leave()
    lease.acquire()
    kill_server(directory)
    victim = os.fork()
    if not victim:
        signal.pause()
        os._exit(0)
    try:
        (directory / "pid").write_text(str(victim))
        lease.release()
        assert os.waitpid(victim, os.WNOHANG) == (0, 0)
    finally:
        os.kill(victim, signal.SIGKILL)
        os.waitpid(victim, 0)


def test_server_ends_when_its_home_is_removed(directory: Path, lease: ServerLease[str]) -> None:
    lease.acquire()
    process = EmbeddedPostgres(directory).process.find()
    assert process
    guardian = psutil.Process(int((directory / "guardian.pid").read_text()))
    eventually(
        lambda: any(file.path.endswith("guardian.lock") for file in guardian.open_files()),
        "the guardian is on duty",
    )
    shutil.rmtree(directory, ignore_errors=True)  # the server may write meanwhile
    eventually(lambda: not process.is_running() or process.status() == "zombie", "it ends", 30.0)
    lease.release()


def test_server_that_is_ending_is_started_again(directory: Path, lease: ServerLease[str]) -> None:
    url = lease.acquire()
    process = EmbeddedPostgres(directory).process.find()
    assert process
    process.send_signal(signal.SIGINT)
    assert lease.acquire() == url
    assert answers(url)
