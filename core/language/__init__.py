"""Embeddings elsewhere: a small language model of Python code, taught on Python's own standard library.

``python -m core.language train`` teaches it and writes ``assets/language/python.safetensors`` (2.8 MB); ``evaluate``
measures it, ``complete "for i in range("`` asks it. Of the modules (Python 3.11.7: 406 with 1.2 million tokens, a
vocabulary of 4,096) a tenth is held out, a tenth was for choosing settings; both follow from a hash of the module's name.
Measured on the 34 held-out modules (113,677 tokens): perplexity 4.15, against 7.64 of an interpolated Kneser–Ney 5-gram
counted on the same training tokens; ratio 0.54, from 0.52 to 0.58 (95 % bootstrap over modules). Training took 29
minutes on one core. Tokens are whole words and signs; names outside the vocabulary are one token, "some name".
A completion takes 2 ms at the median and 23 ms at the 95th percentile, over 1,000 beginnings of held-out lines; of the
longest line that is answered, 10,000 characters, 67 and 109 ms (``python -m benchmarks.bench_language``, one core of an
AMD EPYC while others worked on it).
"""

from core.language.artefact import load
from core.language.model import Alike, Chance, LanguageModel, continued
from core.language.tokens import MEANINGS, MOST_CHARACTERS

__all__ = [
    "MEANINGS",
    "MOST_CHARACTERS",
    "Alike",
    "Chance",
    "LanguageModel",
    "continued",
    "load",
]
