"""Each step read as a newcomer reads it: short paragraphs, no word before it is explained, links that lead somewhere."""

from __future__ import annotations

import re
from html import unescape

import pytest

from dashboard import resources
from dashboard.glossary import WORDS, Word, marked
from dashboard.views.learn import STEPS
from dashboard.views.learn.frame import Step
from tests.dashboard.conftest import SMALL, Open
from tests.dashboard.test_glossary import STEPS as SLUGS
from tests.dashboard.test_pages import html

LONGEST = 60  # words of a paragraph
PAGES = {".", "rate", "map", "together", "learn", "lab", "review", "present", "you", "data", "film", "history"}
# Words that plain speech has too: here they stand for what anybody takes them to mean.
PLAIN = {"prediction", "model"}
TAGS = re.compile(r"<[^>]+>")


def test_the_steps_stand_in_the_order_of_the_walk_each_once() -> None:
    slugs = [step.slug for step in STEPS]
    assert slugs == [slug for slug in SLUGS if slug in slugs]
    assert len({step.title for step in STEPS}) == len(STEPS)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.slug)
def test_no_word_comes_before_the_step_that_explains_it(step: Step) -> None:
    here = SLUGS.index(step.slug)
    for text in (step.title, *step.idea, step.try_this):
        early = [word.name for word in words_in(text) if SLUGS.index(word.step) > here and word.name not in PLAIN]
        assert early == [], text


def words_in(text: str) -> list[Word]:
    """All words of the glossary in a text, however many."""
    known: set[str] = set()
    found: list[Word] = []
    while True:
        new = [word for _, word in marked(text, known=known) if word is not None]
        if not new:
            return found
        found += new


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.slug)
def test_ways_into_the_app_lead_to_its_pages(step: Step) -> None:
    for label, path, sentence in step.in_the_app:
        assert path.partition("?")[0] in PAGES
        assert label and sentence


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.slug)
def test_no_paragraph_is_long_and_the_step_shows_what_it_promises(step: Step, open_view: Open) -> None:
    app = open_view("learn", step=step.slug)
    if app.title[0].value != step.title:  # the model waits until the job of the step before is done
        resources.runner().wait(f"prepare:{SMALL}:als", seconds=60)
        app.run()
    assert not app.exception
    assert not app.error
    assert [title.value for title in app.title] == [step.title]
    paragraphs = re.findall(r"<(?:p|li|dd|small)\b[^>]*>(.*?)</(?:p|li|dd|small)>", html(app), re.DOTALL)
    written = [unescape(TAGS.sub(" ", paragraph)) for paragraph in paragraphs]
    written += [element.value for element in (*app.markdown, *app.caption, *app.info)]
    long = [text for text in written if len(text.split()) > LONGEST]
    assert long == []
    for function in step.listing:
        assert any(f" {function.__name__}" in code.value for code in app.code)


def test_every_word_of_the_glossary_belongs_to_a_step() -> None:
    assert {word.step for word in WORDS} <= set(SLUGS)
