"""What every tracker promises (contracts.tracking), run on the fake and on the real ones."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from contracts.configurations import CHALLENGER, CHAMPION, Version
from contracts.nouns import ReadMode
from contracts.tracking import TrackedRun, Tracker
from contracts.tuning import Configuration
from eval.tracking import tracked
from tests.eval.measured import result, run

BEGUN = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5)
RESULTS = [result(str(n), ndcg_at_10=n / 4) for n in range(4)]


def finished() -> TrackedRun:
    """A run of its own, as the service tells it."""
    mine = replace(run(questions=4), id=uuid4(), begun=BEGUN, ended=BEGUN + timedelta(seconds=9))
    return tracked(mine, RESULTS, {"report.html": "<p>better</p>"})


def version(number: int) -> Version:
    changed = Configuration(ReadMode.GRAPH).changed({"fusion.k": 10 + number})
    return Version(number, changed, "a note", "somebody", BEGUN)


class TrackerContract:
    """Subclasses give the fixture ``tracker``."""

    def test_a_run_is_shown_once(self, tracker: Tracker) -> None:
        one, other = finished(), finished()
        assert tracker.record(one)
        assert not tracker.record(one)
        assert tracker.record(other)

    def test_aliases_move_and_may_be_told_again(self, tracker: Tracker) -> None:
        for number in (1, 1, 2, 1):
            tracker.point(CHAMPION, version(number))
        tracker.point(CHALLENGER, version(2))

    def test_it_says_where_it_is(self, tracker: Tracker) -> None:
        assert tracker.reach()
