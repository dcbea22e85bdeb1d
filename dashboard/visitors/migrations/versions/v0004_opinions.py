"""What reviewers write about a comparison of two models, and what they decide."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Lay the new table."""
    op.create_table(
        "opinion",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("profile_id", sa.Integer, sa.ForeignKey("profile.id", ondelete="CASCADE"), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("author", sa.String(60), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("about", sa.String(120), nullable=False),
        sa.Column("text", sa.String(4000), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.CheckConstraint("kind IN ('note', 'ship', 'hold', 'needs work')", name="known_opinion"),
        sqlite_autoincrement=True,
    )
    op.create_index("opinion_of_subject", "opinion", ["subject", "id"])
    op.create_index("opinion_of_profile", "opinion", ["profile_id"])
