"""What pages say in words, made from measured figures."""

from __future__ import annotations

from core import GenreShare, Taste
from dashboard.words import count

# A genre's share is worth a word from here up; nearer to the usual share it may be chance.
LIFT_WORTH_SAYING = 1.5
# Stars above or below what others give the same films before somebody counts as generous or strict.
STRICTNESS_WORTH_SAYING = 0.25
# With fewer ratings than this, shares and means are chance.
LEAST_RATINGS = 5
_TIMES = {2: "Twice", 3: "Three times", 4: "Four times", 5: "Five times", 6: "Six times", 7: "Seven times",
          8: "Eight times", 9: "Nine times", 10: "Ten times", 11: "Eleven times", 12: "Twelve times"}  # fmt: skip


def taste_sentence(taste: Taste) -> str:
    """Return somebody's taste in a sentence: the genre that stands out, and how strict they are."""
    if taste.n_rated < LEAST_RATINGS:
        return f"{count(taste.n_rated, 'rating')} {'says' if taste.n_rated == 1 else 'say'} little about a taste yet."
    genre = taste.genres[0] if taste.genres else None
    stands_out = genre is not None and genre.lift >= LIFT_WORTH_SAYING
    about = _genre(genre) if genre is not None and stands_out else "Something of everything"
    return f"{about}, and {_strictness(taste.strictness)}."


def evidence_sentence(taste: Taste, *, is_you: bool) -> str:
    """Return what the predictions rest on."""
    whose, who = ("your", "you") if is_you else ("their", "they")
    return f"From {whose} {count(taste.n_rated, 'rating')} the model predicts the films {who} have not rated."


def _genre(share: GenreShare) -> str:
    times = int(share.lift + 0.5)
    much = "One and a half times" if share.lift < 1.75 else _TIMES.get(times, f"{times} times")
    name = share.genre if share.genre.isupper() else share.genre.lower()
    return f"{much} the usual share of {name}{' films' if name.endswith('s') else ''}"


def _strictness(difference: float) -> str:
    if abs(difference) < STRICTNESS_WORTH_SAYING:
        return "about as strict as others are with the same films"
    kind = "hard to please" if difference < 0 else "easy to please"
    return f"{kind}: {_stars(abs(difference))} {'below' if difference < 0 else 'above'} what others give the same films"


def _stars(difference: float) -> str:
    halves = round(difference * 2)
    words = {0: "a quarter of a star", 1: "half a star", 2: "a whole star", 3: "one and a half stars", 4: "two stars"}
    return words.get(halves, f"{halves / 2:g} stars")
