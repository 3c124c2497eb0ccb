"""What one file of the hostile set is, and what it may reach for."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from contracts.errors import Unreadable

READ = None
"""The outcome of a file that is hostile and still tells something."""


@dataclass(frozen=True, slots=True)
class Case:
    """A hostile file: its name, what it tries, how reading it must end, how it is made.

    ``says`` stands in the text, or in the message of a refusal.
    """

    name: str
    tries: str
    outcome: Unreadable | None
    make: Callable[[], bytes]
    says: str = ""


@dataclass(frozen=True, slots=True)
class Bait:
    """What files name that reach for more than themselves: an address, and a file here."""

    url: str = "http://127.0.0.1:9/bait"
    path: Path = Path("/etc/hostname")

    @property
    def file_url(self) -> str:
        """Address of the file."""
        return self.path.as_uri()
