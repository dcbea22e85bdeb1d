"""``python -m core axes``: the contract's keys, what stands behind them, and its mistakes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.cli import main
from core.persistence import load_model
from core.space.axes import name_axes
from core.space.film_map import FilmSpace
from core.space.stability import axis_stability
from core.trainers import trainer_of, usual_trainer
from core.trainers.als import ALS
from core.trainers.gibbs import Gibbs

DATA = "synthetic:60x40x900"
CARD = {"index", "name", "variance", "low", "high", "evidence", "stability"}
PROOF = {"attribute", "kind", "measure", "value", "low", "high", "end", "n_films", "p", "passes"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("models") / "als"
    assert main(["train", "--dataset", DATA, "--n-factors", "3", "--out", str(made)]) == 0
    return made


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REELSPACE_CACHE", str(tmp_path))


def answer(capsys: pytest.CaptureFixture[str], *arguments: object) -> Any:
    capsys.readouterr()
    assert main(["axes", *map(str, arguments), "--json"]) == 0
    said = capsys.readouterr()
    assert said.err == "" and said.out.count("\n") == 1
    return json.loads(said.out)


def test_the_axes_of_a_saved_model(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    found = answer(capsys, "--model", folder, "--n-axes", 2, "--refits", 2)
    saved = load_model(folder)
    axes = name_axes(FilmSpace.of(saved.factors, saved.films), n_axes=2, seed=0)
    assert found.keys() == {"axes", "angles", "rotation", "n_refits", "model", "dataset", "trainer", "seed"}
    assert (found["model"], found["dataset"], found["trainer"]) == (saved.model.version, DATA, "ALS")
    for card, axis in zip(found["axes"], axes, strict=True):
        assert card.keys() == CARD
        assert (card["index"], card["name"], card["variance"]) == (axis.index, axis.name, axis.variance)
        for end, films in (("low", axis.low), ("high", axis.high)):
            assert [film["item_id"] for film in card[end]] == list(films)
            assert [film["title"] for film in card[end]] == [saved.films[film].label for film in films]
        assert [proof["attribute"] for proof in card["evidence"]][:2] == ["popularity", "mean rating"]
        for proof, each in zip(card["evidence"], axis.evidence, strict=True):
            assert proof.keys() == PROOF
            assert [proof[name] for name in sorted(PROOF)] == [getattr(each, name) for name in sorted(PROOF)]


def test_stability_is_that_of_refits_of_the_models_own_trainer(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    found = answer(capsys, "--model", folder, "--n-axes", 2, "--refits", 2)
    saved = load_model(folder)
    points = [axis.points for axis in name_axes(FilmSpace.of(saved.factors, saved.films), n_axes=2, n_permutations=39)]
    expected = axis_stability(saved.model.rated, ALS(n_factors=3), points, n_refits=2)
    for place, card in enumerate(found["axes"]):
        assert list(card["stability"].values()) == [expected.axis(place)[3], *expected.axis(place)[:3]]
        assert list(card["stability"]) == ["found_again", "by_seeds", "by_people", "lowest"]
    assert tuple(found["angles"].values()) == expected.widest_angles


def test_a_data_set_is_trained_on_first_by_the_trainer_that_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "--dataset", DATA, "--trainer", "als", "--n-axes", 1, "--refits", 0, "--rotation", "varimax")
    assert (found["dataset"], found["trainer"], found["rotation"]) == (DATA, "ALS", "varimax")
    assert found["axes"][0]["stability"] is None and found["angles"] is None and found["n_refits"] == 0


def test_without_a_trainer_the_one_that_everybody_starts_with(capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(capsys, "--dataset", "synthetic:30x30x400", "--refits", 0)["trainer"] == "Gibbs"
    assert [usual_trainer(n) for n in (200_000, 200_001, None)] == ["gibbs", "als", "als"]


def test_for_a_person_an_axis_is_a_line(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    cards = answer(capsys, "--model", folder, "--refits", 0)["axes"]
    assert main(["axes", "--model", str(folder), "--refits", "0"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines == [f"{card['index'] + 1}  {card['variance']:.1%}  not refitted  {card['name']}" for card in cards]


def test_a_card_that_does_not_hold_the_whole_trainer_gives_none(folder: Path) -> None:
    card = load_model(folder).model.card
    assert trainer_of(card) == ALS(n_factors=3)
    assert trainer_of(replace(card, trainer="Category")) is None
    traits = vars(Gibbs()) | {"film_traits": "{10: ('Drama',)}"}
    assert trainer_of(replace(card, trainer="Gibbs", config=traits)) is None
    assert trainer_of(replace(card, trainer="Gibbs", config=vars(Gibbs(n_draws=3)))) == Gibbs(n_draws=3)


@pytest.mark.parametrize(("arguments", "sentence"), [
    ((), "Error: one of the arguments --model --dataset is required"),
    (("--model", "m", "--dataset", DATA), "Error: argument --dataset: not allowed with argument --model"),
    (("--model", "m", "--trainer", "als"), "Error: --trainer does not apply to --model, got als"),
    (("--model", "no/where"), "Error: there is no model in no/where: model.json is missing"),
    (("--model", "FOLDER", "--n-axes", 4),
     "Error: n_axes must be between 1 and the dimensions in which these films differ, got 4; they are 2"),
    (("--model", "FOLDER", "--n-axes", 0),
     "Error: n_axes must be between 1 and the dimensions in which these films differ, got 0"),
    (("--model", "FOLDER", "--refits", -1), "Error: --refits must be 0 or more, got -1"),
    (("--dataset", DATA, "--trainer", "popularity"),
     "Error: a Popularity model has no factors, so films have no place in its space"),
    (("--dataset", "synthetic:9x9x40", "--trainer", "als"),
     "Error: min_ratings must leave at least 20 films to say what an axis means, 5 have as many ratings as 5"),
])  # fmt: skip
def test_a_mistake_is_one_line(
    capsys: pytest.CaptureFixture[str], folder: Path, arguments: tuple[object, ...], sentence: str
) -> None:
    capsys.readouterr()
    try:
        status: object = main(["axes", *(str(folder) if word == "FOLDER" else str(word) for word in arguments)])
    except SystemExit as error:
        status = error.code
    said = capsys.readouterr()
    assert (status, said.out, said.err) == (2, "", sentence + "\n")
