"""The words that this app uses and a newcomer may not: each in one plain sentence, with the step that explains it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Word:
    """One word: ``forms`` are the spellings that are found in a text, ``step`` where the walk explains it."""

    name: str
    sentence: str
    step: str
    forms: tuple[str, ...] = ()

    @property
    def spellings(self) -> tuple[str, ...]:
        """All that stands for it in a text."""
        return (self.name, *self.forms)


# In the order in which the walk needs them.
WORDS = (
    Word("held out", "Ratings that a model never saw while it learned, so that it can be measured on them.", "categories",
         ("held-out", "hidden from all of them")),
    Word("typical error", "How far predictions are from the ratings people gave: the root of the mean squared difference, "
         "in stars (RMSE).", "categories", ("RMSE",)),
    Word("nDCG", "How early the films that people turned out to like stand in a list: 1 where all of them come first, 0 "
         "where none is there.", "categories"),
    Word("interval", "From where to where a figure might lie if it had been measured on other people.", "categories",
         ("95 % interval", "intervals")),
    Word("crosstab", "A table with people in rows, films in columns, and a rating where they meet.", "crosstab",
         ("rating table",)),
    Word("sparse", "Nearly empty: nobody has rated more than a small part of all films.", "crosstab", ("sparsity",)),
    Word("vector", "A short list of numbers: for a person what they like, for a film what it is like.", "tastes",
         ("vectors",)),
    Word("dot product", "Two lists of numbers multiplied pair by pair and added up: large where taste and film agree.",
         "tastes"),
    Word("factor", "One of the numbers in a person's or a film's vector; a direction of taste that nobody named.",
         "training", ("factors", "latent factor", "latent factors")),
    Word("model", "A vector for every person and every film, and the sum that makes predicted stars of two of them.",
         "training", ("models",)),
    Word("prediction", "The stars that a model expects somebody to give.", "training", ("predictions", "predicts")),
    Word("loss", "One number for how wrong all predictions are together; learning is making it smaller.", "training"),
    Word("gradient", "For each number, which way and how strongly it moves the loss.", "training", ("gradient descent",)),
    Word("learning rate", "How far each number moves in one step down the loss.", "training"),
    Word("epoch", "One pass over all ratings.", "training", ("epochs",)),
    Word("batch", "The few ratings that one step of learning looks at.", "training", ("batches",)),
    Word("seed", "The number that random numbers start from: the same seed, the same model.", "training", ("seeds",)),
    Word("one-hot", "A list of zeros with a single one, which points at a row of a table.", "one-hot"),
    Word("embedding", "A table with a vector for each thing, looked up by its number, whose entries are learned.",
         "embedding", ("embeddings",)),
    Word("bias", "What is added for every film of a strict or kind person, or for everybody with a film that all like.",
         "better", ("biases",)),
    Word("weight decay", "A price on large numbers, so that a model keeps to what many ratings say.", "better",
         ("regularisation", "regularization")),
    Word("sigmoid", "A curve that turns any number into one between two ends, here a little wider than the scale of stars.",
         "better"),
    Word("axis", "A direction in which films differ; its ends are films, its name a guess with evidence.", "learned",
         ("axes",)),
    Word("PCA", "Finding the few directions in which many vectors differ most (principal component analysis).", "learned"),
    Word("cold start", "Somebody, or a film, of whom nothing is known yet.", "someone-new"),
    Word("fold-in", "Solving for one new person's vector while the films' vectors stay as they are.", "someone-new",
         ("folding in",)),
    Word("feedback loop", "What is recommended gets rated, what gets rated is recommended: the rest is not seen.",
         "someone-new", ("feedback loops",)),
    Word("neural network", "Sums and bends in layers, with weights that are learned from examples.", "network",
         ("neural networks", "deep learning")),
    Word("skip-gram", "Learning vectors of words, or films, from which others stand near them.", "words"),
    Word("negative sampling", "Showing a model random pairs as wrong answers, since nobody wrote down what does not belong.",
         "words"),
    Word("token", "A piece of text that a language model reads and writes: a word, a name, a sign.", "code", ("tokens",)),
    Word("perplexity", "How many tokens a language model wavers between on average; lower is better.", "code"),
)  # fmt: skip
MOST_MARKED = 2  # words of one text: more underlines would be in the way
_BY_SPELLING = {spelling.casefold(): word for word in WORDS for spelling in word.spellings}
_ANY = re.compile(
    r"(?<![\w-])(" + "|".join(map(re.escape, sorted(_BY_SPELLING, key=len, reverse=True))) + r")(?![\w-])",
    re.IGNORECASE,
)


def marked(text: str, *, known: set[str] | None = None) -> Iterator[tuple[str, Word | None]]:
    """Yield ``text`` in pieces, each with the word that it is the first mention of, else None.

    At most ``MOST_MARKED`` words are marked. ``known`` are names that were marked before; the new ones are added.
    """
    known = set() if known is None else known
    end = 0
    n_marked = 0
    for found in _ANY.finditer(text):
        word = _BY_SPELLING[found.group().casefold()]
        if word.name in known or n_marked == MOST_MARKED:
            continue
        known.add(word.name)
        n_marked += 1
        yield text[end : found.start()], None
        yield found.group(), word
        end = found.end()
    yield text[end:], None
