"""Spark's ALS behind the trainers' protocol: for ratings whose training one machine cannot hold, the same model in the end.

Needs Java 17 and ``pip install pyspark==4.3.0``, which nothing else here asks for. Ratings go to Spark and films' vectors
come back as Parquet: pyspark 4.3 cannot hand over pandas 3's tables.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch
from torch import Tensor

from core.alternation import Alternation
from core.errors import FitStopped, InvalidArgument
from core.fitting import Reporter, check_at_least, check_trainable, make_card, one_thread_inside
from core.model import FactorModel
from core.progress import OnProgress, ShouldStop
from core.ratings import Ratings
from core.trainers.baselines import BiasOnly

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# How often somebody who waits for Spark asks whether to go on, in seconds.
LOOK_SECONDS = 0.2
# Entries of a file of ratings, some 12 bytes each: a good size for one of Spark's tasks.
FILE_ENTRIES = 2**22
N_STEPS = 2


@dataclass(frozen=True, kw_only=True)
class SparkALS:
    """Biased factor model whose films' factors come from Spark's ALS.

    1. Biases b_u, b_i by ``BiasOnly``, since Spark knows none. 2. Spark minimises, over e = r − μ − b_u − b_i,

        Σ (e − p_u·q_i)² + λ (Σ_u n_u ‖p_u‖² + Σ_i n_i ‖q_i‖²).

    3. Each user's factors and bias are solved once more, here, against films' factors and biases as they then are, so
    that folding a user in gives that user's row. Films keep Spark's factors; a film without ratings has zeros.
    Source: Zhou, Wilkinson, Schreiber and Pan, 2008 (the penalty); Spark's documentation, *Collaborative Filtering*.
    """

    n_factors: int = 31
    regularization: float = 0.14  # λ, times n; chosen inside training of ml-100k u1, like the next
    bias_regularization: float = 0.05  # of users' biases in step 3, times n
    n_epochs: int = 10
    n_blocks: int = 10  # parts that Spark cuts each side into: at most as many of its tasks run at once
    master: str = "local[*]"  # where Spark runs: this machine's cores, or an address such as spark://host:7077
    exchange: str | None = None  # a folder that every worker reaches; a temporary one of this machine if None

    def __post_init__(self) -> None:
        check_at_least(1, n_factors=self.n_factors, n_epochs=self.n_epochs, n_blocks=self.n_blocks)
        if not (self.regularization > 0 and self.bias_regularization > 0):
            raise InvalidArgument(
                f"regularization and bias_regularization must be above 0, got {self.regularization:g} "
                f"and {self.bias_regularization:g}"
            )

    def fit(
        self,
        train: Ratings,
        *,
        seed: int,
        start: FactorModel | None = None,  # noqa: ARG002 - Spark's ALS always begins anew
        hold_out: Ratings | None = None,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
        device: str = "cpu",
    ) -> FactorModel:
        """Return the model of ``train`` in two steps, biases and Spark's sweeps; a warm start changes nothing.

        A request to stop cancels Spark's jobs. Raises ``InvalidArgument`` where Spark or Java is missing or the input
        unusable, ``FitStopped`` when asked to stop.
        """
        check_trainable(train)
        reporter = Reporter(train, N_STEPS, on_progress, should_stop, hold_out)
        biased = BiasOnly().fit(train, seed=seed)
        reporter.report(1, "Biases", lambda: biased)
        factors = self._item_factors(train, biased, seed, should_stop)
        model = self._solve_users(train, torch.cat([factors, biased.item_bias[0][:, None]], dim=1), seed, device)
        reporter.report(N_STEPS, f"{self.n_epochs} sweeps by Spark", lambda: model)
        return model

    @one_thread_inside()
    def _solve_users(self, train: Ratings, items: Tensor, seed: int, device: str) -> FactorModel:
        penalties = [self.regularization] * self.n_factors + [self.bias_regularization]
        tables = Alternation.begin(train, items, penalties=penalties, count_power=1.0, device=device)
        tables.solve_users()
        return tables.to_model(make_card(self, train, seed=seed), tables.user_prior())

    def _item_factors(self, train: Ratings, biased: FactorModel, seed: int, should_stop: ShouldStop | None) -> Tensor:
        """Return Spark's film factors (n_items, n_factors) for what the biases leave."""
        spark = session(self.master)
        with _exchange(self.exchange) as folder:
            spark.sparkContext.setCheckpointDir(str(folder / "checkpoints"))  # else each sweep remembers all before it
            _write_residuals(train, biased, folder / "ratings")
            _until_stopped(spark, lambda: self._run(spark, folder, seed), should_stop)
            return _read_factors(folder / "factors", train.n_items, self.n_factors)

    def _run(self, spark: SparkSession, folder: Path, seed: int) -> None:
        from pyspark.ml.recommendation import ALS

        columns = {"userCol": "user", "itemCol": "item", "ratingCol": "residual"}
        settings = {"rank": self.n_factors, "maxIter": self.n_epochs, "regParam": self.regularization, "seed": seed}
        blocks = {"numUserBlocks": self.n_blocks, "numItemBlocks": self.n_blocks}
        fitted = ALS(**columns, **settings, **blocks).fit(spark.read.parquet(str(folder / "ratings")))
        fitted.itemFactors.write.parquet(str(folder / "factors"))


def session(master: str) -> SparkSession:
    """Return the Spark session of this process, started at first use; it stays until the process ends.

    Raises ``InvalidArgument`` where pyspark or Java is missing or ``master`` cannot be reached.
    """
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ModuleNotFoundError:
        raise InvalidArgument("spark-als needs Spark: pip install pyspark==4.3.0") from None
    settings = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.log.level": "ERROR"}
    try:
        return SparkSession.builder.master(master).appName("reelspace").config(map=settings).getOrCreate()
    except PySparkException as error:
        raise InvalidArgument(f"Spark could not be started at {master!r}; it needs Java 17: {error}") from error


@contextmanager
def _exchange(place: str | None) -> Iterator[Path]:
    """Give an empty folder for what goes to Spark and comes back; it goes in the end."""
    folder = Path(tempfile.mkdtemp(prefix="reelspace-spark-", dir=place))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _write_residuals(train: Ratings, biased: FactorModel, folder: Path) -> None:
    """Write user, film and residual, one person after the other, in files that each hold some people."""
    folder.mkdir()
    for number, entries in enumerate(train.user_order.split(FILE_ENTRIES)):
        users, items = (column[entries.long()].long() for column in (train.user_idx, train.item_idx))
        expected = biased.global_mean[0] + biased.user_bias[0][users] + biased.item_bias[0][items]
        columns = {"user": users.int(), "item": items.int(), "residual": train.values[entries.long()] - expected}
        table = pa.table({name: column.numpy() for name, column in columns.items()})
        pq.write_table(table, folder / f"part-{number:05}.parquet")


def _read_factors(folder: Path, n_items: int, n_factors: int) -> Tensor:
    table = pq.read_table(folder)
    factors = torch.zeros(n_items, n_factors)
    rows = torch.from_numpy(table["id"].to_numpy().astype(np.int64))
    vectors = table["features"].combine_chunks().flatten().to_numpy()
    factors[rows] = torch.from_numpy(vectors.reshape(-1, n_factors).copy())
    return factors


def _until_stopped(spark: SparkSession, work: Any, should_stop: ShouldStop | None) -> None:
    """Run ``work``, which starts Spark's jobs, and cancel these when asked to stop."""
    group, failed = f"reelspace-{uuid4().hex}", []

    def run() -> None:
        spark.sparkContext.setJobGroup(group, "ALS", interruptOnCancel=True)
        try:
            work()
        except Exception as error:  # noqa: BLE001 - carried to the thread that waits
            failed.append(error)

    worker = threading.Thread(target=run, daemon=True)
    worker.start()
    stopped = False
    while worker.is_alive():
        worker.join(LOOK_SECONDS)
        if should_stop is not None and worker.is_alive() and should_stop():
            stopped = True
            spark.sparkContext.cancelJobGroup(group)
    if stopped:
        raise FitStopped(f"training was stopped in step {N_STEPS} of {N_STEPS}; nothing was kept")
    if failed:
        raise failed[0]
