"""Surprise's SVD and SVD++ with the settings they come with."""

# ruff: noqa: ARG001 - every peer has the same functions, whatever it needs

import surprise


def load(train, shape):
    rows = [(user, item, stars, None) for user, item, stars in zip(*(column.tolist() for column in train), strict=True)]
    return surprise.Dataset(surprise.Reader(rating_scale=(1, 5))).construct_trainset(rows)


def fit(trainset, model, seed):
    return getattr(surprise, model)(random_state=seed).fit(trainset)


def predict(fitted, trainset, users, items):
    return [fitted.predict(user, item).est for user, item in zip(users.tolist(), items.tolist(), strict=True)]
