"""Ratings from text with a delimiter, as fast as arrow reads it; what is wrong is then found line by line."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv

from core.datasets.cells import as_ids, decode, seconds_of
from core.datasets.problems import Row, Rules, first_problem
from core.errors import DataError, InvalidArgument
from core.ids import Id
from core.ratings import Ratings

NO_RATINGS = "the file is empty, at least one rating is needed"
_SOMETHING = re.compile(rb"\S")


@dataclass(frozen=True)
class Layout:
    """How a ratings file is written: the columns' places, the delimiter, how many columns and whether a header."""

    delimiter: str
    n_columns: int
    has_header: bool = False
    quoted: bool = False
    user: int = 0
    item: int = 1
    rating: int = 2
    time: int | None = 3
    rules: Rules = field(default_factory=lambda: Rules("ratings"))

    def place(self, column: int) -> str:
        """Return arrow's name for a column. For arrow "::" is an empty column between two ":"."""
        return f"f{column * len(self.delimiter)}"


def read_delimited(data: bytes, layout: Layout) -> Ratings:
    """Return the ratings in ``data``, in its order; raise ``DataError`` for the first line that cannot be used."""
    rules = layout.rules
    first_line = data.find(b"\n") + 1 or len(data)
    if not _SOMETHING.search(data, first_line if layout.has_header else 0):
        raise DataError.at(rules.name, None, NO_RATINGS)
    try:
        return _ratings(_read_table(data, layout), layout)
    except (pa.ArrowInvalid, InvalidArgument, ValueError) as error:
        found = first_problem(_rows(data, layout), rules)
        # Arrow and this scan agree on what a number is; should they ever not, arrow's own words must do.
        raise found or DataError.at(rules.name, None, f"it cannot be read, {' '.join(str(error).split())}") from None


def _read_table(data: bytes, layout: Layout) -> pa.Table:
    label = pa.dictionary(pa.int32(), pa.string())
    types = {layout.place(layout.user): label, layout.place(layout.item): label}
    types[layout.place(layout.rating)] = pa.float64()
    if layout.time is not None:
        types[layout.place(layout.time)] = pa.int64() if layout.rules.whole_ids else pa.string()
    n_fields = (layout.n_columns - 1) * len(layout.delimiter) + 1
    return pacsv.read_csv(
        pa.BufferReader(data),
        read_options=pacsv.ReadOptions(
            column_names=[f"f{number}" for number in range(n_fields)], skip_rows=int(layout.has_header)
        ),
        parse_options=pacsv.ParseOptions(
            delimiter=layout.delimiter[0], quote_char='"' if layout.quoted else False, newlines_in_values=layout.quoted
        ),
        convert_options=pacsv.ConvertOptions(
            column_types=types, include_columns=list(types), null_values=[], strings_can_be_null=False
        ),
    )


def _ratings(table: pa.Table, layout: Layout) -> Ratings:
    rules = layout.rules
    table = table.unify_dictionaries().combine_chunks()
    text_films = rules.films is not None and any(isinstance(film, str) for film in rules.films)
    users = _labels(table[layout.place(layout.user)], must_be_whole=rules.whole_ids)
    items = _labels(table[layout.place(layout.item)], must_be_whole=rules.whole_ids, keep_text=text_films)
    if rules.films is not None and not set(items.cat.categories) <= set(rules.films):
        raise InvalidArgument("a film is not in the film table")
    times = None
    if layout.time is not None:
        column = table[layout.place(layout.time)]
        times = np.array(column) if rules.whole_ids else seconds_of(column.to_pandas())
    ratings = table[layout.place(layout.rating)].to_numpy()
    return Ratings.from_columns(users, items, ratings, times, scale=rules.scale, known_items=rules.films or ())


def _labels(column: pa.ChunkedArray, *, must_be_whole: bool, keep_text: bool = False) -> pd.Series:
    """Return a dictionary column as a categorical one with ids as categories."""
    coded = column.chunk(0)
    texts = coded.dictionary.to_pylist()
    labels: list[Id] = list(texts) if keep_text else as_ids(texts)
    if "" in labels or (must_be_whole and isinstance(labels[0], str)):
        raise InvalidArgument("an id is missing or not a whole number")
    return pd.Series(pd.Categorical.from_codes(coded.indices.to_numpy(), labels))


def _rows(data: bytes, layout: Layout) -> Iterator[Row]:
    """Give the lines as rows; raise ``DataError`` at the first with another number of columns."""
    name = layout.rules.name
    for number, cells in lines_of(decode(data, name), layout.delimiter, quoted=layout.quoted, name=name):
        if len(cells) != layout.n_columns:
            raise layout.rules.error(number, f"the line has {len(cells)} columns, {layout.n_columns} are needed")
        if number > 1 or not layout.has_header:
            time = None if layout.time is None else cells[layout.time]
            yield Row(number, cells[layout.user], cells[layout.item], cells[layout.rating], time)


def lines_of(text: str, delimiter: str, *, quoted: bool, name: str | Path) -> Iterator[tuple[int, list[str]]]:
    """Give each line that is not blank with its number, from 1, and its cells."""
    if not quoted:
        for number, line in enumerate(io.StringIO(text), start=1):
            if line.strip("\r\n"):
                yield number, line.rstrip("\r\n").split(delimiter)
        return
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        yield from ((reader.line_num, cells) for cells in reader if cells)
    except csv.Error as error:
        raise DataError.at(name, reader.line_num, f"the line is not CSV, {error}") from None
