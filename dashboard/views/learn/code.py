"""Step 12: the same trick on code. Type a line, see what comes next, and where words of code lie."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core import ArtefactError, InvalidArgument
from core.language import MEANINGS, LanguageModel, continued
from core.lessons import KINDS_OF_TOKEN, TokenNetwork
from dashboard import learn_models
from dashboard.charts.palette import GLYPHS
from dashboard.charts.token_map import token_scene
from dashboard.components import markup
from dashboard.components.chances import ChanceRow, chances
from dashboard.components.film_map import film_map
from dashboard.views.learn.frame import Step
from dashboard.words import count, literal, percent

FIRST_LINE, FIRST_TOKEN = "for i in range(", "for"
N_NEXT, N_ALIKE = 8, 6
N_DRAWN, N_OFFERED = 200, 400
MOST_NAMED = 3  # of names that the model does not know
# Chen et al., *Evaluating large language models trained on code*, 2021, sections 3.1 and 3.2.
CODEX_NUMBERS, CODEX_CODE = 12_000_000_000, "159 GB"
HEIGHT = 460  # pixels, of the map


def draw() -> None:
    """Show what comes next, which words are alike, where they lie, and how good and how small all this is."""
    try:
        model = learn_models.language_model()
    except ArtefactError as error:
        st.html(markup.empty("No language model here", str(error)))
        return
    _show_next(model)
    token = _show_alike(model)
    _show_plane(model, token)
    _show_figures(model)


def _show_next(model: LanguageModel) -> None:
    line = st.text_input("A line of Python, unfinished", FIRST_LINE, key="line", bind="query-params")
    try:
        found, rest, unknown = model.next_tokens(line, n=N_NEXT), model.complete(line), model.unknown(line)
    except InvalidArgument as error:
        st.info(literal(f"{_sentence(str(error))}."))
        return
    rows = [ChanceRow(MEANINGS.get(token, token), chance, is_code=token not in MEANINGS) for token, chance in found]
    total = sum(chance for _, chance in found)
    st.html(
        markup.subheading("What comes next")
        + chances("Likeliest next tokens, in per cent", rows)
        + markup.note(
            f"The {len(rows)} likeliest of {count(len(model.vocabulary), 'token')}; together {percent(total)}. A token is a "
            "word, a name or a sign; the one that you are typing counts as finished."
        )
    )
    st.html(markup.subheading("And so on to the end of the line"))
    st.code(continued(line, rest), language="python", wrap_lines=True)
    st.html(markup.note(_rest_sentence(rest) + _unknown_sentence(unknown)))


def _sentence(text: str) -> str:
    """An error of core at the head of a sentence."""
    return text[:1].upper() + text[1:]


def _rest_sentence(rest: Sequence[str]) -> str:
    if not rest:
        return "The likeliest is that the line ends here."
    special = [token for token in dict.fromkeys(rest) if token in MEANINGS]
    meant = "".join(f" {token} stands for {MEANINGS[token]}." for token in special)
    return f"Each time the likeliest token is taken, then asked again.{meant}"


def _unknown_sentence(unknown: Sequence[str]) -> str:
    if not unknown:
        return ""
    names = ", ".join(name if len(name) <= 20 else f"{name[:20]}…" for name in unknown[:MOST_NAMED])
    more = "" if len(unknown) <= MOST_NAMED else f" and {len(unknown) - MOST_NAMED} more"
    return f" The model has no numbers of its own for {names}{more}: it reads “some other name”."


def _show_alike(model: LanguageModel) -> str:
    st.header("Which words are alike")
    offered = [token for token in model.vocabulary.tokens if token not in MEANINGS][:N_OFFERED]
    token = st.selectbox(
        "A word of Python", offered, index=offered.index(FIRST_TOKEN), key="token", bind="query-params", width=260,
        accept_new_options=True,
    ) or FIRST_TOKEN  # fmt: skip
    try:
        found = model.alike(token, n=N_ALIKE)
    except InvalidArgument as error:
        st.info(literal(f"{_sentence(str(error))}."))
        return FIRST_TOKEN
    st.html(
        markup.facts([(MEANINGS.get(other, other), f"{cosine:.2f}") for other, cosine in found])
        + markup.note(
            f"The tokens whose {model.embedding.shape[1]} numbers point most nearly where those of {token} do: 1 is the "
            "same direction, 0 says nothing. Nobody told the model what a keyword is."
        )
    )
    return token


def _show_plane(model: LanguageModel, token: str) -> None:
    st.header("The table of numbers, drawn as a map")
    points, share = learn_models.token_plane(N_DRAWN)
    near = [other for other, _ in model.alike(token, n=N_ALIKE)]
    n = len(points.frame)
    film_map(
        token_scene(points, chosen=token, near=near),
        key="token_map",
        label=f"{n} tokens of Python on a plane. Lines lead from {token} to the nearest: {', '.join(near)}.",
        keyboard="A token can be chosen in the list above.",
        on_click=_choose,
        height=HEIGHT,
    )
    st.html(
        markup.group_legend([*zip(GLYPHS, KINDS_OF_TOKEN, strict=False)])
        + markup.note(
            f"{n} tokens by their first two principal components, as the films on the map. The plane holds "
            f"{percent(share)} of how they differ, so near on the picture is not always near in truth."
        )
    )


def _choose(token: str) -> None:
    """A token that was clicked on the map becomes the one that is looked at."""
    st.session_state["token"] = token


def _show_figures(model: LanguageModel) -> None:
    st.header("How good, and how small")
    figures = model.figures
    times = CODEX_NUMBERS / model.n_parameters
    st.html(
        markup.lede(perplexity_sentence(figures))
        + markup.note(
            f"Measured on {figures['n_tokens']:,} tokens of the standard library of Python {figures['python']}, in modules that "
            "were held out. It is called perplexity. Counting what followed the last four tokens is called an interpolated "
            "Kneser–Ney 5-gram model."
        )
        + markup.note(
            f"And this is far from what writes code for people. It learned {count(model.n_parameters, 'number')} from Python’s "
            f"own standard library. Codex, of which a version wrote for the first Copilot, learned up to {CODEX_NUMBERS / 1e9:.0f} "
            f"billion from {CODEX_CODE} of code: {times:,.0f} times as many. This one knows common turns and no purpose."
        )
        + markup.note("Source: Mark Chen and others, Evaluating Large Language Models Trained on Code, 2021.")
    )


def perplexity_sentence(figures: dict[str, float | str]) -> str:
    """Return both perplexities and whether the difference is clear."""
    ours, counted, ratio, low, high = (
        float(figures[name]) for name in ("model", "n_grams", "ratio", "ratio_low", "ratio_high")
    )
    wavers = (
        f"On code that it never saw, the model wavers as if between {ours:.2f} equally likely tokens, counting what followed "
        f"before between {counted:.2f}: {ratio:.2f} times ({low:.2f} to {high:.2f}, 95 % interval over modules)."
    )
    if high < 1:
        return f"{wavers} It is surprised less."
    return (
        f"{wavers} Counting is surprised less."
        if low > 1
        else f"{wavers} That is no difference that these modules can show."
    )


STEP = Step(
    slug="code",
    title="The same trick on code",
    idea=(
        "Programs that suggest code do what you have just seen. Each word of code, a token, gets a list of numbers, which "
        "is looked up as in step five. A small network reads them one after the other and remembers.",
        "What it remembers is multiplied with the numbers of every token. The larger the dot product, the likelier the token "
        "comes next. All numbers were learned by guessing the next token in Python’s own standard library.",
    ),
    draw=draw,
    try_this="Type import os; print(os. with the dot at its end. Then look up True, and a sign such as ==.",
    listing=(TokenNetwork,),
    in_the_app=(("Map", "map", "The same picture of films: a table of learned numbers, drawn on a plane."),),
)
