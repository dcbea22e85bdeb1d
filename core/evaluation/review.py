"""Everything a review of two saved models needs, from what lies on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from core.artefact import SavedModel
from core.datasets.people import Profile
from core.datasets.registry import list_datasets, load_dataset
from core.errors import InvalidArgument
from core.evaluation.bootstrap import LEAST_REFITS
from core.evaluation.comparison import Comparison, compare
from core.evaluation.refits import refit
from core.evaluation.shared_test import neither_trained_on
from core.ids import Id
from core.model import TrainedModel
from core.progress import OnProgress, ShouldStop


def review(
    baseline: SavedModel,
    candidate: SavedModel,
    *,
    n_refits: int = LEAST_REFITS,
    k: int = 10,
    seed: int = 0,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> Comparison:
    """Return ``compare`` of two saved models, with ``n_refits`` fits of each by other seeds, and people's ages and genders.

    With 0 refits, or where a model's settings are not all known, no difference gets a word. Raises ``InvalidArgument``
    as ``compare`` does and on 1 to 4 refits, ``FitStopped`` when asked to stop.
    """
    if n_refits and n_refits < LEAST_REFITS:
        raise InvalidArgument(f"refits must be 0 or at least {LEAST_REFITS}, got {n_refits}")
    shared = neither_trained_on(baseline, candidate)  # before the fits, which take longer
    n_steps = 2 * n_refits + 2 + 2 * n_refits  # fits, then models to measure
    sides = [
        refit(
            saved.model, n=n_refits, on_progress=_part(on_progress, place * n_refits, n_steps), should_stop=should_stop
        )
        for place, saved in enumerate((baseline, candidate) if n_refits else ())
    ]
    return compare(
        baseline,
        candidate,
        test=shared,
        refits=(sides[0], sides[1]) if sides and sides[0] is not None and sides[1] is not None else None,
        people=people_here(baseline.model),
        k=k,
        seed=seed,
        on_progress=_part(on_progress, 2 * n_refits, n_steps),
        should_stop=should_stop,
    )


def _part(on_progress: OnProgress | None, first: int, n_steps: int) -> OnProgress | None:
    """Report a part of the work as steps after ``first`` of ``n_steps``."""
    if on_progress is None:
        return None
    return lambda progress: on_progress(replace(progress, step=first + progress.step, n_steps=n_steps))


def people_here(model: TrainedModel) -> Mapping[Id, Profile]:
    """Return who rated, as the model's data set tells, where that lies on this machine; else nobody is known."""
    if model.card.dataset not in {info.name for info in list_datasets() if info.is_here}:
        return {}
    dataset = load_dataset(model.card.dataset)
    return dataset.people if dataset.ratings.users.labels == model.users.labels else {}
