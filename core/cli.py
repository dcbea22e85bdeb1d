"""The command line: ``python -m core COMMAND``. A contract that scripts rely on.

``--json`` prints one JSON value on standard output and nothing else; progress goes to standard error; a person's
mistake exits 2 with one line that names the argument, the value and what is allowed.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from core import commands
from core.engines import ENGINES
from core.errors import InvalidArgument, ReelspaceError
from core.evaluation.findings import findings, summary_lines
from core.evaluation.guards import GUARDED, Guard
from core.space.axis_cards import card_lines
from core.trainers import EXPLAINED, NAMES

GUARD_FAILED, MISTAKE, INTERRUPTED = 1, 2, 130
LARGEST = 2**63 - 1
N_REFITS = 5


class _Parser(argparse.ArgumentParser):
    """argparse names argument, value and choices by itself; this keeps it to one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(MISTAKE, f"Error: {message}\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m core", description="Train, measure and ask latent-factor models.", allow_abbrev=False
    )
    add = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser).add_parser
    _describe_data(add)
    _describe_fits(add)
    _describe_questions(add)
    return parser


def _describe_data(add: Any) -> None:
    listing = add("datasets", help="what is known, what is here, licence, size")
    listing.set_defaults(run=lambda _: commands.datasets())
    _json_option(listing)
    fetch = add("fetch", help="bring a data set to this machine")
    fetch.add_argument("dataset", metavar="DATASET", help="a name that `datasets` lists")
    fetch.set_defaults(run=lambda chosen: commands.fetch(chosen.dataset), json=False)


def _describe_fits(add: Any) -> None:
    train = add("train", help="train a model and save it")
    _fit_options(train)
    train.add_argument("--split", help="hold ratings out: random, time, u1 to u5; none if absent")
    train.add_argument("--split-seed", type=_whole, metavar="S", help="seed of a random split; the fit's own if absent")
    train.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for the model")
    train.set_defaults(run=lambda chosen: _train(chosen))
    evaluate = add("evaluate", help="train on a part of the ratings, measure on the rest")
    _fit_options(evaluate)
    evaluate.add_argument("--split", default="random", help="random, time, u1 to u5, or all: the mean of u1 to u5")
    evaluate.add_argument("--k", type=_whole, default=10, help="length of the lists that are judged")
    evaluate.set_defaults(run=lambda chosen: commands.evaluate(_settings(chosen), split=chosen.split, k=chosen.k))


def _describe_questions(add: Any) -> None:
    recommend = add("recommend", help="films a person has not rated, best first")
    _model_options(recommend)
    _number_option(recommend)
    _whose_options(recommend)
    recommend.set_defaults(
        run=lambda chosen: commands.recommend(chosen.model, user=chosen.user, ratings=chosen.ratings, n=chosen.n)
    )
    neighbours = add("neighbours", help="films nearest to a film, with distances in stars")
    _model_options(neighbours)
    _number_option(neighbours)
    neighbours.add_argument("--item", required=True, metavar="ID", help="the film")
    neighbours.set_defaults(run=lambda chosen: commands.neighbours(chosen.model, item=chosen.item, n=chosen.n))
    _describe_axes(add)
    _describe_compare(add)
    explain = add("explain", help="a prediction as terms that add up, and what each rating did to it")
    _model_options(explain)
    _whose_options(explain)
    explain.add_argument("--item", required=True, metavar="ID", help="the film")
    explain.set_defaults(
        run=lambda chosen: commands.explain(chosen.model, user=chosen.user, ratings=chosen.ratings, item=chosen.item)
    )


def _describe_axes(add: Any) -> None:
    axes = add("axes", help="what the leading directions of the space of films mean, and how sure that is")
    whose = axes.add_mutually_exclusive_group(required=True)
    whose.add_argument("--model", type=Path, metavar="DIR", help="the folder that `train` wrote")
    whose.add_argument("--dataset", help="train on it first: a name that `datasets` lists, or a path")
    axes.add_argument("--trainer", choices=NAMES, help="the one the app opens with if absent; with --dataset only")
    axes.add_argument("--seed", type=_whole, default=0, help="same seed, same figures; 0 if absent")
    axes.add_argument("--n-axes", type=_whole, metavar="K", help="six, or as many as there are, if absent")
    axes.add_argument("--rotation", choices=("principal", "varimax"), default="principal", help="principal if absent")
    _refits_option(axes, "fits that look for the axes again, with other seeds and as many on other people")
    _json_option(axes)
    axes.set_defaults(run=_axes)


def _describe_compare(add: Any) -> None:
    compare = add("compare", help="what changes from one model to another, on ratings that neither was trained on")
    compare.add_argument(
        "--baseline", type=Path, required=True, metavar="DIR", help="a folder that `train --split` wrote"
    )
    compare.add_argument(
        "--candidate", "--model", dest="candidate", type=Path, required=True, metavar="DIR", help="another such folder"
    )
    compare.add_argument(
        "--fail-if",
        action="append",
        default=[],
        type=_guard,
        metavar="GUARD",
        help=f"exit 1 if it holds: rmse>+0.01 (a change, with a sign), rmse>0.95 (the candidate's own); {', '.join(GUARDED)}",
    )
    compare.add_argument("--k", type=_whole, default=10, help="length of the lists that are compared; 10 if absent")
    compare.add_argument("--seed", type=_whole, default=0, help="of the people drawn for intervals; 0 if absent")
    _refits_option(compare, "fits of each with other seeds, which say how much is chance", none=": then no verdicts")
    _json_option(compare)
    compare.set_defaults(run=_compare)


def _compare(chosen: argparse.Namespace) -> Any:
    found, failed = commands.compare(
        chosen.baseline, chosen.candidate, n_refits=chosen.refits, k=chosen.k, seed=chosen.seed, guards=chosen.fail_if
    )
    for sentence in failed:
        print(sentence, file=sys.stderr)
    chosen.status = GUARD_FAILED if failed else 0
    return (
        found.as_dict() | {"findings": list(findings(found)), "failed": failed} if chosen.json else summary_lines(found)
    )


def _guard(text: str) -> Guard:
    try:
        return Guard.parse(text)
    except InvalidArgument as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _train(chosen: argparse.Namespace) -> Any:
    return commands.train(_settings(chosen), split=chosen.split, split_seed=chosen.split_seed, out=chosen.out)


def _axes(chosen: argparse.Namespace) -> Any:
    if chosen.model is not None and chosen.trainer is not None:
        raise InvalidArgument(f"--trainer does not apply to --model, got {chosen.trainer}")
    settings = None if chosen.dataset is None else commands.Settings(chosen.dataset, chosen.trainer, seed=chosen.seed)
    found = commands.axes(
        chosen.model,
        settings,
        n_axes=chosen.n_axes,
        rotation=chosen.rotation,
        n_refits=chosen.refits,
        seed=chosen.seed,
    )
    return found if chosen.json else card_lines(found["axes"])


def _whole(text: str) -> int:
    """Read a whole number that 64 bits hold: more is a slip of the finger, and torch takes no more as a seed."""
    try:
        number = int(text)
    except ValueError:
        number = -LARGEST - 1
    if abs(number) > LARGEST:
        raise argparse.ArgumentTypeError(f"must be a whole number of at most {LARGEST}, got {text[:40]!r}")
    return number


def _json_option(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print one JSON value and nothing else")


def _refits_option(command: argparse.ArgumentParser, what: str, *, none: str = "") -> None:
    text = f"{what}; {N_REFITS} if absent, 0 for none{none}"
    command.add_argument("--refits", type=_whole, default=N_REFITS, metavar="N", help=text)


def _fit_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--dataset", required=True, help="a name that `datasets` lists, or a path")
    command.add_argument("--trainer", choices=(*NAMES, *ENGINES), default="als", help=f"als if absent; {EXPLAINED}")
    command.add_argument("--master", metavar="ADDRESS", help="where Spark runs, for spark-als; local[*] if absent")
    command.add_argument("--n-factors", type=_whole, metavar="K", help="latent dimension; the trainer's own if absent")
    command.add_argument("--seed", type=_whole, default=0, help="same seed, same figures; 0 if absent")
    _json_option(command)


def _model_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--model", type=Path, required=True, metavar="DIR", help="the folder that `train` wrote")
    _json_option(command)


def _number_option(command: argparse.ArgumentParser) -> None:
    command.add_argument("-n", type=_whole, default=10, help="how many films; 10 if absent")


def _whose_options(command: argparse.ArgumentParser) -> None:
    whose = command.add_mutually_exclusive_group(required=True)
    whose.add_argument("--user", metavar="ID", help="a user of the training data")
    whose.add_argument("--ratings", type=Path, metavar="FILE", help="a CSV file with the header item_id,rating")


def _settings(chosen: argparse.Namespace) -> commands.Settings:
    return commands.Settings(chosen.dataset, chosen.trainer, chosen.n_factors, chosen.seed, chosen.master)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status: 0, 1 if a guard fails, 2 for a person's mistake, 130 when interrupted."""
    try:
        chosen = _parser().parse_args(arguments)
        _print(chosen.run(chosen), as_json=chosen.json)
    except ReelspaceError as error:
        print(f"Error: {' '.join(str(error).split())}", file=sys.stderr)
        return MISTAKE
    except KeyboardInterrupt:
        return INTERRUPTED
    return int(getattr(chosen, "status", 0))


def _print(result: Any, *, as_json: bool) -> None:
    """Show a command's result: JSON for a program; lines of name and value, or a table, for a person."""
    if as_json:
        print(json.dumps(result, ensure_ascii=False, allow_nan=False))
    else:
        _print_plainly(result)


def _print_plainly(result: Any, indent: str = "") -> None:
    if isinstance(result, dict):
        width = max((len(str(name)) for name in result), default=0) + 2
        for name, value in result.items():
            nested = isinstance(value, dict) or (isinstance(value, list) and value and isinstance(value[0], dict))
            print(f"{indent}{name:<{max(width, 16)}}{'' if nested else _text(value)}".rstrip())
            if nested:
                _print_plainly(value, indent + "  ")
    elif isinstance(result, list):
        for row in result:
            print(indent + "  ".join(_text(value) for value in row.values()))
    else:
        print(result)


def _text(value: Any) -> str:
    return f"{value:.4f}" if isinstance(value, float) else "" if value is None else str(value)
