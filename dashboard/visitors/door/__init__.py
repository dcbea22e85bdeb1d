"""Where a private link leads: a page that says whose it is, and opens it at a press.

The link's secret stands behind the ``#`` of its address, which browsers keep to themselves; the page sends it in the
body of a request. Only this page may: a request from another site is refused, whatever cookie comes with it, so no
site can put a visitor into somebody else's profile unseen.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from core import InvalidArgument
from dashboard.visitors.cookie import cookie_header, visitor_in
from dashboard.visitors.errors import StoreError
from dashboard.visitors.identity import new_visitor_id
from dashboard.visitors.repository import Store

DOOR = "door"  # the page's address; the link is this, '#' and the secret
HERE = Path(__file__).parent
MOST_BYTES = 1_000  # of a request: a secret has 43
UNSTORED = {"cache-control": "no-store"}


def door_routes(store: Callable[[], Store]) -> list[BaseRoute]:
    """Return the page, its script and style, and what it asks."""

    async def key(request: Request) -> Response:
        return await _answer(request, store)

    return [
        Route(f"/{DOOR}", _file("index.html"), methods=["GET"]),
        Route(f"/{DOOR}/door.js", _file("door.js"), methods=["GET"]),
        Route(f"/{DOOR}/door.css", _file("door.css"), methods=["GET"]),
        Route(f"/{DOOR}/key", key, methods=["POST"]),
    ]


def _file(name: str) -> Callable[[Request], Response]:
    def answer(_request: Request) -> Response:
        return FileResponse(HERE / name)

    return answer


async def _answer(request: Request, store: Callable[[], Store]) -> Response:
    """Say whose link it is, or open it: then the answer brings the browser its new token."""
    if not _is_own_page(request):
        return _refusal("Only the page of a private link may ask this.", 403)
    asked = await _asked(request)
    if asked is None:
        return _refusal("This is no private link.", 400)
    secret, opens = asked
    try:
        if not opens:
            profile = await run_in_threadpool(lambda: store().profiles.behind(secret))
            return JSONResponse({"name": profile.name}, headers=UNSTORED)
        visitor = visitor_in(request.cookies) or new_visitor_id()
        fresh = await run_in_threadpool(lambda: store().profiles.open_link(visitor, secret))
    except (StoreError, InvalidArgument) as error:
        return _refusal(str(error), 404)
    cookie = cookie_header(fresh, secure=request.url.scheme == "https")
    return JSONResponse({"opened": True}, headers={**UNSTORED, "set-cookie": cookie})


def _is_own_page(request: Request) -> bool:
    """Say whether the request comes from a page of this server, and as no plain form could send it."""
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        return False
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    # Over plain http from other machines browsers send only this; a proxy may speak https for us, so hosts are compared.
    return urlsplit(request.headers.get("origin", "")).netloc == request.headers.get("host", "-")


async def _asked(request: Request) -> tuple[str, bool] | None:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            return None
    try:
        found = json.loads(body)
        link, opens = found["link"], found["open"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return (link, opens) if isinstance(link, str) and isinstance(opens, bool) else None


def _refusal(sentence: str, status: int) -> JSONResponse:
    return JSONResponse({"error": sentence}, status_code=status, headers=UNSTORED)
