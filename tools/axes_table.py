"""What ``python -m core axes --json`` says, from standard input, as a page of Markdown on standard output.

For example: python -m core axes --dataset ml-100k --json | python -m tools.axes_table > docs/axes.md
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

TITLES = 3  # films told of at each end
CELLS = 4  # genres and the like told of besides popularity, mean rating and year: the most surely strong


def page(found: Mapping[str, Any]) -> str:
    """Return the page: where the figures come from, a table of axes, one of evidence, and how to read them."""
    return "\n".join([*_head(found), *_axes(found["axes"]), *_evidence(found["axes"]), *_reading(found), ""])


def _head(found: Mapping[str, Any]) -> Iterator[str]:
    yield "# The first axes of the space of films\n"
    yield (
        f"Data {_text(found['dataset'])}, trainer {_text(found['trainer'])}, seed {found['seed']}, model "
        f"`{found['model']}`, {_text(found['rotation'])} axes. Written by `make axes`, never by hand.\n"
    )


def _axes(axes: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    yield "| | share of variance | name | low end | high end | found again: seeds / people |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for axis in axes:
        ends = (", ".join(_text(film["title"]) for film in axis[end][:TITLES]) for end in ("low", "high"))
        yield (
            f"| {axis['index'] + 1} | {axis['variance']:.1%} | {_text(axis['name'])} | {' | '.join(ends)} "
            f"| {_stability(axis['stability'])} |"
        )
    yield ""


def _stability(found: Mapping[str, Any] | None) -> str:
    if found is None:
        return "not refitted"
    return f"{found['by_seeds']:.2f} / {found['by_people']:.2f}, {'yes' if found['found_again'] else '**no**'}"


def _evidence(axes: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    yield "| | popularity R² | mean rating R² | release year R² | what else it tracks most surely: AUC, towards which end |"
    yield "| --- | --- | --- | --- | --- |"
    for axis in axes:
        numbers = {each["attribute"]: _value(each) for each in axis["evidence"] if each["kind"] == "number"}
        cells = [numbers.get(name, "not known") for name in ("popularity", "mean rating", "release year")]
        passed = [each for each in axis["evidence"] if each["kind"] == "yes/no" and each["passes"]]
        passed.sort(key=lambda each: -each["low"])
        told = "; ".join(f"{_text(each['attribute'])} {_value(each)}" for each in passed[:CELLS])
        yield f"| {axis['index'] + 1} | {' | '.join(cells)} | {told or 'nothing'} |"
    yield ""


def _value(each: Mapping[str, Any]) -> str:
    value, low, high = (f"{round(each[name], 2) + 0.0:.2f}" for name in ("value", "low", "high"))  # no minus nought
    told = f"{value} ({low} to {high})"
    return f"{told} {each['end']}" if each["passes"] else f"{told}, within chance"


def _reading(found: Mapping[str, Any]) -> Iterator[str]:
    yield (
        "How to read it. An axis is laid out from ratings alone. What it tracks is learnt on four fifths of the films "
        "and measured on the others, in turn: R² for numbers (0 is nothing, 1 all), AUC for yes and no (0.5 is nothing, "
        "1 all), each with a 95 % interval over films; *low* or *high* is the end with more of it. Only what beats the "
        "largest of all axes and attributes in 95 % of 999 shuffles of the films makes a name, so a whole set of cards "
        "bears a false name in at most one of twenty cases. Popularity and mean rating stand first: people mistake them "
        "for taste."
    )
    if found["angles"] is not None:
        n = found["n_refits"]
        yield (
            f"\n*Found again*: the median cosine between the films' places on the axis and on its match in {n} fits with "
            f"other seeds and in {n} on people drawn with replacement; below 0.85 an axis is not found again, and its name "
            f"describes this one fit. The span of all these axes turns by {found['angles']['seeds']:.0f}° with the seed "
            f"and by {found['angles']['people']:.0f}° with the people (widest principal angle, median)."
        )


def _text(text: object) -> str:
    """Text from data as Markdown shows it literally, in a cell of one line."""
    return re.sub(r"([\\`*_{}\[\]<>|~&])", r"\\\1", " ".join(str(text).split()))


if __name__ == "__main__":
    sys.stdout.write(page(json.load(sys.stdin)))
