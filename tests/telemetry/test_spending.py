"""The tokens of a measured block are counted, and cost what their prices say."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from telemetry.spending import Prices, SpendingLoad


class Meter:
    @contextmanager
    def watching(self) -> Iterator[dict[str, float]]:
        load: dict[str, float] = {}
        yield load
        load["processors"] = 2.0


def spend(prices: Prices, **tokens: int) -> dict[str, float]:
    used = Counter(calls=5, input=1000, output=100)
    with SpendingLoad(Meter(), used, prices).watching() as load:
        used.update(tokens)
    return load


def test_only_the_tokens_of_the_block_count() -> None:
    load = spend(Prices(2.0, 10.0), calls=2, input=500_000, output=100_000)
    assert load == {
        "processors": 2.0,
        "model_calls": 2.0,
        "model_input_tokens": 500_000.0,
        "model_output_tokens": 100_000.0,
        "model_cost": 2.0,
    }


def test_without_a_price_there_is_no_cost() -> None:
    assert "model_cost" not in spend(Prices(), calls=1, input=9, output=9)
    assert "model_cost" not in spend(Prices(1.0), calls=1, input=9, output=9)


def test_a_model_that_was_not_called_leaves_no_figure() -> None:
    assert spend(Prices(2.0, 10.0)) == {"processors": 2.0}
