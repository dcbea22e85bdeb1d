"""The comparison's own parts: nothing is installed, nothing fetched, and no time is judged."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.peers import race as racing
from benchmarks.peers.__main__ import parse
from benchmarks.peers.environments import REQUIREMENTS, PeerMissing, environment, installs
from benchmarks.peers.folds import write_folds
from benchmarks.peers.listed import NAMES, PEERS, Peer, chosen
from benchmarks.peers.race import Place, Result, caught, race
from benchmarks.peers.tables import chase, comparison, figures
from benchmarks.peers.worker_process import WORKER, Worker
from benchmarks.report import table

BY_NAME = {peer.name: peer for peer in PEERS}


def result(name: str = "fastai", **given: object) -> Result:
    made = Result(BY_NAME[name], "1.0", [20.0, 10.0, 30.0], [0.2, 0.5, 0.2], [0.94, 0.93, 0.95], [0.0, 0.5, 0.1])
    for field, value in given.items():
        setattr(made, field, value)
    return made


@pytest.fixture
def folds(tmp_path: Path) -> Path:
    """A little fold of one user and one film more than its training part knows."""
    users, items = np.divmod(np.arange(60, dtype=np.int32), 10)
    stars = (1 + (users + items) % 5).astype(np.float32)
    test = {"test_user": np.int32([5, 6]), "test_item": np.int32([9, 10]), "test_stars": np.float32([4, 3])}
    train = {"train_user": users[:-1], "train_item": items[:-1], "train_stars": stars[:-1]}
    np.savez(tmp_path / "u1.npz", shape=(7, 11), **train, **test)
    return tmp_path


def worker(name: str, folds: Path) -> Worker:
    return Worker(BY_NAME[name], sys.executable, folds, log=folds / "log")


class TestParsing:
    def test_all_are_compared_if_none_is_named(self) -> None:
        settings = parse([])
        assert (settings.names, settings.folds, settings.rounds) == ([], "u1", 3)
        assert chosen(settings.names) == list(PEERS)

    def test_named_ones_keep_the_order_of_the_table(self) -> None:
        assert [peer.name for peer in chosen(parse(["spark", "als"]).names)] == ["als", "spark"]

    @pytest.mark.parametrize("arguments", [["fastia"], ["--folds", "u9"], ["--rounds", "0"]])
    def test_what_is_not_understood_ends_it(self, arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as ended:
            parse(arguments)
        assert ended.value.code == 2
        assert arguments[-1] in capsys.readouterr().err

    def test_every_peer_has_its_files(self) -> None:
        assert len(set(NAMES)) == len(NAMES)
        for peer in PEERS:
            assert (WORKER.parent / f"peer_{peer.module}.py").is_file()
            lines = [] if peer.is_ours else (REQUIREMENTS / f"{peer.module}.txt").read_text().splitlines()
            assert peer.is_ours or any(line.lower().startswith(f"{peer.package}==") for line in lines)
            assert all("==" in line for line in lines if not line.startswith("#"))


class TestEnvironments:
    def test_torch_is_installed_alone_and_first(self) -> None:
        fastai, implicit = REQUIREMENTS / "fastai.txt", REQUIREMENTS / "implicit.txt"
        assert installs(fastai) == [["torch==2.13.0"], ["--requirement", str(fastai)]]
        assert installs(implicit) == [["--requirement", str(implicit)]]

    def test_one_that_is_ready_is_taken_as_it_is(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[list[str]] = []
        monkeypatch.setattr("benchmarks.peers.environments.venv.create", lambda place, **_: place.mkdir())
        monkeypatch.setattr(
            "benchmarks.peers.environments._install", lambda python, arguments, name: asked.append(arguments)
        )
        first = environment("fastai", tmp_path)
        assert len(asked) == 2 and environment("fastai", tmp_path) == first and len(asked) == 2

    def test_a_half_made_one_is_made_again(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("benchmarks.peers.environments.venv.create", lambda place, **_: place.mkdir())

        def fail(*_: object) -> None:
            raise PeerMissing("not installed: no network")

        monkeypatch.setattr("benchmarks.peers.environments._install", fail)
        for _ in range(2):
            with pytest.raises(PeerMissing, match="no network"):
                environment("implicit", tmp_path)


def test_the_folds_hold_what_the_split_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.evaluation.splits.PUBLISHED_TEST", 40)
    monkeypatch.setattr("benchmarks.peers.folds.PUBLISHED_FOLDS", ("u1", "u2"))
    from core import load_dataset

    ratings = load_dataset("synthetic:20x30x200").ratings
    monkeypatch.setattr("core.evaluation.splits.PUBLISHED_FINGERPRINT", ratings.fingerprint)
    write_folds(tmp_path, ("u1", "u2"), dataset="synthetic:20x30x200")
    with np.load(tmp_path / "u2.npz") as file:
        assert file["shape"].tolist() == [20, 30]
        assert file["test_stars"].tolist() == ratings.values[40:80].tolist()
        assert file["train_user"].tolist() == ratings.user_idx[:40].tolist() + ratings.user_idx[80:].tolist()
        assert {file[name].dtype for name in ("train_user", "test_item")} == {np.dtype("int32")}


class TestWorker:
    def test_it_fits_and_measures(self, folds: Path) -> None:
        with worker("bias", folds) as running:
            answer = running.ask(do="fit", fold="u1", seed=0)
            assert 0 < answer["rmse"] < 4 and answer["seconds"] > 0 and answer["others"] >= 0
            assert (running.peak_mib() or 1) > 0

    def test_moments_and_errors_speak_of_the_same_steps(self, folds: Path) -> None:
        with worker("als", folds) as running:
            order = {"model": "als", "fold": "u1", "seed": 0}
            moments, errors = running.ask(do="moments", **order), running.ask(do="errors", **order)
        assert len(moments["seconds"]) == len(errors["rmse"]) > 1
        assert moments["seconds"] == sorted(moments["seconds"])

    def test_an_error_is_told_and_the_next_order_served(self, folds: Path) -> None:
        with worker("bias", folds) as running:
            with pytest.raises(PeerMissing, match="KeyError: 'unheard'"):
                running.ask(do="fit", model="unheard", fold="u1", seed=0)
            assert "rmse" in running.ask(do="fit", fold="u1", seed=0)

    def test_a_peer_that_is_not_there_says_so(self, folds: Path) -> None:
        with pytest.raises(PeerMissing, match="ModuleNotFoundError"):
            worker("cornac", folds)


class FakeWorker:
    """Answers without a process; ``errors`` are the RMSE that its fits have in turn."""

    version = "1.0"

    def __init__(self, seconds: float) -> None:
        self.seconds, self.asked = seconds, []

    def __enter__(self) -> FakeWorker:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def ask(self, **order: object) -> dict[str, object]:
        self.asked.append(order)
        if order["do"] == "fit":
            return {"seconds": self.seconds, "rmse": 0.9, "others": 0.0}
        return {"seconds": [0.1, 0.2, 0.3], "rmse": [1.0, 0.9, 0.8], "others": 0.0}

    def peak_mib(self) -> float:
        return 100.0


class TestRace:
    def test_reference_and_peer_take_turns(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        peer, reference = FakeWorker(6.0), FakeWorker(2.0)
        monkeypatch.setattr(Place, "start", lambda *_: peer)
        place = Place(tmp_path, tmp_path, n_rounds=2, fold_names=("u1", "u2"))
        found = race(BY_NAME["fastai"], reference, place)  # type: ignore[arg-type]
        assert found.ratio == 3.0 and found.folds == {"u2": 0.9} and found.mean == pytest.approx(0.9)
        assert [order["seed"] for order in peer.asked] == [0, 0, 1, 0]  # the first is not counted, the last is u2
        assert [order["do"] for order in reference.asked[:5]] == ["fit", "moments", "errors", "moments", "errors"]

    def test_one_that_cannot_be_had_is_a_result(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def missing(*_: object) -> Path:
            raise PeerMissing("not installed: no such release")

        monkeypatch.setattr(racing, "environment", missing)
        found = race(BY_NAME["myfm"], FakeWorker(1.0), Place(tmp_path, tmp_path))  # type: ignore[arg-type]
        row = comparison([result("als"), found])[1]
        assert row["settings"] == "**not run**: not installed: no such release"
        assert row["recommender"] == "myFM" and row["fit, s"] is None

    def test_ratios_are_of_the_same_round(self) -> None:
        rounds = result(reference_seconds=[0.1, 0.2, 0.5])  # 200, 50 and 60 times; the medians alone would give 100
        assert rounds.ratio == pytest.approx(60.0)

    def test_caught_up_at_the_first_step_that_is_as_good(self) -> None:
        curve = {"seconds": [0.1, 0.2, 0.4], "rmse": [1.0, 0.94, 0.92]}
        found = caught(result(chases={"als": [curve] * 3}), "als")
        assert found == {"step": 2, "seconds": 0.2, "sooner": 100.0, "final_rmse": 0.92}

    def test_what_one_round_never_reached_has_no_time(self) -> None:
        good, bad = ({"seconds": [0.1], "rmse": [rmse]} for rmse in (0.9, 0.99))
        found = caught(result(chases={"als": [good, bad, good]}), "als")
        assert found["seconds"] is None and found["sooner"] is None


def test_the_tables_and_the_figures_can_be_shown() -> None:
    curve = {"seconds": [0.1], "rmse": [0.9]}
    results = [result("als"), result(chases={"als": [curve] * 3}), result("implicit", rmse=[None] * 3)]
    assert "fastai collab_learner 1.0" in table(comparison(results))
    assert comparison(results)[2]["u1 RMSE"] is None
    rows = chase(results)
    assert len(rows) == 1 and rows[0]["times sooner"] == 200.0
    assert json.loads(json.dumps(figures(results), allow_nan=False))["peers"][1]["caught_by"]["als"]["step"] == 1


def test_a_peer_of_ours_needs_no_package() -> None:
    assert Peer("x", "X", "ours", "als", "").is_ours and not BY_NAME["fastai"].is_ours
