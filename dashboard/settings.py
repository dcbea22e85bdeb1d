"""What an operator may set: environment variables, read in this one place and checked before anything starts."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from core import InvalidArgument, check_dataset

PREFIX = "REELSPACE_"
OF_HOSTS = {"database_url": "DATABASE_URL"}  # what hosts of PostgreSQL set by custom
SHORTEST_TOKEN = 16  # characters
Count = Annotated[int, Field(ge=1, le=1_000_000)]


class Settings(BaseSettings):
    """All settings; each is ``$REELSPACE_`` and its name in capitals, and an empty one is as good as none.

    Where a secret may stand, there is a ``SecretStr``: no log and no ``repr`` shows it.
    """

    model_config = SettingsConfigDict(frozen=True, env_prefix=PREFIX, env_ignore_empty=True, extra="ignore")

    dataset: str = "ml-100k"
    """The data set that the app opens with: a known name, ``synthetic:USERSxITEMSxRATINGS`` or a path."""
    data: Path | None = None
    """The folder that is looked in first for data sets (core reads it itself)."""
    cache: Path | None = None
    """The folder for what can be made or fetched again (core reads it itself)."""
    database: SecretStr | None = None
    """Where visitors' ratings lie: a path, a ``sqlite:///`` or a ``postgresql://`` URL."""
    database_url: SecretStr | None = Field(default=None, validation_alias=OF_HOSTS["database_url"])
    """The same, where ``database`` says nothing."""
    metrics_token: SecretStr | None = None
    """Whoever brings it may read the metrics from another machine; without one nobody may."""
    visitor_trainings: Count = 20
    """Whole models that one visitor may train within an hour."""
    process_trainings: Count = 200
    """Whole models that all visitors of a process may train within an hour."""
    visitor_upload_mb: Count = 50
    """Megabytes that one visitor may send within an hour."""
    process_upload_mb: Count = 1_000
    """Megabytes that all visitors of a process may send within an hour."""

    @field_validator("dataset")
    @classmethod
    def _is_known(cls, name: str) -> str:
        try:
            check_dataset(name)
        except InvalidArgument as error:
            raise ValueError(f"cannot be used: {error}") from None
        return name

    @field_validator("data")
    @classmethod
    def _is_folder(cls, path: Path | None) -> Path | None:
        if path is not None and not path.expanduser().is_dir():
            raise ValueError(f"is {str(path)!r}, which is no folder; the path of a folder is allowed")
        return path

    @field_validator("cache")
    @classmethod
    def _may_become_folder(cls, path: Path | None) -> Path | None:
        if path is not None and path.expanduser().exists() and not path.expanduser().is_dir():
            raise ValueError(f"is {str(path)!r}, which is a file; the path of a folder is allowed")
        return path

    @field_validator("metrics_token")
    @classmethod
    def _is_hard_to_guess(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and len(token.get_secret_value()) < SHORTEST_TOKEN:
            raise ValueError(f"must have at least {SHORTEST_TOKEN} characters")
        return token


def settings() -> Settings:
    """Return what the environment says now; raises ``InvalidArgument``, naming the variable, where that is not allowed."""
    return _read(tuple(os.environ.get(variable_of(name)) for name in Settings.model_fields))


def variable_of(name: str) -> str:
    """Return the environment variable of a setting."""
    return OF_HOSTS.get(name, PREFIX + name.upper())


@lru_cache(maxsize=1)
def _read(_said: tuple[str | None, ...]) -> Settings:
    """Read once for each state of the environment: a page asks several times."""
    try:
        return Settings()
    except ValidationError as error:
        raise InvalidArgument(_sentence(error)) from None


def _sentence(error: ValidationError) -> str:
    """Return what is wrong with the first bad setting; only our own sentences tell its value, which may be a secret."""
    first = error.errors(include_url=False, include_context=False)[0]
    place = str(first["loc"][0])
    name = place if place in OF_HOSTS.values() else variable_of(place)
    if first["type"] == "value_error":
        return f"{name} {first['msg'].removeprefix('Value error, ')}"
    return f"{name} must be a whole number from 1 to 1,000,000, got {first['input']!r}"
