"""Ratings kept on disk: the same table, its two orders, and one sentence for whatever is wrong with the folder."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from core.datasets.synthetic import Synthetic
from core.errors import ArtefactError
from core.kept_ratings import keep_ratings, open_ratings
from core.ratings import Ratings
from core.trainers.als import ALS
from tests import reference


@pytest.fixture(scope="module")
def ratings() -> Ratings:
    return Synthetic(n_users=12, n_items=9, n_ratings=60).draw(seed=3).ratings


@pytest.fixture
def folder(ratings: Ratings, tmp_path: Path) -> Path:
    keep_ratings(ratings, tmp_path / "deep" / "table")
    return tmp_path / "deep" / "table"


def test_the_table_comes_back_as_it_was(ratings: Ratings, folder: Path) -> None:
    kept = open_ratings(folder)
    assert reference.entries(kept) == reference.entries(ratings)
    assert ratings.timestamps is not None
    assert kept.timestamps is not None
    assert kept.timestamps.tolist() == ratings.timestamps.tolist()
    assert (kept.users.labels, kept.items.labels, kept.scale) == (
        ratings.users.labels,
        ratings.items.labels,
        ratings.scale,
    )
    assert kept.fingerprint == ratings.fingerprint == replace(kept).fingerprint
    assert [path.name for path in folder.parent.iterdir()] == ["table"]  # nothing else is left behind


def test_both_orders_are_kept_and_are_those_of_a_sort(ratings: Ratings, folder: Path) -> None:
    places = range(len(ratings))
    for name, rows in (("user", ratings.user_idx.tolist()), ("item", ratings.item_idx.tolist())):
        expected = sorted(places, key=lambda place, rows=rows: (rows[place], place))  # type: ignore[misc]  # bound
        assert getattr(ratings, f"{name}_order").tolist() == expected
        assert vars(open_ratings(folder))[f"{name}_order"].tolist() == expected  # there before anybody asks


def test_times_may_be_absent(ratings: Ratings, tmp_path: Path) -> None:
    assert keep_ratings(replace(ratings, timestamps=None), tmp_path / "table").timestamps is None


def test_the_columns_are_files_mapped_into_memory(folder: Path) -> None:
    kept = open_ratings(folder)
    assert {kept.user_idx.dtype, kept.item_idx.dtype, kept.user_order.dtype} == {torch.int32}
    first = float(kept.values[0])
    kept.values[0] = 9  # stays in this process
    assert float(open_ratings(folder).values[0]) == first
    mapped = Path("/proc/self/maps")
    if mapped.exists():
        assert str(folder / "item_order.npy") in mapped.read_text()


def test_a_fit_on_it_is_the_same_and_sorts_nothing(
    ratings: Ratings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer, kept = ALS(n_factors=2, n_epochs=2), open_ratings(folder)
    expected = trainer.fit(ratings, seed=0)

    def refuse(column: torch.Tensor, **_: object) -> torch.Tensor:
        assert len(column) != len(ratings), "the entries are sorted again"
        return column.sort(stable=True).indices

    monkeypatch.setattr(torch, "argsort", refuse)
    found = trainer.fit(kept, seed=0)
    for name, tensor in expected.tensors.items():
        assert torch.equal(getattr(found, name), tensor)


def test_a_part_has_orders_and_a_fingerprint_of_its_own(folder: Path) -> None:
    part = open_ratings(folder).take(torch.arange(0, 60, 2))
    assert part.user_idx[part.user_order.long()].tolist() == sorted(part.user_idx.tolist())
    assert part.fingerprint != open_ratings(folder).fingerprint


def test_what_is_there_already_stays(ratings: Ratings, folder: Path) -> None:
    with pytest.raises(ArtefactError, match=f"^the ratings could not be kept in {folder}: Directory not empty$"):
        keep_ratings(ratings, folder)
    assert reference.entries(open_ratings(folder)) == reference.entries(ratings)
    assert [path.name for path in folder.parent.iterdir()] == ["table"]


def spoil_card(folder: Path, **changes: object) -> None:
    card = json.loads((folder / "table.json").read_text())
    (folder / "table.json").write_text(json.dumps({**card, **changes}))


def test_what_is_wrong_with_a_folder_is_said_in_a_sentence(folder: Path, tmp_path: Path) -> None:
    def sentence(place: Path = folder) -> str:
        with pytest.raises(ArtefactError) as error:
            open_ratings(place)
        return str(error.value)

    assert sentence(tmp_path / "none") == f"there are no ratings in {tmp_path / 'none'}: table.json is missing"
    np.save(folder / "values.npy", np.zeros(59, dtype=np.float32))
    damaged = f"the ratings in {folder} are damaged: "
    assert sentence() == damaged + "values must hold 60 numbers of float32, got (59,) of float32"
    np.save(folder / "values.npy", np.zeros(60))
    assert sentence() == damaged + "values must hold 60 numbers of float32, got (60,) of float64"
    (folder / "values.npy").unlink()
    assert sentence().startswith(damaged)
    spoil_card(folder, format_version=2)
    assert sentence() == f"the ratings in {folder} have format 2, and only 1 can be read"
    (folder / "table.json").write_text("[")
    assert sentence() == damaged + "table.json cannot be read"
