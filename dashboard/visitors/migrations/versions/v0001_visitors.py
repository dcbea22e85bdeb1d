"""Visitors, the log of their changes, and the model each of them uses."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Lay the first tables."""
    op.create_table(
        "visitor",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("token_digest", sa.String(64), nullable=False, unique=True),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "change",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("visitor_id", sa.Integer, sa.ForeignKey("visitor.id", ondelete="CASCADE"), nullable=False),
        sa.Column("dataset", sa.String, nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("film", sa.String),
        sa.Column("film_is_number", sa.Boolean),
        sa.Column("stars", sa.Float),
        sa.Column("source", sa.String(8)),
        sa.Column("undoes", sa.Integer, sa.ForeignKey("change.id", ondelete="CASCADE"), unique=True),
        sa.CheckConstraint("kind IN ('rate', 'remove', 'clear', 'undo')", name="known_kind"),
        sa.CheckConstraint("(kind IN ('rate', 'remove')) = (film IS NOT NULL)", name="film_where_due"),
        sa.CheckConstraint("(kind = 'rate') = (stars IS NOT NULL)", name="stars_where_due"),
        sa.CheckConstraint("(kind = 'undo') = (undoes IS NOT NULL)", name="undoes_where_due"),
        sqlite_autoincrement=True,
    )
    op.create_index("change_of_visitor", "change", ["visitor_id", "dataset", "id"])
    op.create_table(
        "model_in_use",
        sa.Column("visitor_id", sa.Integer, sa.ForeignKey("visitor.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("dataset", sa.String, primary_key=True),
        sa.Column("folder", sa.String, nullable=False),
    )
