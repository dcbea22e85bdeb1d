"""Models are made once, kept, made again when damaged, and retrained for one person."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core import ALS, ArtefactError, FitStopped, Progress, UnknownId
from dashboard import library as module
from dashboard.library import KINDS, RANDOM_NUMBERS, Library, Ready, kind_of
from tests.dashboard.conftest import SMALL


class Context:
    """Stands in for a job: keeps the reports, stops when told."""

    def __init__(self, *, stops: bool = False) -> None:
        self.reports: list[Progress] = []
        self.stops = stops

    def report(self, progress: Progress) -> None:
        self.reports.append(progress)

    def should_stop(self) -> bool:
        return self.stops


def prepare(library: Library, context: Any = None, kind: str = "als") -> Ready:
    return library.prepare(SMALL, kind, context or Context())


@pytest.fixture
def fits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The number of ratings of each ALS fit that was run."""
    counted: list[int] = []
    fit = ALS.fit

    def counting(self: ALS, train: Any, **options: Any) -> Any:
        counted.append(len(train))
        return fit(self, train, **options)

    monkeypatch.setattr(ALS, "fit", counting)
    return counted


def test_a_model_is_trained_once_and_read_ever_after(tmp_path: Path, fits: list[int]) -> None:
    first = prepare(Library(tmp_path))
    again = prepare(Library(tmp_path))
    assert fits == [3000]
    assert again.model.version == first.model.version
    assert again.saved.metrics == first.saved.metrics
    assert again.model.card.dataset == SMALL


def test_what_is_ready_is_shared_and_what_is_not_is_none(tmp_path: Path) -> None:
    library = Library(tmp_path)
    assert library.ready(SMALL, "als") is None
    ready = prepare(library)
    assert library.ready(SMALL, "als") is ready
    assert library.ready(SMALL, "sgd") is None


def test_the_story_is_told_in_order_and_the_losses_are_kept(tmp_path: Path) -> None:
    context = Context()
    ready = prepare(Library(tmp_path), context)
    messages = [report.message for report in context.reports]
    first_loss = next(at for at, report in enumerate(context.reports) if report.loss is not None)
    assert messages.index("Looking for the ratings") < messages.index(RANDOM_NUMBERS) < first_loss
    losses = ready.saved.metrics["losses"]
    assert losses == [report.loss for report in context.reports if report.loss is not None]
    assert losses
    assert ready.saved.metrics["fit_seconds"] > 0


@pytest.mark.parametrize("harm", ["cut", "gone", "garbled"])
def test_a_damaged_artefact_is_made_again(tmp_path: Path, fits: list[int], harm: str) -> None:
    version = prepare(Library(tmp_path)).model.version
    [tensors], [card] = tmp_path.rglob("tensors-*.safetensors"), tmp_path.rglob("model.json")
    if harm == "cut":
        tensors.write_bytes(tensors.read_bytes()[:1000])
    elif harm == "gone":
        tensors.unlink()
    else:
        card.write_text("{")
    assert prepare(Library(tmp_path)).model.version == version
    prepare(Library(tmp_path))
    assert fits == [3000, 3000], "made again once, then read"


def test_a_full_disk_keeps_nobody_from_a_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> Path:
        raise ArtefactError("the model could not be saved: No space left on device")

    monkeypatch.setattr(module, "save_model", full)
    assert prepare(Library(tmp_path)).model.n_factors > 0


def test_a_fit_that_is_stopped_leaves_nothing(tmp_path: Path) -> None:
    library = Library(tmp_path)
    with pytest.raises(FitStopped):
        prepare(library, Context(stops=True))
    assert library.ready(SMALL, "als") is None
    assert not list(tmp_path.rglob("model.json"))


def test_retraining_takes_the_visitor_in_and_starts_from_the_shared_model(tmp_path: Path, fits: list[int]) -> None:
    library = Library(tmp_path)
    base = prepare(library)
    folder = library.retrain(base, {1: 5.0, 2: 1.0, 3: 4.5}, owner="token", context=Context())  # type: ignore[arg-type]
    own = library.retrained(SMALL, folder)
    assert own is not None
    assert fits == [3000, 3003]
    assert own.model.card.n_ratings == 3003
    [new] = set(own.model.users) - set(base.model.users)
    assert own.model.ratings_of(new) == {1: 5.0, 2: 1.0, 3: 4.5}
    assert "token" not in folder, "the folder's name gives nobody away"
    assert base.model.card.n_ratings == 3000
    later = Library(tmp_path).retrained(SMALL, folder)
    assert later is not None
    assert later.model.version == own.model.version


def test_a_retrained_model_that_is_gone_or_of_other_films_is_none(tmp_path: Path) -> None:
    library = Library(tmp_path)
    base = prepare(library)
    folder = library.retrain(base, {1: 5.0}, owner="token", context=Context())  # type: ignore[arg-type]
    assert Library(tmp_path).retrained(SMALL, "visitors/nobody/0/0") is None
    assert Library(tmp_path).retrained("synthetic:60x70x3000", folder) is None


def test_earlier_models_of_a_visitor_go_and_others_stay(tmp_path: Path) -> None:
    library = Library(tmp_path)
    base = prepare(library)
    folders = [
        library.retrain(base, {film: 5.0}, owner=owner, context=Context())  # type: ignore[arg-type]
        for owner, film in (("one", 1), ("one", 2), ("other", 1))
    ]
    library.drop_others(folders[1])
    assert [(tmp_path / folder).exists() for folder in folders] == [False, True, True]


def test_memory_is_bounded_and_the_least_used_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_IN_MEMORY", 3)
    library = Library(tmp_path)
    base = prepare(library)
    for film in (1, 2, 3):
        library.retrain(base, {film: 5.0}, owner="token", context=Context())  # type: ignore[arg-type]
        assert library.ready(SMALL, "als") is base, "what is used stays"
    assert len(library._models) == 3


def test_two_threads_get_the_same_model(tmp_path: Path) -> None:
    library = Library(tmp_path)
    found: list[Ready] = []
    threads = [threading.Thread(target=lambda: found.append(prepare(library))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found[0].model.version == found[1].model.version
    assert found[0].dataset is found[1].dataset
    assert Library(tmp_path).prepare(SMALL, "als", Context()).model.version == found[0].model.version  # type: ignore[arg-type]


def test_a_model_knows_its_kind_and_a_foreign_one_is_refused(tmp_path: Path) -> None:
    model = prepare(Library(tmp_path)).model
    assert kind_of(model) == "als"
    with pytest.raises(UnknownId, match="trainer 'Oracle' is not offered here; gibbs, probit, als, "):
        kind_of(replace(model, card=replace(model.card, trainer="Oracle")))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_retrained(tmp_path: Path, kind: str) -> None:
    library = Library(tmp_path)
    base = prepare(library, kind=kind)
    folder = library.retrain(base, {1: 5.0}, owner="token", context=Context())  # type: ignore[arg-type]
    own = library.retrained(SMALL, folder)
    assert own is not None
    assert kind_of(own.model) == kind
