from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from contracts.errors import PanelUnavailable
from contracts.nouns import PanelName, ReadMode
from contracts.policy import Policy, ReadPlan, Stage, Trial
from retrieval.routing import FUSED_SHARE, Route, Try, route
from tests.retrieval.shelf import GENERATION

NOW = datetime(2026, 11, 22, tzinfo=UTC)
VECTOR, GRAPH = PanelName.VECTOR, PanelName.GRAPH
BOTH = frozenset(PanelName)
KEYS = [f"key {number}" for number in range(2000)]


def plan(
    primary: ReadMode,
    stage: Stage | None = None,
    share: float = 0.1,
    serving: frozenset[PanelName] = BOTH,
) -> ReadPlan:
    trial = Trial(stage, GRAPH, share, NOW) if stage else None
    return ReadPlan(GENERATION, serving, Policy(primary, trial))


def never() -> float:
    return 0.999


def always() -> float:
    return 0.0


def way(
    plan: ReadPlan,
    mode: ReadMode | None = None,
    key: str | None = None,
    chance: Callable[[], float] = never,
) -> Route:
    return route(plan, "default", mode, key, chance)


def served(plan: ReadPlan) -> list[str]:
    """The keys that the candidate serves."""
    return [key for key in KEYS if way(plan, key=key).panels == (GRAPH,)]


def test_a_named_panel_serves_and_the_other_stands_by() -> None:
    found = way(plan(ReadMode.VECTOR), ReadMode.GRAPH)
    assert (found.mode, found.panels, found.others) == (ReadMode.GRAPH, (GRAPH,), (VECTOR,))
    assert way(plan(ReadMode.VECTOR), ReadMode.FUSED).panels == (VECTOR, GRAPH)
    assert way(plan(ReadMode.VECTOR)).panels == (VECTOR,)


def test_a_canary_serves_its_share_of_the_keys_and_always_the_same_ones() -> None:
    tenth = served(plan(ReadMode.VECTOR, Stage.CANARY, 0.1))
    assert 150 < len(tenth) < 250
    assert served(plan(ReadMode.VECTOR, Stage.CANARY, 0.1)) == tenth
    assert set(tenth) < set(served(plan(ReadMode.VECTOR, Stage.CANARY, 0.5)))
    assert served(plan(ReadMode.VECTOR, Stage.CANARY, 1.0)) == KEYS


def test_a_canary_records_what_it_served_and_the_primary_stands_by() -> None:
    whole = plan(ReadMode.VECTOR, Stage.CANARY, 1.0)
    found = way(whole, key="anyone")
    assert (found.mode, found.panels, found.others) == (ReadMode.CANARY, (GRAPH,), (VECTOR,))
    assert found.tries == (Try(Stage.CANARY, ReadMode.VECTOR, GRAPH),)
    nobody = way(whole)
    assert (nobody.panels, nobody.tries) == ((VECTOR,), ())


def test_a_canary_named_where_there_is_none_says_so() -> None:
    found = way(plan(ReadMode.VECTOR, Stage.SHADOW), ReadMode.CANARY, "anyone")
    assert (found.panels, found.tries) == ((VECTOR,), ())
    assert "No panel is in canary" in str(found.note)
    assert way(plan(ReadMode.VECTOR, Stage.CANARY), ReadMode.CANARY).note is None


def test_shadow_is_a_sample_unless_the_request_names_it() -> None:
    shadow = plan(ReadMode.VECTOR, Stage.SHADOW, 0.3)
    tried = (Try(Stage.SHADOW, ReadMode.VECTOR, GRAPH),)
    assert way(shadow, chance=lambda: 0.29).tries == tried
    assert way(shadow, chance=lambda: 0.31).tries == ()
    assert way(shadow, ReadMode.SHADOW, chance=never).tries == tried
    assert way(shadow).panels == (VECTOR,)


def test_without_a_trial_a_shadow_compares_with_the_panel_that_does_not_serve() -> None:
    assert way(plan(ReadMode.GRAPH), ReadMode.SHADOW).tries == (
        Try(Stage.SHADOW, ReadMode.GRAPH, VECTOR),
    )


def test_fused_reads_are_sampled_as_both_panels_answers_are_at_hand() -> None:
    fused = plan(ReadMode.FUSED)
    assert set(way(fused, chance=lambda: FUSED_SHARE / 2).tries) == {
        Try(Stage.SHADOW, ReadMode.VECTOR, GRAPH),
        Try(Stage.SHADOW, ReadMode.GRAPH, VECTOR),
    }
    assert way(fused, chance=never).tries == ()


@pytest.mark.parametrize("stage", [Stage.SHADOW, Stage.CANARY])
def test_a_candidate_that_does_not_serve_is_not_read(stage: Stage) -> None:
    alone = plan(ReadMode.VECTOR, stage, 1.0, frozenset({VECTOR}))
    found = way(alone, key="anyone", chance=always)
    assert (found.panels, found.others, found.tries, found.note) == ((VECTOR,), (), (), None)


def test_a_panel_that_does_not_serve_is_replaced_and_it_is_said() -> None:
    found = way(plan(ReadMode.GRAPH, serving=frozenset({VECTOR})))
    assert (found.panels, found.others) == ((VECTOR,), ())
    assert "The graph panel is off or being filled" in str(found.note)


def test_nothing_that_serves_is_an_outage() -> None:
    with pytest.raises(PanelUnavailable, match="No panel serves"):
        way(plan(ReadMode.FUSED, serving=frozenset()))
