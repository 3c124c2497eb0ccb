"""Keeps what was built once in a folder that is whole or not there at all.

A folder is built beside its place and renamed into it; ``manifest.json`` holds the SHA-256 of
each file, checked whenever the folder is asked for, so that a damaged one is built anew.
"""

import fcntl
import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from contracts.errors import SetupFailed

MANIFEST = "manifest.json"


def digest(path: Path) -> str:
    """Hex SHA-256 of a file (about 0.15 s for 100 MB)."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_whole(folder: Path) -> bool:
    """Tell whether the folder holds exactly the bytes that were built."""
    try:
        manifest: dict[str, str] = json.loads((folder / MANIFEST).read_text("utf-8"))
        return all(digest(folder / name) == known for name, known in manifest.items())
    except (OSError, ValueError, AttributeError):
        return False


@contextmanager
def _alone(root: Path, name: str) -> Iterator[None]:
    """Let one process at a time build; a process that dies lets go."""
    with (root / f".{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build(place: Path, build: Callable[[Path], None]) -> None:
    """Build beside ``place``, then put the result there."""
    new = Path(tempfile.mkdtemp(prefix=f".{place.name}.", dir=place.parent))
    try:
        build(new)
        files = sorted(path.name for path in new.iterdir())
        manifest = {name: digest(new / name) for name in files}
        (new / MANIFEST).write_text(json.dumps(manifest, indent=1), "utf-8")
        new.chmod(0o755)
        shutil.rmtree(place, ignore_errors=True)
        new.rename(place)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise


def ensure_folder(root: Path, name: str, build: Callable[[Path], None]) -> Path:
    """Give ``root/name``, building it first when it is missing or damaged.

    ``build`` fills the empty folder it is given with plain files. Safe to call from several
    processes at once: one builds, the others wait. Raises SetupFailed when the disk refuses.
    """
    place = root / name
    try:
        root.mkdir(parents=True, exist_ok=True)
        with _alone(root, name):
            if not is_whole(place):
                _build(place, build)
    except OSError as error:
        raise SetupFailed(
            f"The model could not be kept in {root}: {error.strerror or error}.",
            "Make room there or choose another cache folder; 300 MB are needed.",
        ) from error
    return place
