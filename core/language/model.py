"""The trained model as the program uses it: what comes next, how a line goes on, which tokens are alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from core.errors import InvalidArgument
from core.language.network import TokenNetwork
from core.language.tokens import DEDENT, INDENT, NAME, NEWLINE, START, Vocabulary, typed_tokens

# A line of code is seldom longer than this.
MOST_TO_COMPLETE = 40
# Of a long text the end alone is read: what the memory still holds of the rest changes nothing that one could see.
MOST_READ = 1000
_ENDS = (NEWLINE, INDENT, DEDENT)
# No space before these, none after those, and after these an opening bracket begins something of its own.
_TIGHT, _OPENING, _CALLING = frozenset(")]},:."), frozenset("([{.@~"), frozenset("([")
_SPACED = frozenset("=,+-*/%") | {"==", "in", "return", "and", "or", "not", "if", "else", "is", "yield", "for"}


class Chance(NamedTuple):
    """A token and how likely it comes next."""

    token: str
    probability: float


class Alike(NamedTuple):
    """A token and the cosine of the angle between its vector and another's, −1 to 1."""

    token: str
    cosine: float


@dataclass(frozen=True, eq=False)
class LanguageModel:
    """A network with the words for its rows; ``figures`` are what was measured when it was trained."""

    network: TokenNetwork
    vocabulary: Vocabulary
    figures: dict[str, float | str]

    @property
    def embedding(self) -> Tensor:
        """The tokens' vectors (n_tokens, width)."""
        return self.network.embedding.weight.detach()

    @property
    def n_parameters(self) -> int:
        """How many numbers training chose."""
        return sum(numbers.numel() for numbers in self.network.parameters())

    def next_tokens(self, line: str, *, n: int = 10) -> list[Chance]:
        """Return the ``n`` likeliest tokens after ``line``, likeliest first.

        Names that the model does not know are read as "some name"; of a long line, the last ``MOST_READ`` tokens are
        read. Raises ``InvalidArgument`` on an empty line, one of more than 10,000 characters, or ``n`` below 1.
        """
        if n < 1:
            raise InvalidArgument(f"n must be at least 1, got {n}")
        chances = self._chances(self._rows(line))
        best = chances.topk(min(n, len(chances)))
        pairs = zip(best.indices.tolist(), best.values.tolist(), strict=True)
        return [Chance(self.vocabulary.tokens[row], chance) for row, chance in pairs]

    def complete(self, line: str, *, most: int = MOST_TO_COMPLETE) -> list[str]:
        """Return how ``line`` likely goes on to its end: each time the likeliest token, at most ``most`` of them.

        The token for "some name" is never chosen: nobody can type it.
        """
        rows, found = self._rows(line), list[str]()
        state = None
        scores, state = self._read(rows, state)
        never = self.vocabulary.rows([START, NAME])
        while len(found) < most:
            scores[never] = -torch.inf
            row = int(scores.argmax())
            if self.vocabulary.tokens[row] in _ENDS:
                break
            found.append(self.vocabulary.tokens[row])
            scores, state = self._read([row], state)
        return found

    def alike(self, token: str, *, n: int = 8) -> list[Alike]:
        """Return the ``n`` tokens whose vectors point most nearly where that of ``token`` does.

        Raises ``InvalidArgument`` if the model has no row of its own for it.
        """
        row, vectors = self.vocabulary.row(token), torch.nn.functional.normalize(self.embedding, dim=1)
        cosines = vectors @ vectors[row]
        cosines[row] = -torch.inf
        best = cosines.topk(min(n, len(cosines) - 1))
        pairs = zip(best.indices.tolist(), best.values.tolist(), strict=True)
        return [Alike(self.vocabulary.tokens[other], cosine) for other, cosine in pairs]

    def unknown(self, line: str) -> list[str]:
        """Return the tokens of ``line`` that the model reads as "some name", each once, in order."""
        return list(dict.fromkeys(token for token in typed_tokens(line) if token not in self.vocabulary))

    def _rows(self, line: str) -> list[int]:
        return self.vocabulary.rows([START, *typed_tokens(line)])[-MOST_READ:]

    def _chances(self, rows: list[int]) -> Tensor:
        return self._read(rows, None)[0].softmax(0)

    @torch.no_grad()
    def _read(self, rows: list[int], state: tuple[Tensor, Tensor] | None) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        scores, state = self.network(torch.tensor([rows]), state, last_only=True)
        return scores[0, -1], state


def continued(line: str, tokens: Sequence[str]) -> str:
    """Return ``line`` with ``tokens`` after it, set as a person would."""
    if not tokens or line[-1:].isspace():
        return line + shown(tokens)
    last = typed_tokens(line)[-1]
    return line + shown([last, *tokens])[len(last) :]


def shown(tokens: Sequence[str]) -> str:
    """Return ``tokens`` as a person would set them: spaces between words, none inside brackets or before commas."""
    text = ""
    for before, token in zip(["", *tokens], tokens, strict=False):
        tight = token in _TIGHT or (token in _CALLING and before not in _SPACED) or before in _OPENING
        text += token if tight or not text else f" {token}"
    return text
