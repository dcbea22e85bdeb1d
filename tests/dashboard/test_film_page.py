"""Why this film: the sum, the ratings behind it, and what another rating would change."""

from __future__ import annotations

import re

import pytest
from streamlit.testing.v1 import AppTest

from core import Influence, Tip, explain, person_of, smallest_change
from dashboard import resources
from dashboard.rows import usual_support
from dashboard.sentences import in_spite_sentence, tip_sentence
from dashboard.visitors import Store
from tests.dashboard.conftest import SMALL, Open
from tests.dashboard.test_pages import html


def values(app: AppTest, caption: str) -> list[float]:
    """The numbers in the last column of the table with this caption."""
    text = next(element.value for element in app.html if caption in element.value)
    found = re.findall(r"<td>([−+]?[\d.]+)</td></tr>", text)
    return [float(number.replace("−", "-")) for number in found]


def test_the_sum_on_screen_adds_up_to_the_prediction(open_view: Open) -> None:
    app = open_view("film", person="3", film="5")
    assert not app.exception
    *terms, total = values(app, "Each bar starts where")
    assert sum(terms) == pytest.approx(total, abs=0.005 * (len(terms) + 1))
    assert app.title[0].value.startswith(f"Why {total:.1f} stars for ")
    assert "nine times in ten" in html(app)


def test_the_ratings_behind_it_are_the_strongest_on_either_side(open_view: Open) -> None:
    app = open_view("film", person="3", film="5")
    ready = resources.library().ready(SMALL, "als")
    assert ready is not None
    found = explain(person_of(ready.model, 3), 5).influences
    raising = [each.influence for each in found if each.influence > 0][:5]
    lowering = [each.influence for each in found if each.influence < 0][:2]
    assert values(app, "They need not add up") == pytest.approx([*raising, *lowering], abs=0.0051)


def test_another_rating_moves_the_list_and_nothing_is_kept(open_view: Open, store: Store, visitor: str) -> None:
    app = open_view("film", person="3", film="5")
    slider = app.select_slider[0]
    start = html(app)
    slider.set_value("not rated").run()
    assert not app.exception
    assert html(app) != start
    assert "predicted stars now" in html(app)
    assert not store.shelf(visitor, SMALL).ratings


def test_somebody_without_ratings_gets_the_sum_and_no_reasons(open_view: Open) -> None:
    app = open_view("film", person="you", film="5")
    assert not app.exception
    assert "Nothing is rated yet." in html(app)
    assert not app.select_slider


@pytest.mark.parametrize("film", ["", "99999", "nonsense", "<b>"])
def test_a_film_that_is_not_there_leads_to_a_choice(open_view: Open, film: str) -> None:
    app = open_view("film", film=film)
    assert not app.exception
    assert app.title[0].value == "Which film shall be explained?"
    assert "No film chosen" in html(app)


def test_the_smallest_change_is_the_one_that_core_finds(open_view: Open) -> None:
    app = open_view("film", person="3")
    ready = resources.library().ready(SMALL, "als")
    assert ready is not None
    person, support = person_of(ready.model, 3), usual_support(ready.dataset.ratings)
    eleventh = person.top_n(11, min_ratings=support)[-1].item_id
    tip = smallest_change(person, eleventh, n=10, min_ratings=support)
    assert tip is not None
    app.query_params["film"] = str(eleventh)
    app.run()
    assert not app.exception
    assert f"comes in at place {tip.rank} as soon as they give" in html(app)


def test_sentences_about_changes() -> None:
    tip = Tip("x", 2.0, 3.5, 3.1, 9)
    assert tip_sentence(tip, "Alien", listed=False, n=10, is_you=True) == (
        "This film is not among the 10 best of your list. It comes in at place 9 as soon as you give Alien 3½ instead of 2."
    )
    assert "It leaves them as soon as they give Alien" in tip_sentence(tip, "Alien", listed=True, n=10, is_you=False)
    spite = in_spite_sentence("Alien", Influence("x", 1.0, 0.2, 0.4), is_you=True)
    assert spite.startswith("A low rating can lift similar films: you gave Alien 1, but that you chose")
