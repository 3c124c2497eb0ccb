"""``diptych doctor``: what is wrong on this machine, and the command that mends it."""


def doctor() -> None:
    """Say what is wrong and what mends it."""
