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
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core import warm_up as warm_up_core
from dashboard import resources
from dashboard.components.film_map import columns_route
from dashboard.settings import settings
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
    """Return what every request passes: the security headers, and the cookie that tells visitors apart."""
    return [Middleware(SecurityHeaders), Middleware(VisitorCookie)]


def check_settings() -> None:
    """Raise ``InvalidArgument`` with a sentence that names the first environment variable that is not as it must be."""
    settings()
    database_url(None)


def routes() -> list[BaseRoute]:
    """Return what is served beside Streamlit: the map's columns, private links, fonts and icons out of ``assets/``."""
    return [columns_route(), *door_routes(resources.store), Mount("/assets", StaticFiles(directory=ASSETS))]


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[dict[str, Any]]:
    """Pay for heavy imports before the first visitor comes, then hide them from the garbage collector."""
    warm_up()
    resources.start_preparing()
    with suppress(StoreError):  # each page says so
        resources.community()
    # A collection after each run would walk all of torch: 140 ms, against nothing once it is frozen.
    gc.collect()
    gc.freeze()
    yield {}


def warm_up() -> None:
    """Import what the first page would otherwise wait for."""
    import pandas  # noqa: F401

    warm_up_core()
