"""UMAP: a map that keeps near films near and lets all else go. Its axes and its distances mean nothing."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version

import torch
from torch import Tensor

from core.errors import FitStopped, InvalidArgument
from core.progress import OnProgress, Progress, ShouldStop
from core.space.projection import project
from core.space.remembered import Memory, key_of

# Directions handed to UMAP at most: on ml-100k 64 of Gibbs' 943 hold 97 % of the variance, and the rest is noise.
MOST_DIMENSIONS = 64
# Rounds of the layout, as UMAP itself chooses them by the number of films.
N_EPOCHS, N_EPOCHS_MANY, MANY = 500, 200, 10_000
LEAST_FILMS = 4


@dataclass(frozen=True, kw_only=True)
class UMAPSettings:
    """How many nearest films each film is held to, and how close films may lie on the map (its width is about 10)."""

    n_neighbors: int = 15
    min_dist: float = 0.1
    seed: int = 0

    def __post_init__(self) -> None:
        if self.n_neighbors < 2:
            raise InvalidArgument(f"n_neighbors must be at least 2, got {self.n_neighbors}")
        if not 0 <= self.min_dist <= 1:
            raise InvalidArgument(f"min_dist must lie between 0 and 1, got {self.min_dist:g}")


def umap_points(
    coordinates: Tensor,
    *,
    n_components: int = 2,
    settings: UMAPSettings | None = None,
    memory: Memory | None = None,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> Tensor:
    """Return UMAP's places (n, n_components) of the films at ``coordinates`` (n, dim), centred, float64.

    The layout starts from the principal components, so that what is far apart stays so where it can, and another
    seed gives a similar picture. Equal coordinates and settings give equal places, kept in ``memory`` (default: the
    user's cache) by content. Progress is told, and a stop obeyed, between the rounds of the layout; the search for
    near films before it (minutes for 60,000) cannot be interrupted. Raises ``InvalidArgument`` on fewer than
    ``LEAST_FILMS`` films, ``FitStopped`` when asked to stop.
    Source: McInnes, Healy and Melville, *UMAP*, 2018; Kobak and Linderman, *Initialization is critical for preserving
    global data structure in both t-SNE and UMAP*, 2021.
    """
    settings = settings or UMAPSettings()
    if len(coordinates) < LEAST_FILMS:
        raise InvalidArgument(f"UMAP needs at least {LEAST_FILMS} films, got {len(coordinates)}")
    told = _Told(len(coordinates), on_progress, should_stop)

    def compute() -> dict[str, Tensor]:
        dims = max(n_components, min(MOST_DIMENSIONS, *coordinates.shape))
        leading = project(coordinates, n_components=dims).points.float()
        return {"points": _embed(leading, n_components, settings, told)}

    key = key_of(coordinates, n_components, settings, version("umap-learn"))
    points = (memory or Memory.default()).recall("umap", key, compute)["points"].double()
    return points - points.mean(0)


def _embed(leading: Tensor, n_components: int, settings: UMAPSettings, told: _Told) -> Tensor:
    told.say(0, "Loading UMAP")
    import umap  # here: it compiles for some ten seconds, which only those wait for who ask for this map

    told.say(0, "Looking for near films")
    layout = umap.UMAP(
        n_neighbors=min(settings.n_neighbors, len(leading) - 1),
        min_dist=settings.min_dist,
        n_components=n_components,
        init=leading[:, :n_components].numpy(),
        n_epochs=told.n_epochs,
        random_state=settings.seed,
        n_jobs=1,  # several threads would not be repeatable
        tqdm_kwds={"disable": False, "file": told, "bar_format": "{n}", "mininterval": 0, "miniters": 1},
    )
    return torch.from_numpy(layout.fit_transform(leading.numpy()))


class _Told:
    """Where UMAP writes its progress bar: the number of the round. The only way into its loop."""

    def __init__(self, n_films: int, on_progress: OnProgress | None, should_stop: ShouldStop | None) -> None:
        self.n_epochs = N_EPOCHS if n_films <= MANY else N_EPOCHS_MANY
        self._on_progress, self._should_stop = on_progress, should_stop
        self._stopped = False

    def say(self, epoch: int, message: str) -> None:
        if self._on_progress is not None:
            self._on_progress(Progress(epoch, self.n_epochs, message))
        if self._should_stop is not None and self._should_stop() and not self._stopped:
            self._stopped = True  # once: the bar says goodbye while the loop unwinds
            raise FitStopped(f"the map was stopped after round {epoch} of {self.n_epochs}; nothing was kept")

    def write(self, text: str) -> None:
        number = text.strip()
        if number.isdecimal() and not self._stopped:
            self.say(int(number), f"Round {number} of {self.n_epochs}")

    def flush(self) -> None:
        """Nothing waits here."""
