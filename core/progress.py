"""What long work tells while it runs, and how it is asked to stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class Progress:
    """One report: ``step`` of ``n_steps`` done; ``loss`` is the mean training loss, ``rmse`` a hold-out's, in stars."""

    step: int
    n_steps: int
    message: str = ""
    loss: float | None = None
    rmse: float | None = None

    @property
    def share(self) -> float:
        """How far the work is, 0 to 1."""
        return min(1.0, self.step / self.n_steps) if self.n_steps else 0.0


OnProgress: TypeAlias = Callable[[Progress], None]
ShouldStop: TypeAlias = Callable[[], bool]
