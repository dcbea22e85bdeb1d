"""Step 4: numbers that begin at random and are learned, one small step after the other."""

from __future__ import annotations

import streamlit as st

from core.lessons import ByHand, Recording, initialise, known_cells, loss, predict, step
from dashboard import learn_resources
from dashboard.components import markup
from dashboard.components.player import Shot, player
from dashboard.components.scene import Scene, open_scene
from dashboard.rows import film_of
from dashboard.views.learn.frame import Step
from dashboard.words import count

SIZE = (12, 10)  # people and films: the table of step 2, seen close up
DIGITS = 4  # of the numbers that the browser gets: a thousandth of a star is not seen
RATES = {"0.01": "tiny", "0.05": "small", "0.1": "large", "0.3": "too large"}
USUAL = ByHand()
MOST_FACTORS, MOST_SEED = 8, 99


def draw() -> None:
    """Show the settings, the training to step through, and what came of it."""
    scene = open_scene()
    trainer = _settings()
    ratings = scene.base.dataset.ratings
    recording = learn_resources.recording(ratings.fingerprint, ratings, SIZE, trainer)
    _play(scene, trainer, recording)
    st.html(markup.note(_outcome(trainer, recording)))


def _settings() -> ByHand:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        factors = st.slider(
            "Numbers for each", 1, MOST_FACTORS, USUAL.n_factors, key="n_numbers", bind="query-params", width=220,
            help="How many numbers each person and each film gets: the latent factors",
        )  # fmt: skip
        rate = st.select_slider(
            "Length of a step", list(RATES), f"{USUAL.learning_rate:g}", key="rate", bind="query-params",
            format_func=lambda rate: f"{RATES[rate]}, {rate}", width=220, help="The learning rate",
        )  # fmt: skip
        seed = st.slider(
            "Seed", 0, MOST_SEED, USUAL.seed, key="seed_by_hand", bind="query-params", width=160,
            help="Where the random numbers begin: the same seed, the same numbers",
        )  # fmt: skip
    return ByHand(n_factors=factors, learning_rate=float(rate), seed=int(seed))


def _play(scene: Scene, trainer: ByHand, recording: Recording) -> None:
    ratings = scene.base.dataset.ratings
    table = learn_resources.corner(ratings.fingerprint, ratings, SIZE)
    known = known_cells(table)
    shots = [
        Shot(_rounded(moment.user_factors.tolist()), _rounded(moment.item_factors.tolist()), moment.batch.tolist())
        for moment in recording.moments
    ]
    player(
        f"{len(table.index)} people by {len(table.columns)} films: predicted stars, and what people gave below",
        [f"User {user}" for user in table.index],
        [film_of(scene.base.saved.films, film).title for film in table.columns],
        known=list(zip(known.people.tolist(), known.films.tolist(), known.stars.tolist(), strict=True)),
        shots=shots,
        errors=recording.errors,
        per_epoch=-(-len(known.stars) // trainer.batch_size),
        training=f"{ratings.fingerprint}:{trainer}",
        key="player",
    )


def _rounded(rows: list[list[float]]) -> list[list[float]]:
    return [[round(number, DIGITS) for number in row] for row in rows]


def _outcome(trainer: ByHand, recording: Recording) -> str:
    """Say what the steps led to, from what was measured."""
    first, last, best = recording.errors[0], recording.errors[-1], min(recording.errors)
    n_steps = len(recording.moments) - 1
    if recording.fell_apart:
        return (
            f"After {count(n_steps, 'batch', 'batches')} the predictions fall apart: each step is so long that it lands "
            "beyond the place it was meant for, further off than before. Take smaller steps."
        )
    passes = f"{trainer.n_epochs} passes over the ratings"
    if last > 1.2 * best:
        return f"From {first:.2f} stars off to {last:.2f} in {passes}; on the way it was {best:.2f}: the steps are long, and overshoot."
    return (
        f"From {first:.2f} stars off to {last:.2f} in {passes}. The hatched cells, which nobody rated, were filled on the "
        "way. Whether those guesses are any good, only ratings that were hidden can tell: more numbers always fit these better."
    )


STEP = Step(
    slug="training",
    title="Nobody gave us those numbers",
    idea=(
        "So let a program find them. Begin with random numbers for each person and each film. Predict every rating by "
        "multiplying and adding. See how far off that is: one figure, the loss.",
        "Then move every number a little, in the direction that makes the loss smaller. Take a few ratings at a time, a "
        "batch; all of them once make a pass, an epoch. Do it again.",
    ),
    draw=draw,
    try_this="Press Play. Then set the length of a step to too large, and press Batch on.",
    listing=(initialise, predict, loss, step),
    in_the_app=(
        ("Rate", "rate", "Retrain the whole model: the same steps on all ratings, yours among them."),
        ("Data", "data", "Whose ratings it learns from."),
    ),
    wide=True,
)
