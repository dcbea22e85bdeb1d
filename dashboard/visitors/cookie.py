"""The cookie that carries a visitor's token across reloads, without the address bar.

Streamlit cannot set a cookie from a script, but a page is fetched before its session's web socket opens. So the
answer to the page sets the cookie, the web socket's handshake brings it back, and ``st.context.cookies`` shows it
in the very first run. HttpOnly: no script in the page can read it. SameSite=Lax: no other site can open a socket
in a visitor's name, while a link from elsewhere still finds them.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.visitors.identity import is_visitor_id, new_visitor_id

COOKIE_NAME = "reelspace_visitor"
MAX_AGE_SECONDS = 400 * 24 * 3600  # the longest that browsers keep a cookie (RFC 6265bis, 5.5); each visit renews it


def visitor_in(cookies: Mapping[str, str]) -> str | None:
    """Return the visitor's token among ``cookies``, None if there is none of the right form."""
    token = cookies.get(COOKIE_NAME)
    return token if is_visitor_id(token) else None


class VisitorCookie:
    """ASGI middleware: each page that a browser opens sets or renews its visitor's cookie."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; add the cookie where a page is opened."""
        if scope["type"] != "http" or not _opens_a_page(request := Request(scope)):
            await self._app(scope, receive, send)
            return
        cookie = cookie_header(visitor_in(request.cookies) or new_visitor_id(), secure=request.url.scheme == "https")

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.append("set-cookie", cookie)
                # A shared cache that kept this answer would hand one visitor's token to the next.
                headers["cache-control"] = "private, no-cache"
            await send(message)

        await self._app(scope, receive, send_with_cookie)


def _opens_a_page(request: Request) -> bool:
    """Go by the request, for the answer to a reload may be a bare 304 that does not say what it is."""
    if request.method != "GET":
        return False
    destination = request.headers.get("sec-fetch-dest")  # not sent over plain http from other machines
    return destination == "document" if destination else "text/html" in request.headers.get("accept", "")


def cookie_header(token: str, *, secure: bool) -> str:
    """Return the value of the Set-Cookie header that gives a browser its token."""
    parts = [f"{COOKIE_NAME}={token}", "HttpOnly", "SameSite=Lax", "Path=/", f"Max-Age={MAX_AGE_SECONDS}"]
    return "; ".join([*parts, "Secure"] if secure else parts)
