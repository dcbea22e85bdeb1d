"""Everything a review of two saved models needs, from what lies on this machine."""

from __future__ import annotations

from collections.abc import Mapping

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
    refits = None
    if n_refits:
        sides = [
            refit(saved.model, n=n_refits, on_progress=on_progress, should_stop=should_stop)
            for saved in (baseline, candidate)
        ]
        refits = None if sides[0] is None or sides[1] is None else (sides[0], sides[1])
    return compare(
        baseline,
        candidate,
        test=shared,
        refits=refits,
        people=people_here(baseline.model),
        k=k,
        seed=seed,
        on_progress=on_progress,
        should_stop=should_stop,
    )


def people_here(model: TrainedModel) -> Mapping[Id, Profile]:
    """Return who rated, as the model's data set tells, where that lies on this machine; else nobody is known."""
    if model.card.dataset not in {info.name for info in list_datasets() if info.is_here}:
        return {}
    dataset = load_dataset(model.card.dataset)
    return dataset.people if dataset.ratings.users.labels == model.users.labels else {}
