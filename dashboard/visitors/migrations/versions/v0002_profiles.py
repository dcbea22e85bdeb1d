"""Profiles apart from the browsers that reach them; batches, seen films and wishes in the log; models from all who agree.

The log moves to a new table, since SQLite alters no constraint; every line keeps its number.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Lay the new tables, carry over what the old ones hold, drop them."""
    _lay_people()
    _lay_log()
    _lay_models()
    _carry_over()
    for table in ("model_in_use_before", "change", "visitor"):
        op.drop_table(table)


def _lay_people() -> None:
    op.create_table(
        "profile",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(60)),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("agreed_at", sa.BigInteger),
        sa.Column("link_digest", sa.String(64), unique=True),
        sa.Column("link_made_at", sa.BigInteger),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "holder",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key_digest", sa.String(64), nullable=False, unique=True),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("current_profile", sa.Integer, sa.ForeignKey("profile.id", ondelete="SET NULL")),
    )
    op.create_table(
        "holding",
        sa.Column("holder_id", sa.Integer, sa.ForeignKey("holder.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("profile_id", sa.Integer, sa.ForeignKey("profile.id", ondelete="CASCADE"), primary_key=True),
    )
    op.create_index("holding_of_profile", "holding", ["profile_id"])


def _lay_log() -> None:
    kinds = "'rate', 'remove', 'clear', 'undo', 'want', 'unwant', 'seen', 'unseen'"
    op.create_table(
        "event",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("profile_id", sa.Integer, sa.ForeignKey("profile.id", ondelete="CASCADE"), nullable=False),
        sa.Column("dataset", sa.String, nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("film", sa.String),
        sa.Column("film_is_number", sa.Boolean),
        sa.Column("stars", sa.Float),
        sa.Column("source", sa.String(8)),
        sa.Column("rated_at", sa.BigInteger),
        sa.Column("label", sa.String),
        sa.Column("batch", sa.Integer, sa.ForeignKey("event.id", ondelete="CASCADE")),
        sa.Column("undoes", sa.Integer, sa.ForeignKey("event.id", ondelete="CASCADE"), unique=True),
        sa.CheckConstraint(f"kind IN ({kinds})", name="known_kind"),
        sa.CheckConstraint("(kind IN ('clear', 'undo')) = (film IS NULL)", name="film_where_due"),
        sa.CheckConstraint("(kind = 'rate') = (stars IS NOT NULL)", name="stars_where_due"),
        sa.CheckConstraint("(kind = 'undo') = (undoes IS NOT NULL)", name="undoes_where_due"),
        sqlite_autoincrement=True,
    )
    op.create_index("event_of_profile", "event", ["profile_id", "dataset", "id"])
    op.create_index("event_of_batch", "event", ["batch"])


def _lay_models() -> None:
    op.rename_table("model_in_use", "model_in_use_before")
    op.create_table(
        "model_in_use",
        sa.Column("profile_id", sa.Integer, sa.ForeignKey("profile.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("dataset", sa.String, primary_key=True),
        sa.Column("folder", sa.String, nullable=False),
    )
    op.create_table(
        "shared_model",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("dataset", sa.String, nullable=False),
        sa.Column("basis", sa.String(64), nullable=False),
        sa.Column("begun_at", sa.BigInteger, nullable=False),
        sa.Column("folder", sa.String),
        sa.Column("n_people", sa.Integer, nullable=False),
        sa.Column("n_ratings", sa.Integer, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("shared_model_of_dataset", "shared_model", ["dataset", "id"])


def _carry_over() -> None:
    """Each visitor so far was one browser with one profile."""
    op.execute("INSERT INTO profile (id, created_at) SELECT id, created_at FROM visitor")
    op.execute(
        "INSERT INTO holder (id, key_digest, created_at, current_profile) "
        "SELECT id, token_digest, created_at, id FROM visitor"
    )
    op.execute("INSERT INTO holding (holder_id, profile_id) SELECT id, id FROM visitor")
    op.execute(
        "INSERT INTO event (id, profile_id, dataset, kind, at, film, film_is_number, stars, source, undoes) "
        "SELECT id, visitor_id, dataset, kind, at, film, film_is_number, stars, source, undoes FROM change ORDER BY id"
    )
    op.execute(
        "INSERT INTO model_in_use (profile_id, dataset, folder) "
        "SELECT visitor_id, dataset, folder FROM model_in_use_before"
    )
    if op.get_bind().dialect.name == "postgresql":  # rows that bring their number leave the counter where it was
        for table in ("profile", "holder", "event"):
            numbers = (
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), coalesce(max(id), 0) + 1, false) FROM {table}"  # noqa: S608
            )
            op.execute(numbers)
