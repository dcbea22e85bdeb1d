"""What is known of people and films beside the ratings, in words: a film's genres, somebody's occupation."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping

import torch
from torch import Tensor

from core.ids import Id, IdMap


class Traits(Mapping[Id, tuple[str, ...]]):
    """The words that hold of each of ``kind`` ("films", "people") by id.

    Read only and hashable; order and repetition of words say nothing; its text is short, and the same for the same
    content.
    """

    def __init__(self, words: Mapping[Id, Iterable[str]], *, kind: str) -> None:
        self.kind = kind
        self._of = {label: tuple(sorted(set(own))) for label, own in words.items()}

    def __getitem__(self, label: Id) -> tuple[str, ...]:
        return self._of[label]

    def __iter__(self) -> Iterator[Id]:
        return iter(self._of)

    def __len__(self) -> int:
        return len(self._of)

    def __hash__(self) -> int:
        return hash(repr(self))

    def __repr__(self) -> str:
        content = repr(sorted(self._of.items(), key=repr)).encode()
        return f"{len(self)} {self.kind}, {hashlib.sha256(content).hexdigest()[:12]}"

    def table(self, ids: IdMap) -> Tensor:
        """Return 1 where a word holds of an id and 0 elsewhere (len(ids), n_words), float64.

        Columns are the words of any of ``ids`` in alphabetical order; an id of which nothing is known has zeros.
        """
        found = [(row, word) for row, label in enumerate(ids) for word in self._of.get(label, ())]
        place = {word: column for column, word in enumerate(sorted({word for _, word in found}))}
        table = torch.zeros(len(ids), len(place), dtype=torch.float64)
        for row, word in found:
            table[row, place[word]] = 1
        return table
