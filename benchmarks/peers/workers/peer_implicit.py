"""implicit's ALS. It learns what people choose, not stars: only its time compares."""

# ruff: noqa: ARG001 - every peer has the same functions, whatever it needs

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
