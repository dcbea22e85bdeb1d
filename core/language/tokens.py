"""Python source as a row of tokens: what a reader sees as one word or sign is one number here."""

from __future__ import annotations

import io
import keyword
import tokenize
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from core.errors import InvalidArgument

START, NEWLINE, INDENT, DEDENT = "<start>", "<newline>", "<indent>", "<dedent>"
NAME, TEXT, NUMBER = "<name>", "<text>", "<number>"
# What stands for many: a name outside the vocabulary, any string, any number but 0, 1 and 2.
SPECIAL = (START, NAME, NEWLINE, INDENT, DEDENT, TEXT, NUMBER)
# What each of these says to a reader.
MEANINGS = {
    START: "the beginning",
    NAME: "some other name",
    NEWLINE: "the end of the line",
    INDENT: "a block begins",
    DEDENT: "a block ends",
    TEXT: "some text in quotes",
    NUMBER: "some other number",
}
# Five tokens of 12 bits fit into one 64-bit number, which is what makes counting n-grams quick.
MOST_TOKENS = 4096
# As much as a person types by hand; more is a slip.
MOST_CHARACTERS = 10_000

_LAYOUT = {tokenize.NEWLINE: NEWLINE, tokenize.INDENT: INDENT, tokenize.DEDENT: DEDENT, tokenize.STRING: TEXT}
_SKIPPED = {tokenize.COMMENT, tokenize.NL, tokenize.ENCODING, tokenize.ENDMARKER}
_COMMON_NUMBERS = frozenset("012")
_LAYOUT_CHARACTERS = frozenset("\t\n\r\f")


def tokens_of(source: str) -> list[str]:
    """Return the tokens of ``source``, comments left out; of unfinished code, those before it breaks off."""
    return list(_readable(source))


def _readable(source: str) -> Iterator[str]:
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type not in _SKIPPED and not (token.type == tokenize.ERRORTOKEN and token.string.isspace()):
                yield _name_of(token)
    except (tokenize.TokenError, SyntaxError):  # an open bracket, a dedent to nowhere: what was read stands
        return


def _name_of(token: tokenize.TokenInfo) -> str:
    if token.type == tokenize.NUMBER:
        return token.string if token.string in _COMMON_NUMBERS else NUMBER
    return _LAYOUT.get(token.type, token.string)


def typed_tokens(line: str) -> list[str]:
    """Return the tokens of what a person typed, without the line end that the tokenizer adds.

    Raises ``InvalidArgument`` if nothing is there to go on from, if there are more than ``MOST_CHARACTERS``, and on
    characters that are none: control codes but tabs and line ends, halves of a pair.
    """
    if len(line) > MOST_CHARACTERS:
        raise InvalidArgument(f"line must have at most {MOST_CHARACTERS:,} characters, got {len(line):,}")
    for letter in line:
        if unicodedata.category(letter) in ("Cc", "Cs") and letter not in _LAYOUT_CHARACTERS:
            raise InvalidArgument(f"line must be text, got a character of code {ord(letter)}, which no source has")
    tokens = tokens_of(line)
    while tokens and tokens[-1] == DEDENT:
        tokens.pop()
    if tokens and tokens[-1] == NEWLINE and not line.endswith("\n"):
        tokens.pop()
    if not tokens:
        raise InvalidArgument(f"line must hold some Python to go on from, got {line[:40]!r}")
    return tokens


@dataclass(frozen=True)
class Vocabulary:
    """The tokens that have a row of their own, ``SPECIAL`` first; all other names share the row of ``NAME``."""

    tokens: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.tokens[: len(SPECIAL)] != SPECIAL or len(set(self.tokens)) != len(self.tokens):
            raise InvalidArgument(f"tokens must begin with {', '.join(SPECIAL)} and be distinct")
        if len(self.tokens) > MOST_TOKENS:
            raise InvalidArgument(f"tokens must be at most {MOST_TOKENS:,}, got {len(self.tokens):,}")

    @classmethod
    def of(cls, documents: Iterable[Sequence[str]], *, size: int = MOST_TOKENS) -> Vocabulary:
        """Return the ``size`` most frequent tokens of ``documents`` and every keyword; ties in the alphabet's order."""
        counts = Counter(token for document in documents for token in document)
        ordered = sorted(counts.keys() - set(SPECIAL) - set(keyword.kwlist), key=lambda token: (-counts[token], token))
        return cls((*SPECIAL, *keyword.kwlist, *ordered)[:size])

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {token: row for row, token in enumerate(self.tokens)}

    def __len__(self) -> int:
        return len(self.tokens)

    def __contains__(self, token: str) -> bool:
        return token in self._rows

    def rows(self, tokens: Iterable[str]) -> list[int]:
        """Return the row of each token, that of ``NAME`` for one that has none."""
        other = self._rows[NAME]
        return [self._rows.get(token, other) for token in tokens]

    def row(self, token: str) -> int:
        """Return the row of ``token``; raises ``InvalidArgument`` if it has none of its own."""
        if token not in self._rows:
            raise InvalidArgument(f"token must be one of the {len(self):,} that the model knows, got {token[:40]!r}")
        return self._rows[token]
