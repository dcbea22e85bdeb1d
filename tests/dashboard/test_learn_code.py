"""Step 12: a line of code and what comes next; whatever is typed gets an answer or a sentence."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.language import MEANINGS, load
from core.language import artefact as stored
from core.lessons import place_tokens
from dashboard import learn_models
from dashboard.charts.token_map import token_points, token_scene
from dashboard.views.learn import code
from dashboard.words import percent
from tests.dashboard.conftest import Open
from tests.dashboard.test_pages import html


@pytest.fixture
def opened(open_view: Open) -> AppTest:
    return open_view("learn", step="code")


def typed(app: AppTest, line: str) -> AppTest:
    return app.text_input(key="line").set_value(line).run()


def test_the_page_opens_with_what_comes_next(opened: AppTest) -> None:
    assert not opened.exception
    text = html(opened)
    chances = re.findall(r"</span></td><td>([^<]+)", text)
    assert chances == [percent(chance) for _, chance in load().next_tokens("for i in range(", n=8)]
    assert opened.code[0].value == "for i in range(<number>):"
    assert "&lt;number&gt; stands for some other number." in text


def test_a_line_goes_on(opened: AppTest) -> None:
    app = typed(opened, "import os; print(os.")
    assert "path" in html(app)
    assert app.code[0].value.startswith("import os; print(os.")
    assert len(app.code[0].value) > len("import os; print(os.")


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("", "Line must hold some Python to go on from"),
        ("   ", "Line must hold some Python to go on from"),
        ("x" * 10_001, "Line must have at most 10,000 characters, got 10,001"),
        ("\x07\x01 binary", "Line must be text, got a character of code 7"),
        ('"""open', "Line must hold some Python to go on from"),
    ],
)
def test_what_cannot_be_gone_on_from_gets_a_sentence(opened: AppTest, line: str, sentence: str) -> None:
    app = typed(opened, line)
    assert not app.exception
    assert sentence in app.info[0].value.replace("\\", "")
    assert "rs-facts" in html(app)  # the rest of the page stands


@pytest.mark.parametrize("line", ["a" * 10_000, "日本語 = ", "<b>bold</b>", "`$?", "))", "𝒳 ="])
def test_strange_lines_get_a_sensible_answer(opened: AppTest, line: str) -> None:
    app = typed(opened, line)
    assert not app.exception
    assert len(re.findall(r"</span></td><td>([^<]+)", html(app))) == 8
    assert "<b>bold" not in html(app)


def test_a_name_that_the_model_does_not_know_is_told(opened: AppTest) -> None:
    text = html(typed(opened, "zebra.stripe = zebra(crossing, giraffe"))
    assert "no numbers of its own for zebra, stripe, crossing and 1 more: it reads “some other name”" in text
    assert "no numbers of its own" not in html(typed(opened, "for i in"))


def test_alike_tokens_follow_the_choice(opened: AppTest) -> None:
    assert "<dt>while</dt>" in html(opened)
    app = opened.selectbox(key="token").set_value("True").run()
    assert "<dt>False</dt>" in html(app)


def test_an_unknown_token_gets_a_sentence(open_view: Open) -> None:
    app = open_view("learn", step="code", token="zebra")
    assert not app.exception
    assert (
        "token must be one of the 4,096 that the model knows, got 'zebra'"
        in app.info[0].value.replace("\\", "").lower()
    )


def test_figures_are_those_of_the_artefact_and_words_follow_them(opened: AppTest) -> None:
    model, text = load(), html(opened)
    assert f"between {model.figures['model']:.2f} equally likely" in text
    assert f"{model.figures['n_grams']:.2f}: {model.figures['ratio']:.2f} times" in text
    assert f"{model.n_parameters:,} numbers" in text
    assert f"{12e9 / model.n_parameters:,.0f} times as many" in text
    base = {"model": 4.0, "n_grams": 8.0, "ratio": 0.5}
    for low, high, said in (
        (0.4, 0.6, "It is surprised less"),
        (1.1, 1.3, "Counting is surprised less"),
        (0.9, 1.1, "no difference"),
    ):
        assert said in code.perplexity_sentence({**base, "ratio_low": low, "ratio_high": high})


def test_tokens_stand_on_the_map_as_they_are_placed() -> None:
    places, _ = place_tokens(load(), n=60)
    scene = token_scene(token_points(places), chosen="for", near=["while", "nowhere"])
    assert [*scene.films.frame["id"]] == [place.token for place in places]
    assert scene.films.place("for") == next((place.x, place.y, 0.0) for place in places if place.token == "for")
    data = scene.data("/columns/")
    assert data["near"] == [scene.films.rows["while"]]
    assert data["ofFilms"] is False
    assert data["rulers"] == []


def test_every_meaning_is_in_words(opened: AppTest) -> None:
    for token in MEANINGS:
        assert f"<code>{token}" not in html(opened)


def test_without_the_file_the_page_says_what_makes_it(
    open_view: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learn_models, "load", lambda: stored.load(tmp_path / "python.safetensors"))
    learn_models.language_model.clear()
    app = open_view("learn", step="code")
    learn_models.language_model.clear()
    assert not app.exception
    assert "python -m core.language train" in html(app)
