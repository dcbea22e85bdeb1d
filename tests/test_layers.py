"""The house obeys the rules of `layers.py`, and each rule can find a fault."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.layers import ROOT, RULES, House


@pytest.fixture(scope="module")
def house() -> House:
    """The house as it stands."""
    return House.read(ROOT)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_obeys(house: House, rule: Callable[[House], Iterator[str]]) -> None:
    assert list(rule(house)) == []


# The test can fail: a sound little house, then one fault at a time

SOUND = {
    "core/__init__.py": '"""Names."""\nfrom core.model import Model\n__all__ = ["Model"]',
    "core/errors.py": "",
    "core/ridge.py": "import math\nimport torch\nfrom core.errors import E",
    "core/model.py": "import torch\nfrom core.errors import E",
    "core/metrics.py": "",
    "core/trainers/__init__.py": "from core.trainers.als import ALS",
    "core/trainers/als.py": "from core import metrics\nfrom core.model import Model",
    "core/lessons/__init__.py": 'from core.model import Model\n__all__ = ["Model"]',
    "core/cli.py": "from core import Model",
    "dashboard/__init__.py": "",
    "dashboard/main.py": "import streamlit as st\nfrom dashboard.views import rate",
    "dashboard/jobs.py": "from core import Model",
    "dashboard/components/markup.py": 'LINE = "<p>{}</p>"',
    "dashboard/charts/map_scene.py": "A = 'x < y and b > c'",
    "dashboard/views/rate.py": '"""Not <b>HTML</b>."""\nfrom core.lessons import Model\nfrom dashboard import jobs\nfrom dashboard.components.markup import LINE\nA = "a < b, c > d"',
}

FAULTS = [
    ("core/extra.py", "", "stands in no layer"),
    ("dashboard/extra/__init__.py", "", "stands in no layer"),
    ("core/trainers/sgd.py", "from ..model import Model", "relative or star import"),
    ("core/trainers/sgd.py", "from core.model import *", "relative or star import"),
    ("core/model.py", "from core.trainers.als import ALS", "core.trainers.als:ALS, which does not lie below"),
    ("core/model.py", "from core import metrics, trainers", "core.trainers, which does not lie below"),
    ("core/model.py", "import core.cli", "core.cli, which does not lie below"),
    ("core/model.py", "from core import Model", "core:Model, which does not lie below"),
    ("core/model.py", "def late():\n    from core.stars import star_set", "core.stars:star_set, which does not lie below"),
    ("core/model.py", "from core.unheard import of", "core.unheard:of, which does not lie below"),
    ("dashboard/jobs.py", "from dashboard.views import rate", "dashboard.views.rate, which does not lie below"),
    ("dashboard/jobs.py", "import dashboard.visitors", "dashboard.visitors, which does not lie below"),
    ("core/trainers/sgd.py", "from core.trainers.als import ALS", "another trainer"),
    ("core/trainers/sgd.py", "from core.trainers import als", "another trainer"),
    ("core/metrics.py", "import plotly.graph_objects", "core knows nothing of the screen"),
    ("core/metrics.py", "from streamlit import cache_data", "core knows nothing of the screen"),
    ("core/metrics.py", "from dashboard import jobs", "core knows nothing of the screen"),
    ("core/ridge.py", "import numpy", "the one primitive needs only"),
    ("core/ridge.py", "from core.progress import Progress", "the one primitive needs only"),
    ("core/__init__.py", "from core.model import Model\n__all__ = []", "must list in __all__"),
    ("core/__init__.py", "from core.model import Model\n__all__ = ['Model']\nprint()", "does something in line 3"),
    ("dashboard/views/rate.py", "import numpy as np", "numerics belong in core"),
    ("dashboard/views/rate.py", "from torch import nn", "numerics belong in core"),
    ("dashboard/views/rate.py", "from sklearn.decomposition import PCA", "numerics belong in core"),
    ("dashboard/views/rate.py", "from core.model import Model", "only `from core import`"),
    ("dashboard/views/rate.py", "from core.lessons import Hidden", "only `from core import`"),
    ("dashboard/views/rate.py", "import core.lessons", "only `from core import`"),
    ("core/lessons/__init__.py", "from core.model import Model\n__all__ = []", "must list in __all__"),
    ("dashboard/views/rate.py", "import core.model", "only `from core import`"),
    ("dashboard/views/rate.py", "from core import Hidden", "only `from core import`"),
    ("dashboard/views/rate.py", "from core import model", "only `from core import`"),
    ("dashboard/jobs.py", "import streamlit as st", "imports streamlit, which jobs never does"),
    ("dashboard/charts/bars.py", "from streamlit.runtime import get_instance", "imports streamlit, which charts never does"),
    ("dashboard/visitors/db.py", "def f():\n    import streamlit", "imports streamlit, which visitors never does"),
    ("dashboard/views/rate.py", 'A = "<b>title</b>"', "builds HTML, <b>"),
    ("dashboard/views/rate.py", "A = f'<div class=\"{1}\">'", "builds HTML"),
    ("dashboard/charts/bars.py", "A = '<b>x</b><a href=\"y\">'", 'builds HTML, <a href="y">'),
    ("dashboard/components/other.py", 'A = "</p>"', "builds HTML, </p>"),
    ("dashboard/main.py", "\n" * 48 + "A = 1\nB = 2", "has 50 lines; under 50"),
    ("dashboard/views/rate.py", "st.markdown('x', unsafe_allow_html=True)", "uses unsafe_allow_html"),
    ("core/persistence.py", "import pickle", "runs what a file says"),
    ("core/persistence.py", "import torch\ntorch.load('x')", "runs what a file says"),
    ("core/persistence.py", "from torch import load", "runs what a file says"),
]  # fmt: skip


def build(root: Path, files: dict[str, str]) -> House:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return House.read(root)


def test_a_sound_house_passes(tmp_path: Path) -> None:
    house = build(tmp_path, SOUND)
    assert [sentence for rule in RULES for sentence in rule(house)] == []


@pytest.mark.parametrize(("path", "text", "complaint"), FAULTS)
def test_each_fault_is_found_and_named(tmp_path: Path, path: str, text: str, complaint: str) -> None:
    house = build(tmp_path, {**SOUND, path: text})
    sentences = [sentence for rule in RULES for sentence in rule(house)]
    assert any(complaint in sentence and path in sentence for sentence in sentences), sentences


def test_every_rule_has_found_a_fault(tmp_path: Path) -> None:
    found = set()
    for n, (path, text, _) in enumerate(FAULTS):
        house = build(tmp_path / str(n), {**SOUND, path: text})
        found |= {rule.__name__ for rule in RULES if any(rule(house))}
    assert found == {rule.__name__ for rule in RULES}
