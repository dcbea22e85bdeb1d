"""The button that saves a history: how much it would save, and what it does about films rated here already."""

from __future__ import annotations

import streamlit as st

from core import History, ImportPlan
from dashboard.components import markup
from dashboard.components.keeping import keep_history
from dashboard.components.scene import Scene
from dashboard.visitors import Given
from dashboard.words import count, star_text


def offer_to_save(scene: Scene, plan: ImportPlan, history: History) -> None:
    """Show how many ratings and seen films would be saved, and the button that saves them all or none."""
    ours = scene.shelf.stars
    others = [one for one in plan.rated if one.film in ours and ours[one.film] != one.stars]
    replace = bool(others) and st.toggle(
        f"Replace {count(len(others), 'rating')} that you have here already", key="replace_ratings"
    )
    kept = set() if replace else {one.film for one in others}
    rated = [one for one in plan.rated if one.film not in kept and ours.get(one.film) != one.stars]
    seen = [one for one in plan.seen if one.film not in ours and one.film not in scene.shelf.seen]
    lines = [Given(one.film, stars=one.stars, at=one.at) for one in rated]
    lines += [Given(one.film, mark="seen", at=one.at) for one in seen]
    if not lines:
        st.html(markup.empty("Nothing to save", "No film of this file is here that you have not rated already."))
        return
    what = " and ".join(filter(None, (
        count(len(rated), "rating") if rated else "", count(len(seen), "seen film") if seen else ""
    )))  # fmt: skip
    st.button(f"Save {'this' if len(lines) == 1 else 'these'} {what}", type="primary", on_click=keep_history,
              args=(scene, lines), kwargs={"label": f"{history.source}, {what}"})  # fmt: skip
    if plan.n_bent:
        low = star_text(scene.model.scale.low)
        st.html(markup.note(f"{count(plan.n_bent, 'rating')} below {low} become {low}, the lowest in these data."))
