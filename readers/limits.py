"""How much one file may cost before its reading is ended."""

from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what a file may be and on what reading it may use.

    ``memory_bytes`` bounds the address space of a reading process. ``cpu_seconds`` and
    ``wall_seconds`` bound the way to the next frame of an answer, which for most files is the
    only one; ``total_seconds`` bounds them all. Whatever is packed is bounded by what it unpacks
    to: ``member_bytes`` each, ``unpacked_bytes`` together.
    """

    file_bytes: int = 200 * MIB
    characters: int = 20_000_000
    pages: int = 20_000
    pixels: int = 100_000_000
    parts: int = 50_000
    headings: int = 200_000
    members: int = 10_000
    member_bytes: int = 200 * MIB
    unpacked_bytes: int = 500 * MIB
    unpacked_ratio: int = 200
    memory_bytes: int = 1024 * MIB
    cpu_seconds: int = 60
    wall_seconds: float = 90.0
    total_seconds: float = 3 * 3600.0
    start_seconds: float = 30.0
    files_per_process: int = 1000


LIMITS = Limits()
