"""What reviewers say about a comparison of two models: notes, and decisions with their reasons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from sqlalchemy import Connection, delete, insert, select

from core import InvalidArgument
from dashboard.visitors import log
from dashboard.visitors.database import Database
from dashboard.visitors.owners import owner_made, owner_of
from dashboard.visitors.schema import LONGEST_ABOUT, LONGEST_NAME, LONGEST_OPINION, LONGEST_SUBJECT, opinions

Kind = Literal["note", "ship", "hold", "needs work"]
DECISIONS: tuple[Kind, ...] = ("ship", "hold", "needs work")


@dataclass(frozen=True)
class Opinion:
    """What somebody said: ``kind`` is note or a decision, ``about`` what it is about, ``at`` seconds since 1970."""

    id: int
    author: str
    kind: str
    about: str
    text: str
    at: int
    is_mine: bool


@dataclass(frozen=True)
class Opinions:
    """Opinions of everybody, by subject: the comparison they are about. Methods raise as those of ``Store`` do."""

    database: Database

    def about(self, visitor: str, subject: str) -> tuple[Opinion, ...]:
        """Return all opinions about ``subject``, the latest last; ``visitor`` may take back their own."""
        with self.database.reading() as connection:
            mine = owner_of(connection, visitor)
            rows = connection.execute(select(opinions).where(opinions.c.subject == subject).order_by(opinions.c.id))
            return tuple(
                Opinion(row.id, row.author, row.kind, row.about, row.text, row.at, row.profile_id == mine)
                for row in rows
            )

    def add(self, visitor: str, subject: str, *, author: str, kind: Kind, about: str, text: str) -> None:
        """Write an opinion down; a decision needs reasons. Raises ``InvalidArgument`` on what is empty or too long."""
        if kind not in get_args(Kind):
            raise InvalidArgument(f"kind must be one of {', '.join(get_args(Kind))}, got {kind!r}")
        values = {
            "subject": _line("subject", subject, LONGEST_SUBJECT),
            "author": _line("your name", author, LONGEST_NAME),
            "about": _line("about", about, LONGEST_ABOUT),
            "text": _text("the reasons" if kind in DECISIONS else "the note", text),
        }

        def work(connection: Connection) -> None:
            owner = owner_made(connection, visitor)
            connection.execute(insert(opinions).values(profile_id=owner, kind=kind, at=log.now(), **values))

        self.database.change(work)

    def take_back(self, visitor: str, opinion: int) -> None:
        """Delete one of the visitor's own opinions; anybody else's stays."""

        def work(connection: Connection) -> None:
            owner = owner_of(connection, visitor)
            connection.execute(delete(opinions).where(opinions.c.id == opinion, opinions.c.profile_id == owner))

        self.database.change(work)


def _line(name: str, text: str, most: int) -> str:
    """One line of visible characters."""
    line = " ".join(text.split())
    if not 1 <= len(line) <= most or not line.isprintable():
        raise InvalidArgument(f"{name} must have 1 to {most} visible characters, got {len(line)}")
    return line


def _text(name: str, text: str) -> str:
    kept = text.strip().replace("\x00", "")
    if not 1 <= len(kept) <= LONGEST_OPINION:
        raise InvalidArgument(f"{name} must have 1 to {LONGEST_OPINION} characters, got {len(kept)}")
    return kept
