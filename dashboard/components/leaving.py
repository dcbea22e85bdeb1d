"""Taking everything along, and deleting everything."""

from __future__ import annotations

import streamlit as st

from dashboard import resources, state
from dashboard.components import markup
from dashboard.components.scene import Scene
from dashboard.components.whose import attempt
from dashboard.rows import film_of
from dashboard.visitors import FilmId, Store, as_csv, as_json
from dashboard.words import count, literal


def leaving(scene: Scene) -> None:
    """Show the two downloads and the way out."""
    st.header("Take it along, or delete it")
    if scene.profile is None:
        st.html(markup.note("There is nothing to take along or to delete: looking around leaves no trace."))
        return
    database, key = resources.store().database, state.visitor()  # a download is built at the press, without a session
    with st.container(horizontal=True):
        st.download_button("Everything, as JSON", lambda: as_json(database, key), "reelspace-you.json", "application/json",
                           on_click="ignore")  # fmt: skip
        st.download_button("Ratings, as CSV", lambda: as_csv(database, key, lambda *film: _title(scene, *film)),
                           "reelspace-ratings.csv", "text/csv", on_click="ignore")  # fmt: skip
    with st.popover("Delete this profile"):
        name = scene.profile.name or "this profile without a name"
        st.html(
            markup.note(
                f"Deletes {name}: {count(len(scene.shelf.ratings), 'rating')} here, the whole history, its link, and models "
                "made for it, in every browser. All of it goes from the database at once. Copies of the database that "
                "whoever runs this program has made are beyond its reach. There is no undo."
            )
        )
        st.checkbox("I want it deleted for good", key="delete_sure")
        st.button(f"Delete {literal(name)}", type="primary", on_click=_delete, disabled=not state.is_on("delete_sure"))


def _title(scene: Scene, dataset: str, film: FilmId) -> tuple[str, int | None]:
    if dataset != scene.data or film not in scene.model.items:
        return "", None
    found = film_of(scene.ready.saved.films, film)
    return found.title, found.year


def _delete() -> None:
    owner = state.owner()

    def work(store: Store) -> None:
        store.profiles.delete(state.visitor())
        resources.library().forget(owner)
        state.show_profile(None)
        state.forget_choice(state.MODEL)
        st.toast("Deleted.")

    attempt(work)
