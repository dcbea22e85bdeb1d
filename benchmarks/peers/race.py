"""Peer and reference take turns, so that a ratio compares the same minutes of the same machine."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean, median
from typing import Any

from benchmarks.peers.environments import PeerMissing, environment
from benchmarks.peers.listed import BOOK, REFERENCE, SAMPLER, Peer
from benchmarks.peers.worker_process import Worker

# Whose accuracy which of ours chase.
CHASERS: Mapping[str, tuple[str, ...]] = {BOOK: ("als", "gibbs"), SAMPLER: ("als", "gibbs")}
FIRST_FOLD = "u1"


@dataclass(frozen=True)
class Place:
    """Where a race is run: the folds, the environments, and how often."""

    folds: Path
    environments: Path
    n_rounds: int = 3
    fold_names: tuple[str, ...] = (FIRST_FOLD,)

    def start(self, peer: Peer) -> Worker:
        """Start ``peer``, installed first if need be; raise ``PeerMissing`` if it cannot be."""
        python = sys.executable if peer.is_ours else environment(peer.module, self.environments)
        self.environments.mkdir(parents=True, exist_ok=True)
        return Worker(peer, python, self.folds, log=self.environments / f"{peer.name}.log")


@dataclass
class Result:
    """What one peer gave: lists have one figure a round, ``folds`` one RMSE a fold; ``missing`` says why there is none."""

    peer: Peer
    version: str | None = None
    seconds: list[float] = field(default_factory=list)
    reference_seconds: list[float] = field(default_factory=list)
    rmse: list[float | None] = field(default_factory=list)
    others: list[float] = field(default_factory=list)
    folds: dict[str, float | None] = field(default_factory=dict)
    chases: dict[str, list[dict[str, list[float]]]] = field(default_factory=dict)
    peak_mib: float | None = None
    missing: str | None = None

    @property
    def fit_seconds(self) -> float | None:
        """Seconds of a fit, the median of the rounds."""
        return median(self.seconds) if self.seconds else None

    @property
    def ratio(self) -> float | None:
        """How many times as long as the reference's fit just before it; the median of the rounds."""
        pairs = zip(self.seconds, self.reference_seconds, strict=True)
        return median(own / other for own, other in pairs) if self.seconds else None

    @property
    def first_fold(self) -> float | None:
        """RMSE on the first fold, the median over seeds."""
        known = [rmse for rmse in self.rmse if rmse is not None]
        return median(known) if known else None

    @property
    def mean(self) -> float | None:
        """Mean RMSE over all folds, if there are more than one."""
        known = [rmse for rmse in (self.first_fold, *self.folds.values()) if rmse is not None]
        return fmean(known) if len(known) > 1 else None


def race(peer: Peer, reference: Worker, place: Place) -> Result:
    """Return what ``peer`` gave; one that cannot be installed, started or fitted is a result too."""
    result = Result(peer)
    try:
        with place.start(peer) as worker:
            result.version = worker.version
            worker.ask(do="fit", fold=FIRST_FOLD, seed=0)  # the first fit in a process also loads and compiles
            for seed in range(place.n_rounds):
                _round(result, worker, reference, seed)
            for fold in place.fold_names[1:]:
                result.folds[fold] = worker.ask(do="fit", fold=fold, seed=0)["rmse"]
            result.peak_mib = worker.peak_mib()
    except PeerMissing as missing:
        result.missing = str(missing)
    return result


def _round(result: Result, worker: Worker, reference: Worker, seed: int) -> None:
    own = reference.ask(do="fit", model=REFERENCE, fold=FIRST_FOLD, seed=seed)
    answer = worker.ask(do="fit", fold=FIRST_FOLD, seed=seed)
    result.reference_seconds.append(own["seconds"])
    result.seconds.append(answer["seconds"])
    result.rmse.append(answer["rmse"])
    result.others.append(answer["others"])
    for chaser in CHASERS.get(result.peer.name, ()):
        order = {"model": chaser, "fold": FIRST_FOLD, "seed": seed}
        moments, errors = (reference.ask(do=work, **order) for work in ("moments", "errors"))
        result.chases.setdefault(chaser, []).append({"seconds": moments["seconds"], "rmse": errors["rmse"]})


def caught(result: Result, chaser: str) -> dict[str, Any]:
    """Return when ``chaser`` first was as good as ``result``'s peer, and how many times sooner than its fit ended.

    Medians over the rounds; a round in which it never was gives no figure.
    """
    target, rounds = result.first_fold, result.chases[chaser]
    if target is None:
        raise ValueError(f"{result.peer.name} predicts no stars")
    found = [_first(each["rmse"], target) for each in rounds]
    times = [None if step is None else each["seconds"][step] for step, each in zip(found, rounds, strict=True)]
    pairs = list(zip(result.seconds, times, strict=True))
    return {
        "step": _median([None if step is None else step + 1 for step in found]),
        "seconds": _median(times),
        "sooner": _median([None if own is None else other / own for other, own in pairs]),
        "final_rmse": median(each["rmse"][-1] for each in rounds),
    }


def _first(errors: Sequence[float], target: float) -> int | None:
    return next((step for step, error in enumerate(errors) if error <= target), None)


def _median(values: Sequence[float | None]) -> float | None:
    """The median; None if one is missing: what was not always reached has no time."""
    known = [value for value in values if value is not None]
    return median(known) if known and len(known) == len(values) else None
