"""What surrounds the pages: headers on every answer, the files we serve, and the first model at start."""

from __future__ import annotations

import asyncio
import hashlib
import re
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
import streamlit as st
from starlette.applications import Starlette

from dashboard import resources, server
from dashboard.charts import columns
from dashboard.components.film_map import COLUMNS_PATH

APP = Starlette(routes=server.routes(), middleware=server.middleware())
TITLES = columns.table({"titles": ["Brazil", "<b>"]})
COLUMN = f"{COLUMNS_PATH}{TITLES.name}"
PATHS = ["/assets/reelspace.css", "/assets/fonts/inter-latin-wght-normal.woff2", COLUMN, "/nowhere"]


def ask(path: str, **headers: str) -> httpx.Response:
    async def answer() -> httpx.Response:
        transport = httpx.ASGITransport(app=APP)
        async with httpx.AsyncClient(transport=transport, base_url="http://reelspace.test") as client:
            return await client.get(path, headers=headers)

    with ThreadPoolExecutor(1) as thread:  # after a test in a browser this thread has an event loop already
        return thread.submit(asyncio.run, answer()).result()


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_carries_each_header_once(path: str) -> None:
    headers = ask(path).headers
    for name in ("content-security-policy", "x-content-type-options", "referrer-policy", "permissions-policy"):
        assert len(headers.get_list(name)) == 1, name


def test_nothing_may_come_from_elsewhere_and_nobody_may_frame_the_app() -> None:
    rules = dict(rule.split(" ", 1) for rule in server.content_security_policy().split("; "))
    assert rules["default-src"] == rules["connect-src"] == "'self'"
    assert rules["frame-ancestors"] == rules["object-src"] == "'none'"
    assert not re.search("https?:|\\*", server.content_security_policy())
    assert "'unsafe-inline'" not in rules["script-src"]
    assert "'unsafe-eval'" not in rules["script-src"]


def test_streamlits_own_inline_script_is_allowed_by_its_hash() -> None:
    page = (Path(st.__file__).parent / "static" / "index.html").read_text()
    scripts = re.findall("<script>(.*?)</script>", page, re.DOTALL)
    assert scripts
    for script in scripts:
        assert b64encode(hashlib.sha256(script.encode()).digest()).decode() in server.content_security_policy()


def test_fonts_and_styles_are_ours() -> None:
    assert [ask(path).status_code for path in PATHS] == [200, 200, 200, 404]
    assert ask("/assets/../pyproject.toml").status_code == 404


def test_a_column_is_served_as_it_was_made_and_may_be_kept_for_ever() -> None:
    answer = ask(COLUMN)
    assert answer.json() == {"titles": ["Brazil", "<b>"]}
    assert "immutable" in answer.headers["cache-control"]
    assert "private" in answer.headers["cache-control"], "a column may be about one person"
    assert ask(f"{COLUMNS_PATH}u2-of-nothing").status_code == 404


def test_other_traffic_passes_untouched() -> None:
    sent: list[str] = []

    async def inner(scope: dict[str, str], receive: object, send: object) -> None:
        sent.append(scope["type"])

    asked = server.SecurityHeaders(inner)  # type: ignore[arg-type]
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, asked({"type": "websocket"}, None, None)).result()  # type: ignore[arg-type]
    assert sent == ["websocket"]


def test_the_first_model_is_begun_before_the_first_visitor(product: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "warm_up", lambda: None)
    monkeypatch.setattr(server, "finish", lambda: None)  # other tests go on with these jobs
    monkeypatch.setattr(server.logs, "begin", lambda: None)
    monkeypatch.setattr(server.gc, "freeze", lambda: None)  # a test process keeps its collector

    async def start() -> None:
        async with server.lifespan(None):  # type: ignore[arg-type]
            pass

    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, start()).result()
    job = resources.start_preparing()
    assert resources.runner().wait(job, seconds=60) is not None
    assert resources.library().ready(resources.default_dataset(), "als") is not None
