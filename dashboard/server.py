"""What surrounds the pages: headers on every answer, files and columns, warm-up at start."""

from __future__ import annotations

import base64
import gc
import hashlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core import warm_up as warm_up_core
from dashboard import logs, resources
from dashboard.components.film_map import columns_route
from dashboard.health import health_routes
from dashboard.metrics import ERRORS
from dashboard.settings import settings
from dashboard.upload_limit import UploadLimit
from dashboard.visitors import StoreError, VisitorCookie, database_url, door_routes

ASSETS = Path(__file__).resolve().parents[1] / "assets"


def inline_script_hashes() -> list[str]:
    """Return CSP hashes of the inline scripts in Streamlit's own index page, so that an upgrade keeps working."""
    page = (Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    scripts = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    digests = (hashlib.sha256(script.encode()).digest() for script in scripts)
    return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]


def content_security_policy() -> str:
    """Return the policy: nothing comes from another host, remote pictures in texts from data included.

    Streamlit needs blob: for its components and 'unsafe-inline' for styles.
    """
    return "; ".join([
        "default-src 'self'",
        " ".join(["script-src 'self' blob:", *inline_script_hashes()]),
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "frame-ancestors 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "object-src 'none'",
    ])  # fmt: skip


class SecurityHeaders:
    """ASGI middleware: the same security headers on every HTTP answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._headers = [
            (b"content-security-policy", content_security_policy().encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"same-origin"),
            (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add to the answer."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *self._headers]
            await send(message)

        await self._app(scope, receive, send_with_headers)


def middleware() -> list[Middleware]:
    """Return what every request passes: security headers, the cookie that tells visitors apart, and the limit on files."""
    return [
        Middleware(SecurityHeaders),
        Middleware(VisitorCookie),
        Middleware(UploadLimit, allowance=resources.uploads),
    ]


def check_settings() -> None:
    """Raise ``InvalidArgument`` with a sentence that names the first environment variable that is not as it must be."""
    settings()
    database_url(None)


def routes() -> list[BaseRoute]:
    """Return what is served beside Streamlit: the map's columns, private links, fonts and icons out of ``assets/``."""
    ours = [columns_route(), *health_routes(), *door_routes(resources.store)]
    return [*ours, Mount("/assets", StaticFiles(directory=ASSETS))]


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[dict[str, Any]]:
    """Pay for heavy imports before the first visitor comes, then hide them from the garbage collector; tidy up at the end."""
    logs.begin()
    warm_up()
    resources.start_preparing()
    with suppress(StoreError):  # each page says so
        resources.community()
    # A collection after each run would walk all of torch: 140 ms, against nothing once it is frozen.
    gc.collect()
    gc.freeze()
    logs.event("started", dataset=Path(settings().dataset).name, database=database_url(None).get_backend_name())
    yield {}
    await run_in_threadpool(finish)


def finish() -> None:
    """Stop the jobs, and let whoever is just writing finish."""
    for runner in (resources.runner(), resources.downloads()):
        runner.close()
    with suppress(StoreError):  # changes are made in turn: when this one is made, so are those before it
        resources.store().database.change(lambda _connection: None)
    logs.event("stopped")


def note_script_error(_error: Exception) -> None:
    """Count an error of a page that nobody had foreseen; Streamlit logs it and says that something went wrong."""
    ERRORS.labels("page").inc()


def warm_up() -> None:
    """Import what the first page would otherwise wait for."""
    import pandas  # noqa: F401

    warm_up_core()
