"""Names of films made comparable: the many ways in which catalogues and services write the same title.

``keys_of`` gives what two spellings of one name share: no accents, case, punctuation, blanks or leading article; "&" is
"and", "II" and "two" are 2, "Doctor" is "Dr". Beside the whole name stand readings that cut something off, each with
how far it may be trusted.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from core.titles import article_first

# How far a reading of a name may be trusted.
WHOLE = 1.0
# A leading article may come and go: "The Truman Show", "Truman Show".
NO_ARTICLE = 0.96
# Cut by a custom that keeps the film: "Star Wars: Episode V - The Empire Strikes Back", "Bram Stoker's Dracula".
CUSTOM = 0.96
# Cut at a colon: "Pocahontas: The Legend" (1995) is no other name of "Pocahontas" (1995).
CUT = 0.85

_LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i",
                          "½": " 1/2", "⅓": " 1/3", "¼": " 1/4", "²": " 2", "³": " 3"})  # fmt: skip
_AND = re.compile(r"\s?[&+]\s?")
_SILENT = re.compile(r"(?<=\w)['’‘`´.*·](?=\w)|[.*]")
_WORD = re.compile(r"[^\W_]+")
_ELIDED = re.compile(r"[ld]['’](?=\w)", re.IGNORECASE)
# Articles that are no word of another kind: "Die", "As", "I" and "En" may be something else.
_ARTICLE_WORDS = "the a an le la les un une il lo gli uno una el los las um uma der das ein eine het een"
_UNIT_WORDS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TEN_WORDS = "twenty thirty forty fifty sixty seventy eighty ninety"
_ROMAN_WORDS = "ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi"
_ARTICLES = frozenset(_ARTICLE_WORDS.split())
_UNITS = {word: number for number, word in enumerate(_UNIT_WORDS.split(), start=1)}
_TENS = {word: 10 * number for number, word in enumerate(_TEN_WORDS.split(), start=2)}
_NUMBERS = _UNITS | _TENS | {word: number for number, word in enumerate(_ROMAN_WORDS.split(), start=2)}
_SHORT = {"doctor": "dr", "mister": "mr", "versus": "vs", "saint": "st", "boulevard": "blvd", "mount": "mt"}
_BEFORE_NUMBER = ("part", "vol", "volume", "chapter", "episode", "pt")

_COLON = re.compile(r"\s*:\s+|\s+[-–—]\s+")
_OR = re.compile(r",?\s+or:\s+|,\s+or,?\s+", re.IGNORECASE)
_EPISODE = re.compile(r".+?(?::|\s[-–—])?\s+Episode\s+(?:[IVX]+|\d+)\s*(?::|[-–—])\s+(?P<rest>.+)", re.IGNORECASE)
_SEQUEL = re.compile(r"(?P<base>.*\w)\s+(?P<number>[2-9]|I{2,3}|IV|V|VI{0,3}|IX)")
# "Bram Stoker's", "National Lampoon's": two names, not "My Best Friend's".
_PRESENTER = re.compile(
    r"(?!(?:The|An?|My|Our|Your|His|Her|Mrs?|Ms|Dr)\b)(?:[A-Z][\w.-]+\s+(?:[A-Z]\.\s+)?[A-Z][\w.-]+|Disney)['’]s\s+(?P<rest>.+)"
)


class Reading(NamedTuple):
    """One way to read a name: its words, an article that stood before them, and how far it may be trusted."""

    words: tuple[str, ...]
    article: str
    trust: float

    @property
    def key(self) -> str:
        """What two spellings of the same name share."""
        return "".join(self.words)


def readings_of(name: str) -> list[Reading]:
    """Return the ways to read a name, the whole one first; none for a name without a letter or digit."""
    found: dict[tuple[str, ...], Reading] = {}
    for text, trust in _spellings(article_first(name.strip())):
        article, words = words_of(text)
        if words:
            found.setdefault(words, Reading(words, article, trust))
    return list(found.values())


def words_of(name: str) -> tuple[str, tuple[str, ...]]:
    """Return the leading article, or nothing, and the words of a name in their plain form."""
    text = _AND.sub(" and ", name.casefold().translate(_LETTERS))
    elided = _ELIDED.match(text)
    if elided:
        text = text[elided.end() :]
    text = unicodedata.normalize("NFKD", text)
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    words = _WORD.findall(_SILENT.sub("", text))
    if elided and words:
        return elided.group()[0], _numbered(words)
    if len(words) > 1 and words[0] in _ARTICLES:
        return words[0], _numbered(words[1:])
    return "", _numbered(words)


def _numbered(words: list[str]) -> tuple[str, ...]:
    """Write numbers as digits and leave out "part" before one."""
    plain: list[str] = []
    for place, word in enumerate(words):
        number = _number(word, words, place)
        before = plain[-1] if plain else ""
        if number is not None and before in _BEFORE_NUMBER and len(plain) > 1:
            plain.pop()
        if _UNITS.get(word, 10) < 10 and place and words[place - 1] in _TENS:  # thirty-two
            plain[-1] = str(_TENS[words[place - 1]] + _UNITS[word])
        else:
            plain.append(_SHORT.get(word, word) if number is None else number)
    return tuple(plain)


def _number(word: str, words: list[str], place: int) -> str | None:
    if word == "i":
        return "1" if place and words[place - 1] in _BEFORE_NUMBER else None
    number = _NUMBERS.get(word)
    if number is not None:
        return str(number)
    return word if word.isdecimal() else None


def _spellings(name: str) -> Iterator[tuple[str, float]]:
    """Give the name and what is left of it when something is cut off."""
    yield name, WHOLE
    for part in _OR.split(name, maxsplit=1)[:2]:
        yield part, CUSTOM
    for pattern in (_EPISODE, _PRESENTER):
        found = pattern.fullmatch(name)
        if found:
            yield found["rest"], CUSTOM
    for part in re.split(r"\s+or\s+", name, maxsplit=1)[:1]:
        yield part, CUT
    parts = _COLON.split(name, maxsplit=1)
    if len(parts) == 2:
        base, subtitle = parts
        sequel = _SEQUEL.fullmatch(base)
        if sequel:  # "Free Willy 2: The Adventure Home", "Star Trek II: The Wrath of Khan"
            yield base, CUSTOM
            yield f"{sequel['base']} {subtitle}", CUSTOM
        yield base, CUT
        yield subtitle, CUT
