"""A real IMAP server: Dovecot as a private process on the loopback interface."""

import getpass
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

PROGRAM = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin")
OPENSSL = shutil.which("openssl")
USER, PASSWORD = "jane@example.org", "geheim wörd"
PLAIN_USER = "ada"
"""Has the same password, and a name that fits in an address as it is."""

_CONFIG = """
protocols = imap
listen = 127.0.0.1
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/log
ssl = yes
ssl_cert = <{home}/cert.pem
ssl_key = <{home}/key.pem
disable_plaintext_auth = no
mail_location = maildir:{home}/mail/%u
first_valid_uid = 1
default_internal_user = {internal}
default_internal_group = {group}
default_login_user = {login}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {home}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={home}/mail/%u
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
"""


class Dovecot:
    """A server with two users; it listens with STARTTLS (``port``) and TLS (``tls_port``)."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port, self.tls_port = _free_port(), _free_port()
        self.ca = home / "cert.pem"
        self._process: subprocess.Popen[bytes] | None = None
        self._prepare()

    def _prepare(self) -> None:
        for folder in ("run", "state", "mail"):
            (self.home / folder).mkdir()
        subprocess.run(  # noqa: S603 - the program of the system
            [
                *(OPENSSL or "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes"),
                *("-keyout", self.home / "key.pem", "-out", self.ca, "-days", "2"),
                *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
            ],
            check=True,
            capture_output=True,
        )
        users = "".join(f"{user}:{PASSWORD}\n" for user in (USER, PLAIN_USER))
        (self.home / "users").write_text(users, encoding="utf-8")
        me = getpass.getuser()
        is_root = os.geteuid() == 0  # whose mail no server reads
        owner = pwd.getpwnam("mail" if is_root else me)
        if is_root:
            self.home.chmod(0o755)
            shutil.chown(self.home / "mail", owner.pw_uid, owner.pw_gid)
        config = _CONFIG.format(
            home=self.home,
            port=self.port,
            tls_port=self.tls_port,
            uid=owner.pw_uid,
            gid=owner.pw_gid,
            internal="dovecot" if is_root else me,
            group="dovecot" if is_root else _group(),
            login="dovenull" if is_root else me,
        )
        (self.home / "dovecot.conf").write_text(config)

    def start(self) -> None:
        """Start it; returns once it answers."""
        self._process = subprocess.Popen(  # noqa: S603 - the program of the system
            [PROGRAM or "dovecot", "-F", "-c", str(self.home / "dovecot.conf")],
            start_new_session=True,
        )
        deadline = time.monotonic() + 30
        while not _answers(self.port):
            assert self._process.poll() is None, self.log()
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop it and all its children."""
        if self._process:
            # Not only the first: who serves a client that is connected goes on by itself.
            os.killpg(self._process.pid, signal.SIGTERM)
            self._process.wait(30)
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process = None

    def log(self) -> str:
        path = self.home / "log"
        return path.read_text(errors="replace")[-2000:] if path.exists() else ""


def _group() -> str:
    import grp  # noqa: PLC0415 - not on every system, as Dovecot

    return grp.getgrgid(os.getegid()).gr_name


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            return connection.recv(4) == b"* OK"
    except OSError:
        return False
