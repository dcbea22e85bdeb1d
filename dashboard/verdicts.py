"""What a measurement of models side by side says, in words that change with the numbers."""

from __future__ import annotations

from core import Figure, SideBySide, Standing

NO_DIFFERENCE = "no difference that these data can show"


def distance(figure: Figure) -> str:
    """Return a clear difference without its sign, with its interval: ``0.058 (0.050 to 0.067)``."""
    low, high = sorted((abs(figure.low), abs(figure.high)))
    return f"{abs(figure.value):.3f} ({low:.3f} to {high:.3f})"


def rmse_verdict(standing: Standing) -> str:
    """Return how a model's typical error compares with the reference's: ``nearer by …``, in stars."""
    gap = standing.rmse_gap
    if not gap.is_clear:
        return NO_DIFFERENCE
    return f"{'nearer' if gap.value < 0 else 'further off'} by {distance(gap)} stars"


def ndcg_verdict(standing: Standing) -> str:
    """Return how a model's lists compare with the reference's, nDCG from 0 to 1."""
    gap = standing.ndcg_gap
    if not gap.is_clear:
        return NO_DIFFERENCE
    return f"{'better' if gap.value > 0 else 'worse'} by {distance(gap)}"


def race_sentences(found: SideBySide, name: str, *, title: str, reference: str) -> tuple[str, str]:
    """Return what stands between the model ``name`` and the reference: on stars, then on lists.

    ``title`` and ``reference`` are what people call the two, at the head of a sentence and within one.
    """
    standing = found[name]
    if standing.rmse_gap.is_clear:
        stars = (
            f"{title} is typically {standing.rmse.value:.2f} stars off, {reference} {found[found.reference].rmse.value:.2f}: "
            f"{rmse_verdict(standing)}."
        )
    else:
        stars = f"Between {_inside(title)} and {reference} there is, in stars, {NO_DIFFERENCE}."
    if standing.ndcg_gap.is_clear:
        lists = (
            f"Its lists of {found.k} are {'better' if standing.ndcg_gap.value > 0 else 'worse'}, too: "
            if (standing.ndcg_gap.value > 0) == (standing.rmse_gap.value < 0) and standing.rmse_gap.is_clear
            else f"Its lists of {found.k} are {'better' if standing.ndcg_gap.value > 0 else 'worse'}: "
        ) + f"{standing.ndcg.value:.2f} of the best possible, against {found[found.reference].ndcg.value:.2f}."
    else:
        lists = f"In their lists of {found.k} there is {NO_DIFFERENCE}."
    return stars, lists


def _inside(title: str) -> str:
    return title[:1].lower() + title[1:]
