"""The report: every number on the page is the JSON's, every text from data is text, and mistakes are one sentence."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from core import ALS, BiasOnly, Catalogue, Dataset, SavedModel, make_split, review, save_model
from dashboard.charts.comparisons import Gap, gaps_chart, shares_chart
from dashboard.report import Decision, Note, Report, html_page, make_report
from dashboard.report.__main__ import main

MEBIBYTE = 2**20
EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>"


@pytest.fixture(scope="session")
def pair(synthetic_small: Dataset) -> tuple[SavedModel, SavedModel]:
    """A bias model and a small ALS; titles and genres hold what a page must never run."""
    films = Catalogue(
        replace(film, title=f"{EVIL}{film.id}", genres=(*film.genres, EVIL)) for film in synthetic_small.films
    )
    split = make_split(synthetic_small.ratings, "random", seed=0)
    models = BiasOnly().fit(split.train, seed=0), ALS(n_factors=2, n_epochs=2).fit(split.train, seed=0)
    one, other = (
        SavedModel(
            model.with_card(replace(model.card, dataset=f"{EVIL}data")), films, {"fit_seconds": 0.25}, split.test, 0
        )
        for model in models
    )
    return one, other


@pytest.fixture(scope="session")
def report(pair: tuple[SavedModel, SavedModel]) -> Report:
    notes = [Note(f"Ada {EVIL}", "12 May 2026, 10:00", "user 5", f"Odd {EVIL}")]
    decision = Decision("needs work", f"Worse for {EVIL}", "Ada", "12 May 2026, 10:05")
    return make_report(review(*pair, k=5), pair[0], notes=notes, decision=decision)


@pytest.fixture(scope="session")
def page(report: Report) -> str:
    return html_page(report)


class Numbers(HTMLParser):
    """Every number on the page with the path it was read at; every element's name."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self.tags: list[str] = []
        self._path: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._path = dict(attrs).get("data-of")

    def handle_data(self, data: str) -> None:
        if self._path is not None:
            self.found.append((self._path, data))
        self._path = None


def read(page: str) -> Numbers:
    numbers = Numbers()
    numbers.feed(page)
    return numbers


def value_at(plain: Any, path: str) -> Any:
    for part in path.split("."):
        plain = plain[int(part)] if isinstance(plain, list) else plain[part]
    return plain


def test_every_number_on_the_page_is_the_jsons(report: Report, page: str) -> None:
    plain, numbers = json.loads(json.dumps(report.as_dict(), allow_nan=False)), read(page).found
    assert len(numbers) > 300
    for path, text in numbers:
        value = value_at(plain, path)
        if text == "–":
            assert value is None, path
            continue
        digits = text.replace("\u2212", "-").replace(",", "").replace("+", "")
        is_share = digits.endswith("%")
        shown = float(digits.rstrip("%").strip()) / (100 if is_share else 1)
        decimals = len(digits.rstrip("%").strip().partition(".")[2]) + 2 * is_share
        assert shown == pytest.approx(value, abs=0.5 * 10**-decimals + 1e-12), path


def test_all_of_the_metrics_slices_and_groups_stand_on_it(report: Report, page: str) -> None:
    paths = {path for path, _ in read(page).found}
    plain = report.as_dict()["comparison"]
    for name in ("metrics", "slices", "groups"):
        assert {f"comparison.{name}.{n}.gap.value" for n in range(len(plain[name]))} <= paths


def test_the_json_inside_the_page_is_the_json(report: Report, page: str) -> None:
    inside = re.search(r'<script id="report-data" type="application/json">(.*?)</script>', page, re.DOTALL)
    assert inside is not None
    assert json.loads(inside[1]) == json.loads(json.dumps(report.as_dict()))


def test_texts_from_data_are_text(page: str, report: Report) -> None:
    assert EVIL not in page
    tags = read(page).tags
    assert "img" not in tags and tags.count("script") == 4
    assert page.count("&lt;script&gt;alert(1)") > 10
    assert EVIL in json.dumps(report.as_dict())  # the JSON itself holds what the data hold


def test_drawings_escape_texts_and_plotly_stands_in_the_page_once(page: str) -> None:
    figures = [
        gaps_chart([Gap(EVIL, 0.1, 0.0, 0.2, EVIL)], title="x", margin=0.003),
        shares_chart([(EVIL, 0.1, 0.2)], title="x"),
    ]
    assert all("<script" not in figure.to_json() and "<img" not in figure.to_json() for figure in figures)
    assert page.count("plotly.js v") == 1
    assert len(page.encode()) < 8 * MEBIBYTE


def test_nothing_on_the_page_comes_from_elsewhere(page: str) -> None:
    assert "default-src 'none'" in page
    assert not re.findall(r'(?:src|href)="(?!data:)[^"]*"', page.partition("<script id=")[0])


def test_what_reviewers_said_stands_on_it_only_where_they_did(page: str, report: Report) -> None:
    assert "needs work" in page and "What reviewers said" in page
    assert "What reviewers said" not in html_page(replace(report, notes=(), decision=None))


def test_the_command_writes_page_and_json(
    pair: tuple[SavedModel, SavedModel], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = [save_model(saved, tmp_path / name) for saved, name in zip(pair, ("one", "other"), strict=True)]
    out = tmp_path / "report.html"
    asked = [
        "--baseline",
        str(folders[0]),
        "--candidate",
        str(folders[1]),
        "--out",
        str(out),
        "--refits",
        "0",
        "--k",
        "5",
    ]
    assert main(asked) == 0
    assert capsys.readouterr().out == f"{out}\n"
    written = json.loads(out.with_suffix(".json").read_text(encoding="utf-8"))
    assert json.dumps(written, ensure_ascii=False).replace("<", "\\u003c") in out.read_text(encoding="utf-8")
    assert written["comparison"]["n_refits"] == 0


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"--out": "report.json"}, "Error: --out must end in .html, got 'report.json'"),
        (
            {"--out": "no/such/report.html"},
            "Error: --out no/such/report.html could not be written: No such file or directory",
        ),
        ({"--baseline": "no/where"}, "Error: there is no model in no/where: model.json is missing"),
        ({"--refits": "2"}, "Error: refits must be 0 or at least 5, got 2"),
    ],
)
def test_mistakes_are_one_sentence(
    pair: tuple[SavedModel, SavedModel], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str], change: dict[str, str], sentence: str,
) -> None:  # fmt: skip
    folder = save_model(pair[0], tmp_path / "one")
    monkeypatch.chdir(tmp_path)
    asked = {"--baseline": str(folder), "--candidate": str(folder), "--out": "report.html", "--refits": "0", **change}
    assert main([part for pair_of in asked.items() for part in pair_of]) == 2
    assert capsys.readouterr().err == f"{sentence}\n"
