"""Who is compared, and with which settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# The two whose accuracy our own trainers chase; the reference that every time is divided by.
BOOK, SAMPLER, REFERENCE = "fastai", "myfm", "als"


@dataclass(frozen=True)
class Peer:
    """One row of the table: ``module`` is its file in ``workers``, ``model`` what that file is asked for."""

    name: str
    title: str
    module: str
    model: str
    settings: str
    package: str | None = None  # whose version is shown, and whose file in ``requirements``; None for ours

    @property
    def is_ours(self) -> bool:
        """Whether it runs in this environment."""
        return self.package is None


def _ours(name: str, title: str) -> Peer:
    return Peer(name, title, "ours", name, "as they stand")


PEERS = (
    _ours("als", "**Reelspace ALS**"),
    _ours("sgd", "**Reelspace SGD**"),
    _ours("gibbs", "**Reelspace Gibbs**"),
    _ours("bias", "**Reelspace BiasOnly**"),
    Peer("fastai", "fastai collab_learner", "fastai", "", "as its book: 50 factors, batches of 64, 5 epochs", "fastai"),
    Peer("surprise-svd", "Surprise SVD", "surprise", "SVD", "as it comes", "scikit-surprise"),
    Peer("surprise-svdpp", "Surprise SVD++", "surprise", "SVDpp", "as it comes", "scikit-surprise"),
    Peer("cornac", "Cornac MF", "cornac", "", "tuned: 100 factors, 50 epochs, step 0.01, penalty 0.1", "cornac"),
    Peer("lenskit", "LensKit BiasedMF", "lenskit", "", "64 factors, 10 epochs", "lenskit"),
    Peer("implicit", "implicit ALS", "implicit", "", "64 factors, 15 sweeps; predicts no stars", "implicit"),
    Peer("myfm", "myFM", "myfm", "", "rank 32, 300 iterations", "myfm"),
    Peer("spark", "Spark ALS", "spark", "", "rank 10, 10 sweeps, as it comes", "pyspark"),
)  # fmt: skip
NAMES = tuple(peer.name for peer in PEERS)


def chosen(names: Sequence[str]) -> list[Peer]:
    """Return the peers of these names in the order of the table, all if none is named."""
    return [peer for peer in PEERS if not names or peer.name in names]
