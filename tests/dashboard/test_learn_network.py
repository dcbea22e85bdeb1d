"""Step 10: one pair on its way through a network and a dot product, and a contest whose words follow its numbers."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core import EmbeddingNN, Progress, load_dataset
from core.lessons import through_network, through_product
from dashboard import learn_models, map_resources, measured, resources
from dashboard.components.passages import Layer, passage
from dashboard.jobs import JobContext, JobState
from dashboard.learn_models import Contest, contest
from dashboard.words import predicted_text
from tests.dashboard.conftest import SMALL, Open
from tests.dashboard.test_pages import html


@pytest.fixture
def opened(open_view: Open) -> AppTest:
    app = open_view("learn", step="network")
    resources.runner().wait(contest(resources.library().dataset(SMALL))[0], seconds=60)
    return app.run()


def held() -> Contest:
    found = contest(resources.library().dataset(SMALL))[1]
    assert found is not None
    return found


def test_the_page_shows_what_both_models_say_of_a_hidden_rating(opened: AppTest) -> None:
    assert not opened.exception
    text = html(opened)
    film = opened.query_params["film"]
    split = measured.split_of(resources.library().dataset(SMALL))
    user = split.train.users.parse(opened.selectbox(key="pick_somebody").value)
    item = split.train.items.parse(film if isinstance(film, str) else film[-1])
    assert item in split.test.of_user(user)
    assert "which was hidden from both models" in text
    stars = re.findall(r'rs-stars">([\d.]+)<', text)
    assert stars == [
        predicted_text(through_network(held().network, user, item).stars),
        predicted_text(through_product(held().product, user, item).stars),
    ]


def test_sizes_are_those_of_the_models(opened: AppTest) -> None:
    text, settings = html(opened), EmbeddingNN()
    assert f"{settings.n_hidden} weighted sums" in text
    assert f"each of all {2 * settings.n_factors} numbers" in text
    n = (60 + 80) * settings.n_factors + settings.n_hidden * (2 * settings.n_factors + 2) + 1
    assert f"It learned {n:,} numbers" in text
    assert f"{held().found.n_test:,} ratings by" in text


def test_another_person_is_asked_about_the_same_film(opened: AppTest) -> None:
    film = opened.query_params["film"]
    picker = opened.selectbox(key="pick_somebody")
    picker.select(picker.options[2].removeprefix("User ")).run()
    assert opened.query_params["film"] in (film, [film])
    assert not opened.exception


def test_a_contest_that_was_stopped_can_be_held_again(open_view: Open) -> None:
    dataset = resources.library().dataset(SMALL)
    name = contest(dataset)[0]
    resources.runner().wait(name, seconds=60)
    map_resources.kept().put(name, None)
    resources.runner().take(name)
    resources.runner().start(name, stopped)
    resources.runner().wait(name, seconds=60)
    app = open_view("learn", step="network")
    assert "was stopped" in app.info[0].value
    app.button(key=f"again-{name}").click().run()
    resources.runner().wait(name, seconds=60)
    assert "rs-passage" in html(app.run())


def stopped(context: JobContext) -> None:
    context._stop.set()
    context.report(Progress(0, 1))


def test_both_models_are_kept_and_the_same_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REELSPACE_CACHE", str(tmp_path))
    dataset = load_dataset("synthetic:40x30x600")
    trainers = learn_models.contestants()
    told: list[Progress] = []
    context = JobContext(told.append, threading.Event())
    first = learn_models.hold("contest:x", dataset, trainers, context)
    folders = sorted(path.name for path in (tmp_path / "measured").iterdir())
    assert folders == ["contest-x-0", "contest-x-1"]
    told.clear()
    again = learn_models.hold("contest:x", dataset, trainers, context)
    assert [each.message for each in told] == ["Measuring"]  # nothing is trained
    assert (again.product.version, again.network.version) == (first.product.version, first.network.version)
    assert again.found == first.found
    card = tmp_path / "measured" / "contest-x-1" / "model.json"
    card.write_text("damaged")
    assert learn_models.hold("contest:x", dataset, trainers, context).network.version == first.network.version


def test_cells_are_full_hatched_or_empty_and_text_is_text() -> None:
    text = passage(
        "A <b>", [Layer("Somebody", (1.0, -0.5, 0.0), "3 numbers")], Layer("Sums", (), "none"), sums="s", stars="4.1",
        given_stars="4½",
    )  # fmt: skip
    assert '<i class="plus" style="--p:1.00"></i><i class="minus" style="--p:0.50"></i><i></i>' in text
    assert "A &lt;b&gt;" in text
    assert 'aria-label="Somebody: 3 numbers"' in text
    assert "they gave </span>4½" in text


@pytest.mark.parametrize("name", ["synthetic:6x5x12"])
def test_few_ratings_are_no_obstacle(open_view: Open, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("REELSPACE_DATASET", name)
    app = open_view("learn", step="network")
    job = contest(resources.library().dataset(name))[0]
    status = resources.runner().wait(job, seconds=60)
    assert status is not None
    assert status.state is not JobState.FAILED or "must hold" in status.message
    assert not app.run().exception
