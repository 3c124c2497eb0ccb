"""Lists of names for metadata, which are small. Imports nothing: reading processes use it too."""

from collections.abc import Sequence

_LISTED = 50
_LEGIBLE = 150


def listed(names: Sequence[str]) -> list[str]:
    """Give the first names, none of them long, and how many more there are."""
    kept = [
        name if len(name) <= _LEGIBLE else f"…{name[1 - _LEGIBLE :]}" for name in names[:_LISTED]
    ]
    return [*kept, f"… {len(names) - _LISTED:,} more"] if len(names) > _LISTED else kept
