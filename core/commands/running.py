"""Data read and models fitted with the progress on standard error, and what a fit took."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import Progress as Bar

from core.datasets.registry import Dataset, load_dataset
from core.fitting import Trainer
from core.model import TrainedModel
from core.progress import OnProgress, Progress


def load(name: str) -> Dataset:
    """Return a data set by its name or path, read or downloaded under a progress bar."""
    with progress_bar() as on_progress:
        return load_dataset(name, on_progress=on_progress)


def fit(trainer: Trainer[Any], ratings: Any, seed: int) -> tuple[TrainedModel, float, int]:
    """Return the model, the seconds it took and the number of steps; steps are reported where somebody looks."""
    start = time.perf_counter()
    if not sys.stderr.isatty():
        model = trainer.fit(ratings, seed=seed)
    else:
        with progress_bar() as on_progress:
            model = trainer.fit(ratings, seed=seed, on_progress=on_progress)
    seconds = time.perf_counter() - start
    # Gibbs counts sweeps; a baseline looks at the ratings once.
    return model, seconds, int(model.card.config.get("n_epochs", getattr(trainer, "n_sweeps", 1)))


def peak_mib() -> float:
    """Return the most memory this process has held, in MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)  # macOS counts bytes, Linux KiB


@contextmanager
def progress_bar() -> Iterator[OnProgress]:
    """Give a listener that draws on standard error, and only there."""
    console = Console(stderr=True)
    with Bar(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None)

        def show(progress: Progress) -> None:
            loss = "" if progress.loss is None else f", loss {progress.loss:.4f}"
            bar.update(task, total=progress.n_steps, completed=progress.step, description=f"{progress.message}{loss}")

        yield show
