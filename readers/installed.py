"""Looks for a program that recognises text in pictures on this machine."""

import re
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version

from readers.engines import Engine
from readers.limits import MIB

_ASKING_SECONDS = 20
_FOLDER = re.compile(r'"(.+)"')
_ORIENTATION = "osd"
_NAME_AND_VERSION = 2


def find_engine() -> Engine | None:
    """Look for Tesseract among the programs, else for RapidOCR; takes some 50 ms, once."""
    return _tesseract() or _rapidocr()


def _tesseract() -> Engine | None:
    program = shutil.which("tesseract")
    if program is None:
        return None
    try:
        first = _output(program, "--version").split()
        heading, *listed = _output(program, "--list-langs").splitlines()
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    languages = tuple(sorted(name for name in listed if name != _ORIENTATION))
    if not languages or len(first) < _NAME_AND_VERSION:
        return None
    # Reading processes have no environment that could name the folder.
    folder = _FOLDER.search(heading)
    return Engine(
        name="tesseract",
        version=first[1],
        command=(program, *(("--tessdata-dir", folder[1]) if folder else ())),
        languages=languages,
        orients=_ORIENTATION in listed,
        memory_bytes=1024 * MIB,
    )


def _output(*command: str) -> str:
    done = subprocess.run(  # noqa: S603 - the program that was found
        command, capture_output=True, text=True, check=True, timeout=_ASKING_SECONDS
    )
    return done.stdout


def _rapidocr() -> Engine | None:
    try:
        release = version("rapidocr")
        version("onnxruntime")
    except PackageNotFoundError:
        return None
    return Engine(
        name="rapidocr",
        version=release,
        command=(sys.executable, "-B", "-P", "-Xutf8", "-m", "readers.rapid"),
        languages=("Latin",),
        orients=False,
        memory_bytes=4096 * MIB,
    )
