"""What an operator sets is checked before anything starts, in one sentence that names the variable."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from core import InvalidArgument
from dashboard.server import check_settings
from dashboard.settings import Settings, settings, variable_of

ROOT = Path(__file__).resolve().parents[2]
SECRET = "correct-horse-battery"


@pytest.fixture(autouse=True)
def nothing_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(variable_of(name), raising=False)


def test_where_nothing_is_said_the_usual_holds_and_an_empty_variable_says_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert settings().dataset == "ml-100k"
    for name in Settings.model_fields:
        monkeypatch.setenv(variable_of(name), "")
    assert settings() == Settings.model_construct()


def test_each_variable_is_heard(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    said = {
        "REELSPACE_DATASET": "synthetic:6x5x12", "REELSPACE_DATA": str(tmp_path), "REELSPACE_CACHE": str(tmp_path / "new"),
        "REELSPACE_DATABASE": "ratings.sqlite", "DATABASE_URL": "postgresql://host/films", "REELSPACE_METRICS_TOKEN": SECRET,
        "REELSPACE_VISITOR_TRAININGS": "3", "REELSPACE_PROCESS_TRAININGS": "30", "REELSPACE_VISITOR_UPLOAD_MB": "4",
        "REELSPACE_PROCESS_UPLOAD_MB": "40",
    }  # fmt: skip
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    heard = settings()
    assert set(said) == {variable_of(name) for name in Settings.model_fields}
    assert (heard.dataset, heard.data, heard.cache) == ("synthetic:6x5x12", tmp_path, tmp_path / "new")
    assert heard.database and heard.database.get_secret_value() == "ratings.sqlite"
    assert heard.database_url and heard.database_url.get_secret_value() == "postgresql://host/films"
    assert heard.metrics_token and heard.metrics_token.get_secret_value() == SECRET
    assert (heard.visitor_trainings, heard.process_trainings) == (3, 30)
    assert (heard.visitor_upload_mb, heard.process_upload_mb) == (4, 40)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("REELSPACE_DATASET", "ml-1OOk", "REELSPACE_DATASET cannot be used: dataset 'ml-1OOk' is not known, one of ml-100k"),
        ("REELSPACE_DATASET", "synthetic:9", "REELSPACE_DATASET cannot be used: dataset 'synthetic:9' is not understood"),
        ("REELSPACE_DATA", "/nowhere", "REELSPACE_DATA is '/nowhere', which is no folder; the path of a folder is allowed"),
        ("REELSPACE_CACHE", __file__, f"REELSPACE_CACHE is {__file__!r}, which is a file"),
        ("REELSPACE_DATABASE", f"mysql://me:{SECRET}@host/db", "REELSPACE_DATABASE must be a path, a sqlite:///"),
        ("DATABASE_URL", f"mysql://me:{SECRET}@host/db", "DATABASE_URL must be a path, a sqlite:///"),
        ("REELSPACE_METRICS_TOKEN", SECRET[:9], "REELSPACE_METRICS_TOKEN must have at least 16 characters"),
        ("REELSPACE_VISITOR_TRAININGS", "0", "REELSPACE_VISITOR_TRAININGS must be a whole number from 1 to 1,000,000, got '0'"),
        ("REELSPACE_PROCESS_UPLOAD_MB", "a few", "REELSPACE_PROCESS_UPLOAD_MB must be a whole number from 1"),
    ],
)  # fmt: skip
def test_a_bad_value_is_a_sentence_that_names_the_variable_and_no_secret(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidArgument) as refusal:
        check_settings()
    assert str(refusal.value).startswith(sentence)
    assert SECRET[:9] not in str(refusal.value)


def test_secrets_show_in_no_repr_and_nothing_can_be_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REELSPACE_DATABASE", "DATABASE_URL"):
        monkeypatch.setenv(name, f"postgresql://me:{SECRET}@host/films")
    monkeypatch.setenv("REELSPACE_METRICS_TOKEN", SECRET)
    said = settings()
    assert SECRET not in f"{said!r} {said} {said.model_dump()} {said.model_dump_json()}"
    with pytest.raises(ValidationError, match="frozen"):
        said.dataset = "other"  # type: ignore[misc]


def test_a_bad_value_stops_the_start_with_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REELSPACE_DATASET", "ml-1OOk")
    command = [sys.executable, "-m", "streamlit", "run", "dashboard/app.py", "--server.port", "8759"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    told = [line for line in ended.stderr.splitlines() if line]
    assert told[-1].startswith("Reelspace did not start: REELSPACE_DATASET cannot be used: dataset 'ml-1OOk'")
    assert "Traceback" not in ended.stderr
