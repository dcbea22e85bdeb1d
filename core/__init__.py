"""Reelspace's core: data and numerics. The public names, nothing else."""

from core.errors import (
    ArtefactError,
    DataError,
    DatasetUnavailable,
    FitStopped,
    FoldInRefused,
    InvalidArgument,
    ReelspaceError,
    UnknownId,
)
from core.progress import OnProgress, Progress, ShouldStop

__all__ = [
    "ArtefactError",
    "DataError",
    "DatasetUnavailable",
    "FitStopped",
    "FoldInRefused",
    "InvalidArgument",
    "OnProgress",
    "Progress",
    "ReelspaceError",
    "ShouldStop",
    "UnknownId",
]
