"""A server's process is told from others by its arguments."""

import os

import psutil

from deploy.embedded.process import arguments


class Becoming(psutil.Process):
    """This process, as it looks right after it took the place of another program."""

    looks = 0

    def cmdline(self) -> list[str]:
        self.looks += 1
        return super().cmdline() if self.looks > 2 else []


def test_a_program_that_is_just_taking_anothers_place_is_looked_at_again() -> None:
    assert arguments(Becoming(os.getpid())) == psutil.Process().cmdline()
