"""Films as words: a person's sentence is the films they liked, in the order in which they rated them.

Source: Barkan and Koenigstein, *Item2Vec: neural item embedding for collaborative filtering*, 2016, who take all of a
basket for the window; here it has a reach, as among words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Generator, Tensor

from core.errors import ArtefactError, FitStopped, InvalidArgument
from core.files import write_whole
from core.fitting import check_at_least
from core.ids import Id, IdMap
from core.lessons.words import draw_far, nearest_by_angle, skip_gram_loss, skip_gram_step
from core.progress import OnProgress, Progress, ShouldStop
from core.ratings import Ratings

Sentences = Sequence[Sequence[int]]
LOOK_EVERY = 8  # batches: measuring the loss of each would take half as long again


def sentences(ratings: Ratings, *, liked_from: float | None = None) -> list[list[int]]:
    """Return, for every person, the rows of the films they gave ``liked_from`` stars or more, first rated first.

    Without ``liked_from``, it is the scale's ``relevant_from``. Films of one second, or all where the data know no
    times, stand in the order of the table.
    """
    liked = ratings.values >= (ratings.scale.relevant_from if liked_from is None else liked_from)
    people, films = ratings.user_idx[liked].long(), ratings.item_idx[liked].long()
    if ratings.timestamps is not None:
        order = ratings.timestamps[liked].argsort(stable=True)
        people, films = people[order], films[order]
    order = people.argsort(stable=True)
    lengths = torch.bincount(people, minlength=ratings.n_users)
    return [part.tolist() for part in films[order].split(lengths.tolist())]


@dataclass(frozen=True, eq=False)
class FilmWords:
    """Every film's vector (n_films, d), in the rows of ``films``; ``losses`` are a pair's mean loss in each epoch.

    The loss is that of every eighth batch, before its step.
    """

    vectors: Tensor
    films: IdMap
    losses: tuple[float, ...]

    def nearest(self, film: Id, *, n: int = 10, among: Tensor | None = None) -> list[Id]:
        """Return the ``n`` films whose vectors point most nearly where that of ``film`` does, by ``nearest_by_angle``.

        ``among`` (n_films,) is a mask of films that may be returned. Raises ``UnknownId`` on an unknown film.
        """
        row = self.films.row(film)
        rows = torch.arange(len(self.films))
        if among is not None:
            allowed = among.clone()
            allowed[row] = True
            rows = allowed.nonzero()[:, 0]
        place = int((rows == row).nonzero())
        return [self.films.labels[int(rows[near])] for near in nearest_by_angle(self.vectors[rows], place, n=n)]

    def save(self, path: Path) -> None:
        """Write the numbers; a reader sees the old file or the new one, never half. Raises ``OSError``."""
        path.parent.mkdir(parents=True, exist_ok=True)
        losses = torch.tensor(self.losses, dtype=torch.float64)
        write_whole(path, save({"vectors": self.vectors.contiguous(), "losses": losses}))

    @classmethod
    def load(cls, path: Path, films: IdMap) -> FilmWords:
        """Return what ``save`` wrote for these ``films``; raises ``ArtefactError`` if it is not there or of other films."""
        try:
            found = load_file(path)
            vectors, losses = found["vectors"], tuple(found["losses"].tolist())
        except (OSError, SafetensorError, KeyError) as error:
            raise ArtefactError(f"{path.name} is not there or damaged; training makes it again") from error
        if len(vectors) != len(films):
            raise ArtefactError(f"{path.name} holds {len(vectors):,} films, expected {len(films):,}")
        return cls(vectors, films, losses)


@dataclass(frozen=True, kw_only=True)
class Item2Vec:
    """Settings of skip-gram on films: descent on ``skip_gram_loss`` with a rate that falls to nothing in a straight line.

    Settings were chosen on ml-100k by how often the last film that a person liked, held out, is among the 10 that lie
    nearest to their others: for 8 % of 897 people, which is what the 10 most liked films do as well. ml-100k
    takes 7 s on one core of an AMD EPYC (``python -m benchmarks.bench_language``).
    """

    n_dims: int = 32
    reach: int = 10
    n_far: int = 5
    n_epochs: int = 3
    batch_size: int = 256
    rate: float = 0.3

    def __post_init__(self) -> None:
        check_at_least(1, n_dims=self.n_dims, reach=self.reach, n_far=self.n_far)
        check_at_least(1, n_epochs=self.n_epochs, batch_size=self.batch_size)
        if not self.rate > 0:
            raise InvalidArgument(f"rate must be above 0, got {self.rate:g}")

    def fit(
        self,
        texts: Sentences,
        films: IdMap,
        *,
        seed: int,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> FilmWords:
        """Return the vectors of ``films`` taught by ``texts``, which are rows of them (``sentences``).

        Raises ``InvalidArgument`` if no two films stand near each other, ``FitStopped`` when asked to stop.
        """
        words, near = all_pairs(texts, self.reach)
        if not len(words):
            raise InvalidArgument("texts must hold a sentence of two films or more, got none")
        generator = Generator().manual_seed(seed)
        counts = torch.bincount(torch.tensor([film for text in texts for film in text]), minlength=len(films))
        vectors = (torch.rand(len(films), self.n_dims, generator=generator) - 0.5) / self.n_dims
        contexts = torch.zeros(len(films), self.n_dims)
        n_batches = -(-len(words) // self.batch_size)
        losses: list[float] = []
        for epoch in range(self.n_epochs):
            order = torch.randperm(len(words), generator=generator)
            measured: list[Tensor] = []
            for number, batch in enumerate(order.split(self.batch_size)):
                if should_stop is not None and number % 64 == 0 and should_stop():
                    raise FitStopped(f"training was stopped in epoch {epoch + 1} of {self.n_epochs}")
                pairs = words[batch], near[batch], draw_far(counts, (len(batch), self.n_far), generator)
                if number % LOOK_EVERY == 0:
                    measured.append(skip_gram_loss(vectors, contexts, *pairs))
                done = (epoch * n_batches + number) / (self.n_epochs * n_batches)
                skip_gram_step(vectors, contexts, *pairs, rate=self.rate * (1 - done))
            losses.append(float(torch.cat(measured).mean()))
            if on_progress is not None:
                message = f"Epoch {epoch + 1} of {self.n_epochs}"
                on_progress(Progress(epoch + 1, self.n_epochs, message, loss=losses[-1]))
        return FilmWords(vectors, films, tuple(losses))


def all_pairs(texts: Sentences, reach: int) -> tuple[Tensor, Tensor]:
    """Return what ``pairs_within`` gives for all ``texts``, as two columns of rows, in another order."""
    words, near = [torch.empty(0, dtype=torch.int64)], [torch.empty(0, dtype=torch.int64)]
    for text in map(torch.tensor, filter(None, texts)):
        for apart in range(1, min(reach, len(text) - 1) + 1):
            words += [text[:-apart], text[apart:]]
            near += [text[apart:], text[:-apart]]
    return torch.cat(words), torch.cat(near)
