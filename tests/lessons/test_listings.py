"""What stands on the screen as code is the code that runs: read off, run by itself, it gives what the program gives."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

import pytest
import torch

import core.lessons
from dashboard.views.learn import STEPS
from dashboard.views.learn.frame import Step
from dashboard.views.learn.listing import source_of
from tests.lessons.examples import EXAMPLES

LISTED = [step for step in STEPS if step.listing]


@pytest.mark.parametrize("step", LISTED, ids=lambda step: step.slug)
def test_a_listing_is_public_in_core_lessons(step: Step) -> None:
    for function in step.listing:
        assert function.__name__ in core.lessons.__all__
        assert getattr(core.lessons, function.__name__) is function


@pytest.mark.parametrize("step", LISTED, ids=lambda step: step.slug)
def test_what_is_read_off_the_screen_gives_what_the_program_gives(step: Step) -> None:
    namespace = imports_of(step)
    for function in step.listing:
        exec(compile(source_of(function), f"<{step.slug} on the screen>", "exec"), namespace)  # noqa: S102
    for function in step.listing:
        name = function.__name__
        assert name in EXAMPLES, f"give core.lessons.{name} an example in tests/lessons/examples.py"
        assert namespace[name] is not function
        same(EXAMPLES[name](namespace[name]), EXAMPLES[name](function))


def test_the_comparison_can_fail() -> None:
    same({"a": [1.0, torch.tensor([2.0])]}, {"a": (1.0 + 1e-8, torch.tensor([2.0]))})
    for one, other in ((1.0, 1.001), ([1.0], [1.0, 2.0]), ({"a": 1}, {"b": 1}), ("x", "y"), (torch.ones(2), torch.ones(3)),
                       (torch.tensor([1.0]), torch.tensor([1.1])), (None, 1.0)):  # fmt: skip
        with pytest.raises(AssertionError):
            same(one, other)


def imports_of(step: Step) -> dict[str, Any]:
    """A namespace that holds what the modules of the listed functions import, and nothing else of theirs."""
    namespace: dict[str, Any] = {"__name__": "screen"}
    for module in {inspect.getmodule(inspect.unwrap(function)): None for function in step.listing}:
        assert isinstance(module, ModuleType)
        lines = [node for node in ast.parse(inspect.getsource(module)).body if isinstance(node, ast.Import | ast.ImportFrom)]  # fmt: skip
        exec(compile(ast.Module(lines, []), str(module.__file__), "exec"), namespace)  # noqa: S102
    return namespace


def same(found: Any, expected: Any) -> None:
    """To 1e-6, whatever numbers are packed in."""
    if isinstance(expected, torch.Tensor):
        assert found.shape == expected.shape
        assert torch.allclose(found.double(), expected.double(), rtol=0, atol=1e-6)
    elif isinstance(expected, Mapping):
        assert list(found) == list(expected)
        for name in expected:
            same(found[name], expected[name])
    elif isinstance(expected, Sequence) and not isinstance(expected, str):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            same(one, other)
    elif isinstance(expected, float):
        assert found == pytest.approx(expected, abs=1e-6)
    else:
        assert found == expected
