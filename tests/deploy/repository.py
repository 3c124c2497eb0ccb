"""A small Maven repository on loopback that remembers what was asked of it."""

import hashlib
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from deploy.embedded.jars import Jar


def jar(name: str, content: bytes) -> Jar:
    """Lock a jar with these bytes."""
    return Jar("org.example", name, "1.0", "", hashlib.sha256(content).hexdigest())


class Repository:
    """Serves ``files`` by path; a path that is not there is answered with 404."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.files: dict[str, bytes] = {}
        self.asked: Counter[str] = Counter()

    def offer(self, locked: Jar, content: bytes) -> None:
        self.files[f"/{locked.path.as_posix()}"] = content

    def times(self, locked: Jar) -> int:
        return self.asked[f"/{locked.path.as_posix()}"]


@contextmanager
def serving() -> Iterator[Repository]:
    """Serve until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            repository.asked[self.path] += 1
            content = repository.files.get(self.path)
            self.send_response(HTTPStatus.OK if content is not None else HTTPStatus.NOT_FOUND)
            self.send_header("Content-Length", str(len(content or b"")))
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as inherited
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    repository = Repository(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield repository
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
