"""Files are taken in by Streamlit before any page sees them: who sends too much is told so at the door."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.limits import Allowance, LimitReached
from dashboard.visitors import digest_of, visitor_in

DOOR = "/_stcore/upload_file/"
MEGABYTE = 1_000_000  # bytes
MOST_MEGABYTES = 5  # of one file, as in .streamlit/config.toml
LEAST_BYTES = 10_000  # that any file counts for: many small ones cost as well, and each is remembered


def sender(token: str | None) -> str:
    """Return what a browser's files are counted under; all who refuse the cookie share one account."""
    return "nobody" if token is None else digest_of(token)


class UploadLimit:
    """ASGI middleware: counts the bytes that each visitor sends, and answers 429 with a sentence beyond the limit."""

    def __init__(self, app: ASGIApp, allowance: Callable[[], Allowance]) -> None:
        self._app, self._allowance = app, allowance

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on but what is too much."""
        if scope["type"] != "http" or scope["method"] not in ("PUT", "POST") or DOOR not in scope["path"]:
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        who, size = sender(visitor_in(request.cookies)), _size(request)
        try:
            self._allowance().check(who, size)
        except LimitReached as refusal:
            await PlainTextResponse(str(refusal), status_code=429)(scope, receive, send)
            return
        self._allowance().note(who, size)
        await self._app(scope, receive, send)


def _size(request: Request) -> int:
    """Return how many bytes come; as many as may come at all, where the request does not say."""
    said = request.headers.get("content-length", "")
    return max(LEAST_BYTES, int(said) if said.isascii() and said.isdigit() else MOST_MEGABYTES * MEGABYTE)
