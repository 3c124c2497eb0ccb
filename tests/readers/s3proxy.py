"""A real S3 server: S3Proxy on the bundled Java, with its objects in memory."""

import os
import socket
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import httpx
import obstore
from obstore.store import S3Store

from deploy.embedded.jars import Jar, JarCache
from deploy.embedded.java import JAVA

JAR = Jar(
    "org.gaul",
    "s3proxy",
    "2.6.0",
    "jar-with-dependencies",
    "12e5e88d805cfed07f7d88b4a44a0d8ecb9f9d3cebeb544bb34fbc4ded1049d8",
)
ACCESS_KEY, SECRET_KEY = "tester", "geheim"
_FETCH = (
    "import sys; from pathlib import Path; from deploy.embedded.jars import JarCache; "
    "from tests.readers.s3proxy import JAR; JarCache(Path(sys.argv[1]), jars=(JAR,)).ensure()"
)
_CONFIG = """
s3proxy.endpoint=http://127.0.0.1:{port}
s3proxy.authorization=aws-v2-or-v4
s3proxy.identity={access}
s3proxy.credential={secret}
jclouds.provider=transient
jclouds.identity=unused
jclouds.credential=unused
"""


def fetched() -> Path:
    """Give the server's one jar, fetched once by another process: tests have no network."""
    folder = Path(os.environ.get("DIPTYCH_CACHE", "~/.cache/diptych")).expanduser() / "jars"
    if JarCache(folder, jars=(JAR,)).missing():
        fetch = [sys.executable, "-c", _FETCH, str(folder)]
        subprocess.run(fetch, check=True)  # noqa: S603 - this interpreter
    return folder / JAR.path


class S3Proxy:
    """A server with one pair of keys; ``start`` begins with no bucket."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._jar = fetched()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        config = self._home / "s3proxy.conf"
        config.write_text(_CONFIG.format(port=self.port, access=ACCESS_KEY, secret=SECRET_KEY))
        log = (self._home / "log").open("wb")
        with log:
            self._process = subprocess.Popen(  # noqa: S603 - the wheel's own Java
                [
                    *(JAVA, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx128m"),
                    *("-cp", str(self._jar), "org.gaul.s3proxy.Main", "--properties", str(config)),
                ],
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + 120
        while not self._answers():
            assert self._process.poll() is None, (self._home / "log").read_text()[-3000:]
            assert time.monotonic() < deadline, (self._home / "log").read_text()[-3000:]
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            return httpx.get(self.endpoint, timeout=5).status_code < 500
        except httpx.TransportError:
            return False

    def stop(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait(30)
        self._process = None

    def store(self, bucket: str, **config: object) -> S3Store:
        """Give a store with the right keys."""
        keys = {"access_key_id": ACCESS_KEY, "secret_access_key": SECRET_KEY}
        where = {"endpoint": self.endpoint, "region": "us-east-1", "disable_bulk_delete": True}
        both: dict[str, object] = {**where, **keys, **config}
        return S3Store(bucket, config=both, client_options={"allow_http": True})  # type: ignore[arg-type]  # by name

    def create(self, bucket: str) -> None:
        """Make a bucket: a signed PUT of its own path."""
        root = self.store("root", virtual_hosted_style_request=True)
        url = obstore.sign(root, "PUT", bucket, timedelta(minutes=5))
        httpx.put(url).raise_for_status()
