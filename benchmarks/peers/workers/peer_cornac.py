"""Cornac's biased MF, tuned: the best of its settings that we found."""

# ruff: noqa: ARG001 - every peer has the same functions, whatever it needs

import cornac


def load(train, shape):
    return cornac.data.Dataset.from_uir(list(zip(*(column.tolist() for column in train), strict=True)))


def fit(dataset, model, seed):
    return cornac.models.MF(k=100, max_iter=50, learning_rate=0.01, lambda_reg=0.1, seed=seed).fit(dataset)


def predict(fitted, dataset, users, items):
    rows = [dataset.uid_map.get(user, dataset.num_users) for user in users.tolist()]
    columns = [dataset.iid_map.get(item, dataset.num_items) for item in items.tolist()]
    return [fitted.rate(row, column) for row, column in zip(rows, columns, strict=True)]
