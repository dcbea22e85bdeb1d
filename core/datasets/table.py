"""Your own ratings: CSV or parquet with user, item, rating and, if there, time; a film table is optional.

Ids keep the type they have in the file: whole numbers stay numbers, anything else is text ("007" is).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from core.catalogue import Catalogue, Film, film_from_title
from core.datasets.cells import as_ids, as_number, decode, is_whole, seconds_of
from core.datasets.columns import FILM_COLUMNS, RATING_COLUMNS, places_of
from core.datasets.delimited import NO_RATINGS, Layout, lines_of, read_delimited
from core.datasets.films import genres_of
from core.datasets.problems import Row, Rules, first_problem, shown
from core.errors import DataError, InvalidArgument
from core.ids import Id
from core.ratings import Ratings

PARQUET = ".parquet"
DELIMITERS = ",;\t|"
NEEDED = ("user", "film", "rating")


class Table(NamedTuple):
    """A file by name, with its content."""

    name: str
    data: bytes


def read_table(ratings: Table, films: Table | None = None) -> tuple[Ratings, Catalogue]:
    """Return ratings, in the order of the file, and films; raise ``DataError`` for what cannot be used.

    The scale is read from the ratings. Without a film table a film is known by its id, read as a title if it is text.
    """
    known = None if films is None else _read_films(films)
    rules = Rules(ratings.name)
    if known is not None and films is not None:
        rules = replace(rules, films=known.ids, films_name=films.name)
    read = _read_parquet if ratings.name.lower().endswith(PARQUET) else _read_text
    table = read(ratings, rules)
    return table, known or Catalogue(_film_named_by(label) for label in table.items)


def _film_named_by(label: Id) -> Film:
    return film_from_title(label, label) if isinstance(label, str) else Film(label, f"Film {label}")


def _read_text(table: Table, rules: Rules) -> Ratings:
    delimiter, header = _header(table)
    places = places_of(header, RATING_COLUMNS, NEEDED, table.name)
    layout = Layout(
        delimiter,
        len(header),
        has_header=True,
        quoted=True,
        user=places["user"],
        item=places["film"],
        rating=places["rating"],
        time=places.get("time"),
        rules=rules,
    )
    return read_delimited(table.data, layout)


def _header(table: Table) -> tuple[str, list[str]]:
    """Return the delimiter, the one that the header has most of, and the names in the header."""
    first = decode(table.data[: table.data.find(b"\n") + 1 or None], table.name)
    delimiter = max(DELIMITERS, key=first.count)
    for _, cells in lines_of(first, delimiter, quoted=True, name=table.name):
        return delimiter, cells
    raise DataError.at(table.name, None, NO_RATINGS)


def _read_parquet(table: Table, rules: Rules) -> Ratings:
    frame = _parquet(table)
    places = places_of(frame.column_names, RATING_COLUMNS, NEEDED, table.name)
    rules = replace(rules, unit="Row")
    if not frame.num_rows:
        raise DataError.at(table.name, None, NO_RATINGS)
    columns = {kind: frame.column(place).to_pandas() for kind, place in places.items()}
    try:
        return _ratings(columns, rules)
    except (InvalidArgument, TypeError, ValueError) as error:
        rows = _rows(columns)
        raise first_problem(rows, rules) or DataError.at(table.name, None, f"it cannot be read, {error}") from None


def _ratings(columns: dict[str, pd.Series], rules: Rules) -> Ratings:
    users, items = _id_column(columns["user"]), _id_column(columns["film"])
    if rules.films is not None:
        items = _typed_like(items, rules.films)
        if not set(items.unique().tolist()) <= set(rules.films):
            raise InvalidArgument("a film is not in the film table")
    times = seconds_of(columns["time"]) if "time" in columns else None
    values = columns["rating"].astype(float)
    return Ratings.from_columns(users, items, values, times, known_items=rules.films or ())


def _id_column(column: pd.Series) -> pd.Series:
    """Return a column of ids as whole numbers or as text; a whole number may have become a float beside a gap."""
    if pd.api.types.is_float_dtype(column) and (column % 1 == 0).all():
        return column.astype(int)
    return column


def _typed_like(items: pd.Series, films: Collection[Id]) -> pd.Series:
    """Return the column as text where the film table has text, as numbers where it has numbers and they can be."""
    if any(isinstance(film, str) for film in films):
        return items.astype(str)
    return items.astype(int) if all(is_whole(str(item)) for item in items.unique()) else items


def _rows(columns: dict[str, pd.Series]) -> Iterator[Row]:
    none = [None] * len(columns["user"])
    times = columns.get("time", none)
    cells = zip(columns["user"], columns["film"], columns["rating"], times, strict=True)
    yield from (Row(number, *row) for number, row in enumerate(cells, start=1))


def _parquet(table: Table) -> pa.Table:
    try:
        return pq.read_table(pa.BufferReader(table.data))
    except (pa.ArrowInvalid, OSError):
        raise DataError.at(table.name, None, "it is damaged or not parquet, a whole parquet file is needed") from None


def _read_films(table: Table) -> Catalogue:
    """Return the films of somebody's own table: id and title and, if there, year and genres ("Comedy|Drama")."""
    numbers, rows = _film_rows(table)
    if not rows:
        raise DataError.at(table.name, None, "the file is empty, at least one film is needed")
    labels = [row["film"] for row in rows]
    ids = as_ids(labels) if isinstance(labels[0], str) else labels
    films: dict[Id, Film] = {}
    for number, film_id, row in zip(numbers, ids, rows, strict=True):
        if film_id in films:
            raise DataError.at(
                table.name, number, f"film {shown(film_id)} stands a second time, each film once is allowed"
            )
        films[film_id] = _film(film_id, row)
    return Catalogue(films.values())


def _film(film_id: Id, row: dict[str, Any]) -> Film:
    film = film_from_title(
        film_id, str(row["title"] or "") or f"Film {film_id}", genres_of(str(row.get("genres") or ""))
    )
    year = as_number(row.get("year"))
    return film if year is None else replace(film, year=int(year))


def _film_rows(table: Table) -> tuple[list[int], list[dict[str, Any]]]:
    """Return the lines' numbers and their cells by kind of column."""
    if table.name.lower().endswith(PARQUET):
        frame = _parquet(table)
        places = places_of(frame.column_names, FILM_COLUMNS, ("film", "title"), table.name)
        columns = {kind: frame.column(place).to_pylist() for kind, place in places.items()}
        rows = [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
        return list(range(1, len(rows) + 1)), rows
    delimiter, header = _header(table)
    places = places_of(header, FILM_COLUMNS, ("film", "title"), table.name)
    numbers, rows = [], []
    for number, cells in lines_of(decode(table.data, table.name), delimiter, quoted=True, name=table.name):
        if len(cells) != len(header):
            raise DataError.at(table.name, number, f"the line has {len(cells)} columns, {len(header)} are needed")
        numbers.append(number)
        rows.append({kind: cells[place] for kind, place in places.items()})
    return numbers[1:], rows[1:]
