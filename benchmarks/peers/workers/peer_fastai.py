"""fastai's collab_learner with the settings of chapter 8 of its book."""

# ruff: noqa: ARG001 - every peer has the same functions, whatever it needs

import pandas as pd
import torch
from fastai.collab import CollabDataLoaders, collab_learner
from fastai.torch_core import set_seed


def load(train, shape):
    users, items, stars = train
    return pd.DataFrame({"user": users, "item": items, "rating": stars})


def fit(frame, model, seed):
    set_seed(seed)
    # All of the training part is for training: the test part measures, and nothing is held out besides.
    loaders = CollabDataLoaders.from_df(frame, valid_pct=0.0, bs=64)
    learner = collab_learner(loaders, n_factors=50, y_range=(0, 5.5))
    with learner.no_bar(), learner.no_logging():
        learner.fit_one_cycle(5, 5e-3, wd=0.1)
    return learner


def predict(learner, frame, users, items):
    known = [learner.dls.classes[name].o2i for name in ("user", "item")]
    rows = [[places[label] for label in column] for places, column in zip(known, (users, items), strict=True)]
    with torch.no_grad():
        return learner.model.eval()(torch.tensor(rows).T).squeeze().numpy()
