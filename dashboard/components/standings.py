"""Models side by side as a table with intervals, for ``st.html``. With ``markup``, a place where HTML is built."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from core import SideBySide, Standing
from dashboard.components.figure_cells import interval, measured_cell, reach_of, wide
from dashboard.verdicts import rmse_verdict


def standings(found: SideBySide, names: Mapping[str, tuple[str, str]]) -> str:
    """Return a row a model: RMSE, the difference to the reference's as a picture and in words, nDCG.

    ``names`` gives each model's name for people and a note below it.
    """
    reach = reach_of(each.rmse_gap for each in found.standings)
    rows = "".join(_row(each, found.reference, *names[each.name], reach=reach) for each in found.standings)
    reference = escape(names[found.reference][0].lower())
    head = (
        '<thead><tr><th scope="col">Model</th><th scope="col">Typical error, stars</th>'
        f'<th scope="col">Compared with {reference}</th>'
        f'<th scope="col">Lists of {found.k}, 0 to 1</th></tr></thead>'
    )
    return wide("Models side by side", f'<table class="rs-standings">{head}<tbody>{rows}</tbody></table>')


def _row(standing: Standing, reference: str, title: str, note: str, *, reach: float) -> str:
    is_reference = standing.name == reference
    verdict = "the yardstick" if is_reference else rmse_verdict(standing)
    kind = "none" if not standing.rmse_gap.is_clear else "worse" if standing.rmse_gap.value > 0 else "better"
    return (
        f'<tr{" class=ref" if is_reference else ""}><th scope="row">{escape(title)}<small>{escape(note)}</small></th>'
        f"{measured_cell(standing.rmse, 'b', 'Typical error, stars')}<td class=picture>{interval(standing.rmse_gap, reach, kind)}"
        f"<small>{escape(verdict)}</small></td>{measured_cell(standing.ndcg, 'span', 'Lists, 0 to 1')}</tr>"
    )
