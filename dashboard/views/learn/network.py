"""Step 10: a small network in the place of the dot product, and which of the two is nearer."""

from __future__ import annotations

import streamlit as st

from core import Id, NeuralModel, SideBySide
from core.lessons import Passage, n_learned, through_network, through_product
from dashboard import learn_models, learn_resources, resources, state
from dashboard.components import markup
from dashboard.components.job_panel import job_panel
from dashboard.components.passages import Layer, passage
from dashboard.components.pickers import pick_film
from dashboard.components.scene import Scene, open_scene
from dashboard.components.standings import standings
from dashboard.jobs import TooManyJobs
from dashboard.learn_models import NETWORK, PRODUCT, Contest
from dashboard.rows import film_of
from dashboard.verdicts import race_sentences
from dashboard.views.learn.frame import Step
from dashboard.views.learn.somebody import people_with_hidden_ratings, pick_somebody
from dashboard.words import count, literal, predicted_text, signed, star_text


def draw() -> None:
    """Show one pair on its way through both, then how both fare on all hidden ratings."""
    scene = open_scene()
    dataset = scene.base.dataset
    try:
        job, held = learn_models.contest(dataset)
    except TooManyJobs as error:
        st.error(literal(f"The two models cannot be trained now: {error}."))
        return
    if held is None:
        job_panel(resources.runner(), job, what="Training both", stays="The page works without it.", again="Train both")
        return
    split = learn_resources.held_out(dataset.ratings.fingerprint, dataset)
    people = people_with_hidden_ratings(split)
    if people:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            who = pick_somebody(people)
            user = split.train.users.parse(who)
            hidden = split.test.of_user(user)
            film = state.film_in(scene.model.items)
            if film is None:
                film = next(iter(hidden))
                state.show_film(film)  # the same film when another person is chosen
            pick_film(scene, film)
        _show_pair(scene, held, user, film, hidden.get(film))
    _show_contest(held)


def _show_pair(scene: Scene, held: Contest, user: Id, film: Id, hidden: float | None) -> None:
    title = film_of(scene.base.saved.films, film).title
    network, product = through_network(held.network, user, film), through_product(held.product, user, film)
    known = held.network.ratings_of(user).get(film)
    given = hidden if hidden is not None else known
    truth = "" if given is None else star_text(given)
    names = f"User {user}", title
    st.html(
        markup.note(_truth_sentence(user, hidden=hidden, known=known))
        + passage("The network", _inputs(names, network), _hidden(held.network, network), sums=_network_sum(network),
                  stars=predicted_text(network.stars), given_stars=truth)
        + passage("The dot product", _inputs(names, product), _products(product), sums=_product_sum(product),
                  stars=predicted_text(product.stars), given_stars=truth)
        + markup.note(
            "A full cell is a number far from zero, a hatched one lies below zero. Nobody chose any of them: both models "
            f"learned theirs from the same {count(len(held.network.rated), 'rating')}."
        )
    )  # fmt: skip


def _inputs(names: tuple[str, str], walked: Passage) -> list[Layer]:
    parts = (walked.person, walked.film)
    return [Layer(name, part, count(len(part), "number")) for name, part in zip(names, parts, strict=True)]


def _hidden(model: NeuralModel, walked: Passage) -> Layer:
    n, above = len(walked.between), sum(value > 0 for value in walked.between)
    return Layer(
        count(n, "weighted sum"),
        walked.between,
        f"each of all {model.hidden_weight.shape[1]} numbers; {above} came out above zero, the others count as zero",
    )


def _products(walked: Passage) -> Layer:
    return Layer(
        count(len(walked.between), "product"), walked.between, "the first number times the first, the second times the second …"
    )  # fmt: skip


def _network_sum(walked: Passage) -> str:
    return f"weighed and added up once more: {signed(walked.score)}, bent onto the stars"


def _product_sum(walked: Passage) -> str:
    added = sum(walked.between)
    return f"added up: {signed(added)}; what the two have of their own: {signed(walked.score - added)}; bent onto the stars"


def _truth_sentence(user: Id, *, hidden: float | None, known: float | None) -> str:
    if hidden is not None:
        return f"User {user} gave this film {star_text(hidden)}, which was hidden from both models."
    if known is not None:
        return f"User {user} gave this film {star_text(known)}, and both models learned from it."
    return f"User {user} has not rated this film: nobody knows who is right."


def _show_contest(held: Contest) -> None:
    st.header("Which is nearer?")
    found = held.found
    st.html(
        markup.lede(*race_sentences(found, NETWORK, title="The network", reference="the dot product"))
        + markup.note(_sizes(held, found))
        + standings(found, _NAMES)
        + markup.note(
            f"{count(found.n_test, 'rating')} by {count(len(found.people), 'person', 'people')} were hidden from both. Below "
            "each figure is its 95 % interval over people: how far it might move with other people."
        )
    )


def _sizes(held: Contest, found: SideBySide) -> str:
    nearer = found.n_nearer(NETWORK)
    return (
        f"The network is nearer for {nearer:,} of {count(len(found.people), 'person', 'people')}. It learned "
        f"{count(n_learned(held.network), 'number')}, the dot product {n_learned(held.product):,}."
    )


_NAMES = {
    PRODUCT: ("The dot product", "with what people and films have of their own (SGD)"),
    NETWORK: ("The network", "both lists side by side, two layers of sums (EmbeddingNN)"),
}
STEP = Step(
    slug="network",
    title="Deep learning instead",
    idea=(
        "A dot product multiplies the first number of a person by the first of a film, the second by the second, and adds "
        "up. Must it be so? A network mixes all of them.",
        "It lays both lists side by side, weighs and adds up all numbers, many times with other weights, and counts what "
        "falls below zero as zero. It adds up the rest once more. Many such layers are called deep learning.",
    ),
    draw=draw,
    try_this="Choose another person for the same film. Do the same sums come out above zero?",
    listing=(through_network, through_product, Passage),
    in_the_app=(
        ("For you", ".", "Each prediction opens into terms that add up. A network has no such terms."),
        (
            "Rate",
            "rate",
            "A dot product lets somebody new in within milliseconds; a network would have to train again.",
        ),
    ),
    wide=True,
)
