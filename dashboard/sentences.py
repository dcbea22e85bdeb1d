"""What pages say in words, made from measured figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core import Explanation, GenreShare, Id, Influence, NamedAxis, Pair, PersonalShare, Taste, Tip
from dashboard.words import count, predicted_text, signed, star_text

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


def why_sentence(
    found: Explanation,
    axes: Sequence[NamedAxis],
    titles: Mapping[Id, str],
    *,
    at: Sequence[float],
    counts_most: str,
    name: str,
) -> str:
    """Return what moves a prediction most, in words; ``at`` is where the film stands along each axis."""
    parts = []
    you = next((term for term in found.terms if term.kind == "you"), None)
    if you is not None and abs(you.value) >= STRICTNESS_WORTH_SAYING and found.in_stars:
        below = "below" if you.value < 0 else "above"
        verb = "rate" if name == "You" else "rates"
        parts.append(f"{name} {verb} {predicted_text(abs(you.value))} stars {below} the average person.")
    parts.append(_mover(found, axes, titles, at))
    if counts_most:
        parts.append(f"Of {'your' if name == 'You' else 'their'} own ratings, {counts_most} counts most.")
    return " ".join(parts)


def in_spite_sentence(title: str, influence: Influence, *, is_you: bool) -> str:
    """Return why a low rating raises a film that is like the one it was given to."""
    who = "you" if is_you else "they"
    return (
        f"A low rating can lift similar films: {who} gave {title} {star_text(influence.rating)}, but that {who} chose to "
        "watch it says more about the taste than the stars do."
    )


def tip_sentence(tip: Tip | None, title: str, *, listed: bool, n: int, is_you: bool) -> str:
    """Return the smallest change of one rating that puts a film into the best ``n``, or out of them."""
    where = f"among the {n} best" if listed else f"not among the {n} best"
    if tip is None:
        return f"This film is {where}, and no other rating of a single film would change that."
    who, whose = ("you", "your") if is_you else ("they", "their")
    verb = "leaves them" if listed else f"comes in at place {tip.rank}"
    return (
        f"This film is {where} of {whose} list. It {verb} as soon as {who} give {title} {star_text(tip.needed)} "
        f"instead of {star_text(tip.rating)}."
    )


def share_sentence(share: PersonalShare, *, n: int, is_you: bool) -> str:
    """Return how much of the best ``n`` is what everybody gets; ``n`` must be one of the lengths compared."""
    whose = "your" if is_you else "their"
    same, known = (round(alike.overlap[n] * n) for alike in (share.everybody, share.popularity))
    return (
        f"Of {whose} {n} best films, {_so_many(same)} also among the {n} best for the average person, and "
        f"{_so_many(known)} among the {n} most rated. The rest is {'you' if is_you else 'them'}."
    )


def agreement_sentence(most: Pair, least: Pair) -> str:
    """Return who agrees most, and who least, of all pairs."""
    first = f"{most.one} and {most.other} {_AGREE[round(max(0.0, most.agreement) * 3)]}."
    if (most.one, most.other) == (least.one, least.other):
        return first
    return f"{first} Furthest apart are {least.one} and {least.other}."


_AGREE = ("hardly agree", "agree a little", "agree on many films", "agree on nearly everything")


def _so_many(number: int) -> str:
    return f"{number or 'none'} {'is' if number == 1 else 'are'}"


def _mover(found: Explanation, axes: Sequence[NamedAxis], titles: Mapping[Id, str], at: Sequence[float]) -> str:
    """The term that moves the prediction most, and which way."""
    strongest = found.strongest
    amount = f"{signed(strongest.value)}{' stars' if found.in_stars else ''}"
    does = "lifts" if strongest.value >= 0 else "lowers"
    if strongest.kind == "axis":
        place = [term for term in found.terms if term.kind == "axis"].index(strongest)
        axis = axes[place]
        end = axis.low if at[place] < 0 else axis.high
        films = " and ".join([titles[film] for film in end if film != found.item_id][:2])
        return f"What {does} this film most is one direction of taste, the one towards {films}: {amount}."
    return f"{_WHAT[strongest.kind].format(does=does)}: {amount}." if strongest.kind in _WHAT else _NETWORK


_WHAT = {
    "you": "What {does} it most is how strictly this person rates in general",
    "film": "What {does} it most is the film's own standing with everybody",
    "rest": "What {does} it most are many small directions of taste together",
    "limits": "What {does} it most is the end of the scale",
}
_NETWORK = "This model is a network: its answer is no sum, so it cannot be taken apart."
