"""SpendingLoad: what the calls of a chat model came to, beside what the machine did."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from contracts.measuring import LoadMeter

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Prices:
    """Of a million tokens read and written, in whatever currency; None where nobody said."""

    read: float | None = None
    written: float | None = None

    def of(self, tokens: Mapping[str, int]) -> float | None:
        """Give what ``input`` and ``output`` tokens cost; None without a price or without any."""
        if self.read is None or self.written is None or not tokens:
            return None
        cost = tokens.get("input", 0) * self.read + tokens.get("output", 0) * self.written
        return round(cost / MILLION, 6)


class SpendingLoad:
    """A meter that adds a model's tokens, and their cost where they have a price.

    ``used`` counts ``calls``, ``input`` and ``output`` tokens since the model was opened, as its
    server tells them; one that tells nothing adds nothing.
    """

    def __init__(self, meter: LoadMeter, used: Mapping[str, int], prices: Prices) -> None:
        self._meter = meter
        self._used = used
        self._prices = prices

    @contextmanager
    def watching(self) -> Iterator[dict[str, float]]:
        """Sample while the block runs; the mapping holds the summary when it has ended."""
        before = dict(self._used)
        with self._meter.watching() as load:
            yield load
        spent = {name: count - before.get(name, 0) for name, count in self._used.items()}
        if not spent.get("calls"):
            return
        load["model_calls"] = float(spent["calls"])
        load["model_input_tokens"] = float(spent["input"])
        load["model_output_tokens"] = float(spent["output"])
        if (cost := self._prices.of(spent)) is not None:
            load["model_cost"] = cost
