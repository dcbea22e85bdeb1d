"""How much one visitor and all of them may ask for within an hour, and what they are told beyond."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from dashboard import resources
from dashboard.limits import Allowance, LimitReached
from dashboard.metrics import REGISTRY
from dashboard.upload_limit import DOOR, LEAST_BYTES, UploadLimit, sender
from dashboard.visitors import COOKIE_NAME, Store, digest_of, new_visitor_id
from tests.dashboard.conftest import SMALL, Open


class Clock:
    """A clock that goes when it is told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def allowance(clock: Clock, *, each: int = 2, everybody: int = 3) -> Allowance:
    return Allowance("tests", each=each, everybody=everybody, told=lambda most: f"{most} models", clock=clock)


def ask(limit: Allowance, who: str, amount: int = 1) -> None:
    limit.check(who, amount)
    limit.note(who, amount)


def test_one_visitor_has_a_share_and_is_told_when_to_come_again() -> None:
    clock = Clock()
    limit = allowance(clock)
    ask(limit, "anna")
    clock.now = 600
    ask(limit, "anna")
    with pytest.raises(LimitReached) as refusal:
        limit.check("anna")
    assert str(refusal.value) == (
        "2 models within an hour is as much as one visitor may ask for here; please try again in 50 minutes."
    )
    ask(limit, "ben")
    clock.now = 3600  # the first is forgotten, the second is not
    ask(limit, "anna")
    with pytest.raises(LimitReached, match="try again in 10 minutes"):
        limit.check("anna")


def test_all_together_have_a_share_whatever_names_they_take() -> None:
    limit = allowance(Clock())
    for who in "abc":
        ask(limit, who)
    with pytest.raises(LimitReached, match=r"^3 models within an hour is as much as all visitors together may ask for"):
        limit.check("d")


def test_what_is_more_than_an_hour_s_worth_is_never_allowed_and_a_refusal_is_counted() -> None:
    before = REGISTRY.get_sample_value("reelspace_refusals_total", {"what": "tests"}) or 0
    with pytest.raises(LimitReached, match="try again in an hour"):
        allowance(Clock()).check("anna", 3)
    assert REGISTRY.get_sample_value("reelspace_refusals_total", {"what": "tests"}) == before + 1


def put(app: UploadLimit, size: int, token: str | None, path: str = f"{DOOR}session/file") -> httpx.Response:
    async def answer() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://reelspace.test") as client:
            headers = {} if token is None else {"cookie": f"{COOKIE_NAME}={token}"}
            return await client.put(path, content=bytes(size), headers=headers)

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, answer()).result()


def test_files_are_counted_at_the_door() -> None:
    async def taken(_request: Request) -> Response:
        return PlainTextResponse("taken")

    limit = allowance(Clock(), each=50_000, everybody=100_000)
    inner = Starlette(routes=[Route("/{path:path}", taken, methods=["PUT"])])
    app = UploadLimit(inner, lambda: limit)
    anna, ben = new_visitor_id(), new_visitor_id()
    assert put(app, 45_000, anna).text == "taken"
    refused = put(app, 6_000, anna)
    assert refused.status_code == 429
    assert refused.text.startswith("50000 models within an hour is as much as one visitor may ask for")
    assert put(app, 1, ben).status_code == 200
    assert limit.refusal(sender(ben), 50_000 - LEAST_BYTES) is None
    assert limit.refusal(sender(ben), 50_001 - LEAST_BYTES) is not None, "even a small file counts"
    assert put(app, 45_001, None).status_code == 429, "together they have sent enough"
    assert put(app, 45_001, None, "/elsewhere").status_code == 200


def test_who_has_trained_enough_is_told_so_and_nothing_is_begun(
    open_view: Open, store: Store, visitor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.rate(visitor, SMALL, 1, 4.0, source="search")
    app = open_view("rate")
    monkeypatch.setattr(resources, "trainings", lambda: limit)
    limit = allowance(Clock(), each=1)
    limit.note(digest_of(visitor))
    started: list[str] = []
    monkeypatch.setattr(resources.runner(), "start", lambda name, work: started.append(name))
    next(button for button in app.button if button.label == "Retrain the whole model").click().run()
    assert started == []
    assert any("1 models within an hour" in error.value for error in app.error)


def test_who_has_sent_enough_is_told_so_instead_of_asked_for_a_file(
    open_view: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = allowance(Clock(), each=1)
    monkeypatch.setattr(resources, "uploads", lambda: limit)
    app = open_view("history")
    assert not app.exception
    assert "1 models within an hour" in app.info[0].value
    assert not app.get("file_uploader")
