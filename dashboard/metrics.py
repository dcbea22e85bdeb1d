"""What is counted while the app runs, for Prometheus: how often and how long, never who or what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each, which nobody asked for
REGISTRY = CollectorRegistry()  # not the library's own, which any other package may fill
ProcessCollector(registry=REGISTRY)  # memory, processor time, open files

# Seconds; a page should answer within a tenth, a change within a hundredth.
_PAGE_BOUNDS = (0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 5.0)
_WRITE_BOUNDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2.0, 10.0)

_PAGES = Histogram("reelspace_page_run_seconds", "Runs of pages", ["page"], buckets=_PAGE_BOUNDS, registry=REGISTRY)
WRITES = Histogram(
    "reelspace_write_seconds",
    "Changes to visitors' ratings, until they are on the disk",
    buckets=_WRITE_BOUNDS,
    registry=REGISTRY,
)
ENDED_JOBS = Counter("reelspace_jobs_ended", "Jobs that ended, by how", ["job", "state"], registry=REGISTRY)
ERRORS = Counter("reelspace_errors", "Errors that nobody had foreseen, by where", ["where"], registry=REGISTRY)
REFUSALS = Counter("reelspace_refusals", "What a rate limit refused", ["what"], registry=REGISTRY)
_ACTIVE_JOBS = Gauge("reelspace_jobs", "Jobs now, by state", ["state"], registry=REGISTRY)


@contextmanager
def page_run(page: str) -> Iterator[None]:
    """Time one run of a page, however it ends."""
    with _PAGES.labels(page or "for-you").time():
        yield


def as_text(jobs: Mapping[str, int]) -> bytes:
    """Return everything in Prometheus' text format 0.0.4, with how many ``jobs`` are in each state now."""
    for state, number in jobs.items():
        _ACTIVE_JOBS.labels(state).set(number)
    return generate_latest(REGISTRY)
