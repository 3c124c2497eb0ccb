"""Folders and secrets below the home directory that nobody else may read."""

import os
import secrets
from pathlib import Path

from deploy.embedded.process import Owner


def private_folder(path: Path, owner: Owner | None = None) -> None:
    """Create the folder for its user alone; give it to ``owner`` (root only)."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)
    if owner:
        os.chown(path, owner.uid, owner.gid)


def secret(path: Path) -> str:
    """Read the secret, generating it at first; the file is readable by its user alone."""
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        # Hexadecimal: one that began with a dash would be an option to the server's own programs.
        value = secrets.token_hex(24)
        begun = path.with_suffix(".new")
        begun.unlink(missing_ok=True)
        with os.fdopen(os.open(begun, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(value)
            file.flush()
            os.fsync(file.fileno())
        begun.replace(path)
        return value
