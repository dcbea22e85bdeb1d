"""Ours, in the same harness."""

# ruff: noqa: ARG001 - every peer has the same functions, whatever it needs

import time
from dataclasses import replace

import numpy as np
import torch

from core import ALS, IdMap, Ratings, RatingScale, limit_threads
from core.trainers import TRAINERS

limit_threads(1)  # as in the app: a fit shares its batches out by itself


def _ratings(part, shape):
    users, items, stars = (torch.from_numpy(column) for column in part)
    maps = IdMap(range(shape[0]), kind="user"), IdMap(range(shape[1]), kind="film")
    return Ratings(users, items, stars, None, *maps, RatingScale(1.0, 5.0, 1.0))


def load(train, shape):
    return _ratings(train, shape)


def fit(ratings, model, seed):
    # A part of a table that nothing has been computed of yet: sums kept from an earlier fit would flatter this one.
    return TRAINERS[model]().fit(replace(ratings), seed=seed)


def predict(fitted, ratings, users, items):
    return fitted.predict(torch.from_numpy(users), torch.from_numpy(items)).numpy()


def moments(data, *, model, seed):
    """Return the seconds after which each step of a fit was done: nothing is measured meanwhile, nobody is told."""
    train, _, shape = data
    ratings, found = _ratings(train, shape), []
    start = time.perf_counter()

    def note():
        found.append(time.perf_counter() - start)
        return False

    TRAINERS[model]().fit(ratings, seed=seed, should_stop=note)
    return {"seconds": found}


def errors(data, *, model, seed):
    """Return the RMSE on the test part after each step of the same fit."""
    train, test, shape = data
    found = []
    TRAINERS[model]().fit(
        _ratings(train, shape),
        seed=seed,
        hold_out=_ratings(test, shape),
        on_progress=lambda progress: found.append(progress.rmse),
    )
    return {"rmse": found}


def sweeps(data, *, n_factors, n_sweeps):
    """Return the seconds of preparation, of each ALS sweep, and of all the fit; the bias is one of ``n_factors``."""
    train, _, shape = data
    ratings, found = _ratings(train, shape), []
    trainer = ALS(n_factors=n_factors - 1, n_epochs=n_sweeps)
    start = time.perf_counter()

    def note():
        found.append(time.perf_counter() - start)
        return False

    trainer.fit(ratings, seed=0, should_stop=note)
    whole, each = time.perf_counter() - start, np.diff(found).tolist()
    return {"preparation": found[0] - float(np.median(each)), "sweeps": each, "to_last": found[-1], "whole": whole}
