"""The rows of the two tables: how good and how long, and who catches up with whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from benchmarks.peers.listed import NAMES, PEERS
from benchmarks.peers.race import Result, caught


def comparison(results: Sequence[Result]) -> list[dict[str, Any]]:
    """Return one row for each peer, those that could not be run included."""
    return [_row(result) for result in results]


def chase(results: Sequence[Result]) -> list[dict[str, Any]]:
    """Return one row for each pair: when ours first was as good as the peer at its end."""
    titles = dict(zip(NAMES, (peer.title for peer in PEERS), strict=True))
    rows = []
    for result in results:
        if result.missing or result.first_fold is None:
            continue
        for chaser in result.chases:
            found = caught(result, chaser)
            rows.append({
                "as good as": f"{result.peer.title}, {result.first_fold:.4f}",
                "its fit, s": result.fit_seconds,
                "who": titles[chaser],
                "after step": found["step"],
                "and seconds": found["seconds"],
                "times sooner": found["sooner"],
                "its own end, u1 RMSE": found["final_rmse"],
            })  # fmt: skip
    return rows


def figures(results: Sequence[Result]) -> dict[str, Any]:
    """Return everything measured, for programs."""
    return {
        "benchmark": "peers",
        "peers": [
            asdict(result)
            | {"fit_seconds": result.fit_seconds, "ratio": result.ratio, "u1": result.first_fold, "mean": result.mean}
            | {"caught_by": {name: caught(result, name) for name in result.chases if not result.missing}}
            for result in results
        ],
    }


def _row(result: Result) -> dict[str, Any]:
    peer = result.peer
    return {
        "recommender": f"{peer.title} {result.version}" if result.version else peer.title,
        "settings": f"**not run**: {result.missing}" if result.missing else peer.settings,
        "u1 RMSE": result.first_fold,
        "mean u1–u5": result.mean,
        "fit, s": result.fit_seconds,
        "times our ALS": result.ratio,
        "peak, MiB": None if result.peak_mib is None else round(result.peak_mib),
        "cores others used": max(result.others, default=None),
    }
