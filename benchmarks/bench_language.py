"""How long a line of code waits for its completion, and films for being read as words: ``python -m benchmarks.bench_language``.

Lines come from held-out modules of Python's standard library, each cut at a random place; the longest line that is
answered has 10,000 characters. A completion is the whole rest of a line, at most 40 tokens.
"""

from __future__ import annotations

import argparse
import random
import sysconfig
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks.report import milliseconds, show, spread, timed
from core import InvalidArgument, limit_threads, load_dataset
from core.language import MOST_CHARACTERS, LanguageModel, load
from core.language.corpus import part_of
from core.lessons import Item2Vec, sentences

LONGEST = "x = " + "1 + " * (MOST_CHARACTERS // 4 - 1)


def beginnings(model: LanguageModel, n: int, *, seed: int = 0) -> list[str]:
    """Return ``n`` beginnings of lines that the model has not read."""
    root, dice = Path(sysconfig.get_path("stdlib")), random.Random(seed)
    names = sorted(path.relative_to(root).as_posix() for path in root.glob("*.py"))
    modules = [name for name in names if part_of(name) == "held_out"]
    lines = [line for name in modules for line in (root / name).read_text(encoding="utf-8").splitlines()]
    found: list[str] = []
    while len(found) < n:
        line = dice.choice(lines)
        cut = line[: dice.randint(0, len(line))]
        try:
            model.next_tokens(cut, n=1)
        except InvalidArgument:  # nothing but spaces, say
            continue
        found.append(cut)
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000)
    parser.add_argument("--dataset", default="ml-100k")
    parser.add_argument("--fits", type=int, default=3)
    chosen = parser.parse_args(arguments)
    limit_threads(1)  # as in the app
    model = load()
    lines, rows = beginnings(model, chosen.lines), []
    for what, texts in (("a line", lines), (f"{len(LONGEST):,} characters", [LONGEST] * max(1, chosen.lines // 20))):
        for name, ask in (("next tokens", model.next_tokens), ("completion", model.complete)):
            taken = spread(milliseconds([partial(ask, text) for text in texts]))
            rows.append({"asked": name, "of": what, "p50, ms": taken["p50"], "p95, ms": taken["p95"], "n": taken["n"]})
    ratings = load_dataset(chosen.dataset).ratings
    fits = [timed(partial(Item2Vec().fit, sentences(ratings), ratings.items, seed=0))[1] for _ in range(chosen.fits)]
    seconds = median(fits)
    print(f"Films as words, {chosen.dataset}: {seconds:.1f} s, median of {chosen.fits}.")
    show("A line of code goes on", rows, {"benchmark": "language", "rows": rows, "item2vec_fit_seconds": seconds})


if __name__ == "__main__":
    main()
