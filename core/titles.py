"""Film titles as people say them, out of the way catalogues file them.

"Misérables, Les (1995)" becomes "Les Misérables", 1995. Further names in brackets, with or without "a.k.a.", are kept
as alternatives. A title that follows no such custom is left as it stands.
"""

from __future__ import annotations

import re
from typing import NamedTuple

# The articles that trail in MovieLens titles (2,300 of them in 100K and latest-small), and their sisters.
ARTICLES = (
    *("The", "A", "An", "Da"),  # English
    *("Le", "La", "Les", "L'", "Un", "Une"),  # French
    *("Il", "Lo", "I", "Gli", "Uno", "Una"),  # Italian
    *("El", "Los", "Las"),  # Spanish
    *("O", "Os", "As", "Um", "Uma"),  # Portuguese
    *("Der", "Die", "Das", "Ein", "Eine"),  # German
    *("De", "Het", "Een", "Den", "Det", "En", "Ett", "Et"),  # Dutch and Scandinavian
)

# "Crow, The: Wicked Prayer" has its article in the middle.
_TRAILING_ARTICLE = re.compile(
    rf"(?P<rest>.+?),\s+(?P<article>{'|'.join(ARTICLES)})(?P<subtitle>:\s.+)?", re.IGNORECASE
)
# A range of years stands for a series; "(V)" and "(TV)" mark films that were never shown in a cinema.
_YEAR = re.compile(r"(?P<rest>.*\S)\s*\((?P<year>1[89]\d\d|20\d\d)(?:[-–]\d{0,4})?\)(?:\s*\((?:V|TV)\))?")
_LAST_BRACKET = re.compile(r"(?P<rest>.*\S)\s+\((?P<name>[^()]+)\)")
_ALSO_KNOWN_AS = re.compile(r"a\.?k\.?a\.?\s+", re.IGNORECASE)
# "Birdman: Or (The Unexpected Virtue of Ignorance)": here the bracket belongs to the title.
_UNFINISHED = re.compile(r"(?:\bor|[:&])$", re.IGNORECASE)


class Title(NamedTuple):
    """A title taken apart: the name, the year or None, and the other names in the order they were written."""

    name: str
    year: int | None
    alternatives: tuple[str, ...]


def parse_title(text: str) -> Title:
    """Return the parts of a catalogue's title; any text is a title, so nothing is refused."""
    dated = _YEAR.fullmatch(text.strip())
    rest = dated["rest"] if dated else text.strip()
    others: list[str] = []
    while (bracket := _LAST_BRACKET.fullmatch(rest)) and not _UNFINISHED.search(bracket["rest"]):
        rest = bracket["rest"]
        others.insert(0, article_first(_ALSO_KNOWN_AS.sub("", bracket["name"].strip(), count=1)))
    name = article_first(rest)
    alternatives = tuple(other for other in dict.fromkeys(others) if other and other != name)
    return Title(name, int(dated["year"]) if dated else None, alternatives)


def article_first(name: str) -> str:
    """Return ``name`` with a trailing article moved to the front: "Grand bleu, Le" reads "Le Grand bleu"."""
    filed = _TRAILING_ARTICLE.fullmatch(name)
    if not filed:
        return name
    space = "" if filed["article"].endswith("'") else " "
    return f"{filed['article']}{space}{filed['rest']}{filed['subtitle'] or ''}"
