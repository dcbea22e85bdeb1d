"""The cookie's middleware alone, before a page that any browser may ask for."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from dashboard.visitors import COOKIE_NAME, VisitorCookie, is_visitor_id, new_visitor_id, visitor_in

PAGE = {"accept": "text/html,application/xhtml+xml"}


def _answer(request: Request) -> Response:
    if request.headers.get("if-none-match"):
        return Response(status_code=304)
    return PlainTextResponse("a page", headers={"cache-control": "public, max-age=60"})


async def _socket(_socket: WebSocket) -> None: ...


APP = VisitorCookie(Starlette(routes=[Route("/{path:path}", _answer), WebSocketRoute("/socket", _socket)]))


def _run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run in a thread of its own: after a test in a browser this one has an event loop already."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def _ask(headers: dict[str, str], *, url: str = "http://reelspace.test/", method: str = "GET") -> httpx.Response:
    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=APP)) as client:
            return await client.request(method, url, headers=headers)

    answer: httpx.Response = _run(ask())
    return answer


def test_a_page_gives_a_newcomer_a_hidden_lasting_token() -> None:
    answer = _ask(PAGE)
    assert is_visitor_id(answer.cookies[COOKIE_NAME])
    attributes = answer.headers["set-cookie"].split("; ")[1:]
    assert attributes == ["HttpOnly", "SameSite=Lax", "Path=/", f"Max-Age={400 * 24 * 3600}"]


def test_https_makes_the_cookie_secure() -> None:
    assert _ask(PAGE, url="https://reelspace.test/").headers["set-cookie"].endswith("; Secure")


def test_each_newcomer_gets_a_token_of_their_own() -> None:
    assert len({_ask(PAGE).cookies[COOKIE_NAME] for _ in range(20)}) == 20


def test_who_has_a_token_keeps_it_and_its_time_begins_anew() -> None:
    token = new_visitor_id()
    answer = _ask({**PAGE, "cookie": f"other=1; {COOKIE_NAME}={token}"})
    assert answer.cookies[COOKIE_NAME] == token
    assert "Max-Age" in answer.headers["set-cookie"]


@pytest.mark.parametrize("forged", ["", "short", "x" * 44, "../../etc/passwd", "a" * 42 + "é"])
def test_a_text_that_is_no_token_is_replaced(forged: str) -> None:
    header = f"{COOKIE_NAME}={forged}".encode()
    answer = _ask({**PAGE, "cookie": header.decode("latin-1").encode("ascii", "ignore").decode()})
    assert is_visitor_id(answer.cookies[COOKIE_NAME])


def test_no_shared_cache_may_keep_an_answer_that_names_somebody() -> None:
    assert _ask(PAGE).headers["cache-control"] == "private, no-cache"


def test_a_reload_of_a_cached_page_still_gets_its_cookie() -> None:
    answer = _ask({**PAGE, "if-none-match": "etag"})
    assert answer.status_code == 304
    assert is_visitor_id(answer.cookies[COOKIE_NAME])


@pytest.mark.parametrize(
    ("headers", "method"),
    [
        ({"accept": "*/*"}, "GET"),  # a script or style sheet
        ({"accept": "application/json"}, "GET"),
        ({**PAGE, "sec-fetch-dest": "iframe"}, "GET"),
        ({**PAGE, "sec-fetch-dest": "image"}, "GET"),
        (PAGE, "POST"),
        (PAGE, "HEAD"),
    ],
)
def test_only_opening_a_page_sets_it(headers: dict[str, str], method: str) -> None:
    answer = _ask(headers, method=method)
    assert "set-cookie" not in answer.headers
    assert answer.headers.get("cache-control") != "private, no-cache"


def test_a_browser_that_says_document_is_believed() -> None:
    assert COOKIE_NAME in _ask({"accept": "*/*", "sec-fetch-dest": "document"}).cookies


def test_web_sockets_pass_untouched() -> None:
    sent = []

    async def app(scope, _receive, send):  # type: ignore[no-untyped-def]
        await send({"type": "websocket.accept", "headers": []})

    async def send(message):  # type: ignore[no-untyped-def]
        sent.append(message)

    _run(VisitorCookie(app)({"type": "websocket", "headers": []}, None, send))  # type: ignore[arg-type]
    assert sent == [{"type": "websocket.accept", "headers": []}]


def test_visitor_in_reads_what_the_middleware_wrote() -> None:
    assert visitor_in({COOKIE_NAME: (token := new_visitor_id())}) == token
    assert visitor_in({}) is None
    assert visitor_in({COOKIE_NAME: "guess"}) is None
