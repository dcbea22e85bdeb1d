"""Step 7: each switch trains anew, the words follow the numbers, and what was measured stays on the disk."""

from __future__ import annotations

import re

import pytest
from streamlit.testing.v1 import AppTest

from core.lessons import Curve, Switches
from dashboard import finding_resources, kept_findings, learn_curves, resources
from dashboard.views.learn.better import comparisons, name_of, outcome
from tests.dashboard.conftest import SMALL, Open
from tests.dashboard.test_pages import html

BARE, DECAY = Switches(), Switches(decay=True)


def finish(app: AppTest, switches: Switches) -> AppTest:
    dataset = resources.library().dataset(SMALL)
    resources.runner().wait(learn_curves.curve(dataset, switches)[0], seconds=60)
    return app.run()


@pytest.fixture
def opened(open_view: Open) -> AppTest:
    return finish(open_view("learn", step="better"), BARE)


def test_a_switch_is_trained_and_compared_with_none(opened: AppTest) -> None:
    assert not opened.exception
    dataset = resources.library().dataset(SMALL)
    bare = learn_curves.curve(dataset, BARE)[1]
    assert bare is not None
    assert outcome(bare) in html(opened)
    app = finish(opened.toggle(key="with_decay").set_value(True).run(), DECAY)
    assert not app.exception
    assert f"it ends at {bare.held_out[-1]:.3f}" in html(app)
    rows = set(re.findall(r'<th scope="row">([^<]+)</th>', html(app)))
    assert rows >= {"the dot product alone", "weight decay"}
    assert f'data-label="Hidden, stars off">{bare.held_out[-1]:.3f}<' in html(app)


def test_what_was_measured_lies_on_the_disk(opened: AppTest) -> None:
    assert not opened.exception
    dataset = resources.library().dataset(SMALL)
    name = learn_curves.curve_name(dataset, BARE)
    known = learn_curves.curve(dataset, BARE)[1]
    assert known is not None
    path = kept_findings.place(name, ".json")
    kept_findings.keep(name, known)  # a test before may have measured it elsewhere
    finding_resources.findings().put(name, None)
    assert learn_curves.curves_so_far(dataset)[BARE] == known
    path.write_text("{", encoding="utf-8")
    finding_resources.findings().put(name, None)
    assert BARE not in learn_curves.curves_so_far(dataset)


def test_words_follow_the_numbers() -> None:
    falling, rising = Curve((1.0, 0.9), (1.0, 0.95), 0.1), Curve((1.0, 0.5), (0.9, 1.1), 0.4)
    assert "by heart" not in outcome(falling)
    assert "After 1 epoch it was 0.900: from then on it learned ratings by heart" in outcome(rising)
    assert comparisons(DECAY, {DECAY: falling, BARE: rising}) == [
        "Without weight decay it ends at 1.100: it brings predictions 0.150 stars nearer."
    ]
    assert "0.150 stars further off" in comparisons(DECAY, {DECAY: rising, BARE: falling})[0]
    assert "no difference to speak of" in comparisons(DECAY, {DECAY: rising, BARE: rising})[0]
    assert "switch it off once" in comparisons(DECAY, {DECAY: rising})[0]
    assert comparisons(BARE, {BARE: rising}) == []
    assert name_of(Switches(sigmoid=True, biases=True)) == "sigmoid + biases"
