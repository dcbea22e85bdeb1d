"""myFM: Gibbs sampling of a factorisation machine whose only features are who and what."""

# ruff: noqa: ARG001 - every peer has the same functions, whatever it needs

import numpy as np
from myfm import MyFMRegressor
from scipy.sparse import csr_matrix


def _pairs(users, items, shape):
    """One row for each pair, with a one at the user and a one at the film."""
    n, columns = len(users), np.stack([users, items.astype(np.int64) + shape[0]], axis=1).ravel()
    return csr_matrix((np.ones(2 * n), columns, np.arange(0, 2 * n + 1, 2)), shape=(n, sum(shape)))


def load(train, shape):
    users, items, stars = train
    return _pairs(users, items, shape), stars.astype(np.float64), shape


def fit(data, model, seed):
    pairs, stars, shape = data
    return MyFMRegressor(rank=32, random_seed=seed).fit(pairs, stars, n_iter=300, group_shapes=list(shape))


def predict(fitted, data, users, items):
    return fitted.predict(_pairs(users, items, data[2]))
