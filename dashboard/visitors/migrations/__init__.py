"""The steps from one version of the tables to the next, kept by Alembic.

Alembic rather than a list of our own: it is as short, tells unknown versions apart, alters tables where SQLite
cannot, and its steps run on PostgreSQL as they are.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, text

from dashboard.visitors.engine import DATABASE_VARIABLE, READS_ONLY, is_sqlite
from dashboard.visitors.errors import StoreError

LOCK = 0x7265656C  # any number that no other program on the server locks: "reel"


def bring_up_to_date(engine: Engine) -> None:
    """Lay or alter the tables as this program needs them, in one transaction, whoever else does it at the same time.

    Raises ``StoreError`` if a newer program has altered them already.
    """
    script = ScriptDirectory.from_config(config())
    newest = script.get_current_head()
    with engine.connect().execution_options(**{READS_ONLY: True}) as connection:
        if _version(connection) == newest:
            return
    with engine.begin() as connection:  # holds the write lock: look again, another process may have been quicker
        if not is_sqlite(engine):
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        version = _version(connection)
        _refuse_unknown(script, version)
        if version != newest:
            command.upgrade(config(connection), "head")


def config(connection: Connection | None = None) -> Config:
    """Return what Alembic's commands are given to work on ``connection``."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config


def _version(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _refuse_unknown(script: ScriptDirectory, version: str | None) -> None:
    try:
        script.get_revision(version) if version else None
    except CommandError:
        raise StoreError(
            f"The database of visitors has version {version}, this program knows versions up to "
            f"{script.get_current_head()}: update Reelspace, or name another database in {DATABASE_VARIABLE}."
        ) from None
