"""Spark's ALS keeps the trainers' contract, word for word, and what is its own."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch

from core import evaluate
from core.artefact import SavedModel
from core.cli import main
from core.datasets.synthetic import Synthetic
from core.engines import spark
from core.engines.spark import SparkALS, session
from core.errors import FitStopped, InvalidArgument
from core.model import TrainedModel
from core.persistence import load_model
from core.ratings import Ratings
from core.trainers.als import ALS
from core.trainers.baselines import BiasOnly
from tests import test_contract
from tests.test_contract import *  # noqa: F403 - every test of the contract, run on what stands below
from tests.test_contract import Contract

LOCAL = SparkALS(n_factors=3, n_epochs=3, n_blocks=2, master="local[2]")
CONTRACT = Contract(LOCAL, n_factors=3, n_steps=2, solves_rows=True)


@pytest.fixture
def contract() -> Contract:
    return CONTRACT


@pytest.fixture(scope="module")
def models(train: Ratings) -> dict[str, TrainedModel]:
    return {CONTRACT.name: LOCAL.fit(train, seed=0)}


def test_every_trainer_signs_the_contract() -> None:
    """That is the other contracts' file's to say; here, that none of its tests is missing."""
    theirs = {name for name in vars(test_contract) if name.startswith("test_")}
    assert theirs <= set(globals())


def test_it_comes_near_the_local_als_and_beats_biases_alone() -> None:
    ratings = Synthetic(n_users=300, n_items=120, n_ratings=12_000).draw(seed=1).ratings
    train, test = ratings.split(test_fraction=0.2, seed=0)
    ours, alone = (evaluate(trainer.fit(train, seed=0), test).rmse for trainer in (ALS(n_factors=8), BiasOnly()))
    theirs = evaluate(SparkALS(n_factors=8, n_blocks=2, master="local[2]").fit(train, seed=0), test).rmse
    assert theirs < alone - 0.02
    assert theirs < ours + 0.01


def test_films_keep_the_factors_that_spark_gave(train: Ratings, tmp_path: Path) -> None:
    """Against Spark asked directly: all ratings in one file, other partitions, the same minimum."""
    from pyspark.ml import recommendation

    long = SparkALS(n_factors=2, n_epochs=25, n_blocks=2, master="local[2]")
    found = long.fit(train, seed=0)
    biased = BiasOnly().fit(train, seed=0)
    left = train.values - biased.predict(train.user_idx, train.item_idx)
    columns = {"user": train.user_idx.int(), "item": train.item_idx.int(), "left": left}
    pq.write_table(pa.table({name: column.numpy() for name, column in columns.items()}), tmp_path / "left.parquet")
    frame = session("local[2]").read.parquet(str(tmp_path / "left.parquet"))
    settings = {"rank": 2, "maxIter": 25, "regParam": long.regularization, "numUserBlocks": 1, "numItemBlocks": 1}
    theirs = recommendation.ALS(userCol="user", itemCol="item", ratingCol="left", seed=5, **settings).fit(frame)
    collected = {row.id: row.features for row in theirs.itemFactors.collect()}
    direct = torch.tensor([collected[row] for row in range(train.n_items)])
    ours = found.item_factors[0]
    torch.testing.assert_close(ours @ ours.T, direct @ direct.T, rtol=0, atol=0.02)


def test_many_files_are_one_table(train: Ratings, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = LOCAL.fit(train, seed=0)
    monkeypatch.setattr(spark, "FILE_ENTRIES", 100)
    torch.testing.assert_close(LOCAL.fit(train, seed=0).user_bias, whole.user_bias, rtol=0, atol=0.05)


def test_sparks_own_work_is_cancelled_and_nothing_is_left_behind(tmp_path: Path) -> None:
    ratings = Synthetic(n_users=300, n_items=120, n_ratings=12_000).draw(seed=1).ratings
    endless = SparkALS(n_factors=8, n_epochs=1000, n_blocks=2, master="local[2]", exchange=str(tmp_path))
    stop = threading.Event()
    threading.Timer(3.0, stop.set).start()
    start = time.monotonic()
    with pytest.raises(FitStopped) as error:
        endless.fit(ratings, seed=0, should_stop=stop.is_set)
    assert str(error.value) == "training was stopped in step 2 of 2; nothing was kept"
    assert time.monotonic() - start < 30
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"n_factors": 0}, "n_factors must be at least 1, got 0"),
        ({"n_blocks": 0}, "n_blocks must be at least 1, got 0"),
        ({"regularization": 0.0}, "regularization and bias_regularization must be above 0, got 0 and 0.05"),
    ],
)
def test_bad_settings_are_refused(settings: dict[str, float], sentence: str) -> None:
    with pytest.raises(InvalidArgument) as error:
        SparkALS(**settings)
    assert str(error.value) == sentence


def test_the_command_trains_what_the_program_opens(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "model"
    asked = ["--dataset", "synthetic:60x40x900", "--trainer", "spark-als", "--master", "local[2]", "--n-factors", "3"]
    assert main(["train", *asked, "--out", str(folder)]) == 0
    saved = load_model(folder)
    assert isinstance(saved, SavedModel)
    assert saved.model.card.trainer == "SparkALS"
    assert main(["recommend", "--model", str(folder), "--user", "1", "--json"]) == 0
    assert "prediction" in capsys.readouterr().out
