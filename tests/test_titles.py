"""Titles as people say them. The titles are ones that MovieLens 100K and latest-small hold, quirks included."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.datasets.dataset import Dataset
from core.titles import ARTICLES, Title, article_first, parse_title

QUIRKS = [
    ("Toy Story (1995)", Title("Toy Story", 1995, ())),
    ("Misérables, Les (1995)", Title("Les Misérables", 1995, ())),
    ("Hunt for Red October, The (1990)", Title("The Hunt for Red October", 1990, ())),
    ("Good, the Bad and the Ugly, The (1966)", Title("The Good, the Bad and the Ugly", 1966, ())),
    ("Enfer, L' (1994)", Title("L'Enfer", 1994, ())),
    ("Boot, Das (Boat, The) (1981)", Title("Das Boot", 1981, ("The Boat",))),
    (
        "Vitelloni, I (a.k.a. The Young and the Passionate) (1953)",
        Title("I Vitelloni", 1953, ("The Young and the Passionate",)),
    ),
    ("Twelve Monkeys (a.k.a. 12 Monkeys) (1995)", Title("Twelve Monkeys", 1995, ("12 Monkeys",))),
    (
        "European Vacation (aka National Lampoon's European Vacation) (1985)",
        Title("European Vacation", 1985, ("National Lampoon's European Vacation",)),
    ),
    (
        "Asterix in America (a.k.a Asterix Conquers America) (Astérix et les Indiens) (1994)",
        Title("Asterix in America", 1994, ("Asterix Conquers America", "Astérix et les Indiens")),
    ),
    (
        "Dream of Light (a.k.a. Quince Tree Sun, The) (Sol del membrillo, El) (1992)",
        Title("Dream of Light", 1992, ("The Quince Tree Sun", "El Sol del membrillo")),
    ),
    ("Crow, The: Wicked Prayer (2005)", Title("The Crow: Wicked Prayer", 2005, ())),
    ("(500) Days of Summer (2009)", Title("(500) Days of Summer", 2009, ())),
    ("Frontière(s) (2007)", Title("Frontière(s)", 2007, ())),
    (
        "Birdman: Or (The Unexpected Virtue of Ignorance) (2014)",
        Title("Birdman: Or (The Unexpected Virtue of Ignorance)", 2014, ()),
    ),
    ("Evangelion: 3.0 You Can (Not) Redo (2012)", Title("Evangelion: 3.0 You Can (Not) Redo", 2012, ())),
    ("Two Friends (1986) ", Title("Two Friends", 1986, ())),
    (
        "Land Before Time III: The Time of the Great Giving (1995) (V)",
        Title("Land Before Time III: The Time of the Great Giving", 1995, ()),
    ),
    ("Death Note: Desu nôto (2006–2007)", Title("Death Note: Desu nôto", 2006, ())),
    ("1984 (Nineteen Eighty-Four) (1984)", Title("1984", 1984, ("Nineteen Eighty-Four",))),
    ("2001: A Space Odyssey (1968)", Title("2001: A Space Odyssey", 1968, ())),
    ("I, Worst of All (Yo, la peor de todas) (1990)", Title("I, Worst of All", 1990, ("Yo, la peor de todas",))),
    ("What's Up, Doc? (1972)", Title("What's Up, Doc?", 1972, ())),
    ("Monsters, Inc. (2001)", Title("Monsters, Inc.", 2001, ())),
    ("Dumb & Dumber (Dumb & Dumber) (1994)", Title("Dumb & Dumber", 1994, ())),
    ("Babylon 5", Title("Babylon 5", None, ())),
    ("unknown", Title("unknown", None, ())),
    ("(1997)", Title("(1997)", None, ())),
    ("", Title("", None, ())),
]


@pytest.mark.parametrize(("filed", "said"), QUIRKS, ids=[filed or "empty" for filed, _ in QUIRKS])
def test_titles_read_as_people_say_them(filed: str, said: Title) -> None:
    assert parse_title(filed) == said


@pytest.mark.parametrize("article", ARTICLES)
def test_every_article_moves_to_the_front(article: str) -> None:
    space = "" if article == "L'" else " "
    assert article_first(f"Belle chose, {article}") == f"{article}{space}Belle chose"


@given(st.text(max_size=60))
def test_any_text_is_a_title_and_no_letter_is_made_up(text: str) -> None:
    title = parse_title(text)
    said = "".join((title.name, *title.alternatives))
    assert Counter("".join(said.split())) <= Counter(text)
    assert bool(title.name) == bool(text.strip())


@given(st.from_regex(r"\A[A-Z][a-z]{1,9}( [A-Z][a-z]{1,9}){0,3}\Z"), st.integers(1874, 2099))
def test_a_plain_title_with_its_year_comes_back_as_it_was(name: str, year: int) -> None:
    assert parse_title(f"{name} ({year})") == Title(name, year, ())


def test_no_film_of_ml_100k_keeps_a_catalogue_s_order(ml100k: Dataset) -> None:
    titles = [title for film in ml100k.films for title in (film.title, *film.alternatives)]
    assert [title for title in titles if article_first(title) != title] == []
    assert sum(title.startswith("The ") for title in titles) > 250
    assert [film.id for film in ml100k.films if film.year is None] == [267]


def test_a_film_without_year_or_genre_survives(ml100k: Dataset) -> None:
    film = ml100k.films[267]
    assert (film.title, film.label, film.year, film.genres) == ("unknown", "unknown", None, ())
    assert ml100k.films[1].label == "Toy Story (1995)"
    assert ml100k.films[543].label == "Les Misérables (1995)"
