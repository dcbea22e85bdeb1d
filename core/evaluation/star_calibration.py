"""Whether the chances given for each star come true: of what is given three chances in ten, three in ten should."""

from __future__ import annotations

import torch
from torch import Tensor

from core.errors import InvalidArgument
from core.evaluation.held_out_people import check_held_out, held_out_people
from core.fitting import one_thread_inside
from core.model import TrainedModel
from core.ratings import Ratings

N_BINS = 10


@one_thread_inside()  # person by person, as in ``doubt_of``
def chances_of(model: TrainedModel, test: Ratings) -> Tensor:
    """Return the chance of each level of the scale for each held-out rating (n, K), float64, as people are shown them.

    Raises ``InvalidArgument`` on an empty test part, other id maps, or a model without a posterior.
    """
    check_held_out(model, test)
    found = torch.zeros(len(test), len(test.scale.levels), dtype=torch.float64)
    for person, places in held_out_people(model, test):
        films = [model.items.labels[row] for row in test.item_idx[places].tolist()]
        found[places] = torch.tensor(person.star_chances(films), dtype=torch.float64)
    return found


def calibration_errors(chances: Tensor, levels: Tensor, *, n_bins: int = N_BINS) -> Tensor:
    """Return the expected calibration error of each level's chance (K,), 0 to 1; their mean is the model's.

    Σ_b n_b / n · |mean chance in bin b − share of ratings in it that are this level|, the n ratings sorted by their
    chance and cut into ``n_bins`` bins of equal count. Shapes: ``chances`` (n, K), ``levels`` (n,). Raises
    ``InvalidArgument`` on fewer ratings than bins.
    Source: Naeini, Cooper and Hauskrecht, *Obtaining well calibrated probabilities using Bayesian binning*, 2015,
    with bins of equal count instead of equal width; per class as in Nixon et al., *Measuring calibration in deep
    learning*, 2019.
    """
    if not 1 <= n_bins <= len(levels):
        raise InvalidArgument(f"n_bins must be between 1 and the number of ratings, {len(levels)}, got {n_bins}")
    columns = []
    for level, column in enumerate(chances.double().T):
        order = column.argsort(stable=True)
        came_true = (levels == level).double()
        gaps = [
            (column[places].mean() - came_true[places].mean()).abs() * len(places) / len(levels)
            for places in order.tensor_split(n_bins)
        ]
        columns.append(torch.stack(gaps).sum())
    return torch.stack(columns)
