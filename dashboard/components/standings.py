"""Models side by side as a table with intervals, for ``st.html``. With ``markup``, a place where HTML is built."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from core import Figure, SideBySide, Standing
from dashboard.verdicts import rmse_verdict

LEAST_REACH = 1e-3  # stars; so that nothing is divided by zero where all models are one


def standings(found: SideBySide, names: Mapping[str, tuple[str, str]]) -> str:
    """Return a row a model: RMSE, the difference to the reference's as a picture and in words, nDCG.

    ``names`` gives each model's name for people and a note below it.
    """
    reach = max(
        [LEAST_REACH, *(abs(end) for each in found.standings for end in (each.rmse_gap.low, each.rmse_gap.high))]
    )
    rows = "".join(_row(each, found.reference, *names[each.name], reach=reach) for each in found.standings)
    reference = escape(names[found.reference][0].lower())
    head = (
        '<thead><tr><th scope="col">Model</th><th scope="col">Typical error, stars</th>'
        f'<th scope="col">Compared with {reference}</th>'
        f'<th scope="col">Lists of {found.k}, 0 to 1</th></tr></thead>'
    )
    return f'<div class="rs-wide" tabindex="0" role="region" aria-label="Models side by side"><table class="rs-standings">{head}<tbody>{rows}</tbody></table></div>'


def _row(standing: Standing, reference: str, title: str, note: str, *, reach: float) -> str:
    is_reference = standing.name == reference
    verdict = "the yardstick" if is_reference else rmse_verdict(standing)
    kind = "none" if not standing.rmse_gap.is_clear else "worse" if standing.rmse_gap.value > 0 else "better"
    return (
        f'<tr{" class=ref" if is_reference else ""}><th scope="row">{escape(title)}<small>{escape(note)}</small></th>'
        f"{_number(standing.rmse, 'b', 'Typical error, stars')}<td class=picture>{_interval(standing.rmse_gap, reach, kind)}"
        f"<small>{escape(verdict)}</small></td>{_number(standing.ndcg, 'span', 'Lists, 0 to 1')}</tr>"
    )


def _number(figure: Figure, tag: str, label: str) -> str:
    """A cell; ``label`` heads it where a phone has no room for the table's head."""
    return (
        f'<td class="number" data-label="{escape(label)}"><{tag}>{figure.value:.3f}</{tag}>'
        f"<small>{figure.low:.3f} to {figure.high:.3f}</small></td>"
    )


def _interval(figure: Figure, reach: float, kind: str) -> str:
    """A dot with its interval; left is nearer, right further off, the line in the middle is no difference."""

    def place(value: float) -> float:
        return 50 + value / reach * 46  # a margin at either end, so that a dot is never cut

    return (
        f'<span class="rs-interval {kind}" aria-hidden="true" style="--a:{place(figure.low):.1f};'
        f'--w:{place(figure.high) - place(figure.low):.1f};--m:{place(figure.value):.1f}"><i></i></span>'
    )
