"""UMAP: repeatable, kept on disk, told and stopped between rounds. One real layout; the rest is a stand-in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from core.catalogue import Catalogue
from core.errors import FitStopped, InvalidArgument
from core.progress import Progress
from core.space import umap_map
from core.space.film_map import FilmSpace
from core.space.remembered import Memory
from core.space.trust import trust_of
from core.space.umap_map import UMAPSettings, umap_points
from tests.models import random_model


def clusters(n: int = 90, dim: int = 8) -> Tensor:
    """Three groups of films, far from each other."""
    generator = torch.Generator().manual_seed(0)
    centres = 8 * torch.randn(3, dim, generator=generator, dtype=torch.float64)
    return centres[torch.arange(n) % 3] + torch.randn(n, dim, generator=generator, dtype=torch.float64)


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REELSPACE_CACHE", str(tmp_path))


class FakeLayout:
    """Writes its rounds where UMAP's progress bar would, and lays films out along the numbers it was given."""

    asked: list[dict[str, Any]]

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked = []
        monkeypatch.setitem(__import__("sys").modules, "umap", self)

    def UMAP(self, **settings: Any) -> FakeLayout:  # noqa: N802 - the name that the library has
        self.asked.append(settings)
        return self

    def fit_transform(self, numbers: Any) -> Any:
        bar = self.asked[-1]["tqdm_kwds"]["file"]
        try:
            for number in range(3):
                bar.write(f"\r{number}")
        finally:
            bar.write("\r3")  # a bar says goodbye also where its loop ends early
            bar.write("\n")
            bar.flush()
        return numbers[:, : self.asked[-1]["n_components"]]


@pytest.fixture
def layout(monkeypatch: pytest.MonkeyPatch) -> FakeLayout:
    return FakeLayout(monkeypatch)


@pytest.mark.slow
def test_near_films_stay_near_and_the_same_seed_gives_the_same_map(tmp_path: Path) -> None:
    films, told = clusters(), list[Progress]()
    found = umap_points(films, memory=Memory(tmp_path / "one"), on_progress=told.append)
    again = umap_points(films, memory=Memory(tmp_path / "two"))
    assert torch.equal(found, again) and found.shape == (90, 2) and found.dtype == torch.float64
    assert found.mean(0).abs().max() < 1e-6
    assert trust_of(films, found).trustworthiness > 0.9
    distances = torch.cdist(found, found)
    group = torch.arange(90) % 3
    same = group[:, None] == group
    assert distances[same].max() < distances[~same].min()
    assert [one.message for one in told[:2]] == ["Loading UMAP", "Looking for near films"]
    assert told[-1].share == 1 and len(told) > 500
    assert not torch.equal(umap_points(films, settings=UMAPSettings(seed=1)), found)
    with pytest.raises(FitStopped) as error:
        umap_points(films + 1e-3, should_stop=lambda: len(told) > 600, on_progress=told.append)
    assert str(error.value).startswith("the map was stopped after round ") and len(told) < 700


def test_settings_reach_umap(layout: FakeLayout) -> None:
    umap_points(clusters(), n_components=3, settings=UMAPSettings(n_neighbors=7, min_dist=0.3, seed=5))
    asked = layout.asked[0]
    assert (asked["n_neighbors"], asked["min_dist"], asked["random_state"]) == (7, 0.3, 5)
    assert (asked["n_components"], asked["n_epochs"], asked["n_jobs"]) == (3, umap_map.N_EPOCHS, 1)
    assert asked["init"].shape == (90, 3)
    umap_points(clusters(n=10))
    assert layout.asked[1]["n_neighbors"] == 9


def test_many_dimensions_are_few_for_umap(layout: FakeLayout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(umap_map, "MOST_DIMENSIONS", 3)
    films = clusters()
    found = umap_points(films, n_components=3)
    variances = torch.linalg.svdvals(films - films.mean(0)).square()[:3]
    torch.testing.assert_close(found.square().sum(0), variances, rtol=1e-5, atol=0)


def test_it_is_laid_out_once(layout: FakeLayout, tmp_path: Path) -> None:
    films = clusters()
    first = umap_points(films)
    assert torch.equal(umap_points(films.clone()), first) and len(layout.asked) == 1
    for changed in ({"settings": UMAPSettings(seed=1)}, {"n_components": 3}):
        umap_points(films, **changed)  # type: ignore[arg-type]
    umap_points(films + 0.01)
    assert len(layout.asked) == 4
    for file in (tmp_path / "space").iterdir():
        file.write_bytes(b"damaged")
    assert torch.equal(umap_points(films), first) and len(layout.asked) == 5


def test_progress_is_told_and_a_stop_obeyed_once(layout: FakeLayout) -> None:
    told = list[Progress]()
    umap_points(clusters(), on_progress=told.append)
    assert [(one.step, one.message) for one in told[1:]] == [
        (0, "Looking for near films"), *((k, f"Round {k} of 500") for k in range(4))
    ]  # fmt: skip
    told.clear()
    with pytest.raises(FitStopped) as error:
        umap_points(clusters(n=60), on_progress=told.append, should_stop=lambda: len(told) == 4)
    assert str(error.value) == "the map was stopped after round 1 of 500; nothing was kept"
    umap_points(clusters(n=60))  # nothing was kept: it is laid out again
    assert len(layout.asked) == 3


def test_a_drawing_by_umap_has_no_axes_and_is_turned_to_an_earlier_one(layout: FakeLayout) -> None:
    space = FilmSpace.of(random_model(n_items=30, width=4), Catalogue([]))
    drawn = space.draw(method="umap", min_ratings=4)
    shown = set(drawn.frame["id"])
    assert 0 < len(shown) < 30
    assert drawn.projection.explained == () and drawn.projection.components is None
    hidden = [row for row, film in enumerate(space.model.items) if film not in shown]
    assert drawn.projection.points[hidden].isnan().all()
    mirrored = FilmSpace(space.model, space.films, "stars", -space.coordinates)
    again = mirrored.draw(method="umap", min_ratings=4, reference=drawn)
    assert again.frame["x"].tolist() == pytest.approx(drawn.frame["x"].tolist(), abs=1e-4)
    assert len(layout.asked) == 2


def test_too_few_films_and_other_settings_are_refused() -> None:
    with pytest.raises(InvalidArgument) as error:
        umap_points(clusters(n=3))
    assert str(error.value) == "UMAP needs at least 4 films, got 3"
    with pytest.raises(InvalidArgument) as error:
        UMAPSettings(n_neighbors=1)
    assert str(error.value) == "n_neighbors must be at least 2, got 1"
    with pytest.raises(InvalidArgument) as error:
        UMAPSettings(min_dist=1.5)
    assert str(error.value) == "min_dist must lie between 0 and 1, got 1.5"
    space = FilmSpace.of(random_model(n_items=30), Catalogue([]))
    with pytest.raises(InvalidArgument) as error:
        space.draw(method="tsne", min_ratings=0)  # type: ignore[arg-type]
    assert str(error.value) == "method must be pca or umap, got 'tsne'"
