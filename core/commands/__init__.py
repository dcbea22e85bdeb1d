"""What each command does: from checked settings to plain values; printing is ``cli``'s."""

from core.commands.data import datasets, fetch
from core.commands.fits import evaluate, train
from core.commands.questions import explain, neighbours, recommend
from core.commands.reviews import axes, compare
from core.commands.settings import Settings

__all__ = [
    "Settings",
    "axes",
    "compare",
    "datasets",
    "evaluate",
    "explain",
    "fetch",
    "neighbours",
    "recommend",
    "train",
]
