"""A renewal: one generation is built beside the other, paused once, swapped in; the old one goes.

The same step again goes on from wherever a crash left it.
"""

import asyncio
from contextlib import suppress
from typing import Any

from tests.soak.client import PATIENCE, Client, Unanswered

CHUNKERS = ("structure-200-30", "structure-190-30")
"""Two that cut the soak's texts alike: a section is shorter than either's limit."""
POLL = 0.2


class Renewal:
    """Does what comes next, whatever that is."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._paused: set[int] = set()

    async def step(self) -> None:
        """Do one thing. Raises Unanswered, also when it was refused."""
        records = await self._client.generations()
        states = {one["state"]: one for one in records}
        if one := states.get("paused"):
            await self._client.turn_generation(one["number"], "resume")
        elif one := states.get("building"):
            await self._build(one)
        elif one := states.get("standby"):
            await self._client.turn_generation(one["number"], "retire")
        elif "retiring" not in states:
            live = states["live"]
            chunker = next(c for c in CHUNKERS if c != live["chunker"])
            await self._client.begin_generation(live["model"], live["dimension"], chunker)

    async def _build(self, one: dict[str, Any]) -> None:
        number = one["number"]
        if number not in self._paused:
            self._paused.add(number)
            await self._client.turn_generation(number, "pause")
        elif one["reached"] >= one["wanted"]:
            await self._client.turn_generation(number, "activate")

    async def unpause(self) -> None:
        """Let all that is paused go on. Raises TimeoutError when nobody answers for long."""
        async with asyncio.timeout(PATIENCE):
            while await self._is_paused():  # noqa: ASYNC110 - another process sets no event of ours
                await asyncio.sleep(POLL)

    async def _is_paused(self) -> bool:
        """Let one go on that is paused; tell whether there may be another."""
        with suppress(Unanswered):
            records = await self._client.generations()
            paused = [one["number"] for one in records if one["state"] == "paused"]
            if not paused:
                return False
            await self._client.turn_generation(paused[0], "resume")
        return True
