"""Parsers that misbehave in every way, read by the pool like any other format."""

import ctypes
import json
import os
import socket
import time
from pathlib import Path

from contracts.errors import Unreadable, UnreadableDocument
from readers.draft import Draft
from readers.frames import Kind

_SERVED: list[str] = []


def crash(_data: bytes, _draft: Draft) -> None:
    ctypes.string_at(0)


def crash_after_another(data: bytes, draft: Draft) -> None:
    _SERVED.append(draft.filename)
    if len(_SERVED) > 1:
        os.abort()
    draft.part("Text").add(data.decode())


def leave(_data: bytes, _draft: Draft) -> None:
    os._exit(0)


def loop(_data: bytes, _draft: Draft) -> None:
    while True:
        pass


def hang(data: bytes, _draft: Draft) -> None:
    """Say in the named file that it began, then wait for ever."""
    Path(data.decode()).write_bytes(b"")
    while True:
        time.sleep(60)


def allocate(_data: bytes, _draft: Draft) -> None:
    hoard = []
    while True:
        hoard.append(bytearray(1 << 26))


def recurse(data: bytes, draft: Draft) -> None:
    recurse(data, draft)


def fail(_data: bytes, _draft: Draft) -> None:
    raise KeyError("nobody expects this")


def chatter(data: bytes, draft: Draft) -> None:
    """Write to standard output as some C libraries do."""
    os.write(1, b"noise on standard output\n")
    draft.part("Text").add(data.decode())


def enclose(data: bytes, draft: Draft) -> None:
    """Hand over a file for each line, named and filled by it; a line ``!`` ends the process."""
    for line in data.decode().splitlines():
        if line == "!":
            os.abort()
        draft.enclose(line, line.encode() * 1000)
    draft.part("Text").add("a cover")


def beat(data: bytes, draft: Draft) -> None:
    """Give a sign of life every half second, as often as the text says."""
    for done in range(int(data)):
        draft.progress(done, int(data))
        time.sleep(0.5)
    draft.part("Text").add("read at last")


def forge(data: bytes, draft: Draft) -> None:
    """Send the header of a frame before the last one that the text holds."""
    header = json.loads(data)
    draft.send(Kind.PROGRESS if "progress" in header else Kind.ENCLOSED, header, b"data")
    draft.part("Text").add("text")


def surroundings(data: bytes, draft: Draft) -> None:
    """Tell what the process can see and reach; the data name a file to try to write."""
    draft.part("Environment").add("\n".join(sorted(os.environ)))
    draft.part("Process").add(str(os.getpid()))
    try:
        with socket.create_connection(("127.0.0.1", int(draft.filename)), timeout=5):
            draft.part("Network").add("open")
    except OSError:
        draft.part("Network").add("cut")
    try:
        Path(data.decode()).write_bytes(b"data")
        draft.part("Disk").add("written")
    except OSError:
        draft.part("Disk").add("refused")


def refuse(_data: bytes, _draft: Draft) -> None:
    raise UnreadableDocument(Unreadable.UNSUPPORTED, "Not this one.", "Take another.")
