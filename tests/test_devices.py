"""Everything that a model on a GPU is asked, on a pretended one: no tensor meets one that lies elsewhere.

No GPU takes part: what is proved is that data are moved where they are needed, and that the numbers stay the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from core import row_batches
from core.artefact import SavedModel
from core.catalogue import Catalogue
from core.datasets.synthetic import Synthetic
from core.evaluation.held_out import evaluate
from core.explanation.influence import influences
from core.fitting import Trainer, lay_out
from core.folding import fold_in, person_of
from core.model import FactorModel, TrainedModel
from core.next_films import films_to_rate
from core.people import prior_from_people
from core.persistence import load_model, save_model
from core.ratings import Ratings
from core.space.film_map import FilmSpace
from core.trainers.als import ALS
from core.trainers.baselines import BiasOnly, Popularity
from core.trainers.category import Category
from core.trainers.gibbs import Gibbs
from core.trainers.neural import EmbeddingNN
from core.trainers.sgd import SGD
from tests.devices import PretendGPU, on_gpu

DATASET = Synthetic(n_users=40, n_items=25, n_ratings=400).draw(seed=5)
MINE = {1: 4.0, 5: 2.0, 7: 4.5}
TRAINERS: list[Trainer[Any]] = [
    ALS(n_factors=3, n_epochs=2),
    ALS(n_factors=3, n_epochs=2, validation_fraction=0.2),
    Category.of(DATASET.films),
    BiasOnly(),
    Popularity(),
    Gibbs(n_factors=3, n_burn_in=2, n_draws=2, n_between=1),
]


@pytest.fixture(scope="module")
def parts() -> tuple[Ratings, Ratings]:
    return DATASET.ratings.split(test_fraction=0.2, seed=0)


@pytest.fixture
def gpu() -> Iterator[None]:
    with PretendGPU():
        yield


def moved(model: Any) -> Any:
    """The model with its learned numbers on the pretended GPU."""
    tables = {name: tensor.to("cuda") for name, tensor in model.tensors.items()}
    prior = model.user_prior
    if prior is not None:
        prior = replace(prior, **{name: tensor.to("cuda") for name, tensor in prior.tensors()})
        tables["user_prior"] = prior
    return replace(model, **tables)


def answers(model: TrainedModel, test: Ratings) -> list[Any]:
    """All that a model on any device is asked, as plain numbers; what it refuses is left out."""
    person = person_of(model, 7)
    found = [model.version, evaluate(model, test), person.predict([3, 1]), person.predict_all()]
    people = [person, fold_in(model, MINE)] if model.user_prior is not None else [person]
    for one in people:
        found += [one.top_n(4), one.top_n(4, among=[1, 2, 3, 11], min_ratings=3)]
    if isinstance(model, FactorModel) and model.user_prior is not None:
        found += [films_to_rate(people[1], n=3)]
        found += [influences(people[1], [2, 9])] if model.link.is_linear else []
    if isinstance(model, FactorModel) and model.n_factors:
        space = FilmSpace.of(model, DATASET.films)
        drawing = space.draw(min_ratings=0)
        found += [space.nearest(1, n=3), drawing.frame.to_csv(), drawing.place(person, n=5), drawing.standing(person)]
    return found


def plain(value: Any) -> Any:
    """NaN is not equal to itself; its text is."""
    return repr(value)


@pytest.mark.parametrize("trainer", TRAINERS, ids=lambda trainer: type(trainer).__name__)
def test_fitted_on_a_gpu_it_is_the_same_model(trainer: Trainer[Any], parts: tuple[Ratings, Ratings]) -> None:
    train, test = parts
    here = trainer.fit(train, seed=0)
    with PretendGPU():
        there = trainer.fit(train, seed=0, device="cuda", hold_out=test, on_progress=lambda report: None)
        assert all(on_gpu(tensor) for tensor in there.tensors.values())
        assert plain(answers(there, test)) == plain(answers(here, test))
        again = trainer.fit(train, seed=0, device="cuda", start=there)
    assert again.tensors.keys() == here.tensors.keys()


@pytest.mark.parametrize(
    "trainer", [SGD(n_factors=3, n_epochs=1), EmbeddingNN(n_factors=3, n_hidden=8, n_epochs=1)], ids=str
)
def test_models_of_small_steps_answer_from_a_gpu(
    trainer: Trainer[Any], parts: tuple[Ratings, Ratings], gpu: None
) -> None:
    """Their training needs gradients, which cannot be pretended; what comes out of it can be asked."""
    train, test = parts
    model = trainer.fit(train, seed=0)
    there = moved(model)
    assert plain(answers(there, test)) == plain(answers(model, test))
    if isinstance(there, FactorModel):
        assert prior_from_people(there).noise_variance == pytest.approx(prior_from_people(model).noise_variance)


def test_a_model_on_a_gpu_is_saved_from_there(parts: tuple[Ratings, Ratings], tmp_path: Path, gpu: None) -> None:
    model = moved(ALS(n_factors=2, n_epochs=1).fit(parts[0], seed=0))
    save_model(SavedModel(model, Catalogue([])), tmp_path)
    assert load_model(tmp_path).model.version == model.version


# --- the pretence itself ---------------------------------------------------------------------------------------------


def test_the_pretence_refuses_what_a_gpu_would(gpu: None) -> None:
    here, there = torch.arange(3.0), torch.arange(3.0).to("cuda")
    assert there.device.type == "cuda"
    assert here.device.type == "cpu"
    for mixed in (
        lambda: here + there,
        lambda: torch.cat([here, there]),
        lambda: there.masked_fill(here > 1, 0.0),
        lambda: there.index_select(0, torch.tensor([1])),
        lambda: here[there.long()],
    ):
        with pytest.raises(RuntimeError, match="was given tensors on"):
            mixed()
    with pytest.raises(TypeError, match="no numpy view"):
        there.numpy()


def test_the_pretence_allows_what_a_gpu_does(gpu: None) -> None:
    there = torch.arange(3.0).to("cuda")
    assert on_gpu(there[torch.tensor([1])])
    assert on_gpu(there * torch.tensor(2.0))
    assert on_gpu(there.new_zeros(2) + torch.zeros(2, device="cuda"))
    assert not on_gpu(there.cpu() + torch.zeros(3))
    assert there.tolist() == [0, 1, 2]


# --- batches ---------------------------------------------------------------------------------------------------------


def test_a_gpu_gets_larger_batches_of_the_same_table(
    parts: tuple[Ratings, Ratings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_batches, "BATCH_ENTRIES", 64)
    train = parts[0]
    here = lay_out(train, train.values)[0]
    with PretendGPU():
        there = lay_out(train, train.values, device="cuda")[0]
    assert all(on_gpu(part) for batch in there.batches for part in vars(batch).values())
    assert on_gpu(there.counts)
    assert on_gpu(there.empty)
    assert len(there.batches) < len(here.batches)
    for batches in (here.batches, there.batches):
        entries = torch.cat([batch.entries.flatten() for batch in batches])
        assert torch.equal(entries[entries < len(train)].sort().values, torch.arange(len(train)).int())


def test_the_largest_batches_keep_to_their_size() -> None:
    """Where everybody has one rating, only the size ends a batch."""
    n = 2 * row_batches.GPU_BATCH_ENTRIES
    rows, ones = torch.arange(n), torch.ones(n)
    for device, most in (("cpu", row_batches.BATCH_ENTRIES), ("cuda", row_batches.GPU_BATCH_ENTRIES)):
        size = row_batches.entries_at_once(device)
        layout = row_batches.RowBatches.build(
            rows, torch.zeros_like(rows), ones, n_rows=n, n_columns=1, batch_entries=size
        )
        sizes = [batch.columns.numel() for batch in layout.batches]
        assert sum(sizes) == n
        assert most / 5 < max(sizes) <= most
