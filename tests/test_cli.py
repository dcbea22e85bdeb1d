"""The command line's contract: exact keys, one JSON value on standard output, one line and exit 2 for a mistake."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from core.cli import main
from core.datasets.dataset import Dataset
from core.datasets.synthetic import Synthetic
from core.evaluation.splits import make_split
from core.folding import fold_in, person_of
from core.persistence import SavedModel, load_model, save_model
from core.trainers.als import ALS
from core.trainers.gibbs import Gibbs
from core.trainers.sgd import SGD
from tests import reference

DATA = "synthetic:60x40x900"
TRAINED = {"model", "version", "rmse_train", "fit_seconds", "n_epochs", "peak_mib", "n_users", "n_items", "n_ratings",
           "n_held_out", "held_out", "split", "split_seed", "dataset", "trainer", "seed"}  # fmt: skip
EVALUATED = {"rmse", "mae", "ndcg", "recall", "coverage", "fit_seconds", "peak_mib", "n_train", "n_test", "k",
             "relevant_from", "n_ranked_users", "dataset", "trainer", "split", "seed", "knows_test_days"}  # fmt: skip
MEASURED_TIME = {"fit_seconds", "peak_mib"}


def answer(capsys: pytest.CaptureFixture[str], *arguments: object) -> Any:
    """Run with ``--json``; all of standard output is one strict JSON value, and nothing else is said."""
    capsys.readouterr()
    assert main([*map(str, arguments), "--json"]) == 0
    said = capsys.readouterr()
    assert said.err == "" and said.out.count("\n") == 1

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    return json.loads(said.out, parse_constant=refuse)


def mistake(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """Run what is wrong; return the one line on standard error."""
    capsys.readouterr()
    try:
        status: object = main([*map(str, arguments)])
    except SystemExit as error:  # argparse's own way out
        status = error.code
    said = capsys.readouterr()
    assert (status, said.out, said.err.count("\n"), said.err[-1]) == (2, "", 1, "\n"), said.err
    return said.err.strip()


@pytest.fixture(scope="module")
def als(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "als"
    assert main(["train", "--dataset", DATA, "--n-factors", "3", "--out", str(folder)]) == 0
    return folder


@pytest.fixture(scope="module")
def popularity(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "popularity"
    assert main(["train", "--dataset", DATA, "--trainer", "popularity", "--out", str(folder)]) == 0
    return folder


def test_train_tells_of_the_fit_and_keeps_what_was_held_out(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    found = answer(capsys, "train", "--dataset", DATA, "--out", tmp_path / "m", "--split", "random", "--n-factors", 3)
    assert found.keys() == TRAINED
    saved = load_model(tmp_path / "m")
    model = saved.model
    assert (found["version"], found["model"]) == (model.version, str(tmp_path / "m"))
    assert (found["n_users"], found["n_items"], found["n_ratings"], found["n_held_out"]) == (60, 40, 720, 180)
    assert (model.card.dataset, model.card.split, model.card.config["n_factors"]) == (DATA, "random", 3)
    assert saved.held_out is not None and len(saved.held_out) == 180
    predictions = model.predict(model.rated.user_idx, model.rated.item_idx).tolist()
    assert found["rmse_train"] == pytest.approx(reference.rmse(model.rated.values.tolist(), predictions), abs=1e-6)
    assert found["fit_seconds"] > 0 and found["peak_mib"] > 10


def test_train_on_everything_holds_nothing_out(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    found = answer(capsys, "train", "--dataset", DATA, "--trainer", "bias", "--out", tmp_path)
    assert (found["n_ratings"], found["n_held_out"], load_model(tmp_path).held_out) == (900, 0, None)


@pytest.mark.parametrize(("trainer", "passes"), [("bias", 1), ("sgd", SGD().n_epochs), ("gibbs", Gibbs().n_sweeps)])
def test_train_tells_how_often_the_ratings_were_passed_over(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, trainer: str, passes: int
) -> None:
    assert (
        answer(capsys, "train", "--dataset", "synthetic:9x9x40", "--trainer", trainer, "--out", tmp_path)["n_epochs"]
        == passes
    )


@pytest.mark.parametrize("trainer", ["als", "sgd", "bias", "popularity"])
def test_evaluate_gives_the_keys_and_the_same_figures_for_the_same_seed(
    capsys: pytest.CaptureFixture[str], trainer: str
) -> None:
    runs = [
        answer(capsys, "evaluate", "--dataset", DATA, "--trainer", trainer, "--seed", s, "--k", 5) for s in (1, 1, 2)
    ]
    assert all(run.keys() == EVALUATED for run in runs)
    first, again, other = ({k: v for k, v in run.items() if k not in MEASURED_TIME} for run in runs)
    assert first == again != other
    assert (first["k"], first["n_train"], first["n_test"], first["split"]) == (5, 720, 180, "random")


def test_all_folds_and_their_mean(capsys: pytest.CaptureFixture[str], ml100k: Dataset) -> None:
    found = answer(capsys, "evaluate", "--dataset", "ml-100k", "--trainer", "bias", "--split", "all")
    assert found.keys() == EVALUATED | {"folds"}
    assert len(found["folds"]) == 5 and found["k"] == 10
    for name in ("rmse", "mae", "ndcg", "recall", "coverage"):
        assert found[name] == pytest.approx(sum(fold[name] for fold in found["folds"]) / 5, abs=1e-12)
    u1 = answer(capsys, "evaluate", "--dataset", "ml-100k", "--trainer", "bias", "--split", "u1")
    assert found["folds"][0]["rmse"] == u1["rmse"] != found["folds"][1]["rmse"]


def test_the_promised_accuracy_on_u1(capsys: pytest.CaptureFixture[str], ml100k: Dataset) -> None:
    rmse = {t: answer(capsys, "evaluate", "--dataset", "ml-100k", "--trainer", t, "--split", "u1")["rmse"]
            for t in ("als", "sgd", "bias")}  # fmt: skip
    assert rmse["als"] <= 0.925 and rmse["sgd"] <= 0.940
    assert rmse["bias"] > max(rmse["als"], rmse["sgd"])


def test_a_table_of_ones_own_by_its_path(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    lines = [f"{user},{item},{1 + (user * item) % 5}" for user in range(8) for item in range(8)]
    (tmp_path / "mine.csv").write_text("\n".join(["user,item,rating", *lines]))
    found = answer(capsys, "evaluate", "--dataset", tmp_path / "mine.csv", "--trainer", "bias", "--k", 3)
    assert (found["n_train"], found["n_test"], found["dataset"]) == (51, 13, str(tmp_path / "mine.csv"))


def test_recommend_to_a_user_of_the_data(capsys: pytest.CaptureFixture[str], als: Path) -> None:
    saved = load_model(als)
    found = answer(capsys, "recommend", "--model", als, "--user", 7, "-n", 4)
    assert [row.keys() for row in found] == [{"item_id", "title", "prediction", "std"}] * 4
    expected = person_of(saved.model, 7).top_n(4)
    assert [(row["item_id"], row["prediction"], row["std"]) for row in found] == [one[:3] for one in expected]
    assert found[0]["title"] == saved.films[expected[0].item_id].title


def test_recommend_to_whoever_gave_these_ratings(capsys: pytest.CaptureFixture[str], als: Path, tmp_path: Path) -> None:
    (tmp_path / "me.csv").write_text('\ufeffitem_id,rating\r\n3,5\r\n"8",0.5\r\n\r\n')
    found = answer(capsys, "recommend", "--model", als, "--ratings", tmp_path / "me.csv")
    expected = fold_in(load_model(als).model, {3: 5.0, 8: 0.5}).top_n(10)
    assert [(row["item_id"], row["prediction"]) for row in found] == [one[:2] for one in expected]


def test_more_films_than_there_are_gives_all_that_are_left(capsys: pytest.CaptureFixture[str], als: Path) -> None:
    n_rated = len(load_model(als).model.ratings_of(7))
    assert len(answer(capsys, "recommend", "--model", als, "--user", 7, "-n", 10**9)) == 40 - n_rated
    assert len(answer(capsys, "neighbours", "--model", als, "--item", 1, "-n", 10**9)) == 39


def test_what_is_not_known_is_null(capsys: pytest.CaptureFixture[str], popularity: Path) -> None:
    found = answer(capsys, "recommend", "--model", popularity, "--user", 7)
    assert {row["std"] for row in found} == {None} and found[0]["prediction"] > 0


EXPLAINED = {"prediction", "score", "additive", "terms", "influences"}


def test_a_prediction_is_explained_by_terms_that_sum_to_it(capsys: pytest.CaptureFixture[str], als: Path) -> None:
    found = answer(capsys, "explain", "--model", als, "--user", 7, "--item", 5)
    assert set(found) == EXPLAINED and found["additive"] is True
    assert sum(found["terms"].values()) == pytest.approx(found["prediction"], abs=1e-5)
    assert found["prediction"] - found["score"] == pytest.approx(found["terms"]["scale and limits"], abs=1e-5)
    assert list(found["terms"])[:3] == ["global mean", "your bias", "film bias"]
    assert list(found["terms"])[-2:] == ["the rest", "scale and limits"]
    person = person_of(load_model(als).model, 7)
    assert [set(one) for one in found["influences"]] == [{"item_id", "title", "rating", "influence"}] * len(
        person.ratings
    )
    assert found["prediction"] == pytest.approx(person.predict([5])[0].prediction)


def test_the_named_axes_of_the_map_are_terms(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    ratings = Synthetic(n_users=60, n_items=40, n_ratings=1_500).draw(seed=0)
    model = Gibbs(n_factors=3, n_burn_in=2, n_draws=2, n_between=1).fit(ratings.ratings, seed=0)
    save_model(SavedModel(model, ratings.films), tmp_path)
    found = answer(capsys, "explain", "--model", tmp_path, "--user", 7, "--item", 5)
    assert len(found["terms"]) == 3 + 6 + 2  # mean and biases, the axes, the rest and the limits
    assert sum(found["terms"].values()) == pytest.approx(found["prediction"], abs=1e-5)


def test_whoever_gave_these_ratings_is_explained_too(
    capsys: pytest.CaptureFixture[str], als: Path, tmp_path: Path
) -> None:
    (tmp_path / "me.csv").write_text("item_id,rating\n5,4.5\n9,1\n")
    found = answer(capsys, "explain", "--model", als, "--ratings", tmp_path / "me.csv", "--item", 1)
    me = fold_in(load_model(als).model, {5: 4.5, 9: 1.0})
    assert found["prediction"] == pytest.approx(me.predict([1])[0].prediction)
    assert {one["item_id"]: one["rating"] for one in found["influences"]} == {5: 4.5, 9: 1.0}


def test_a_model_without_factors_is_explained_by_its_biases(
    capsys: pytest.CaptureFixture[str], popularity: Path
) -> None:
    found = answer(capsys, "explain", "--model", popularity, "--user", 7, "--item", 5)
    assert list(found["terms"]) == ["global mean", "your bias", "film bias", "the rest", "scale and limits"]
    assert sum(found["terms"].values()) == pytest.approx(found["prediction"], abs=1e-5)
    assert found["influences"] == []


def test_for_a_person_the_ledger_is_lines(capsys: pytest.CaptureFixture[str], als: Path) -> None:
    assert main(["explain", "--model", str(als), "--user", "7", "--item", "5"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("prediction ") and "terms" in lines and "influences" in lines
    assert sum(line.startswith("  global mean") for line in lines) == 1


def test_neighbours_come_nearest_first(capsys: pytest.CaptureFixture[str], als: Path) -> None:
    found = answer(capsys, "neighbours", "--model", als, "--item", 5, "-n", 6)
    assert [row.keys() for row in found] == [{"item_id", "title", "distance"}] * 6
    distances = [row["distance"] for row in found]
    assert distances == sorted(distances) and 5 not in [row["item_id"] for row in found]


def test_datasets_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "datasets")
    assert found[0]["name"] == "ml-100k"
    keys = {"name", "title", "n_ratings", "licence", "is_here", "path", "size_bytes"}
    assert all(row.keys() == keys for row in found)


def test_without_json_people_read_lines(capsys: pytest.CaptureFixture[str], als: Path) -> None:
    capsys.readouterr()
    assert main(["evaluate", "--dataset", DATA, "--trainer", "bias"]) == 0
    assert any(line.startswith("rmse ") for line in capsys.readouterr().out.splitlines())
    assert main(["recommend", "--model", str(als), "--user", "7", "-n", "3"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 3


LARGE = "a whole number of at most 9223372036854775807"
MISTAKES = [
    (("train", "--dataset", DATA, "--out", "m", "--n-factors", -3), "Error: n_factors must be at least 0, got -3"),
    (("train", "--dataset", DATA, "--out", "m", "--n-factors", "x"), f"Error: argument --n-factors: must be {LARGE}, got 'x'"),
    (("train", "--dataset", DATA, "--out", "m", "--seed", 2**63), f"Error: argument --seed: must be {LARGE}, got '9223372036854775808'"),
    (("train", "--dataset", DATA, "--out", "m", "--trainer", "bias", "--n-factors", 3),
     "Error: --n-factors does not apply to --trainer bias, got 3"),
    (("train", "--dataset", DATA), "Error: the following arguments are required: --out"),
    (("evaluate", "--dataset", DATA, "--split", "u6"), "Error: split must be one of random, time, u1, u2, u3, u4, u5, got 'u6'"),
    (("evaluate", "--dataset", DATA, "--split", "all"),
     "Error: split u1 is published for the rows of ml-100k, and these 900 ratings are others; random works everywhere, "
     "time where ratings have times"),
    (("evaluate", "--dataset", DATA, "--k", 41), "Error: k must be between 1 and n_items=40, got 41"),
    (("evaluate", "--dataset", "synthetic:9"),
     "Error: dataset 'synthetic:9' is not understood, synthetic:USERSxITEMSxRATINGS is allowed"),
    (("recommend", "--model", "no/where", "--user", 1), "Error: there is no model in no/where: model.json is missing"),
    (("recommend", "--model", "ALS", "--user", "x"), "Error: user 'x' is not in this data; there are 60 users"),
    (("recommend", "--model", "ALS", "--user", 1, "-n", 0), "Error: n must be at least 1, got 0"),
    (("recommend", "--model", "ALS"), "Error: one of the arguments --user --ratings is required"),
    (("recommend", "--model", "ALS", "--user", 1, "--ratings", "a"), "Error: argument --ratings: not allowed with argument --user"),
    (("explain", "--model", "ALS", "--user", 1), "Error: the following arguments are required: --item"),
    (("explain", "--model", "ALS", "--item", 1), "Error: one of the arguments --user --ratings is required"),
    (("explain", "--model", "ALS", "--user", 1, "--item", 99),
     "Error: film '99' is not in this data; there are 40 films"),
    (("neighbours", "--model", "ALS", "--item", 99), "Error: film '99' is not in this data; there are 40 films"),
    (("neighbours", "--model", "POPULARITY", "--item", 1),
     "Error: a Popularity model has no factors, so films have no place in its space"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "sentence"), MISTAKES, ids=[str(n) for n in range(len(MISTAKES))])
def test_a_mistake_is_one_line(
    capsys: pytest.CaptureFixture[str], als: Path, popularity: Path, arguments: tuple[object, ...], sentence: str
) -> None:
    known = {"ALS": als, "POPULARITY": popularity}
    assert mistake(capsys, *(known.get(str(word), word) for word in arguments)) == sentence


@pytest.mark.parametrize(("arguments", "words"), [
    (("train", "--dataset", DATA, "--out", "m", "--trainer", "magic"), ("--trainer", "'magic'", "'als'")),
    (("evaluate", "--dataset", "nope"), ("'nope'", "ml-100k", "path")),
    (("wrong",), ("'wrong'", "'train'", "'recommend'")),
    (("fetch", "nope"), ("'nope'", "ml-100k")),
])  # fmt: skip
def test_a_word_that_is_not_known_is_named_with_what_is(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    line = mistake(capsys, *arguments)
    assert all(word in line for word in words), line


@pytest.mark.parametrize(("content", "problem"), [
    ("", "Line 1 of me.csv: the header is '', 'item_id,rating' is needed"),
    ("film,stars\n1,5\n", "Line 1 of me.csv: the header is 'film,stars', 'item_id,rating' is needed"),
    ("item_id,rating\n", "me.csv: the file is empty, at least one rating is needed"),
    ("item_id,rating\n1,5\n2,5.5\n", "Line 3 of me.csv: rating '5.5' is off the scale, a number from 0.5 to 5 is allowed"),
    ("item_id,rating\n1,good\n", "Line 2 of me.csv: rating 'good' is off the scale, a number from 0.5 to 5 is allowed"),
    ("item_id,rating\n1,5,9\n", "Line 2 of me.csv: the line has 3 columns, 2 are needed"),
    ("item_id,rating\n99,5\n", "Line 2 of me.csv: film '99' is not in this data; there are 40 films"),
    ("item_id,rating\n1,5\n1,4\n", "Line 3 of me.csv: film 1 is rated a second time, one rating a film is allowed"),
], ids=range(8))  # fmt: skip
def test_a_file_of_ratings_that_cannot_be_used(
    capsys: pytest.CaptureFixture[str], als: Path, tmp_path: Path, content: str, problem: str
) -> None:
    (tmp_path / "me.csv").write_text(content)
    assert mistake(capsys, "recommend", "--model", als, "--ratings", tmp_path / "me.csv") == f"Error: {problem}"


def test_a_real_process_prints_json_and_exits_by_its_status(tmp_path: Path) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-m", "core", *arguments], capture_output=True, text=True, check=False)

    good = run("evaluate", "--dataset", DATA, "--trainer", "bias", "--json")
    assert good.returncode == 0 and good.stderr == "" and json.loads(good.stdout).keys() == EVALUATED
    bad = run("recommend", "--model", str(tmp_path), "--user", "1", "--json")
    assert (bad.returncode, bad.stdout) == (2, "")
    assert bad.stderr == f"Error: there is no model in {tmp_path}: model.json is missing\n"


def test_the_figures_are_those_of_the_public_functions(
    capsys: pytest.CaptureFixture[str], synthetic_small: Dataset
) -> None:
    split = make_split(synthetic_small.ratings, "random", seed=3)
    model = ALS(n_factors=2).fit(split.train, seed=3)
    predictions = model.predict(split.test.user_idx, split.test.item_idx).tolist()
    found = answer(capsys, "evaluate", "--dataset", "synthetic:200x100x4000", "--n-factors", 2, "--seed", 3)
    assert found["rmse"] == pytest.approx(reference.rmse(split.test.values.tolist(), predictions), abs=1e-6)
