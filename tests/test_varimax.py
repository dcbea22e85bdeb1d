"""Varimax: the best angle by brute force in the plane, and laws in more dimensions."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Generator, Tensor

from core.space.varimax import varimax
from tests import reference


def tailed(n: int, width: int, seed: int) -> Tensor:
    """Points whose own axes have long tails: what varimax finds again."""
    return torch.randn(n, width, generator=Generator().manual_seed(seed), dtype=torch.float64).pow(3)


def random_rotation(width: int, seed: int) -> Tensor:
    return torch.linalg.qr(torch.randn(width, width, generator=Generator().manual_seed(seed), dtype=torch.float64)).Q


@pytest.mark.parametrize("seed", range(8))
def test_in_the_plane_no_angle_is_better(seed: int) -> None:
    points = torch.randn(40, 2, generator=Generator().manual_seed(seed), dtype=torch.float64)
    best = reference.varimax_criterion(points @ varimax(points))
    for step in range(2_000):
        angle = math.pi * step / 2_000
        cosine, sine = math.cos(angle), math.sin(angle)
        turn = torch.tensor([[cosine, -sine], [sine, cosine]], dtype=torch.float64)
        assert reference.varimax_criterion(points @ turn) <= best + 1e-9


@pytest.mark.parametrize("seed", range(4))
def test_it_is_a_rotation_and_the_criterion_never_falls(seed: int) -> None:
    points = torch.randn(60, 5, generator=Generator().manual_seed(seed), dtype=torch.float64)
    rotation = varimax(points)
    assert torch.allclose(rotation.mT @ rotation, torch.eye(5).double(), rtol=0.0, atol=1e-12)
    assert reference.varimax_criterion(points @ rotation) >= reference.varimax_criterion(points)


def test_no_pair_of_axes_gains_by_a_further_turn() -> None:
    points = tailed(80, 4, seed=3) @ random_rotation(4, seed=4)
    turned = points @ varimax(points)
    best = reference.varimax_criterion(turned)
    for first in range(4):
        for second in range(first + 1, 4):
            for angle in (-0.01, 0.01):
                further = turned.clone()
                further[:, first] = turned[:, first] * math.cos(angle) + turned[:, second] * math.sin(angle)
                further[:, second] = turned[:, second] * math.cos(angle) - turned[:, first] * math.sin(angle)
                assert reference.varimax_criterion(further) < best


def test_axes_with_long_tails_are_found_again() -> None:
    axes = tailed(2_000, 3, seed=1)
    found = (axes @ random_rotation(3, seed=2)) @ varimax(axes @ random_rotation(3, seed=2))
    agreement = torch.corrcoef(torch.cat([axes, found], 1).mT)[:3, 3:].abs()
    assert agreement.max(1).values.min() > 0.99 and sorted(agreement.argmax(1).tolist()) == [0, 1, 2]


def test_one_axis_stays_as_it_is() -> None:
    assert varimax(tailed(10, 1, seed=0)).tolist() == [[1.0]]
