"""Routing: who serves a read, who steps in, and which panels are tried beside it."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b

from contracts.errors import PanelUnavailable
from contracts.nouns import PanelName, ReadMode
from contracts.policy import Policy, ReadPlan, Stage

FUSED_SHARE = 0.05
"""Of the reads that both panels serve: one in twenty gives 50 comparisons per 1,000 questions,
and the two orders of each are worked out off the request's path."""


@dataclass(frozen=True, slots=True)
class Try:
    """A panel to compare with what serves: ``primary`` is the mode it is compared with."""

    stage: Stage
    primary: ReadMode
    candidate: PanelName


@dataclass(frozen=True, slots=True)
class Route:
    """``panels`` are asked at once, ``others`` when none of those answers.

    ``note`` says in a sentence why it is not what was asked for.
    """

    mode: ReadMode
    panels: tuple[PanelName, ...]
    others: tuple[PanelName, ...]
    tries: tuple[Try, ...] = ()
    note: str | None = None


def panels_of(primary: ReadMode) -> tuple[PanelName, ...]:
    """Give the panels that a mode reads."""
    return tuple(PanelName) if primary is ReadMode.FUSED else (PanelName(primary.value),)


def chosen(share: float, candidate: PanelName, key: str | None) -> bool:
    """Tell whether a key belongs to a canary: always the same answer for the same key.

    A larger share keeps the keys of a smaller one. Somebody without a key never belongs.
    """
    if key is None:
        return False
    drawn = int.from_bytes(blake2b(f"{candidate} {key}".encode(), digest_size=8).digest())
    return drawn < share * 2**64


def route(
    plan: ReadPlan,
    workspace: str,
    mode: ReadMode | None,
    key: str | None,
    chance: Callable[[], float],
) -> Route:
    """Settle a read from the plan of this moment; ``mode`` None follows the workspace's policy.

    ``chance`` gives a number in [0, 1) for sampling. Raises PanelUnavailable when no panel
    serves reads.
    """
    policy = plan.policy(workspace)
    named = mode or policy.mode
    primary, note = named, None
    tries: tuple[Try, ...] = ()
    if named is ReadMode.CANARY:
        primary, tries, note = _canary(plan, policy, key)
    elif named is ReadMode.SHADOW:
        primary = policy.primary
        share = 1.0 if mode or policy.trial is None else policy.trial.share
        tries = _shadow(policy) if chance() < share else ()
    elif named is ReadMode.FUSED and chance() < FUSED_SHARE:
        tries = _pairs(ReadMode.FUSED)
    panels, missing = _serving(plan, primary)
    return Route(
        mode=named,
        panels=panels,
        others=tuple(n for n in PanelName if n in plan.serving and n not in panels),
        tries=() if missing else tuple(t for t in tries if t.candidate in plan.serving),
        note=missing or (note if mode else None),
    )


def _canary(
    plan: ReadPlan, policy: Policy, key: str | None
) -> tuple[ReadMode, tuple[Try, ...], str | None]:
    """Give who serves a key in a canary; a sentence when there is none."""
    trial = policy.trial
    if trial is None or trial.stage is not Stage.CANARY or trial.candidate not in plan.serving:
        return policy.primary, (), "No panel is in canary, so the reads' primary served."
    if not chosen(trial.share, trial.candidate, key):
        return policy.primary, (), None
    tried = Try(Stage.CANARY, policy.primary, trial.candidate)
    return ReadMode(trial.candidate.value), (tried,), None


def _shadow(policy: Policy) -> tuple[Try, ...]:
    """Give whom a shadow read asks: the panel on trial, else the one that does not serve."""
    if policy.trial is None:
        return _pairs(policy.primary)
    return (Try(Stage.SHADOW, policy.primary, policy.trial.candidate),)


def _pairs(primary: ReadMode) -> tuple[Try, ...]:
    """Compare each panel with each other one that serves in this mode."""
    return tuple(
        Try(Stage.SHADOW, ReadMode(serving.value), candidate)
        for serving in panels_of(primary)
        for candidate in PanelName
        if candidate is not serving
    )


def _serving(plan: ReadPlan, primary: ReadMode) -> tuple[tuple[PanelName, ...], str | None]:
    """Give the panels of a mode that may be read, or those that stand in, with the reason."""
    wanted = panels_of(primary)
    missing = [name for name in wanted if name not in plan.serving]
    panels = tuple(name for name in wanted if name in plan.serving)
    panels = panels or tuple(name for name in PanelName if name in plan.serving)
    if not panels:
        raise PanelUnavailable(
            "No panel serves reads: each is off or being filled.",
            "See how far they are with 'diptych switch', then ask again.",
        )
    if not missing:
        return panels, None
    gone, here = " and the ".join(missing), " and the ".join(panels)
    return panels, f"The {gone} panel is off or being filled, so the {here} panel served."
