"""HTML is built in one place: whatever comes from data arrives as text."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import Progress
from dashboard.components import grids, markup
from dashboard.components.loss_curves import loss_curves
from dashboard.glossary import Word
from dashboard.words import Spread

SPREAD = Spread((1.0, 2.0, 3.0, 4.0, 5.0), (0.02, 0.05, 0.13, 0.45, 0.35), (2, 4))
HALVES = Spread(tuple(n / 2 for n in range(1, 11)), (0.1,) * 10, (1, 9))
NASTY = [
    '<script>alert("1")</script>',
    "\"><img src=x onerror='x'>",
    "*bold* [a](b) &amp; <3",
    "</p></div>",
    "'onclick='x",
]

BUILDERS: dict[str, Callable[[str], str]] = {
    "lede": lambda text: markup.lede(text, text),
    "note": markup.note,
    "provenance": lambda text: markup.provenance(text, "seed 0"),
    "subheading": markup.subheading,
    "heading": lambda text: markup.heading(text, 1994, text),
    "tickets": lambda text: markup.tickets([markup.Ticket(text, None, text, 3.5)]),
    "clocks": lambda text: markup.clocks([markup.Clock(text, text, text)]),
    "facts": lambda text: markup.facts([(text, text)], predicted=text),
    "axis_card": lambda text: markup.axis_card(markup.Direction(text, [text], [text], text, 0.2, text)),
    "empty": lambda text: markup.empty(text, text),
    "stages": lambda text: markup.stages([markup.Stage(text, text, "now")]),
    "list_legend": lambda text: markup.list_legend(SPREAD, given=text or "x"),
    "ramp_legend": lambda text: markup.ramp_legend(text, text, fact=True, more=[text]),
    "group_legend": lambda text: markup.group_legend([(text, text)], more=[text]),
    "ways": lambda text: markup.ways([(text, text, text)]),
    "numbered": lambda text: markup.numbered([text]),
    "checklist": lambda text: markup.checklist([(text, text, True), (text, text, False)]),
    "sources": lambda text: markup.sources([(text, text, text)]),
    "term": lambda text: markup.term(Word(text, text, "words"), text or "x"),
    "words": lambda text: markup.words([(Word(text, text, "words"), text, text)]),
    "crosstab": lambda text: grids.crosstab(text, [text], [text], [[4.0]], scale=(1, 5)),
    "kinds": lambda text: grids.kinds(text, [1.0], [grids.KindRow(text, [1], 3.0)]),
    "misses": lambda text: grids.misses([grids.Missed(text, None, text, 3.0, 4.0)]),
    "vector": lambda text: grids.vector(text, [(text, 1.0)]),
    "to_scale": lambda text: grids.to_scale(text, large=(4, 2), small=(1, 1)),
    "loss_curves": lambda text: loss_curves([Progress(0, 1, "", 2.0), Progress(1, 1, "", 1.0)], loss_unit=text),
}


class Reader(HTMLParser):
    """Collects the shape of a page, its texts and its attributes; fails where tags do not pair up."""

    def __init__(self) -> None:
        super().__init__()
        self.shape: list[str] = []
        self.open: list[str] = []
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.shape.append(f"{tag} {sorted(name for name, _ in attrs)}")
        self.said += [value or "" for _, value in attrs]
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    return reader


@pytest.mark.parametrize("build", BUILDERS.values(), ids=BUILDERS)
@pytest.mark.parametrize("text", NASTY)
def test_nasty_texts_arrive_as_they_are(build: Callable[[str], str], text: str) -> None:
    reader = read(build(text))
    assert reader.shape == read(build("plain")).shape
    assert text in "".join(reader.said)


@given(text=st.text(min_size=1).filter(lambda text: "\x00" not in text and "\r" not in text))
def test_no_text_changes_the_shape_of_the_page(text: str) -> None:
    for build in BUILDERS.values():
        assert read(build(text)).shape == read(build("plain")).shape


def test_a_strip_has_one_frame_a_level_and_a_name() -> None:
    html = markup.strip(SPREAD)
    assert html.count("<i") == 5
    assert html.count('class="in"') == 3
    assert 'aria-label="most likely 4; nine times in ten 3 to 5"' in html
    assert markup.strip(HALVES).count("<i") == 10


def test_a_big_strip_names_whole_stars_and_the_likeliest() -> None:
    spread = Spread(HALVES.levels, (0, 0, 0, 0, 0.1, 0.1, 0.5, 0.2, 0.1, 0), (4, 8))
    said = [text for text in read(markup.strip(spread, big=True)).said if len(text) <= 4 and text[:1].isdigit()]
    assert said == ["1", "2", "3", "3½ ★", "4", "5"]


@pytest.mark.parametrize(("where", "at"), [(-0.3, 0), (0.2, 20), (1.4, 100)])
def test_a_place_stays_on_its_line(where: float, at: int) -> None:
    assert f"--at:{at}" in markup.axis_card(markup.Direction("A ↔ B", ["x"], ["y"], where=where, whose="You"))


def test_no_year_leaves_no_trace_and_empty_parts_no_dot() -> None:
    assert "None" not in markup.heading("Babe", None, "Children's")
    assert "span" not in markup.heading("Babe", None, "Children's")
    assert markup.provenance("a", "", "b") == '<p class="rs-note rs-provenance">a · b</p>'


def test_a_curve_needs_two_points_and_says_both_ends() -> None:
    assert loss_curves([]) == ""
    assert loss_curves([Progress(1, 3, "", 2.0)]) == ""
    html = loss_curves([Progress(n, 2, "", 2.0 - n, 1.0 - n / 4) for n in range(3)])
    assert "Training loss: from 2.000 to 0.000" in html
    assert "Error on ratings held out: from 1.000 to 0.500, RMSE, in stars" in html
    assert html.count("<figure") == 2


def test_a_flat_curve_can_be_drawn() -> None:
    assert "nan" not in loss_curves([Progress(1, 2, "", 1.0), Progress(1, 2, "", 1.0)])
