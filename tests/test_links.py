"""Links between scores and stars: slopes against finite differences, ranges, inverses."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.links import Constant, Identity, Link, SigmoidRange

LINKS = [Identity(), SigmoidRange(0.0, 5.5), SigmoidRange(-3.0, 12.0), Constant(3.5)]
SCORES = torch.linspace(-6, 6, 25, dtype=torch.float64)


@pytest.mark.parametrize("link", LINKS, ids=str)
def test_slope_is_the_derivative(link: Link) -> None:
    """Central differences with step h err by h²/6 · third derivative: under 1e-9 here."""
    h = 1e-5
    numeric = (link.stars(SCORES + h) - link.stars(SCORES - h)) / (2 * h)
    torch.testing.assert_close(link.slope(SCORES), numeric, rtol=0, atol=1e-8)


@pytest.mark.parametrize("link", LINKS, ids=str)
def test_a_link_is_linear_where_its_slope_is_constant(link: Link) -> None:
    assert link.is_linear == bool((link.slope(SCORES) == link.slope(SCORES)[0]).all())


@pytest.mark.parametrize("link", LINKS, ids=str)
def test_shape_and_type_are_kept(link: Link) -> None:
    scores = torch.zeros(2, 3, dtype=torch.float32)
    for answer in (link.stars(scores), link.slope(scores)):
        assert (answer.shape, answer.dtype) == (scores.shape, scores.dtype)


def test_identity_is_the_score() -> None:
    assert torch.equal(Identity().stars(SCORES), SCORES)


def test_constant_knows_no_score() -> None:
    assert Constant(3.5).stars(SCORES).eq(3.5).all()


def test_sigmoid_range_by_hand() -> None:
    link = SigmoidRange(0.0, 5.5)
    stars = link.stars(torch.tensor([-100.0, 0.0, 100.0], dtype=torch.float64))
    torch.testing.assert_close(stars, torch.tensor([0.0, 2.75, 5.5], dtype=torch.float64))
    # 1 / (1 + 1/3) = 3/4
    assert float(link.stars(torch.tensor(3.0, dtype=torch.float64).log())) == pytest.approx(0.75 * 5.5)


@given(st.floats(-5, 5), st.floats(0.5, 20), st.floats(0.01, 0.99))
def test_score_is_the_inverse_of_stars(low: float, width: float, share: float) -> None:
    link = SigmoidRange(low, low + width)
    stars = low + share * width
    assert float(link.stars(torch.tensor(link.score(stars), dtype=torch.float64))) == pytest.approx(stars, abs=1e-9)
