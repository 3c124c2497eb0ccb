"""Several services broken side by side, each with its own databases and its share of points."""

import asyncio
import re
import sys
from collections.abc import Callable, Sequence

_RESULT = re.compile(r"^points=(\d+)((?: \w+=\d+)+)$")


async def side_by_side(
    points: int, seed: int, services: int, say: Callable[[str], None]
) -> tuple[str, bool]:
    """Run each service's share as a process with the next seed; give the sum and whether all held.

    Their lines are passed on with the service's number before them.
    """
    shares = [points // services + (number < points % services) for number in range(services)]
    runs = (_run(number, share, seed + number, say) for number, share in enumerate(shares))
    ended = await asyncio.gather(*runs)
    return total([line for line, _ in ended]), all(held for _, held in ended)


def total(results: Sequence[str]) -> str:
    """Add up lines such as ``points=50 lost=0 doubled=0``; one that is no result counts nothing."""
    sums: dict[str, int] = {}
    for line in results:
        if _RESULT.match(line):
            for word in line.split():
                name, _, count = word.partition("=")
                sums[name] = sums.get(name, 0) + int(count)
    return " ".join(f"{name}={count}" for name, count in sums.items())


async def _run(number: int, points: int, seed: int, say: Callable[[str], None]) -> tuple[str, bool]:
    command = ("-m", "tests.soak", "--points", str(points), "--seed", str(seed))
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    last = ""
    async for line in process.stdout:
        last = line.decode().rstrip()
        say(f"{number + 1}: {last}")
    return last, await process.wait() == 0
