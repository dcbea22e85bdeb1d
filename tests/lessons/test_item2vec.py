"""Films as words: sentences against sorting by hand, training on films that stand together, agreement against counting."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import torch

from core import ALS, FilmSpace
from core.datasets.dataset import Dataset
from core.errors import ArtefactError, FitStopped, InvalidArgument, UnknownId
from core.ids import IdMap
from core.lessons import FilmWords, Item2Vec, agreement, all_pairs, pairs_within, sentences
from core.progress import Progress
from core.ratings import Ratings

FILMS = IdMap([f"film {row}" for row in range(12)], kind="film")
QUICK = Item2Vec(n_dims=6, reach=3, n_far=3, n_epochs=6, batch_size=32)


def shelves(seed: int = 0, n: int = 60) -> list[list[int]]:
    """Each sentence is of one of three shelves of four films, in any order."""
    generator = torch.Generator().manual_seed(seed)
    return [(torch.randperm(4, generator=generator) + 4 * (person % 3)).tolist() for person in range(n)]


@pytest.fixture(scope="module")
def taught() -> FilmWords:
    return QUICK.fit(shelves(), FILMS, seed=0)


def test_a_sentence_is_what_somebody_liked_first_rated_first() -> None:
    ratings = Ratings.from_columns(
        ["b", "a", "a", "a", "b", "c", "a"], [3, 1, 2, 3, 1, 2, 4], [4, 5, 4, 3, 5, 2, 4], [50, 30, 10, 5, 40, 1, 30]
    )
    assert sentences(ratings) == [[1, 0, 3], [0, 2], []]
    assert sentences(ratings, liked_from=5) == [[0], [0], []]
    assert sentences(ratings, liked_from=1) == [[2, 1, 0, 3], [0, 2], [1]]


def test_without_times_the_table_decides() -> None:
    ratings = Ratings.from_columns(["a", "a", "a"], [3, 1, 2], [4.0, 5.0, 1.0])
    assert sentences(ratings) == [[2, 0]]


def test_sentences_hold_every_liked_rating_once(synthetic_small: Dataset) -> None:
    ratings = synthetic_small.ratings
    found = sentences(ratings)
    assert len(found) == ratings.n_users
    for user, text in zip(ratings.users, found, strict=True):
        liked = {film for film, stars in ratings.of_user(user).items() if stars >= ratings.scale.relevant_from}
        assert len(text) == len(liked)
        assert {ratings.items.labels[row] for row in text} == liked


def test_all_pairs_are_those_of_each_sentence() -> None:
    texts = [[1, 2, 3, 4, 5], [], [7], [2, 9]]
    words, near = all_pairs(texts, 2)
    wanted = Counter(pair for text in texts for pair in pairs_within(text, 2))
    assert Counter(zip(words.tolist(), near.tolist(), strict=True)) == wanted


def test_films_that_stand_together_come_to_lie_together(taught: FilmWords) -> None:
    for row, film in enumerate(FILMS):
        shelf = {f"film {other}" for other in range(row // 4 * 4, row // 4 * 4 + 4)}
        assert {*taught.nearest(film, n=3)} == shelf - {film}
    assert taught.losses[-1] < 0.7 * taught.losses[0]


def test_training_is_the_same_again_tells_and_stops(taught: FilmWords) -> None:
    told: list[Progress] = []
    state = torch.random.get_rng_state()
    again = QUICK.fit(shelves(), FILMS, seed=0, on_progress=told.append)
    assert torch.equal(state, torch.random.get_rng_state())
    assert torch.equal(again.vectors, taught.vectors)
    assert [each.loss for each in told] == list(taught.losses)
    assert not torch.equal(QUICK.fit(shelves(), FILMS, seed=1).vectors, taught.vectors)
    with pytest.raises(FitStopped, match="training was stopped in epoch 1 of 6"):
        QUICK.fit(shelves(), FILMS, seed=0, should_stop=lambda: True)


def test_what_cannot_teach_is_refused() -> None:
    with pytest.raises(InvalidArgument, match="texts must hold a sentence of two films or more, got none"):
        QUICK.fit([[1], []], FILMS, seed=0)
    for name, value in (("n_dims", 0), ("reach", -1), ("n_far", 0), ("n_epochs", 0), ("batch_size", 0), ("rate", 0.0)):
        with pytest.raises(InvalidArgument, match=name):
            Item2Vec(**{name: value})  # type: ignore[arg-type]


def test_nearest_among_some(taught: FilmWords) -> None:
    among = torch.zeros(12, dtype=torch.bool)
    among[[1, 9]] = True
    assert taught.nearest("film 0", among=among) == ["film 1", "film 9"]
    assert taught.nearest("film 1", among=among) == ["film 9"]
    with pytest.raises(UnknownId):
        taught.nearest("film 99")


def test_saved_and_read_again(taught: FilmWords, tmp_path: Path) -> None:
    path = tmp_path / "new" / "words.safetensors"
    with pytest.raises(ArtefactError, match="not there or damaged"):
        FilmWords.load(path, FILMS)
    taught.save(path)
    again = FilmWords.load(path, FILMS)
    assert torch.equal(again.vectors, taught.vectors)
    assert again.losses == taught.losses
    with pytest.raises(ArtefactError, match="holds 12 films, expected 11"):
        FilmWords.load(path, IdMap(range(11), kind="film"))
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(ArtefactError, match="not there or damaged"):
        FilmWords.load(path, FILMS)


def test_agreement_is_what_two_lists_share(synthetic_small: Dataset) -> None:
    ratings = synthetic_small.ratings
    space = FilmSpace.of(ALS(n_factors=4).fit(ratings, seed=0), synthetic_small.films)
    words = Item2Vec(n_epochs=1).fit(sentences(ratings), ratings.items, seed=0)
    found = agreement(space, words, n=5, min_ratings=30)
    known = [film for film, n in zip(ratings.items, ratings.item_counts.tolist(), strict=True) if n >= 30]
    shared = [
        len({film for film, _ in space.nearest(film, n=5, min_ratings=30)} & {*words.nearest(film, n=5, among=space.enough(30))})
        for film in known
    ]  # fmt: skip
    assert found.n_films == len(known)
    assert found.shared.value == pytest.approx(sum(shared) / len(known))
    assert found.shared.low < found.shared.value < found.shared.high
    assert found.by_chance == pytest.approx(25 / (len(known) - 1))
    with pytest.raises(InvalidArgument, match="min_ratings must leave more than 6 films, got 4000, which leaves 0"):
        agreement(space, words, n=5, min_ratings=4_000)
