"""Names of files inside others, made plain: what an archive calls a file is never believed."""

import re
from collections import Counter

# Nothing, this folder, the one above, a drive.
_NOWHERE = re.compile(r"|\.|\.\.|[A-Za-z]:")
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
_LEVELS = 40
_NAME = 200


class PlainPaths:
    """Gives paths of plain names between ``/``, none absolute, none with ``..``, each once."""

    def __init__(self) -> None:
        self._taken: Counter[str] = Counter()

    def take(self, name: str) -> str:
        """Give the path for a name; a name that was taken before gets a number, as in ``a (2)``."""
        wanted = plain_path(name)
        path = wanted
        while path in self._taken:
            self._taken[wanted] += 1
            folder, slash, last = wanted.rpartition("/")
            stem, dot, suffix = last.rpartition(".")
            number = f" ({self._taken[wanted]})"
            numbered = f"{stem}{number}{dot}{suffix}" if stem else f"{last}{number}"
            path = f"{folder}{slash}{numbered}"
        self._taken[path] += 1
        return path


def plain_path(name: str) -> str:
    """Give a relative path below the file that encloses it; never empty."""
    names = _UNPRINTABLE.sub("", name.replace("\\", "/")).split("/")
    kept = [part.strip()[-_NAME:].strip() for part in names]
    return "/".join([part for part in kept if not _NOWHERE.fullmatch(part)][-_LEVELS:]) or "unnamed"


def is_plain_path(path: str) -> bool:
    """Tell whether a path is safe to show and to append, whoever made it."""
    names = path.split("/")
    odd = "\\" in path or _UNPRINTABLE.search(path) or any(map(_NOWHERE.fullmatch, names))
    return not odd and len(names) <= _LEVELS and len(path) <= 2 * _LEVELS * _NAME
