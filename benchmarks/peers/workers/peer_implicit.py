"""implicit's ALS. It learns what people choose, not stars: only its time compares."""

# ruff: noqa: ARG001 - every peer has the same functions, whatever it needs

import time

import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits

threadpool_limits(1, "blas")  # its own advice: its threads are enough


def load(train, shape):
    users, items, stars = train
    return csr_matrix((stars, (users, items)), shape=shape)


def fit(matrix, model, seed, *, n_factors=64, n_sweeps=15):
    fitted = AlternatingLeastSquares(factors=n_factors, iterations=n_sweeps, random_state=seed)
    fitted.fit(matrix, show_progress=False)
    return fitted


def sweeps(data, *, n_factors, n_sweeps):
    """Return the seconds of preparation, of each sweep (three steps of conjugate gradients), and of all of it."""
    train, _, shape = data
    start, found = time.perf_counter(), []
    matrix = load(train, shape)
    fitted = AlternatingLeastSquares(factors=n_factors, iterations=n_sweeps, random_state=0)
    fitted.fit(matrix, show_progress=False, callback=lambda *_: found.append(time.perf_counter() - start))
    each = np.diff(found).tolist()
    return {"preparation": found[0] - float(np.median(each)), "sweeps": each, "to_last": found[-1], "whole": found[-1]}
