"""What the operator asks: is it well, and what has it done; ``/health`` for everybody, ``/metrics`` for this machine."""

from __future__ import annotations

import secrets
from collections import Counter
from importlib.metadata import version
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4
from sqlalchemy import text
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from dashboard import metrics, resources
from dashboard.jobs import JobState
from dashboard.settings import settings
from dashboard.visitors import StoreError, database_url

UNSTORED = {"cache-control": "no-store"}
# What a proxy adds: then the request comes from elsewhere, though the proxy stands on this machine.
PASSED_ON = ("x-forwarded-for", "x-real-ip", "forwarded", "via")


def health_routes() -> list[BaseRoute]:
    """Return where the operator asks."""
    return [Route("/health", _health, methods=["GET"]), Route("/metrics", _metrics, methods=["GET"])]


def health() -> dict[str, Any]:
    """Return which model, data and database are in use; no secret, no address and no path."""
    dataset = settings().dataset
    kind = resources.default_kind(dataset)
    ready = resources.library().ready(dataset, kind)
    reachable = _database_answers()
    return {
        "status": "ok" if reachable else "the database cannot be reached",
        "version": version("reelspace"),
        "dataset": Path(dataset).name,
        "model": {"kind": kind, "version": None if ready is None else ready.model.version},
        "database": {"kind": database_url(None).get_backend_name(), "reachable": reachable},
    }


def job_counts() -> dict[str, int]:
    """Return how many jobs of this process are in each state."""
    found: Counter[str] = Counter(dict.fromkeys(JobState, 0))
    for runner in (resources.runner(), resources.downloads()):
        found.update(runner.counts())
    return dict(found)


def _database_answers() -> bool:
    try:
        with resources.store().database.reading() as connection:
            connection.execute(text("SELECT count(*) FROM alembic_version"))
    except StoreError:
        return False
    return True


async def _health(_request: Request) -> Response:
    found = await run_in_threadpool(health)
    return JSONResponse(found, status_code=200 if found["database"]["reachable"] else 503, headers=UNSTORED)


async def _metrics(request: Request) -> Response:
    if not _may_read(request):
        return PlainTextResponse(
            "Metrics are for this machine, or for who brings the token in REELSPACE_METRICS_TOKEN.",
            status_code=403,
            headers=UNSTORED,
        )
    counted = await run_in_threadpool(lambda: metrics.as_text(job_counts()))
    return Response(counted, media_type=CONTENT_TYPE_PLAIN_0_0_4, headers=UNSTORED)


def _may_read(request: Request) -> bool:
    token = settings().metrics_token
    given = request.headers.get("authorization", "")
    if token is not None and secrets.compare_digest(given.encode(), f"Bearer {token.get_secret_value()}".encode()):
        return True
    return _is_from_here(request) and not any(name in request.headers for name in PASSED_ON)


def _is_from_here(request: Request) -> bool:
    try:
        return request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False
