"""Step 11: a sentence of films with its window, learning from it step by step, and two kinds of neighbours."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core import Dataset, Figure, Progress, load_dataset
from core.lessons import Agreement, Item2Vec, Pull, pairs_within, sentences, walk_sentence
from dashboard import learn_models, resources
from dashboard.components.chances import ChanceRow, Near, chances, two_lists, window
from dashboard.jobs import JobContext
from dashboard.rows import film_of
from dashboard.views.learn.films_as_words import agreement_sentence
from dashboard.views.learn.words import N_PASSES, N_SHOWN, SHORTEST, order_of
from dashboard.words import percent
from tests.dashboard.conftest import SMALL, Open
from tests.dashboard.test_pages import html


def data() -> Dataset:
    return resources.library().dataset(SMALL)


def opened(open_view: Open, **query: str) -> AppTest:
    app = open_view("learn", step="words", **query)
    resources.runner().wait(learn_models.film_words(data())[0], seconds=60)
    return app.run()


def walked(app: AppTest, reach: int = 2) -> tuple[list[int], tuple[Pull, ...]]:
    """The sentence of whoever is chosen, and all steps over it."""
    ratings = data().ratings
    user = ratings.users.parse(app.selectbox(key="pick_somebody").value)
    sentence = sentences(ratings)[ratings.users.row(user)][:N_SHOWN]
    return sentence, walk_sentence(sentence, ratings.item_counts, reach=reach, n_passes=N_PASSES)


def shown(app: AppTest) -> list[str]:
    """The chances on the screen."""
    return re.findall(r"</span></td><td>([^<]+)", html(app))


def title(row: int) -> str:
    return film_of(data().films, data().ratings.items.labels[row]).title


def test_the_sentence_is_somebody_s_liked_films_with_a_window(open_view: Open) -> None:
    app = opened(open_view)
    assert not app.exception
    sentence, steps = walked(app)
    text = html(app)
    assert f"{len(pairs_within(sentence, 2))} pairs" in text
    assert f'class="middle"><span class="rs-hidden">in the middle: </span>{title(sentence[0])}<' in text
    assert text.count('<li class="near">') == 2
    assert shown(app) == [percent(chance) for chance in steps[0].before]
    assert all(
        len(sentences(data().ratings)[data().ratings.users.row(int(user.split()[1]))]) >= SHORTEST
        for user in app.selectbox(key="pick_somebody").options
    )


def test_the_order_is_called_what_it_is(open_view: Open) -> None:
    assert "in the order in which they rated them" in html(opened(open_view))
    assert "in the order of the table" in order_of(replace(data().ratings, timestamps=None))


def test_going_back_is_exact_and_every_step_is_the_walk_s(open_view: Open) -> None:
    app = opened(open_view)
    sentence, steps = walked(app)
    seen = []
    for at in range(1, 4):
        app.button(key="pull_1").click().run()
        assert shown(app) == [percent(chance) for chance in steps[at - 1].after]
        assert f"Step {at} of {len(steps)}" in html(app)
        seen.append(html(app))
    for at in (2, 1):
        app.button(key="pull_-1").click().run()
        assert html(app) == seen[at - 1]
    app.button(key=f"pull_{len(pairs_within(sentence, 2))}").click().run()
    assert shown(app) == [percent(chance) for chance in steps[len(pairs_within(sentence, 2))].after]


def test_the_address_says_which_step_and_nonsense_is_the_beginning(open_view: Open) -> None:
    app = opened(open_view, pull="7")
    assert shown(app) == [percent(chance) for chance in walked(app)[1][6].after]
    for wrong in ("9" * 5_000, "-1", "1e3", "²", "999"):
        app = opened(open_view, pull=wrong)
        assert not app.exception
        assert shown(app) == [percent(chance) for chance in walked(app)[1][0].before]


def test_the_end_is_the_end(open_view: Open) -> None:
    app = opened(open_view)
    _, steps = walked(app)
    app.slider(key="pick_pull").set_value(len(steps)).run()
    assert app.button(key="pull_1").disabled
    assert not app.button(key="pull_-1").disabled
    assert shown(app) == [percent(chance) for chance in steps[-1].after]


def test_both_lists_are_the_neighbours_in_both_spaces(open_view: Open) -> None:
    app = opened(open_view, film="3")
    text = html(app)
    left, right = (re.findall(r"<li class=\"(both)?\"><b>([^<]+)", part) for part in text.split("rs-nearest")[1:3])
    assert len(left) == len(right) == 10
    assert {name for both, name in left if both} == {name for both, name in right if both}
    words = learn_models.film_words(data())[1]
    assert words is not None
    ready = resources.library().ready(SMALL, resources.default_kind(SMALL))
    assert ready is not None
    space = resources.space(ready.model.version, "stars", ready)
    least = int(re.findall(r"with at least (\d+) rating", text)[0])
    assert [name.strip() for _, name in left] == [film_of(data().films, film).title for film in words.nearest(3, among=space.enough(least))]  # fmt: skip
    assert [name.strip() for _, name in right] == [
        film_of(data().films, film).title for film, _ in space.nearest(3, n=10, min_ratings=least)
    ]


def test_vectors_are_learned_once_and_then_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REELSPACE_CACHE", str(tmp_path))
    dataset, told = load_dataset("synthetic:40x30x600"), list[Progress]()
    context = JobContext(told.append, threading.Event())
    first = learn_models.teach("film-words:x", dataset, Item2Vec(), context)
    assert len(told) == Item2Vec().n_epochs
    again = learn_models.teach("film-words:x", dataset, Item2Vec(), context)
    assert len(told) == Item2Vec().n_epochs
    assert again.losses == first.losses
    (path,) = (tmp_path / "measured").iterdir()
    path.write_text("damaged")
    assert learn_models.teach("film-words:x", dataset, Item2Vec(), context).losses == first.losses


@pytest.mark.parametrize(
    ("value", "said"),
    [(1.3, "more than the 0.5"), (0.3, "less than the 0.5"), (0.55, "no clear difference to the 0.5")],
)
def test_agreement_is_told_as_it_was_measured(value: float, said: str) -> None:
    text = agreement_sentence(Agreement(Figure(value, value - 0.1, value + 0.1), 0.5, 10, 939), 20)
    assert said in text
    assert f"{value - 0.1:.1f} to {value + 0.1:.1f}" in text


def test_what_comes_from_data_is_text() -> None:
    text = window(["<i>a", "b"], middle=1, reach=1) + two_lists(("<l>", [Near("<x>", "<y>", is_both=True)]), ("r", []))
    text += chances("<c>", [ChanceRow("<n>", 0.5, "<m>", 0.25)])
    for tag in ("<i>a", "<l>", "<x>", "<y>", "<c>", "<n>", "<m>"):
        assert tag not in text
    assert 'style="--w:50.0"' in text
    assert 'style="--at:25.0"' in text


@pytest.mark.parametrize("name", ["synthetic:6x5x12", "synthetic:30x20x90"])
def test_few_ratings_are_no_obstacle(open_view: Open, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("REELSPACE_DATASET", name)
    app = open_view("learn", step="words")
    resources.runner().wait(learn_models.film_words(resources.library().dataset(name))[0], seconds=60)
    assert not app.run().exception
