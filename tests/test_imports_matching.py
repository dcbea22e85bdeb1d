"""Names made comparable, films found by them, and what an import would save."""

from __future__ import annotations

import pytest

from core.catalogue import Film, film_from_title
from core.imports.history import Entry, History
from core.imports.matching import FilmMatcher, Found
from core.imports.names import CUSTOM, CUT, WHOLE, readings_of
from core.imports.report import Watched, fitted, match_history, plan_import
from core.scale import RatingScale

HALVES = RatingScale(0.5, 5.0, 0.5)
WHOLE_STARS = RatingScale(1.0, 5.0, 1.0)


def key(name: str) -> str:
    return readings_of(name)[0].key


def trust(name: str, part: str) -> float:
    return {reading.key: reading.trust for reading in readings_of(name)}[key(part)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Matrix, The", "The Matrix"),
        ("L'Enfer", "Enfer, L'"),
        ("Der Himmel", "himmel"),
        ("Misérables, Les", "les miserables"),
        ("Amélie", "AMELIE"),
        ("Smørrebrød", "Smorrebrod"),
        ("Benny & Joon", "Benny and Joon"),
        ("Romeo + Juliet", "Romeo and Juliet"),
        ("Rocky II", "Rocky 2"),
        ("The Godfather: Part II", "The Godfather Part 2"),
        ("Twelve Monkeys", "12 Monkeys"),
        ("Thirty-Two Short Films", "32 Short Films"),
        ("8½", "8 1/2"),
        ("Alien³", "Alien 3"),
        ("M*A*S*H", "MASH"),
        ("E.T. the Extra-Terrestrial", "ET The Extraterrestrial"),
        ("Face/Off", "Face Off"),
        ("Dr. No", "Doctor No"),
        ("Don't Look Now", "Dont Look Now"),
        ("Don’t Look Now", "Don't Look Now"),
        ("東京物語", "東京物語"),
    ],
)
def test_spellings_of_one_name(one: str, other: str) -> None:
    assert key(one) == key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Rocky II", "Rocky III"),
        ("Alien", "Aliens"),
        ("Die Hard", "Hard"),
        ("As Good As It Gets", "Good As It Gets"),
        ("I, Robot", "Robot"),
    ],
)
def test_other_names(one: str, other: str) -> None:
    assert key(one) != key(other)


def test_what_may_be_cut_off() -> None:
    assert trust("Dr. Strangelove or: How I Learned to Stop Worrying", "Dr. Strangelove") == CUSTOM
    assert trust("Star Wars: Episode V - The Empire Strikes Back", "The Empire Strikes Back") == CUSTOM
    assert trust("Bram Stoker's Dracula", "Dracula") == CUSTOM
    assert trust("Free Willy 2: The Adventure Home", "Free Willy 2") == CUSTOM
    assert trust("Star Trek II: The Wrath of Khan", "Star Trek: The Wrath of Khan") == CUSTOM
    assert trust("Pocahontas: The Legend", "Pocahontas") == CUT
    assert trust("Pocahontas", "Pocahontas") == WHOLE
    for name in ("My Best Friend's Wedding", "The Preacher's Wife", "Mr. Bean's Holiday"):
        assert len(readings_of(name)) == 1


def test_nothing_to_read() -> None:
    assert readings_of("???") == []
    assert FilmMatcher([Film(1, "!!!", 1990)]).find(Entry("???", "f", 1, year=1990)).verdict == "not found"


CATALOGUE = [
    film_from_title(1, "City of Lost Children, The (Cité des enfants perdus, La) (1995)"),
    film_from_title(2, "Sabrina (1954)"),
    film_from_title(3, "Sabrina (1995)"),
    film_from_title(4, "Psycho (1960)"),
    film_from_title(5, "Three Colors: Red (1994)"),
    film_from_title(6, "Hugo Pool (1997)"),
    film_from_title(7, "Hugo Pool (1997)"),
    film_from_title(8, "Perfect Murder, A (1998)"),
]


def find(title: str, year: int | None = None, *, other: str = "", films: list[Film] | None = None) -> Found:
    return FilmMatcher(films or CATALOGUE).find(Entry(title, "f", 1, year=year, other_title=other))


def test_by_any_of_its_names_in_either_column() -> None:
    for title, other in (
        ("The City of Lost Children", ""),
        ("La cité des enfants perdus", ""),
        ("Stadt der Kinder", "La Cité des enfants perdus"),
    ):
        found = find(title, 1995, other=other)
        assert (found.verdict, found.candidates[0].film.id) == ("matched", 1)


@pytest.mark.parametrize(("year", "film"), [(1954, 2), (1953, 2), (1995, 3), (1996, 3)])
def test_a_remake_by_its_year(year: int, film: int) -> None:
    found = find("Sabrina", year)
    assert (found.verdict, found.candidates[0].film.id) == ("matched", film)


def test_a_year_that_differs_is_asked_then_refused() -> None:
    found = find("Psycho", 1963)
    assert (found.verdict, found.why) == ("uncertain", "the year differs: 1963 in the file, 1960 here")
    found = find("Psycho", 1998)
    assert (found.verdict, found.why) == ("not found", "of this name only the film of 1960 is here")
    assert find("Barbie", 2023).why == "made after the newest film here, of 1998"
    assert find("Nowhere", 1990).why == "no film here has this name"


def test_without_a_year_a_film_is_found_by_title_or_asked() -> None:
    assert find("Psycho").verdict == "by title"
    assert find("Psycho (1960)").verdict == "matched"
    sabrina = find("Sabrina")
    assert (sabrina.verdict, sabrina.why) == ("uncertain", "the file gives no year")
    assert {candidate.film.id for candidate in sabrina.candidates} == {2, 3}


def test_spelling_is_forgiven_other_words_are_not() -> None:
    assert find("Three Colours: Red", 1994).verdict == "matched"
    assert find("Three Colours: Rid", 1994).verdict != "matched"
    assert find("Three Colors: White", 1994).verdict != "matched"


def test_another_article_is_asked() -> None:
    assert find("Perfect Murder", 1998).verdict == "matched"
    assert find("The Perfect Murder", 1998).verdict == "uncertain"


def test_a_film_listed_twice_is_the_first_unless_ids_tell_them_apart() -> None:
    assert find("Hugo Pool", 1997).candidates[0].film.id == 6
    films = [Film(6, "Emma", 1996, imdb_id="tt0116191"), Film(7, "Emma", 1996, imdb_id="tt0118308")]
    found = find("Emma", 1996, films=films)
    assert (found.verdict, found.why, len(found.candidates)) == ("uncertain", "several films here fit equally well", 2)


def test_imdb_ids_decide_whatever_the_title() -> None:
    matcher = FilmMatcher([Film(1, "Emma", 1996, imdb_id="tt0116191"), Film(2, "Psycho", 1960, imdb_id="tt0054215")])
    found = matcher.find(Entry("Something else", "f", 1, year=2001, imdb_id="tt116191"))
    assert (found.verdict, found.candidates[0].film.id, found.why) == ("matched", 1, "by IMDb id")
    assert matcher.find(Entry("Psycho", "f", 1, year=1960, imdb_id="tt9999999")).verdict == "uncertain"
    assert matcher.find(Entry("Psycho", "f", 1, year=1960)).verdict == "matched"


def test_tmdb_ids_decide_where_imdb_ids_do_not_and_never_for_a_series() -> None:
    films = [Film(1, "Emma", 1996, imdb_id="tt0116191", tmdb_id=3573), Film(2, "Psycho", 1960, tmdb_id=539)]
    matcher = FilmMatcher(films)
    found = matcher.find(Entry("Something else", "f", 1, year=2001, tmdb_id=539))
    assert (found.verdict, found.candidates[0].film.id, found.why) == ("matched", 2, "by TMDB id")
    both = matcher.find(Entry("Something else", "f", 1, imdb_id="tt0116191", tmdb_id=539))
    assert (both.candidates[0].film.id, both.why) == (1, "by IMDb id")
    assert matcher.find(Entry("Something else", "f", 1, year=2001, kind="series", tmdb_id=539)).verdict == "not found"


# The report and what it leads to


def history(*entries: Entry) -> History:
    return History("Letterboxd", entries, ("f",))


def row(title: str, year: int | None, stars: float | None, at: int | None = None, **more: str) -> Entry:
    return Entry(title, "f", 1, year=year, stars=stars, rated_at=at, **more)  # type: ignore[arg-type]


def test_the_last_rating_counts_and_a_viewing_never_overrules_one() -> None:
    report = match_history(
        history(
            row("Psycho", 1960, 2.0, 300),
            row("Psycho", 1960, 5.0, 100),
            row("Psycho", 1960, None, 900),
            row("Psycho", 1961, 4.0, 200),
        ),
        FilmMatcher(CATALOGUE),
    )
    (match,) = report.matched
    assert (match.entry.stars, match.n_rows, report.n_repeated) == (2.0, 4, 3)
    same_day = match_history(
        history(row("Psycho", 1960, 2.0, 300), row("Psycho", 1960, 3.0, 300)), FilmMatcher(CATALOGUE)
    )
    assert same_day.matched[0].entry.stars == 3.0


def test_every_row_is_somewhere() -> None:
    rows = [
        row("Psycho", 1960, 2.0),
        row("Hugo Pool", None, None),
        row("Psycho", 1962, 2.0),
        row("Barbie", 2023, 2.0),
        row("Fargo", 2014, 2.0, kind="series"),
    ]
    report = match_history(history(*rows), FilmMatcher(CATALOGUE))
    parts = [
        [match.entry for match in part]
        for part in (report.matched, report.by_title, report.uncertain, report.not_found)
    ]
    assert [*parts, list(report.series)] == [[entry] for entry in rows]


def test_what_a_service_tells_apart_is_not_mixed_up() -> None:
    rows = (row("Psycho", 1960, 2.0, key="https://boxd.it/a"), row("Psycho", 1960, 5.0, key="https://boxd.it/b"))
    report = match_history(history(*rows), FilmMatcher(CATALOGUE))
    assert report.matched == ()
    assert report.uncertain[0].found.why == "the export holds several films of this name and year"


def test_a_plan_takes_what_is_matched_and_what_was_chosen() -> None:
    rows = (
        row("Psycho", 1960, 0.5, 7),
        row("Sabrina", 1995, None, 5),
        row("Hugo Pool", None, 4.0, 3),
        row("The Perfect Murder", 1998, 3.5, 1),
    )
    report = match_history(history(*rows), FilmMatcher(CATALOGUE))
    plan = plan_import(report, WHOLE_STARS)
    assert plan.rated == (Watched(4, 1.0, 7),)  # half a star stops at the lowest of the scale
    assert plan.seen == (Watched(3, None, 5),)
    assert plan.n_bent == 1
    more = plan_import(report, HALVES, chosen={0: 8}, titles=[0])
    assert [one.film for one in more.rated] == [8, 6, 4]  # oldest first
    assert more.n_bent == 0


def test_a_film_chosen_twice_is_saved_once() -> None:
    rows = (row("Psycho", 1960, 5.0, 1), row("Psycho", 1963, 2.0, 9))
    report = match_history(history(*rows), FilmMatcher(CATALOGUE))
    assert plan_import(report, HALVES, chosen={0: 4}).rated == (Watched(4, 2.0, 9),)


def test_stars_stretch_to_another_scale() -> None:
    assert fitted(4.5, RatingScale(1.0, 10.0, 1.0)) == 9.0
    assert fitted(0.5, WHOLE_STARS) == 1.0
    assert fitted(3.5, WHOLE_STARS) == 3.5
