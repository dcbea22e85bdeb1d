"""Saved models: what comes back, what is refused and how, and that no reader ever meets half of one."""

from __future__ import annotations

import json
import os
import struct
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from core import persistence
from core.catalogue import Catalogue, Film
from core.datasets.dataset import Dataset
from core.errors import ArtefactError
from core.evaluation.splits import make_split
from core.fitting import Trainer
from core.folding import fold_in, person_of
from core.links import Constant, Identity, Link, SigmoidRange
from core.model import FactorModel
from core.persistence import SavedModel, load_model, save_model
from core.ratings import Ratings
from core.trainers.als import ALS
from core.trainers.baselines import BiasOnly, Popularity
from core.trainers.gibbs import Gibbs
from core.trainers.sgd import SGD
from tests.models import random_model

FILMS = Catalogue([
    Film(10, "Amélie", 2001, ("Comedy", "Romance"), ("Le Fabuleux Destin",), ("charming",), "tt0211915"),
    Film(20, "<b>Untitled</b> \u2028"),
])  # fmt: skip


def saved(seed: int = 0, **changes: Any) -> SavedModel:
    return SavedModel(random_model(seed=seed), FILMS, {"rmse_train": 0.1 + 0.2, "losses": [1.5, 1.25]}, **changes)


def numbers(model: FactorModel) -> dict[str, torch.Tensor]:
    names = ("user_factors", "item_factors", "user_bias", "item_bias", "global_mean")
    prior = {} if model.user_prior is None else {f"prior {name}": part for name, part in model.user_prior.tensors()}
    return {name: getattr(model, name) for name in names} | prior


def check_same_ratings(found: Ratings, expected: Ratings) -> None:
    assert (found.users.labels, found.items.labels) == (expected.users.labels, expected.items.labels)
    assert (found.users.kind, found.items.kind, found.scale) == ("user", "film", expected.scale)
    assert [type(label) for label in found.items] == [type(label) for label in expected.items]
    for name in ("user_idx", "item_idx", "values", "timestamps"):
        column, other = getattr(found, name), getattr(expected, name)
        assert (column is None) == (other is None), name
        assert column is None or (torch.equal(column, other) and column.dtype == other.dtype), name


def check_same(found: SavedModel, expected: SavedModel) -> None:
    model, other = found.model, expected.model
    assert (model.card, model.link, model.version) == (other.card, other.link, other.version)
    assert list(found.films) == list(expected.films)
    assert found.metrics == expected.metrics
    check_same_ratings(model.rated, other.rated)
    mine, theirs = numbers(model), numbers(other)
    assert mine.keys() == theirs.keys()
    for name, part in mine.items():
        assert torch.equal(part, theirs[name]) and part.dtype == theirs[name].dtype, name
    assert (found.held_out is None) == (expected.held_out is None)
    if found.held_out is not None and expected.held_out is not None:
        check_same_ratings(found.held_out, expected.held_out)


# What goes in comes out


@pytest.mark.parametrize(
    "trainer",
    [ALS(n_epochs=1), SGD(n_epochs=1), BiasOnly(), Popularity(), Gibbs(n_factors=2, n_burn_in=2, n_draws=3)],
    ids=lambda t: type(t).__name__,
)
def test_every_kind_of_model_comes_back(synthetic_small: Dataset, tmp_path: Path, trainer: Trainer) -> None:
    split = make_split(synthetic_small.ratings)
    model = trainer.fit(split.train, seed=3)
    model = replace(model, card=replace(model.card, dataset="synthetic", split="random"))
    before = SavedModel(model, synthetic_small.films, {"fit_seconds": 0.25}, split.test)
    assert before.model.rated.timestamps is not None
    assert save_model(before, tmp_path / "a" / "model") == tmp_path / "a" / "model"
    after = load_model(tmp_path / "a" / "model")
    check_same(after, before)
    assert repr(person_of(after.model, 1).top_n(3)) == repr(person_of(model, 1).top_n(3))  # NaN equals NaN here


@pytest.mark.parametrize(
    "link", [Identity(), SigmoidRange(0.25, 5.5), Constant(3.1)], ids=lambda link: type(link).__name__
)
def test_draws_links_text_ids_and_a_prior_come_back(tmp_path: Path, link: Link) -> None:
    before = SavedModel(random_model(link, count_power=0.5), FILMS)
    after = load_model(save_model(before, tmp_path))
    check_same(after, before)
    assert after.model.n_draws == 3 and after.model.users.labels[0] == "u0" and after.model.rated.timestamps is None
    assert after.model.user_prior is not None and after.model.user_prior.count_power == 0.5
    assert fold_in(after.model, {10: 4.0}).predict_all() == fold_in(before.model, {10: 4.0}).predict_all()


def test_ids_that_look_like_numbers_stay_text(tmp_path: Path) -> None:
    rated = Ratings.from_columns(["007", "8"], ["1", "01"], [5.0, 1.0], [2**40, -3])
    before = SavedModel(BiasOnly().fit(rated, seed=0), Catalogue([]))
    check_same(load_model(save_model(before, tmp_path)), before)


def test_a_model_without_a_prior_comes_back_without(tmp_path: Path) -> None:
    before = SavedModel(replace(random_model(), user_prior=None), FILMS)
    assert load_model(save_model(before, tmp_path)).model.user_prior is None


def test_the_numbers_are_mapped_from_the_file(tmp_path: Path) -> None:
    """Every tensor lies in a page of the file that the system shares with whoever else reads it."""
    after = load_model(save_model(saved(), tmp_path))
    maps = Path("/proc/self/maps")
    if not maps.exists():  # only Linux lists its mappings; loading is the same everywhere
        return
    name = card_of(tmp_path)["tensors"]
    ranges = [line.split()[0].split("-") for line in maps.read_text().splitlines() if line.endswith(name)]
    assert ranges
    for part in (*numbers(after.model).values(), after.model.rated.user_idx, after.model.rated.values):
        assert any(int(low, 16) <= part.data_ptr() < int(high, 16) for low, high in ranges)


# Replacing


def card_of(folder: Path) -> dict[str, Any]:
    card: dict[str, Any] = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    return card


def test_a_new_model_replaces_the_old_and_leaves_nothing_behind(tmp_path: Path) -> None:
    for seed in (1, 2, 2):
        check_same(load_model(save_model(saved(seed), tmp_path)), saved(seed))
        assert sorted(path.name for path in tmp_path.iterdir()) == ["model.json", card_of(tmp_path)["tensors"]]


def test_a_reader_keeps_its_numbers_when_the_model_is_replaced(tmp_path: Path) -> None:
    before = load_model(save_model(saved(1), tmp_path))
    save_model(saved(2), tmp_path)
    check_same(before, saved(1))


@pytest.mark.parametrize("failing", ["tensors", "model.json"])
def test_a_save_that_fails_half_way_leaves_the_old_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    """A full disk, or a crash, at the rename of either file."""
    save_model(saved(1), tmp_path)
    rename = Path.replace

    def fail(path: Path, target: Path) -> Path:
        if target.name.startswith(failing):
            raise OSError(28, "No space left on device")
        return rename(path, target)

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(ArtefactError) as error:
        save_model(saved(2), tmp_path)
    assert str(error.value) == f"the model could not be saved in {tmp_path}: No space left on device"
    check_same(load_model(tmp_path), saved(1))
    assert len(list(tmp_path.iterdir())) == 2


def test_a_process_that_dies_before_the_last_rename_leaves_the_old_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed, so nothing is tidied: the new tensor file is there, and the card names the old one."""
    save_model(saved(1), tmp_path)
    rename = Path.replace

    def die(path: Path, target: Path) -> Path:
        if target.name == "model.json":
            monkeypatch.setattr(Path, "unlink", lambda path, missing_ok=False: None)
            raise KeyboardInterrupt
        return rename(path, target)

    monkeypatch.setattr(Path, "replace", die)
    with pytest.raises(KeyboardInterrupt):
        save_model(saved(2), tmp_path)
    assert len(list(tmp_path.glob("tensors-*"))) == 2
    check_same(load_model(tmp_path), saved(1))


def test_leftovers_of_a_dead_writer_go_after_a_day_and_other_files_stay(tmp_path: Path) -> None:
    save_model(saved(1), tmp_path)
    leftovers = [tmp_path / name for name in ("tensors-1.safetensors", ".tensors-2.safetensors-x", ".model.json-y")]
    others = [tmp_path / name for name in ("notes.txt", "tensors-1.safetensors.bak")]
    for path in (*leftovers, *others):
        path.write_text("half")
    save_model(saved(2), tmp_path)
    assert all(path.exists() for path in leftovers)  # somebody may be at work
    for path in (*leftovers, *others):
        os.utime(path, (0, 0))
    save_model(saved(3), tmp_path)
    assert not any(path.exists() for path in leftovers)
    assert all(path.exists() for path in others)
    check_same(load_model(tmp_path), saved(3))


def test_a_save_never_tidies_its_own_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even where the clock of the disk is ahead or behind."""
    monkeypatch.setattr(persistence, "LEFTOVER_SECONDS", -1.0)
    check_same(load_model(save_model(saved(1), tmp_path)), saved(1))


def test_writers_and_readers_at_once_always_see_a_whole_model(tmp_path: Path) -> None:
    """Two writers in turn over each other and a reader, in threads: the file system is what they share."""
    save_model(saved(0), tmp_path)
    versions = {saved(seed).model.version for seed in range(3)}
    problems: list[BaseException] = []

    def repeat(work: Callable[[int], object]) -> None:
        try:
            for n in range(40):
                work(n)
        except BaseException as error:  # noqa: BLE001 - a thread's failure is the test's
            problems.append(error)

    def read(_: int) -> None:
        assert load_model(tmp_path).model.version in versions

    writers = [lambda n: save_model(saved(n % 2), tmp_path), lambda n: save_model(saved(n % 3), tmp_path)]
    threads = [threading.Thread(target=repeat, args=(work,)) for work in (*writers, read)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert load_model(tmp_path).model.version in versions


def test_a_reader_overtaken_by_a_writer_reads_the_new_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_model(saved(1), tmp_path)
    read_card = persistence._read_card

    def overtaken(folder: Path) -> dict[str, Any]:
        card = read_card(folder)
        monkeypatch.setattr(persistence, "_read_card", read_card)
        save_model(saved(2), folder)
        return card

    monkeypatch.setattr(persistence, "_read_card", overtaken)
    check_same(load_model(tmp_path), saved(2))


# Refusals: one sentence each


def refusal(folder: Path) -> str:
    with pytest.raises(ArtefactError) as error:
        load_model(folder)
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return save_model(saved(), tmp_path / "model")


def rewrite(folder: Path, *, seal: bool, **changes: Any) -> None:
    """Change the card; ``seal`` gives it the checksum of its new content, as another program might."""
    card = card_of(folder) | changes
    if seal:
        card.pop("checksum")
        card["checksum"] = persistence._checksum(card)
    (folder / "model.json").write_text(json.dumps(card), encoding="utf-8")


def test_no_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for nothing in (tmp_path, tmp_path / "missing", tmp_path / "file"):
        assert refusal(nothing) == f"there is no model in {nothing}: model.json is missing"


@pytest.mark.parametrize("content", [b"", b"{", b'{"a": 1', b"\xff\xfe", b"[" * 100_000], ids=range(5))
def test_a_card_that_is_no_json_is_refused(folder: Path, content: bytes) -> None:
    (folder / "model.json").write_bytes(content)
    assert refusal(folder) == f"the model in {folder} is damaged: model.json cannot be read"


@pytest.mark.parametrize("version", [0, 2, "1", None])
def test_another_format_version_is_refused(folder: Path, version: object) -> None:
    rewrite(folder, seal=True, format_version=version)
    assert refusal(folder) == f"the model in {folder} has format version {version!r}; 1 is readable"


@pytest.mark.parametrize("content", ["[]", "3", "null", "{}"])
def test_json_that_is_no_card_is_refused(folder: Path, content: str) -> None:
    (folder / "model.json").write_text(content)
    assert refusal(folder) == f"the model in {folder} has format version None; 1 is readable"


def test_a_card_that_was_edited_is_refused(folder: Path) -> None:
    rewrite(folder, seal=False, metrics={"rmse_train": 0.01})
    assert refusal(folder) == f"the model in {folder} is damaged: model.json is not as it was written"


def test_a_missing_tensor_file_is_refused(folder: Path) -> None:
    name = card_of(folder)["tensors"]
    (folder / name).unlink()
    assert refusal(folder) == f"the model in {folder} is damaged: {name} is missing"


@pytest.mark.parametrize("damage", [lambda b: b[:-7], lambda b: b[:4], lambda b: b"", lambda b: b + b"\0"])
def test_a_truncated_tensor_file_is_refused(folder: Path, damage: Callable[[bytes], bytes]) -> None:
    path = folder / card_of(folder)["tensors"]
    path.write_bytes(damage(path.read_bytes()))
    assert refusal(folder) == f"the model in {folder} is damaged: {path.name} is not what model.json names"


@pytest.mark.parametrize("place", [0, 3, 40, -1])
def test_one_flipped_bit_is_refused(folder: Path, place: int) -> None:
    path = folder / card_of(folder)["tensors"]
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    assert refusal(folder) == f"the model in {folder} is damaged: {path.name} is not what model.json names"


def test_a_tensor_file_of_another_kind_is_refused(folder: Path) -> None:
    """Everything is sealed, but what is sealed is no safetensors file."""
    path = folder / card_of(folder)["tensors"]
    path.write_bytes(struct.pack("<Q", 10**15) + b"{}")
    rewrite(folder, seal=True, sha256=persistence.hashlib.sha256(path.read_bytes()).hexdigest())
    assert refusal(folder) == f"the model in {folder} is damaged: {path.name} cannot be read"


def test_a_tensor_file_is_never_read_outside_the_folder(folder: Path) -> None:
    outside = folder.parent / card_of(folder)["tensors"]
    (folder / outside.name).rename(outside)
    rewrite(folder, seal=True, tensors=f"../{outside.name}")
    assert refusal(folder) == f"the model in {folder} is damaged: ../{outside.name} is missing"


def test_an_unknown_link_is_refused(folder: Path) -> None:
    rewrite(folder, seal=True, link={"name": "cloglog"})
    assert refusal(folder).startswith(f"the model in {folder} has the link 'cloglog'; identity, sigmoid_range, ")
    assert refusal(folder).endswith("are readable")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"users": ["u0"]}, "user_factors must have shape (3, 1, 2), got (3, 7, 2)"),
        ({"items": [10, 10, 20, 30, 40]}, "film ids must be distinct, got 1 repeated"),
        ({"link": {"name": "sigmoid_range"}}, "missing 2 required positional arguments: 'low' and 'high'"),
    ],
)
def test_parts_that_do_not_fit_are_refused(folder: Path, changes: dict[str, Any], reason: str) -> None:
    rewrite(folder, seal=True, **changes)
    sentence = refusal(folder)
    assert sentence.startswith(f"the model in {folder} is damaged: its parts do not fit, ") and reason in sentence


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ArtefactError) as error:
        save_model(saved(), tmp_path / "file")
    assert str(error.value) == f"the model could not be saved in {tmp_path / 'file'}: File exists"
    with pytest.raises(ArtefactError) as error:
        save_model(saved(), tmp_path / "file" / "model")
    assert str(error.value) == f"the model could not be saved in {tmp_path / 'file' / 'model'}: Not a directory"
