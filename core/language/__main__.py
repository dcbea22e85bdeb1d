"""The command line of the language model: ``python -m core.language train|evaluate|complete``."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from core.errors import ReelspaceError
from core.language.artefact import FILE, load, save
from core.language.corpus import Corpus, standard_library
from core.language.evaluation import compare
from core.language.kneser_ney import KneserNey
from core.language.model import LanguageModel, shown
from core.language.training import LanguageModelTrainer
from core.progress import Progress


def train(seed: int, n_epochs: int | None, out: Path) -> dict[str, Any]:
    """Train on the standard library, save, and return what was measured on its held-out modules."""
    corpus = standard_library()
    settings = LanguageModelTrainer() if n_epochs is None else LanguageModelTrainer(n_epochs=n_epochs)
    start = time.perf_counter()
    network = settings.fit(corpus.train, n_tokens=len(corpus.vocabulary), seed=seed, on_progress=_tell)
    figures: dict[str, float | str] = {"fit_seconds": round(time.perf_counter() - start), "python": corpus.python}
    save(LanguageModel(network, corpus.vocabulary, figures), out)
    measured = evaluate(out, corpus)
    save(LanguageModel(network, corpus.vocabulary, {**figures, **measured}), out)
    return {"file": str(out), **asdict(settings), "seed": seed, **figures, **measured}


def evaluate(path: Path, corpus: Corpus | None = None) -> dict[str, Any]:
    """Return the perplexity of the saved model and of 5-grams counted on the same training modules."""
    corpus = standard_library() if corpus is None else corpus
    model = load(path)
    rows = [model.vocabulary.rows(corpus.vocabulary.tokens[row] for row in module) for module in corpus.train]
    held_out = [model.vocabulary.rows(corpus.vocabulary.tokens[row] for row in module) for module in corpus.held_out]
    return asdict(compare(model.network, KneserNey.fit(rows, size=len(model.vocabulary)), held_out))


def complete(path: Path, line: str) -> dict[str, Any]:
    """Return the likeliest next tokens and a whole completion of ``line``."""
    model = load(path)
    chances = [chance._asdict() for chance in model.next_tokens(line)]
    return {"next": chances, "completion": shown(model.complete(line)), "unknown": model.unknown(line)}


def _tell(progress: Progress) -> None:
    print(f"{progress.message}: loss {progress.loss:.3f}", file=sys.stderr, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; 2 for a person's mistake."""
    parser = argparse.ArgumentParser(prog="python -m core.language", description=__doc__)
    parser.add_argument("command", choices=("train", "evaluate", "complete"))
    parser.add_argument("line", nargs="?", default="", help="what `complete` goes on from")
    parser.add_argument("--file", type=Path, default=FILE, help="the model's file")
    parser.add_argument("--epochs", type=int, help="of training; the settings' own if absent")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args(arguments)
    try:
        found = {
            "train": lambda: train(chosen.seed, chosen.epochs, chosen.file),
            "evaluate": lambda: evaluate(chosen.file),
            "complete": lambda: complete(chosen.file, chosen.line),
        }[chosen.command]()
    except ReelspaceError as error:
        print(f"Error: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    print(json.dumps(found, ensure_ascii=False, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
