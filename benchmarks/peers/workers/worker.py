"""Fits one recommender as often as it is told to: ``python worker.py MODULE MODEL FOLDER``, orders on standard input.

Runs inside a peer's own environment and knows only the standard library, numpy and that peer. An order and its
answer are one line of JSON each; what the peer itself prints goes to standard error.
"""

from __future__ import annotations

import json
import os
import sys
import time
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import numpy as np

LOW, HIGH = 1.0, 5.0


def read(folder, fold):
    """Return (users, films, stars) of the training and the test part, and (n_users, n_items).

    A folder holds one memory-mapped file a column, and no test part.
    """
    place = Path(folder) / fold
    if place.is_dir():  # "c": what is written stays in this process, so nobody warns of columns that may only be read
        columns = (np.load(place / f"{name}.npy", mmap_mode="c") for name in ("user", "item", "stars"))
        return tuple(columns), None, tuple(np.load(place / "shape.npy").tolist())
    with np.load(Path(folder) / f"{fold}.npz") as file:
        parts = [tuple(file[f"{part}_{name}"] for name in ("user", "item", "stars")) for part in ("train", "test")]
        return *parts, tuple(file["shape"].tolist())


def error(predicted, train, test):
    """Return the RMSE of predictions limited to the scale; a place without one gets the training mean."""
    filled = np.where(np.isnan(predicted), train[2].mean(dtype=np.float64), predicted)
    return float(np.sqrt(np.mean((np.clip(filled.astype(np.float64), LOW, HIGH) - test[2]) ** 2)))


def fit(peer, model, folder, *, fold, seed):
    """Fit once. Turning columns into the peer's own form of data is not in the time; ``fit`` is nothing else."""
    train, test, shape = read(folder, fold)
    data = peer.load(train, shape)
    start = time.perf_counter()
    fitted = peer.fit(data, model, seed)
    seconds = time.perf_counter() - start
    if not hasattr(peer, "predict"):
        return {"seconds": seconds, "rmse": None}
    predicted = np.asarray(peer.predict(fitted, data, *test[:2]), dtype=np.float64)
    return {"seconds": seconds, "rmse": error(predicted, train, test)}


def serve(peer, model, folder, order):
    """Return the answer to one order: ``fit``, or what else the peer's module offers."""
    try:
        work = order.pop("do")
        if work == "fit":
            return fit(peer, order.pop("model", model), folder, **order)
        return getattr(peer, work)(read(folder, order.pop("fold")), **order)
    except Exception as failure:  # noqa: BLE001 - whatever went wrong in the peer is what the table says
        return {"error": f"{type(failure).__name__}: {failure}"}


def main():
    """Answer orders until there are no more."""
    module, model, package, folder = sys.argv[1:]
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever a peer prints

    def answer(content):
        answers.write(json.dumps(content) + "\n")
        answers.flush()

    try:
        peer = import_module(f"peer_{module}")
    except Exception as failure:  # noqa: BLE001
        answer({"error": f"{type(failure).__name__}: {failure}"})
        return
    answer({"version": version(package) if package else None})
    for line in sys.stdin:
        answer(serve(peer, model, folder, json.loads(line)))


if __name__ == "__main__":
    main()
