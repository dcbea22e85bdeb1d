"""Step 7: three switches that make predictions better, each seen on the same training curve."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from core import Dataset
from core.lessons import AgainstTaste, Curve, Predictor, Switches, sigmoid_range
from dashboard import learn_curves, resources
from dashboard.charts.training_curves import training_chart
from dashboard.components import markup
from dashboard.components.job_panel import job_panel
from dashboard.components.lab_table import plain_table
from dashboard.components.markup import Finding
from dashboard.components.scene import Scene, open_scene
from dashboard.jobs import TooManyJobs
from dashboard.rows import film_of
from dashboard.views.data import STILL
from dashboard.views.learn.frame import Step
from dashboard.words import count, literal, signed

LABELS = {"sigmoid": "Ends of the scale", "biases": "Likes and strictness", "decay": "A price on large numbers"}
TERMS = {"sigmoid": "sigmoid", "biases": "biases", "decay": "weight decay"}
CLEAR = 0.01  # stars; over three starts the errors differed by up to 0.006 on ml-100k


def draw() -> None:
    """Show the switches, what they do to the errors, what was tried so far, and what biases know of films."""
    scene = open_scene()
    dataset = scene.base.dataset
    switches = _switches()
    _show_training(dataset, switches)
    _show_films(scene)


def _switches() -> Switches:
    with st.container(horizontal=True):
        return Switches(
            **{
                name: st.toggle(f"{label} ({TERMS[name]})", key=f"with_{name}", bind="query-params")
                for name, label in LABELS.items()
            }
        )


def _show_training(dataset: Dataset, switches: Switches) -> None:
    try:
        job, found = learn_curves.curve(dataset, switches)
    except TooManyJobs as error:
        st.info(literal(f"The model cannot be trained now: {error}."))
        return
    if found is None:
        job_panel(resources.runner(), job, what="Training", stays="The page works without it.", again="Train it")
        return
    tried = learn_curves.curves_so_far(dataset)
    bare = None if switches == Switches() else tried.get(Switches())
    st.html(markup.subheading(f"Typical error after each epoch, with {name_of(switches)}"))
    st.plotly_chart(
        training_chart(
            found.train,
            found.held_out,
            yardstick=() if bare is None else bare.held_out,
            yardstick_name="Hidden ratings, dot product alone",
        ),
        key="better_curve",
        config=STILL,
        alt=f"Error on hidden ratings from {found.held_out[0]:.2f} to {found.held_out[-1]:.2f} stars in "
        f"{count(len(found.held_out), 'epoch')}, on those it learns from to {found.train[-1]:.2f}.",
    )
    st.html(markup.lede(outcome(found), *comparisons(switches, tried)))
    st.header("Tried so far")
    rows = [(name_of(each), f"{curve.held_out[-1]:.3f}", f"{curve.mean_square:.3f}") for each, curve in tried.items()]
    st.html(
        plain_table("Tried so far", ("Switched on", "Hidden, stars off", "Mean square"), rows, stacks=True)
        + markup.note(
            "Mean square: how large the numbers of people and films are after training. One split and one start "
            f"were tried, so differences below {CLEAR:g} stars say nothing."
        )
    )


def outcome(found: Curve) -> str:
    """Return how training ended, and whether it went on too long."""
    last, best = found.held_out[-1], min(found.held_out)
    said = f"On hidden ratings it ends {last:.3f} stars off, on those that it learned from {found.train[-1]:.3f}."
    if last > best + CLEAR:
        epoch = found.held_out.index(best) + 1
        return f"{said} After {count(epoch, 'epoch')} it was {best:.3f}: from then on it learned ratings by heart, which helps with no others."
    return f"{said} It never was much nearer on the way."


def comparisons(switches: Switches, tried: dict[Switches, Curve]) -> list[str]:
    """Return for each switch that is on what it did, compared with the same training without it."""
    said = []
    for name in LABELS:
        if not getattr(switches, name):
            continue
        without = tried.get(replace(switches, **{name: False}))
        if without is None:
            said.append(f"What {TERMS[name]} did here: switch it off once to see.")
            continue
        gap = tried[switches].held_out[-1] - without.held_out[-1]
        said.append(
            f"Without {TERMS[name]} it ends at {without.held_out[-1]:.3f}: {_verdict(gap, plural=name == 'biases')}."
        )
    return said


def _verdict(gap: float, *, plural: bool) -> str:
    """``gap`` in stars is negative where the switch helps."""
    s = "" if plural else "s"
    if abs(gap) < CLEAR:
        return f"here {'they make' if plural else 'it makes'} no difference to speak of"
    if gap < 0:
        return f"{'they' if plural else 'it'} bring{s} predictions {-gap:.3f} stars nearer"
    return f"{'they' if plural else 'it'} take{s} predictions {gap:.3f} stars further off"


def name_of(switches: Switches) -> str:
    """Return what is switched on, in words."""
    names = [term for name, term in TERMS.items() if getattr(switches, name)]
    return "the dot product alone" if not names else " + ".join(names)


def _show_films(scene: Scene) -> None:
    loved, unloved = learn_curves.liked_anyway(scene.model.version, scene.model)
    if not loved:
        return
    st.header("Loved whatever one’s taste, and the reverse")
    left, right = st.columns(2)
    for column, title, films in (
        (left, "High bias, and the tastes of those who rated it do little for it", loved),
        (right, "Low bias, although those who rated it have a taste for its kind", unloved),
    ):
        with column:
            st.html(markup.subheading(title) + markup.findings([_finding(scene, film) for film in films]))
    unit = "stars" if scene.model.link.is_linear else "units of the model’s score, which it then turns into stars"
    st.html(
        markup.note(
            f"From the model in use, in {unit}; films with at least {learn_curves.LEAST} ratings. Taste: the dot product of those who "
            "rated a film, on average. Little and much are the outer quarters of all these films."
        )
    )


def _finding(scene: Scene, found: AgainstTaste) -> Finding:
    film = film_of(scene.base.saved.films, found.film)
    return Finding(
        film.title,
        film.year,
        f"bias {signed(found.bias)}, taste {signed(found.taste)}, {count(found.n_ratings, 'rating')}",
    )


STEP = Step(
    slug="better",
    title="Better predictions",
    idea=(
        "Multiplying and adding can give seven stars. So bend the result: however large, it stays on a range a little "
        "wider than the scale, from 0 to 5.5 where ratings go from 1 to 5. The curve that does it is a sigmoid.",
        "Some people are strict, and some films please everybody. One more number for each person and each film says so: "
        "a bias. The others need only say where tastes differ.",
        "And numbers that grow large fit ratings by heart. Let those of taste shrink a little at each step, unless the "
        "ratings pull against it: weight decay.",
    ),
    draw=draw,
    try_this="Switch on the sigmoid alone. Does it help? Then add weight decay.",
    listing=(sigmoid_range, Predictor),
    in_the_app=(
        ("For you", ".", "Each prediction opens into its terms; two of them are biases."),
        ("Lab", "lab", "Models with all of this, measured with intervals."),
    ),
)
