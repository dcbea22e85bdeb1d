"""Tokens on a plane against a decomposition by hand; the network that stands on the screen."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import InvalidArgument
from core.language import LanguageModel, load
from core.lessons import KINDS_OF_TOKEN, kind_of_token, place_tokens


@pytest.fixture(scope="module")
def model() -> LanguageModel:
    return load()


@pytest.mark.parametrize(
    ("token", "kind"),
    [("for", "keyword"), ("True", "value"), ("<text>", "value"), ("<number>", "value"), ("0", "value"), ("...", "value"),
     ("==", "sign"), ("(", "sign"), ("len", "built-in"), ("ValueError", "built-in"), ("self", "name"), ("match", "name")],
)  # fmt: skip
def test_kinds_of_tokens(token: str, kind: str) -> None:
    assert kind_of_token(token) == kind
    assert kind in KINDS_OF_TOKEN


def test_places_are_the_principal_components_of_the_directions(model: LanguageModel) -> None:
    places, share = place_tokens(model, n=80)
    tokens = [place.token for place in places]
    assert len(tokens) == 80
    assert {"for", "while", "True", "<text>", "("} <= {*tokens}
    assert not {*tokens} & {"<start>", "<indent>", "<dedent>", "<newline>", "<name>"}
    vectors = model.embedding[[model.vocabulary.row(token) for token in tokens]].double().numpy()
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    centred = unit - unit.mean(0)
    left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    for axis, found in enumerate(zip(*((place.x, place.y) for place in places), strict=True)):
        wanted = left[:, axis] * sizes[axis]
        assert min(np.abs(wanted - found).max(), np.abs(wanted + found).max()) < 1e-4
    assert share == pytest.approx((sizes[:2] ** 2).sum() / (sizes**2).sum(), abs=1e-5)


def test_too_few_tokens_make_no_plane(model: LanguageModel) -> None:
    with pytest.raises(InvalidArgument, match="n must be at least 3, got 2"):
        place_tokens(model, n=2)
