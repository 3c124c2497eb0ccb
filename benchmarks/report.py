"""What a measurement says: one figure, its target, and whether it was met."""

from dataclasses import dataclass


class Missing(Exception):
    """Something that the measurement needs is not there; the message says how to get it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. ``target`` is (">=" or "<=", limit), or None for what is only told."""

    name: str
    value: float
    unit: str = ""
    target: tuple[str, float] | None = None
    note: str = ""

    @property
    def met(self) -> bool:
        """Tell whether the target is met; what has none always is."""
        if self.target is None:
            return True
        sign, limit = self.target
        return self.value >= limit if sign == ">=" else self.value <= limit

    def line(self) -> str:
        """One line for people."""
        target = f"  (target {self.target[0]} {self.target[1]:g})" if self.target else ""
        verdict = "" if self.target is None else "  ok" if self.met else "  MISSED"
        note = f"  [{self.note}]" if self.note else ""
        return f"{self.name}: {self.value:.4g} {self.unit}{target}{verdict}{note}"
