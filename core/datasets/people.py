"""What a data set says of the people in it, where it says anything: age, gender, occupation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from core.datasets.cells import decode, is_whole
from core.datasets.delimited import lines_of
from core.errors import DataError
from core.ids import Id

N_COLUMNS_100K = 5
# Years. Ages are told in bands of ten, and from here on in one: 31 of the 943 people of ml-100k are as old.
BAND, LAST_BAND = 10, 60


@dataclass(frozen=True)
class Profile:
    """One person as the data set describes them: ``age`` in years, ``gender`` and ``occupation`` in its own words."""

    age: int | None = None
    gender: str = ""
    occupation: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        """What is known, in words that mean the same for everybody: "aged 20 to 29", "occupation writer"."""
        known = [_band(self.age)] if self.age is not None else []
        known += [f"gender {self.gender}"] if self.gender else []
        return (*known, *([f"occupation {self.occupation}"] if self.occupation else []))


def _band(age: int) -> str:
    first = age // BAND * BAND
    return f"aged {LAST_BAND} or more" if first >= LAST_BAND else f"aged {first} to {first + BAND - 1}"


def people_100k(data: bytes, name: str) -> dict[Id, Profile]:
    """Return the people of ``u.user``: id|age|gender|occupation|zip code; raise ``DataError`` for a line that is none."""
    people: dict[Id, Profile] = {}
    for number, cells in lines_of(decode(data, name, fallback="latin-1"), "|", quoted=False, name=name):
        if len(cells) != N_COLUMNS_100K:
            raise DataError.at(name, number, f"the line has {len(cells)} columns, {N_COLUMNS_100K} are needed")
        label, age, gender, occupation, _ = cells
        for what, cell in (("user id", label), ("age", age)):
            if not is_whole(cell):
                raise DataError.at(name, number, f"{what} {cell!r} is not a number, a whole number is allowed")
        if int(label) in people:
            raise DataError.at(name, number, f"user {label} stands a second time, each person once is allowed")
        people[int(label)] = Profile(int(age), gender.strip(), occupation.strip())
    return people


def people_packaged(rows: Iterable[dict[str, Any]]) -> dict[Id, Profile]:
    """Return the people of the packaged table, a row each."""
    return {row["user_id"]: Profile(row["age"], row["gender"], row["occupation"]) for row in rows}
