"""Results of services that were broken side by side are added up."""

from tests.soak.services import total


def test_results_are_added_up() -> None:
    """One line for all services, in the form that one service's run ends with."""
    lines = ["points=500 lost=0 doubled=1 half_seen=0", "points=500 lost=2 doubled=0 half_seen=0"]
    assert total(lines) == "points=1000 lost=2 doubled=1 half_seen=0"


def test_a_service_that_ended_without_a_result_counts_for_nothing() -> None:
    """What a crashed run said last is no result: its points are missing from the sum."""
    lines = ["points=500 lost=0 doubled=0 half_seen=0", "TimeoutError: nobody got ready"]
    assert total(lines) == "points=500 lost=0 doubled=0 half_seen=0"
