"""The report as one HTML file: no network, light and dark, on paper, by keyboard; every text from data is escaped."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from html import escape
from pathlib import Path
from string import Template

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

from dashboard.charts.comparisons import Gap, gaps_chart, promises_chart, shares_chart
from dashboard.report.content import Report
from dashboard.report.reading import Reader, pairs, table

HERE, FONTS = Path(__file__).parent, Path(__file__).resolve().parents[2] / "assets" / "fonts"
FACES = (("Archivo", "archivo-latin-standard-normal.woff2"), ("Inter", "inter-latin-wght-normal.woff2"))
STARS_MARGIN, MOST_PEOPLE = 0.003, 6
# Not the vendor's: no button that would send the figure anywhere.
CONFIG = {"displayModeBar": False, "responsive": True, "showSendToCloud": False, "plotlyServerURL": ""}
SIDES = ("baseline", "candidate")


def html_page(report: Report) -> str:
    """Return the whole file, under 8 MB: Plotly's script stands in it once."""
    plain = report.as_dict()
    read = Reader(plain)
    figures: list[go.Figure] = []

    def chart(figure: go.Figure, label: str) -> str:
        figures.append(figure)
        return f'<figure tabindex="0" aria-label="{escape(label)}"><div id="chart-{len(figures)}" class="chart" role="img" aria-label="{escape(label)}"></div></figure>'

    parts = (_opinions, _metrics, _slices, _groups, _films, _people, _promises, _predictions, _checks, _cards)
    body = "".join(part(read, chart) for part in parts)
    return Template((HERE / "page.html").read_text(encoding="utf-8")).substitute(
        title=escape(
            f"{plain['comparison']['candidate']['trainer']} beside {plain['comparison']['baseline']['trainer']}"
        ),
        style=_faces() + (HERE / "report.css").read_text(encoding="utf-8"),
        lede="".join(f"<li>{escape(sentence)}</li>" for sentence in report.findings),
        measured=_measured(read),
        body=body,
        plotly=get_plotlyjs(),
        figures=_script_json([json.loads(figure.to_json()) for figure in figures]),
        config=_script_json(CONFIG),
        data=_script_json(plain),
    )


Chart = Callable[[go.Figure, str], str]


def _script_json(content: object) -> str:
    """JSON that cannot end the script element it stands in."""
    return json.dumps(content, ensure_ascii=False, allow_nan=False).replace("<", "\\u003c")


def _faces() -> str:
    faces = ""
    for family, name in FACES:
        content = base64.b64encode((FONTS / name).read_bytes()).decode()
        faces += f"@font-face{{font-family:{family};font-weight:100 900;src:url(data:font/woff2;base64,{content})}}"
    return faces


def _measured(read: Reader) -> str:
    return (
        f"{read.number('comparison.n_test', 'n')} held-out ratings of {read.number('comparison.n_people', 'n')} people that "
        f"neither model was trained on; lists of {read.number('comparison.k', 'n')}; "
        f"{read.number('comparison.n_refits', 'n')} fits of each model with other seeds."
    )


def _section(title: str, note: str, *content: str) -> str:
    return f'<section><h2>{escape(title)}</h2><p class="note">{escape(note)}</p>{"".join(content)}</section>'


def _opinions(read: Reader, _: Chart) -> str:
    if read.at("decision") is None and not read.at("notes"):
        return ""
    decided = ""
    if read.at("decision") is not None:
        word, reasons, author, time = (read.text(f"decision.{part}") for part in ("word", "reasons", "author", "time"))
        decided = f'<p class="decision"><b>{word}</b> {reasons} <small>{author}, {time}</small></p>'
    rows = [
        [read.text(f"notes.{n}.{part}") for part in ("author", "time", "about", "text")] for n in read.count("notes")
    ]
    notes = table("Notes", ("By", "When", "About", "Note"), rows) if rows else ""
    return _section("What reviewers said", "Written by people, not measured.", decided, notes)


def _metrics(read: Reader, _: Chart) -> str:
    def row(n: int) -> list[str]:
        path = f"comparison.metrics.{n}"
        sides = [read.figure(f"{path}.{side}") for side in SIDES]
        names = f"{read.text(f'{path}.title')}<small>{read.text(f'{path}.unit')}</small>"
        return [names, *sides, read.figure(f"{path}.gap", "+3"), read.text(f"{path}.verdict")]

    rows = table(
        "All figures of both models",
        ("Measured", "Baseline", "Candidate", "Change", "In words"),
        map(row, read.count("comparison.metrics")),
    )
    note = (
        "Below each figure its 95 % interval over people; that of a change is widened by what other seeds might have given. "
        "A word is given only where all of it is clear of what is too small to act on."
    )
    return _section("Figures side by side", note, rows)


def _slices(read: Reader, chart: Chart) -> str:
    def row(n: int) -> list[str]:
        path = f"comparison.slices.{n}"
        counted = [read.number(f"{path}.{part}", "n") for part in ("n_ratings", "n_people")]
        sides = [read.number(f"{path}.{side}") for side in SIDES]
        return [_kind(read, path), *counted, *sides, read.figure(f"{path}.gap", "+3"), read.text(f"{path}.verdict")]

    drawn = chart(
        gaps_chart(_gaps(read, "comparison.slices"), title="Change of the typical error, stars", margin=STARS_MARGIN),
        "Change of the typical error by kind of person, film and time; the table below holds the numbers",
    )
    head = ("Slice", "Ratings", "People", "Baseline", "Candidate", "Change", "In words")
    note = (
        "Typical error (RMSE) in stars; right of the line the candidate is worse. The intervals hold all together: looking at "
        "many slices does not make one of them stand out by chance."
    )
    rows = table("Typical error by slice", head, map(row, read.count("comparison.slices")))
    return _section("For whom, and for which films", note, drawn, rows)


def _groups(read: Reader, chart: Chart) -> str:
    def row(n: int) -> list[str]:
        path = f"comparison.groups.{n}"
        sides = [read.number(f"{path}.{side}", "%") for side in SIDES]
        films = read.number(f"{path}.n_films", "n")
        return [_kind(read, path), films, *sides, read.figure(f"{path}.gap", "+%"), read.text(f"{path}.verdict")]

    groups = read.at("comparison.groups")
    names = _names(groups)
    shares = [(name, group["baseline"], group["candidate"]) for name, group in zip(names, groups, strict=True)]
    drawn = chart(
        shares_chart(shares, title="Share of all places in lists"),
        "Share of all places in lists by kind of film, from the baseline to the candidate; the table below holds the numbers",
    )
    head = ("Kind of film", "Films", "Baseline", "Candidate", "Change, of all places", "In words")
    rows = table("Places in lists by kind of film", head, map(row, read.count("comparison.groups")))
    note = "Open: baseline; filled: candidate. A film may be of several genres. The intervals hold all together."
    return _section("What the lists hold", note, drawn, rows)


def _films(read: Reader, _: Chart) -> str:
    def rows(which: str) -> str:
        parts = ("n_ratings", "baseline", "candidate")
        lines = [
            [
                read.text(f"comparison.{which}.{n}.title"),
                *(read.number(f"comparison.{which}.{n}.{part}", "n") for part in parts),
            ]
            for n in read.count(f"comparison.{which}")
        ]
        return table(f"Films that {which} lists", ("Film", "Ratings in training", "Lists before", "Lists after"), lines)

    shown = "".join(
        f"<h3>{title}</h3>{rows(which)}" for title, which in (("Gain most", "gained"), ("Lose most", "lost"))
    )
    return _section("Films that gain and lose", "In how many people's lists a film stands.", shown)


def _people(read: Reader, _: Chart) -> str:
    titles = read.at("titles")

    def films(path: str) -> str:
        return f"<ol>{''.join(f'<li>{escape(titles[str(film)])}</li>' for film in read.at(path))}</ol>"

    def row(n: int) -> list[str]:
        path = f"comparison.changes.most_changed.{n}"
        overlap = read.number(f"{path}.overlap", "%")
        return [read.text(f"{path}.user_id"), overlap, *(films(f"{path}.{side}") for side in SIDES)]

    shown = list(read.count("comparison.changes.most_changed"))[:MOST_PEOPLE]
    overlap = read.figure("comparison.changes.overlap", "%")
    between_seeds = read.number("comparison.changes.seed_overlap", "%")
    facts = pairs(
        [
            ("Films in both lists, on average", overlap),
            ("The same between seeds of the baseline", between_seeds),
            ("People whose list is the same", read.number("comparison.changes.n_same", "n")),
        ]
    )
    rows = table("Lists side by side", ("Person", "In both", "Baseline", "Candidate"), map(row, shown))
    note = "Those whose lists are least alike, the top of a list counting most."
    return _section("Whose lists change most", note, facts, rows)


def _promises(read: Reader, chart: Chart) -> str:
    curves = read.at("comparison.reliability")
    if not curves:
        return ""
    drawn = chart(promises_chart(curves), "How many ratings lie in their intervals, against how many should")
    note = "Of what is given nine chances in ten, nine in ten should come true: on the line, promises are kept."
    return _section("How honest the doubt is", note, drawn)


def _predictions(read: Reader, _: Chart) -> str:
    def rows(which: str) -> str:
        lines = []
        for n in read.count(f"comparison.{which}"):
            path = f"comparison.{which}.{n}"
            stars = [read.number(f"{path}.{part}", "2") for part in ("rating", "prediction")]
            lines.append([read.text(f"{path}.title"), read.text(f"{path}.user_id"), *stars])
        return table(f"The {which} predictions", ("Film", "Person", "Rated", "Predicted"), lines)

    shown = "".join(
        f"<h3>{title}</h3>{rows(which)}" for title, which in (("Furthest off", "worst"), ("Nearest", "best"))
    )
    return _section("Single predictions of the candidate", "In stars.", shown)


def _checks(read: Reader, _: Chart) -> str:
    def row(n: int) -> list[str]:
        path = f"comparison.checks.{n}"
        passed = "passes" if read.at(f"{path}.passes") else "<b>fails</b>"
        return [read.text(f"{path}.name"), read.text(f"{path}.model"), passed, read.text(f"{path}.found")]

    rows = table("Sanity checks", ("Check", "Model", "Result", "Found"), map(row, read.count("comparison.checks")))
    return _section("Sanity checks", "What no recommender should do, whatever its error.", rows)


def _cards(read: Reader, _: Chart) -> str:
    parts = ("version", "trainer", "seed", "dataset", "split", "split_seed", "n_ratings", "n_held_out", "fingerprint",
             "held_out_fingerprint", "fit_seconds", "peak_mib", "model_mib")  # fmt: skip
    names = ("Version", "Trainer", "Seed", "Data set", "Split", "Split's seed", "Ratings trained on", "Ratings held out",
             "Fingerprint of the training part", "Fingerprint of the held-out part", "Seconds to fit",
             "Most memory while training, MiB", "The model's numbers, MiB")  # fmt: skip
    forms = {"n_ratings": "n", "n_held_out": "n", "fit_seconds": "2", "peak_mib": "1", "model_mib": "2"}

    def cell(side: str, part: str) -> str:
        path = f"comparison.{side}.{part}"
        return read.number(path, forms[part]) if part in forms else read.text(path)

    rows = [[escape(name), *(cell(side, part) for side in SIDES)] for name, part in zip(names, parts, strict=True)]
    rows.append(["Settings", *(_settings(read.at(f"comparison.{side}.config")) for side in SIDES)])
    rows.append(["Trained with", *(_settings(read.at(f"comparison.{side}.versions")) or "–" for side in SIDES)])
    models = table("Model cards", ("Of the model", "Baseline", "Candidate"), rows)
    data = pairs([("Data", read.text("data.title")), ("Licence", read.text("data.licence"))])
    programs = pairs([(f"Report made with {name}", escape(each)) for name, each in read.at("versions").items()])
    note = "This file names some people by number with single ratings of theirs: the data's licence holds for it, too."
    return _section("Models, data and versions", note, models, data, programs)


def _settings(config: dict[str, object]) -> str:
    return "<br>".join(f"{escape(str(name))} = {escape(str(value))}" for name, value in config.items())


def _kind(read: Reader, path: str) -> str:
    return f"{read.text(f'{path}.name')}<small>{read.text(f'{path}.kind')}</small>"


def _gaps(read: Reader, path: str) -> list[Gap]:
    lines = read.at(path)
    return [
        Gap(name, line["gap"]["value"], line["gap"]["low"], line["gap"]["high"], line["verdict"])
        for name, line in zip(_names(lines), lines, strict=True)
    ]


def _names(lines: list[dict[str, str]]) -> list[str]:
    """Each line's name, with its kind where another line has the same: a drawing has one row a name."""
    names = [line["name"] for line in lines]
    return [line["name"] if names.count(line["name"]) == 1 else f"{line['kind']} {line['name']}" for line in lines]
