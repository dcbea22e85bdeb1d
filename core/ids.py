"""The maps between ids, as the data write them, and rows of tensors."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from core.errors import InvalidArgument, UnknownId

Id: TypeAlias = int | str


class IdMap:
    """The labels of one side of the table in row order; a label is never used as a row."""

    def __init__(self, labels: Iterable[Id], *, kind: str) -> None:
        self.labels: tuple[Id, ...] = tuple(labels)
        self.kind = kind
        self._rows = {label: row for row, label in enumerate(self.labels)}
        if len(self._rows) != len(self.labels):
            raise InvalidArgument(f"{kind} ids must be distinct, got {len(self.labels) - len(self._rows)} repeated")

    def __len__(self) -> int:
        return len(self.labels)

    def __iter__(self) -> Iterator[Id]:
        return iter(self.labels)

    def __contains__(self, label: object) -> bool:
        return label in self._rows

    def row(self, label: Id) -> int:
        """Return the row of ``label``; raise ``UnknownId`` if there is none."""
        try:
            return self._rows[label]
        except (KeyError, TypeError):
            raise UnknownId(f"{self.kind} {label!r} is not in this data; there are {len(self)} {self.kind}s") from None

    def rows(self, labels: Iterable[Id]) -> list[int]:
        """Return the rows of ``labels`` in their order; raise ``UnknownId`` at the first that is missing."""
        wanted = list(labels)
        try:
            return [self._rows[label] for label in wanted]
        except (KeyError, TypeError):
            return [self.row(label) for label in wanted]  # names the one that is missing

    def parse(self, text: str) -> Id:
        """Return the label that ``text`` spells (an address bar and a command line know only text)."""
        for label in (text, int(text) if re.fullmatch("-?[0-9]{1,19}", text) else text):  # ids are 64 bits at most
            if label in self._rows:
                return label
        raise UnknownId(f"{self.kind} {text!r} is not in this data; there are {len(self)} {self.kind}s")
