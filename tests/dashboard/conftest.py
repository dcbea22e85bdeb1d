"""The dashboard on small invented data, with models and ratings in a folder that a test has for itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import lab_resources, resources
from dashboard.visitors import Store, new_visitor_id
from tests.postgres import NONE_FOUND, Server, find_programs, serve

SMALL = "synthetic:60x80x3000"
MAIN = str(Path(resources.__file__).with_name("main.py"))
TIMEOUT = 60  # seconds; the first run of a process imports pandas
CACHES = (
    resources.library, resources.store, resources.datasets, resources.space, resources.drawing,
    resources.first_person, resources.film_index, resources.film_matcher,
)  # fmt: skip

Open = Callable[..., AppTest]


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL server of the tests' own."""
    programs = find_programs()
    if programs is None:
        pytest.skip(NONE_FOUND)
    with serve(programs) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an empty database lies: a file, then on a server."""
    if request.param == "sqlite":
        return str(tmp_path / "visitors.sqlite")
    server: Server = request.getfixturevalue("server")
    return server.new_database()


@pytest.fixture
def product(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a product that nobody has opened before."""
    monkeypatch.setenv("REELSPACE_DATASET", SMALL)
    monkeypatch.setenv("REELSPACE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("REELSPACE_DATABASE", str(tmp_path / "visitors.sqlite"))
    for cache in CACHES:
        cache.clear()  # type: ignore[attr-defined]  # each is a function with a cache
    for kind in ("als", "sgd"):
        resources.runner().take(f"prepare:{SMALL}:{kind}")
    return tmp_path


@pytest.fixture
def fresh_lab() -> Iterator[None]:
    """A Lab that reads its runs anew and whose queue is its own; what is under way stops with the test."""
    lab_resources.runs.clear()  # type: ignore[attr-defined]  # a function with a cache
    lab_resources.queue.clear()  # type: ignore[attr-defined]
    yield
    lab_resources.queue().stop_all()
    lab_resources.runs.clear()  # type: ignore[attr-defined]


@pytest.fixture
def visitor() -> str:
    """The token of somebody without ratings."""
    return new_visitor_id()


@pytest.fixture
def store(product: Path) -> Store:
    """Where the product keeps ratings."""
    return resources.store()


@pytest.fixture
def open_view(product: Path, visitor: str) -> Open:
    """Open a view as the visitor, with query parameters; the first run is over when it returns."""

    def open_one(view: str, **query: str | list[str]) -> AppTest:
        script = f"from dashboard import state\nfrom dashboard.views import {view}\nstate.enter({view!r}, with_film={view != 'for_you'})\n{view}.show()\nstate.leave({view!r})"
        app = AppTest.from_string(script, default_timeout=TIMEOUT)
        app.session_state["visitor_token"] = visitor
        for name, value in query.items():
            app.query_params[name] = value
        return app.run()

    return open_one
