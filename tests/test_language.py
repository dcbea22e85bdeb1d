"""The small language model: its tokens, its baseline against counting by hand, its training, its answers."""

from __future__ import annotations

import json
import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import ArtefactError, FitStopped, InvalidArgument
from core.language.__main__ import main
from core.language.artefact import load, save
from core.language.corpus import part_of
from core.language.evaluation import compare
from core.language.kneser_ney import KneserNey
from core.language.model import MOST_READ, LanguageModel, continued, shown
from core.language.network import TokenNetwork
from core.language.tokens import MEANINGS, NAME, SPECIAL, Vocabulary, tokens_of, typed_tokens
from core.language.training import LanguageModelTrainer, log_probabilities

SOURCE = 'for item in items:\n    if item == 0:  # none\n        total += 3.5 * f("x")\n'
WORDS = ["for", "item", "in", "items", ":", "<newline>", "<indent>", "if", "item", "==", "0", ":", "<newline>"]
WORDS += ["<indent>", "total", "+=", "<number>", "*", "f", "(", "<text>", ")", "<newline>", "<dedent>", "<dedent>"]


def small_documents(seed: int = 0, n: int = 12, size: int = 9) -> list[list[int]]:
    """Rows from a chain in which each token strongly prefers one successor."""
    generator = np.random.default_rng(seed)
    documents = []
    for _ in range(n):
        rows = [int(generator.integers(1, size))]
        while len(rows) < 40:
            rows.append(rows[-1] % (size - 1) + 1 if generator.random() < 0.8 else int(generator.integers(1, size)))
        documents.append(rows)
    return documents


@pytest.fixture(scope="module")
def model() -> LanguageModel:
    documents = [tokens_of(SOURCE)] * 40
    vocabulary = Vocabulary.of(documents)
    trainer = LanguageModelTrainer(width=16, hidden=24, dropout=0, n_epochs=30, n_streams=4, length=12)
    network = trainer.fit([vocabulary.rows(each) for each in documents], n_tokens=len(vocabulary), seed=0)
    return LanguageModel(network, vocabulary, {"python": "any"})


def test_source_becomes_words_signs_and_layout() -> None:
    assert tokens_of(SOURCE) == WORDS


def test_unfinished_code_gives_what_was_read() -> None:
    assert tokens_of("print(f(1, ")[:5] == ["print", "(", "f", "(", "1"]
    assert typed_tokens("for i in range(") == ["for", "i", "in", "range", "("]
    assert typed_tokens("if x:\n")[-1] == "<newline>"


@given(st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_text_is_read_or_refused(line: str) -> None:
    try:
        assert all(typed_tokens(line))
    except InvalidArgument:
        return


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("", "line must hold some Python to go on from, got ''"),
        ("   # only a comment", "line must hold some Python to go on from, got '   # only a comment'"),
        ("x" * 10_001, "line must have at most 10,000 characters, got 10,001"),
        ("a\x00b", "line must be text, got a character of code 0, which no source has"),
        ("\x1b[31mred", "line must be text, got a character of code 27, which no source has"),
        ("x = \x9f", "line must be text, got a character of code 159, which no source has"),
        ("half a \ud83d", "line must be text, got a character of code 55357, which no source has"),
    ],
)
def test_what_cannot_be_gone_on_from_gets_a_sentence(model: LanguageModel, line: str, sentence: str) -> None:
    with pytest.raises(InvalidArgument) as refused:
        model.next_tokens(line)
    assert str(refused.value) == sentence


def test_ten_thousand_characters_are_answered(model: LanguageModel) -> None:
    assert len(model.next_tokens("x = " + "1 + " * 2499)) == 10


def test_of_a_long_line_the_end_is_read(model: LanguageModel) -> None:
    end = "item in items + " * 333 + "for item in"
    assert len(typed_tokens(end)) > MOST_READ
    read: list[list[int]] = []
    hook = model.network.register_forward_pre_hook(lambda _, given: read.append(given[0][0].tolist()))
    model.next_tokens(end)
    model.next_tokens("for item in")
    hook.remove()
    assert read[0] == model.vocabulary.rows(typed_tokens(end))[-MOST_READ:]
    assert read[1] == model.vocabulary.rows(["<start>", "for", "item", "in"])


def test_tabs_and_line_ends_are_text(model: LanguageModel) -> None:
    assert len(model.next_tokens("if item:\r\n\tfor item in")) == 10


def test_every_token_that_stands_for_many_says_what_it_means() -> None:
    assert tuple(sorted(MEANINGS)) == tuple(sorted(SPECIAL))


def test_numbers_that_training_chose_are_counted(model: LanguageModel) -> None:
    n, width, hidden = len(model.vocabulary), 16, 24
    # four gates, each of both inputs and two offsets
    memory = 4 * hidden * (width + hidden + 2)
    assert model.n_parameters == n * width + memory + (hidden + 1) * width + n


def test_the_model_that_is_kept_knows_what_stands_for_what() -> None:
    kept = load()
    assert "while" in [each.token for each in kept.alike("for", n=5)]
    assert kept.alike("True", n=1)[0].token == "False"
    assert kept.figures["model"] < kept.figures["n_grams"]  # type: ignore[operator]  # both are numbers
    assert kept.figures["ratio_high"] < 1  # type: ignore[operator]
    assert shown(kept.complete("import os\nfor name in os.listdir(")) == "path):"


def test_the_vocabulary_keeps_the_most_frequent_and_every_keyword() -> None:
    vocabulary = Vocabulary.of([["a", "b", "b", "c"], ["c", "b"]], size=len(SPECIAL) + 35 + 2)
    assert vocabulary.tokens[-2:] == ("b", "c")
    assert "while" in vocabulary
    assert vocabulary.rows(["b", "a", "z"]) == [len(vocabulary) - 2, *[SPECIAL.index(NAME)] * 2]
    with pytest.raises(InvalidArgument, match="token must be one of the 44 that the model knows, got 'z'"):
        vocabulary.row("z")


def test_parts_of_the_corpus_do_not_depend_on_what_else_is_there() -> None:
    parts = Counter(part_of(f"module_{number}.py") for number in range(3000))
    assert parts["held_out"] / 3000 == pytest.approx(0.1, abs=0.02)
    assert parts["validation"] / 3000 == pytest.approx(0.1, abs=0.02)
    assert part_of("json/decoder.py") == part_of("json/decoder.py")


def slow_kneser_ney(documents: list[list[int]], size: int, n: int, context: tuple[int, ...], word: int) -> float:
    """The definition, word for word, by loops."""
    padded = [[0] * (n - 1) + document for document in documents]
    grams = Counter(tuple(row[i : i + n]) for row in padded for i in range(len(row) - n + 1))

    def counts(length: int) -> Counter[tuple[int, ...]]:
        if length == n:
            return grams
        return Counter(longer[1:] for longer in counts(length + 1))

    def probability(length: int, before: tuple[int, ...]) -> float:
        if length == 0:
            return 1 / size
        table = counts(length)
        once, twice = sum(c == 1 for c in table.values()), sum(c == 2 for c in table.values())
        discount = once / (once + 2 * twice) if once and twice else 0.5
        following = {gram: count for gram, count in table.items() if gram[:-1] == before}
        lower = probability(length - 1, before[1:])
        if not following:
            return lower
        total = sum(following.values())
        own = max(following.get((*before, word), 0) - discount, 0)
        return own / total + discount * len(following) / total * lower

    return probability(n, context)


@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_kneser_ney_equals_its_definition_and_sums_to_one(n: int) -> None:
    documents, size = small_documents(), 9
    fitted = KneserNey.fit(documents, size=size, n=n)
    document = small_documents(seed=1, n=1)[0][:15]
    found = np.exp(fitted.log_probabilities(document))
    padded = [0] * (n - 1) + document
    wanted = [
        slow_kneser_ney(documents, size, n, tuple(padded[i : i + n - 1]), padded[i + n - 1])
        for i in range(len(document))
    ]
    np.testing.assert_allclose(found, wanted, rtol=1e-12)
    keys = np.array(
        [sum(row << 12 * (n - 1 - k) for k, row in enumerate((*document[: n - 1], w))) for w in range(size)]
    )
    assert fitted.probabilities(keys).sum() == pytest.approx(1)


def test_kneser_ney_refuses_what_it_cannot_pack() -> None:
    with pytest.raises(InvalidArgument, match="n must be between 1 and 5, got 6"):
        KneserNey.fit([[1, 2]], size=9, n=6)
    with pytest.raises(InvalidArgument, match="size must be between 1 and 4,096, got 5,000"):
        KneserNey.fit([[1, 2]], size=5000)


def test_log_probabilities_are_those_of_reading_one_token_after_another() -> None:
    torch.manual_seed(0)
    network = TokenNetwork(9, width=8, hidden=8).eval()
    document, state, wanted = small_documents(n=1)[0], None, []
    for before, token in zip([0, *document], document, strict=False):
        scores, state = network(torch.tensor([[before]]), state)
        wanted.append(float(scores[0, 0].log_softmax(0)[token].detach()))
    np.testing.assert_allclose(log_probabilities(network, document).numpy(), wanted, atol=1e-5)


def test_training_learns_repeats_and_stops() -> None:
    trainer = LanguageModelTrainer(width=8, hidden=12, dropout=0.1, n_epochs=12, n_streams=4, length=10)
    documents, losses = small_documents(n=30), list[float]()
    before = torch.random.get_rng_state()
    first = trainer.fit(documents, n_tokens=9, seed=3, on_progress=lambda p: losses.append(p.loss or math.inf))
    assert torch.equal(before, torch.random.get_rng_state())
    again = trainer.fit(documents, n_tokens=9, seed=3)
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), again.parameters(), strict=True))
    assert losses[-1] < 0.75 * losses[0]
    held_out = small_documents(seed=9, n=5)
    measured = compare(first, KneserNey.fit(documents, size=9, n=1), held_out)
    assert measured.model < 0.8 * measured.n_grams
    assert measured.ratio_low < measured.ratio < measured.ratio_high < 1
    assert measured.n_tokens == 200
    with pytest.raises(FitStopped):
        trainer.fit(documents, n_tokens=9, seed=3, should_stop=lambda: True)


@pytest.mark.parametrize(("name", "value"), [("width", 0), ("n_epochs", -1), ("dropout", 1.0)])
def test_settings_off_their_range_are_refused(name: str, value: float) -> None:
    with pytest.raises(InvalidArgument, match=name):
        LanguageModelTrainer(**{name: value})  # type: ignore[arg-type]


def test_the_model_goes_on_from_a_line(model: LanguageModel) -> None:
    chances = model.next_tokens("for item in", n=3)
    assert chances[0].token == "items"
    assert chances[0].probability > 0.5
    assert sum(chance.probability for chance in model.next_tokens("for item", n=10**6)) == pytest.approx(1, abs=1e-5)
    assert shown(model.complete("for item in")) == "items:"
    assert model.unknown("for strange in items") == ["strange"]


def test_the_most_alike_is_the_smallest_angle(model: LanguageModel) -> None:
    nearest = model.alike("item", n=3)
    vectors, row = model.embedding.double(), model.vocabulary.row("item")
    cosines = {
        token: float(vectors[row] @ vectors[i] / vectors[row].norm() / vectors[i].norm())
        for i, token in enumerate(model.vocabulary.tokens)
        if token != "item"
    }
    assert [each.token for each in nearest] == sorted(cosines, key=lambda token: -cosines[token])[:3]
    assert nearest[0].cosine == pytest.approx(max(cosines.values()), abs=1e-5)


def test_code_is_set_as_people_set_it() -> None:
    for line in ("x = f(a, [1, 2]).b", "return (a + b) / c[0]", "if not (a in b):"):
        assert shown(typed_tokens(line.replace("2", "0"))) == line.replace("2", "0")


@pytest.mark.parametrize(
    ("line", "tokens", "whole"),
    [
        ("for i in", ["range", "("], "for i in range("),
        ("for i in ", ["range"], "for i in range"),
        ("os.", ["path", ")"], "os.path)"),
        ("x = 35", ["+", "1"], "x = 35 + 1"),
        ('f("text"', [",", "y", ")"], 'f("text", y)'),
        ("pass", [], "pass"),
    ],
)
def test_a_line_is_continued_with_the_spaces_that_people_set(line: str, tokens: list[str], whole: str) -> None:
    assert continued(line, tokens) == whole


def test_a_saved_model_answers_the_same(model: LanguageModel, tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    save(model, path)
    again = load(path)
    assert again.vocabulary == model.vocabulary
    assert again.figures == model.figures
    torch.testing.assert_close(again.embedding, model.embedding, atol=1e-3, rtol=1e-3)  # half precision
    assert [path.name for path in tmp_path.iterdir()] == ["model.safetensors"]


@pytest.mark.parametrize("damage", ["cut", "other", "words"])
def test_a_damaged_model_gets_a_sentence(model: LanguageModel, tmp_path: Path, damage: str) -> None:
    path = tmp_path / "model.safetensors"
    few = LanguageModel(model.network, Vocabulary(model.vocabulary.tokens[:-1]), {})
    save(few if damage == "words" else model, path)
    if damage != "words":
        path.write_bytes(path.read_bytes()[:-100] if damage == "cut" else b"something else")
    with pytest.raises(ArtefactError, match="damaged or of another version"):
        load(path)
    with pytest.raises(ArtefactError, match=r"is not there; `python -m core\.language train` makes it"):
        load(tmp_path / "none")


def test_the_command_line_answers_in_json_or_one_sentence(
    model: LanguageModel, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "model.safetensors"
    save(model, path)
    assert main(["complete", "for item in", "--file", str(path)]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["next"][0]["token"] == "items"
    assert answer["completion"] == "items:"
    assert main(["complete", "", "--file", str(path)]) == 2
    assert capsys.readouterr().err == "Error: line must hold some Python to go on from, got ''\n"
    assert main(["complete", "x", "--file", str(tmp_path / "none")]) == 2
    assert "is not there" in capsys.readouterr().err
