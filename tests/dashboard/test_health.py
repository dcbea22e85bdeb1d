"""What the operator is told: health, metrics and the log, in which nobody is named."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import logging
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from core import ArtefactError
from dashboard import health, logs, metrics, resources, server
from dashboard.jobs import JobRunner
from dashboard.visitors import Store, StoreError
from tests.dashboard.conftest import SMALL, Open

TOKEN = "a token of some length"
LOCAL, AWAY = "127.0.0.1", "203.0.113.9"


def ask(path: str, *, client: str = LOCAL, **headers: str) -> httpx.Response:
    async def answer() -> httpx.Response:
        transport = httpx.ASGITransport(app=Starlette(routes=server.routes()), client=(client, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://reelspace.test") as caller:
            return await caller.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, answer()).result()


# Health


def test_health_says_which_model_data_and_database(open_view: Open) -> None:
    before = ask("/health")
    assert before.json()["model"] == {"kind": "als", "version": None}
    open_view("for_you")
    ready = resources.library().ready(SMALL, "als")
    assert ready is not None
    told = ask("/health")
    assert (before.status_code, told.status_code) == (200, 200)
    assert told.json() == {
        "status": "ok",
        "version": "0.1.0",
        "dataset": SMALL,
        "model": {"kind": "als", "version": ready.model.version},
        "database": {"kind": "sqlite", "reachable": True},
    }
    assert told.headers["cache-control"] == "no-store"


def test_a_database_out_of_reach_is_told_without_its_address(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> Store:
        raise StoreError("postgresql://me:secret@host/db could not be opened")

    monkeypatch.setattr(resources, "store", gone)
    monkeypatch.setenv("REELSPACE_DATABASE", "postgresql://me:secret@host/db")
    told = ask("/health")
    assert told.status_code == 503
    assert told.json()["database"] == {"kind": "postgresql", "reachable": False}
    assert "secret" not in told.text and "host" not in told.text


def test_a_path_to_the_data_stays_here(product: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.csv").touch()
    monkeypatch.setenv("REELSPACE_DATASET", str(tmp_path / "mine.csv"))
    assert ask("/health").json()["dataset"] == "mine.csv"


# Metrics


def test_metrics_count_pages_writes_jobs_and_errors(open_view: Open, store: Store, visitor: str) -> None:
    def value(name: str, **labels: str) -> float:
        found = re.search(rf"^{name}{re.escape(_labels(labels))} (\S+)$", ask("/metrics").text, flags=re.MULTILINE)
        return float(found[1]) if found else 0.0

    writes, runs = value("reelspace_write_seconds_count"), value("reelspace_page_run_seconds_count", page="rate")
    errors, ended = (
        value("reelspace_errors_total", where="page"),
        value("reelspace_jobs_ended_total", job="prepare", state="done"),
    )
    store.rate(visitor, SMALL, 1, 4.0, source="search")
    with metrics.page_run("rate"):
        pass
    with pytest.raises(ZeroDivisionError), metrics.page_run("rate"):
        raise ZeroDivisionError
    server.note_script_error(ZeroDivisionError())
    open_view("for_you")
    resources.runner().wait(f"prepare:{SMALL}:als", seconds=60)
    assert value("reelspace_write_seconds_count") == writes + 1
    assert value("reelspace_page_run_seconds_count", page="rate") == runs + 2
    assert value("reelspace_errors_total", where="page") == errors + 1
    assert value("reelspace_jobs_ended_total", job="prepare", state="done") == ended + 1
    assert value("reelspace_jobs", state="done") >= 1
    assert value("process_resident_memory_bytes") > 1e6
    assert visitor not in ask("/metrics").text


def _labels(labels: dict[str, str]) -> str:
    return "{" + ",".join(f'{name}="{value}"' for name, value in sorted(labels.items())) + "}" if labels else ""


@pytest.mark.parametrize(
    ("client", "headers"),
    [
        (AWAY, {}),
        (AWAY, {"authorization": "Bearer nonsense"}),
        (LOCAL, {"x_forwarded_for": AWAY}),
        (LOCAL, {"forwarded": f"for={AWAY}"}),
        ("nobody", {}),
    ],
)
@pytest.mark.parametrize("token", ["", TOKEN])
def test_metrics_are_closed_to_other_machines(
    product: Path, monkeypatch: pytest.MonkeyPatch, client: str, headers: dict[str, str], token: str
) -> None:
    monkeypatch.setenv("REELSPACE_METRICS_TOKEN", token)
    answer = ask("/metrics", client=client, **headers)
    assert answer.status_code == 403
    assert "reelspace" not in answer.text


def test_who_brings_the_token_may_read_metrics_from_anywhere(product: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REELSPACE_METRICS_TOKEN", TOKEN)
    answer = ask("/metrics", client=AWAY, authorization=f"Bearer {TOKEN}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")


# The log


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the log says from here on."""
    stream = io.StringIO()
    loggers = [each for each in logging.root.manager.loggerDict.values() if isinstance(each, logging.Logger)]
    kept = [(own, own.formatter, list(own.filters)) for each in loggers for own in each.handlers]
    levels = {name: logging.getLogger(name).level for name in logs.OURS}
    handler = logs.begin(stream)
    yield stream
    logging.getLogger().removeHandler(handler)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    for own, formatter, filters in kept:
        own.setFormatter(formatter)
        own.filters = filters


def lines(log: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def test_an_event_is_one_line_of_json(log: io.StringIO) -> None:
    logs.event("job ended", job="retrain", state="done", seconds=1.5)
    [line] = lines(log)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", str(line.pop("time")))
    assert line == {"level": "info", "event": "job ended", "job": "retrain", "state": "done", "seconds": 1.5}


def test_an_event_has_no_place_for_a_person() -> None:
    with pytest.raises(TypeError, match=r"an event may tell database, dataset, .* got visitor"):
        logs.event("rated", visitor="anna")


def test_an_error_nobody_had_foreseen_keeps_its_place_and_not_its_words(log: io.StringIO) -> None:
    runner = JobRunner()

    def work(_context: object) -> None:
        raise KeyError("Anna gave five stars")

    runner.start("retrain:0123456789ab:ml-100k", work)
    runner.wait("retrain:0123456789ab:ml-100k", seconds=10)
    failed, ended = lines(log)
    assert (failed["level"], failed["error"], failed["message"]) == ("error", "KeyError", "a job failed: retrain")
    assert str(failed["at"][-1]).endswith(" work") and "test_health.py:" in str(failed["at"])  # type: ignore[index]
    assert (ended["job"], ended["state"]) == ("retrain", "failed")
    assert "Anna" not in log.getvalue() and "0123456789ab" not in log.getvalue()


def test_other_packages_say_where_and_not_what(log: io.StringIO) -> None:
    logging.getLogger("somebody.else").warning("a file of %s could not be kept", "Anna")
    logging.getLogger("somebody.else").info("no news")
    [line] = lines(log)
    assert (line["logger"], line["event"]) == ("somebody.else", "message")
    assert "Anna" not in log.getvalue()


def test_a_sentence_of_ours_is_told(log: io.StringIO) -> None:
    logging.getLogger("dashboard.library").warning("%s", ArtefactError("the model could not be saved: disk full"))
    assert lines(log)[0]["message"] == "the model could not be saved: disk full"


def test_a_visit_leaves_nothing_of_the_visitor_in_the_log(
    log: io.StringIO, open_view: Open, store: Store, visitor: str
) -> None:
    store.rate(visitor, SMALL, 7, 4.5, source="search")
    store.profiles.rename(visitor, "Annabella")
    secret = store.profiles.new_link(visitor)
    app = open_view("rate")
    next(button for button in app.button if button.label == "Retrain the whole model").click().run()
    resources.runner().close(seconds=60)
    assert any(line.get("job") == "retrain" for line in lines(log))
    for personal in (visitor, hashlib.sha256(visitor.encode()).hexdigest()[:12], "Annabella", secret):
        assert personal not in log.getvalue()


def test_health_counts_the_jobs_of_both_runners(product: Path) -> None:
    assert set(health.job_counts()) == {"waiting", "running", "done", "failed", "stopped"}
