"""Words of code on a plane: the same picture as that of the films, of another table of numbers."""

from __future__ import annotations

import builtins
import keyword
from dataclasses import dataclass

from core.errors import InvalidArgument
from core.language.model import LanguageModel
from core.language.tokens import NUMBER, SPECIAL, TEXT
from core.space.projection import project

KINDS_OF_TOKEN = ("keyword", "sign", "value", "built-in", "name")


@dataclass(frozen=True)
class TokenPlace:
    """A token, what kind of word it is (one of ``KINDS_OF_TOKEN``), and where it stands on the plane."""

    token: str
    kind: str
    x: float
    y: float


def kind_of_token(token: str) -> str:
    """Return which of ``KINDS_OF_TOKEN`` a token is, as Python's own reference tells them apart."""
    if token in (TEXT, NUMBER, "True", "False", "None", "...") or token[0].isdecimal():
        return "value"
    if keyword.iskeyword(token):
        return "keyword"
    if not token.isidentifier():
        return "sign"
    return "built-in" if hasattr(builtins, token) else "name"


def place_tokens(model: LanguageModel, *, n: int = 200) -> tuple[list[TokenPlace], float]:
    """Return the first ``n`` tokens of the vocabulary on the plane of their principal components, and what it holds.

    The vocabulary begins with keywords, then come the most frequent; what stands for layout is left out. The second
    number is the share of the variance of these tokens' vectors that lies in the plane, 0 to 1. Vectors are compared by
    angle, so each is taken at length 1. Raises ``InvalidArgument`` if ``n`` is below 3.
    """
    if n < 3:
        raise InvalidArgument(f"n must be at least 3, got {n}")
    tokens = [token for token in model.vocabulary.tokens if token not in SPECIAL or token in (TEXT, NUMBER)][:n]
    vectors = model.embedding[model.vocabulary.rows(tokens)]
    drawn = project(vectors / vectors.norm(dim=1, keepdim=True))
    places = zip(tokens, drawn.points.tolist(), strict=True)
    return [TokenPlace(token, kind_of_token(token), x, y) for token, (x, y) in places], sum(drawn.explained)
