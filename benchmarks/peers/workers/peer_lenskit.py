"""LensKit's BiasedMF."""

# ruff: noqa: ARG001 - every peer has the same functions, whatever it needs

import numpy as np
import pandas as pd
from lenskit.als import BiasedMFScorer
from lenskit.data import ItemList, from_interactions_df
from lenskit.training import TrainingOptions


def load(train, shape):
    users, items, stars = train
    return from_interactions_df(pd.DataFrame({"user_id": users, "item_id": items, "rating": stars}))


def fit(dataset, model, seed):
    scorer = BiasedMFScorer(embedding_size=64, epochs=10)
    scorer.train(dataset, TrainingOptions(rng=seed))
    return scorer


def predict(scorer, dataset, users, items):
    predicted = np.full(len(users), np.nan)
    for user in np.unique(users):
        places = np.flatnonzero(users == user)
        predicted[places] = scorer(int(user), ItemList(item_ids=items[places])).scores("numpy")
    return predicted
