"""The tables of visitors. Secrets are kept as digests only; ``event`` is a log: lines are added, never altered.

A *profile* is somebody with ratings. A *holder* is what reaches profiles: a browser (by its cookie) or an account; one
holder may have several profiles, and a profile several holders, since its private link may be opened anywhere.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
)

metadata = MetaData()
LONGEST_NAME = 60  # characters of a profile's name
LONGEST_STEP = 40  # characters of a step of the guided walk, as in its address
LONGEST_SUBJECT, LONGEST_ABOUT, LONGEST_OPINION = 64, 120, 4000  # characters of what a reviewer says, and about what
DIGEST = String(64)  # a SHA-256 in hexadecimal

profiles = Table(
    "profile",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(LONGEST_NAME)),
    Column("created_at", BigInteger, nullable=False),
    Column("agreed_at", BigInteger),  # since when their ratings may train what others use; NULL: they may not
    Column("link_digest", DIGEST, unique=True),
    Column("link_made_at", BigInteger),
    sqlite_autoincrement=True,  # an id is never used twice, so an open page can never write into somebody else's
)

holders = Table(
    "holder",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key_digest", DIGEST, nullable=False, unique=True),
    Column("created_at", BigInteger, nullable=False),
    Column("current_profile", ForeignKey("profile.id", ondelete="SET NULL")),
)

holdings = Table(
    "holding",
    metadata,
    Column("holder_id", ForeignKey("holder.id", ondelete="CASCADE"), primary_key=True),
    Column("profile_id", ForeignKey("profile.id", ondelete="CASCADE"), primary_key=True),
    Index("holding_of_profile", "profile_id"),
)

events = Table(
    "event",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("profile_id", ForeignKey("profile.id", ondelete="CASCADE"), nullable=False),
    Column("dataset", String, nullable=False),
    Column("kind", String(8), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("film", String),
    Column("film_is_number", Boolean),
    Column("stars", Float),
    Column("source", String(8)),
    Column("rated_at", BigInteger),  # when the person says it was, where that is not when it was written down here
    Column("label", String),  # what a step of many lines is called, on its first line
    Column("batch", ForeignKey("event.id", ondelete="CASCADE")),  # the first line of the step that this one belongs to
    Column("undoes", ForeignKey("event.id", ondelete="CASCADE"), unique=True),
    CheckConstraint(
        "kind IN ('rate', 'remove', 'clear', 'undo', 'want', 'unwant', 'seen', 'unseen')", name="known_kind"
    ),
    CheckConstraint("(kind IN ('clear', 'undo')) = (film IS NULL)", name="film_where_due"),
    CheckConstraint("(kind = 'rate') = (stars IS NOT NULL)", name="stars_where_due"),
    CheckConstraint("(kind = 'undo') = (undoes IS NOT NULL)", name="undoes_where_due"),
    Index("event_of_profile", "profile_id", "dataset", "id"),
    Index("event_of_batch", "batch"),  # to delete a line is to look for the lines that name it
    sqlite_autoincrement=True,  # an id is never used twice, so an undo can never name another change
)

models_in_use = Table(
    "model_in_use",
    metadata,
    Column("profile_id", ForeignKey("profile.id", ondelete="CASCADE"), primary_key=True),
    Column("dataset", String, primary_key=True),
    Column("folder", String, nullable=False),
)

finished_steps = Table(
    "finished_step",
    metadata,
    Column("profile_id", ForeignKey("profile.id", ondelete="CASCADE"), primary_key=True),
    Column("step", String(LONGEST_STEP), primary_key=True),
    Column("at", BigInteger, nullable=False),
)

opinions = Table(
    "opinion",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("profile_id", ForeignKey("profile.id", ondelete="CASCADE"), nullable=False),
    Column("subject", String(LONGEST_SUBJECT), nullable=False),  # the comparison: both models' versions
    Column("author", String(LONGEST_NAME), nullable=False),  # as they sign, whatever their profile is called
    Column("kind", String(10), nullable=False),
    Column("about", String(LONGEST_ABOUT), nullable=False),
    Column("text", String(LONGEST_OPINION), nullable=False),
    Column("at", BigInteger, nullable=False),
    CheckConstraint("kind IN ('note', 'ship', 'hold', 'needs work')", name="known_opinion"),
    Index("opinion_of_subject", "subject", "id"),
    Index("opinion_of_profile", "profile_id"),
    sqlite_autoincrement=True,
)

shared_models = Table(
    "shared_model",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("dataset", String, nullable=False),
    Column("basis", DIGEST, nullable=False),  # whose ratings went in, and up to which event of each
    Column("begun_at", BigInteger, nullable=False),
    Column("folder", String),  # NULL while it is being trained
    Column("n_people", Integer, nullable=False),
    Column("n_ratings", Integer, nullable=False),
    Index("shared_model_of_dataset", "dataset", "id"),
    sqlite_autoincrement=True,  # a later id was begun later: of two that end at once, that one stands
)
