"""What one takes along from the walk, and its words."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import resources
from dashboard.components import grids, markup
from dashboard.glossary import WORDS
from dashboard.views.learn import STEPS, summary
from dashboard.views.learn.further_reading import SOURCES
from dashboard.visitors import Store
from tests.dashboard.conftest import SMALL, Open
from tests.dashboard.test_pages import html


@pytest.fixture
def rated(store: Store, visitor: str) -> dict[int, float]:
    stars = {3: 5.0, 5: 1.5, 8: 4.0}
    for film, value in stars.items():
        store.rate(visitor, SMALL, film, value, source="search")
    store.walk.finish(visitor, STEPS[0].slug)
    return stars


def headers(app: AppTest) -> list[str]:
    return [header.value for header in app.header]


def test_it_holds_the_visitors_own_ratings_numbers_and_film(rated: dict[int, float], open_view: Open) -> None:
    app = open_view("learn", step="summary")
    assert not app.exception
    text = html(app)
    assert "What you told: 3 ratings" in headers(app)
    assert text.count('class="rs-ticket"') == 3
    assert "1½" in text
    assert 'class="rs-vector"' in text
    assert "stars predicted: most likely" in text
    films = resources.library().dataset(SMALL).films
    best = text[text.index("rs-large") : text.index("rs-strip big")]
    assert not any(f"{films[film].title} <" in best for film in rated)  # a film that they have not rated


def test_the_best_film_is_one_that_enough_people_rated(
    rated: dict[int, float], open_view: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    ratings, films = resources.library().dataset(SMALL).ratings, resources.library().dataset(SMALL).films
    most = max(
        (int(n), film) for film, n in zip(ratings.items, ratings.item_counts.tolist(), strict=True) if film not in rated
    )
    monkeypatch.setattr(summary, "usual_support", lambda _ratings: most[0])
    text = html(open_view("learn", step="summary"))
    assert f"{films[most[1]].title} <" in text[text.index("rs-large") : text.index("rs-strip big")]


def test_it_says_what_is_done_and_what_is_not(rated: dict[int, float], open_view: Open) -> None:
    text = html(open_view("learn", step="summary"))
    assert f"1 of {len(STEPS)} steps done" in text
    assert text.count('<li class="done">') == 1
    assert text.count('<li class="open">') == len(STEPS) - 1
    for step in STEPS:
        assert f"learn?step={step.slug}" in text


def test_who_has_rated_nothing_is_led_to_rating(open_view: Open) -> None:
    app = open_view("learn", step="summary")
    assert not app.exception
    assert "No ratings of yours yet" in html(app)
    assert 'href="rate"' in html(app)
    assert "rs-vector" not in html(app)


def test_sources_name_author_title_and_place() -> None:
    text = markup.sources(SOURCES)
    for name in ("Howard", "Google", "Koren", "Salakhutdinov", "Mikolov", "Alammar", "Barkan"):
        assert name in text
    assert all(len(source) == 3 and all(source) for source in SOURCES)


def test_the_glossary_lists_every_word_whose_step_is_there(open_view: Open) -> None:
    app = open_view("learn", step="glossary")
    assert not app.exception
    slugs = [step.slug for step in STEPS]
    shown = [word for word in WORDS if word.step in slugs]
    text = html(app)
    assert text.count("<dt>") == len(shown) > 0
    for word in shown:
        assert f"Step {slugs.index(word.step) + 1}</a>" in text


def test_a_vector_is_drawn_on_one_scale_and_read_as_numbers() -> None:
    text = grids.vector("Numbers <1>", [("+2.00", 2.0), ("−1.00", -1.0), ("0.00", 0.0)])
    assert [part.partition('"')[0] for part in text.split("--v:")[1:]] == ["1.000", "0.500", "0.000"]
    assert 'class="down" style="--v:0.500"' in text
    assert "Numbers &lt;1&gt;" in text
    assert "−1.00" in text
    assert "--v:0.000" in grids.vector("t", [("0.00", 0.0)])
