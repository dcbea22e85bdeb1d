"""The form that a run begins with."""

from __future__ import annotations

import streamlit as st

from core import Dataset, InvalidArgument, own_settings
from dashboard import lab_resources, state
from dashboard.jobs import TooManyJobs
from dashboard.limits import LimitReached
from dashboard.runs import LONGEST_NAME, RunSettings
from dashboard.training_limit import begin_training

TRAINERS = {
    "als": "Least squares (ALS)",
    "gibbs": "Many models at once (Bayesian)",
    "gibbs-features": "Many models, with genres and people's ages",
    "gibbs-probit": "Stars as steps (probit)",
    "sgd": "Gradient descent (SGD)",
    "neural": "A small network",
    "category": "Favourite categories",
    "bias": "Bias only",
    "popularity": "Popularity",
}
LABELS = {
    "n_factors": ("Factors", "How many directions of taste each person and film gets.", 1),
    "regularization": ("Regularisation", "The price on large numbers: higher keeps to what many ratings say.", 0.05),
    "n_epochs": ("Epochs", "Passes over all ratings; for the Bayesian models, the draws that are kept.", 1),
}
POPOVER = "train_popover"


def train_popover(dataset: Dataset, split: str) -> None:
    """Show the button that opens the form."""
    with st.popover("Train a run", icon=":material/add:", type="primary", key=POPOVER, on_change="rerun"):
        trainer = st.selectbox("Trainer", list(TRAINERS), format_func=TRAINERS.__getitem__, key="run_trainer")
        try:
            own = own_settings(trainer, dataset)
        except InvalidArgument as error:
            st.error(str(error))
            return
        for option, value in own.items():
            label, meaning, step = LABELS[option]
            whole = option != "regularization"
            shown = 0 if value is None else int(value) if whole else float(value)
            st.number_input(label, value=shown, step=step, help=meaning, key=f"run_{trainer}_{option}")
        st.number_input("Seed", value=0, step=1, min_value=0, max_value=2**31, key="run_seed",
                        help="Where random numbers start: the same seed, the same model.")  # fmt: skip
        st.toggle("Watch the error on ratings kept aside", key="run_watched",
                  help="A tenth of the training ratings is kept aside to draw it; the model learns from the others.")  # fmt: skip
        st.text_input("Name", max_chars=LONGEST_NAME, placeholder="Named by its settings", key="run_name")
        st.button("Train", type="primary", on_click=_submit, args=(dataset.name, trainer, split, tuple(own)))


def _submit(dataset: str, trainer: str, split: str, options: tuple[str, ...]) -> None:
    chosen = {option: st.session_state[f"run_{trainer}_{option}"] for option in options}
    st.session_state[POPOVER] = False  # closes it: what trains is seen below
    settings = RunSettings(
        dataset, trainer, chosen, st.session_state["run_seed"], split, st.session_state["run_watched"]
    )
    submit(settings, st.session_state["run_name"])


def submit(settings: RunSettings, name: str = "") -> None:
    """Queue a run as the visitor's; what cannot be trained is said at the head of the page."""

    def begin() -> bool:
        lab_resources.runs().submit(settings, name)
        return True

    try:
        begin_training(begin)
    except LimitReached as error:
        state.complain(str(error))
    except (InvalidArgument, TooManyJobs) as error:
        state.complain(f"Nothing was trained: {error}.")
