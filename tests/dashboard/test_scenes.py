"""Shows are plain files: ours lead to pages there are, a bad one is one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from core import DataError
from dashboard.components.links import PAGES
from dashboard.components.presenter import code_of
from dashboard.scenes import read_show, shows

GOOD = 'title = "T"\nminutes = 5\n[[scene]]\ntitle = "One"\nsentence = "Say."\npage = "/map?colour=year"\n'


def test_ours_are_five_and_fifteen_minutes_and_can_be_read() -> None:
    found = shows(PAGES)
    assert [show.minutes for show in found] == [5, 15]
    assert all(len(show.scenes) >= 5 for show in found)


def test_a_scene_is_a_page_and_its_state(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(GOOD)
    show = read_show(path, PAGES)
    (scene,) = show.scenes
    assert (show.name, scene.page, scene.query) == ("mine", "map", {"colour": "year"})


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (GOOD.replace("/map?colour=year", "/nowhere"), r"mine.toml, scene 1: page must be one of /, .*, got '/nowhere'"),
        (GOOD.replace("/map?colour=year", "https://evil.example/map"), "mine.toml, scene 1: page must be one of"),
        (GOOD.replace("/map?colour=year", "//evil.example/map"), "mine.toml, scene 1: page must be one of"),
        (GOOD.replace('page = "/map?colour=year"\n', ""), "mine.toml, scene 1: page must be a text of 1 to 200 characters, got None"),
        (GOOD.replace('"Say."', '""'), "mine.toml, scene 1: sentence must be a text of 1 to 200 characters, got ''"),
        (GOOD.replace("minutes = 5", 'minutes = "long"'), "mine.toml: minutes must be a number from above 0 to 600, got 'long'"),
        ('title = "T"\nminutes = 5\n', r"mine.toml must hold at least one \[\[scene\]\], got none"),
        ('title = "T"\nminutes = 5\nscene = [3]\n', "mine.toml, scene 1 must hold title, sentence and page, got 3"),
        ("title = ", "mine.toml cannot be read as TOML"),
    ],
)  # fmt: skip
def test_a_bad_file_is_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "mine.toml").write_text(text)
    with pytest.raises(DataError, match=sentence):
        shows(PAGES, tmp_path)


def test_a_code_is_a_picture_that_needs_no_network() -> None:
    assert code_of("http://127.0.0.1:8501/map?colour=year").startswith("data:image/svg+xml")
