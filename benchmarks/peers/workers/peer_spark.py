"""Spark's ALS on the cores of this machine."""

# ruff: noqa: ARG001 - every peer has the same functions, whatever it needs

import os
import time

import numpy as np
import pandas as pd
from pyspark.ml.recommendation import ALS
from pyspark.sql import SparkSession

_n_cores = len(os.sched_getaffinity(0))
spark = (
    SparkSession.builder.master(f"local[{_n_cores}]")
    .config("spark.driver.memory", "6g")
    .config("spark.ui.enabled", "false")
    .config("spark.sql.shuffle.partitions", str(_n_cores))
    .getOrCreate()
)
spark.sparkContext.setLogLevel("ERROR")


def load(train, shape):
    users, items, stars = train
    frame = spark.createDataFrame(pd.DataFrame({"user": users, "item": items, "rating": stars})).cache()
    frame.count()
    return frame


def fit(frame, model, seed, *, n_factors=10, n_sweeps=10):
    names = {"userCol": "user", "itemCol": "item", "ratingCol": "rating"}
    fitted = ALS(rank=n_factors, maxIter=n_sweeps, seed=seed, **names).fit(frame)
    fitted.userFactors.count()  # it is lazy
    return fitted


def predict(fitted, frame, users, items):
    pairs = pd.DataFrame({"place": np.arange(len(users)), "user": users, "item": items})
    found = fitted.transform(spark.createDataFrame(pairs)).toPandas().sort_values("place")
    return found["prediction"].to_numpy()


def sweeps(data, *, n_factors, n_sweeps):
    """Return the mean seconds of a sweep: what ``n_sweeps`` more than one add to a fit, after one not counted."""
    train, _, shape = data
    frame = load(train, shape)
    times = []
    for number in (1, 1, 1 + n_sweeps):
        start = time.perf_counter()
        fit(frame, "", 0, n_factors=n_factors, n_sweeps=number)
        times.append(time.perf_counter() - start)
    each = (times[2] - times[1]) / n_sweeps
    return {"preparation": times[1] - each, "sweeps": [each], "to_last": times[2] - each, "whole": times[2]}
