"""Which steps of the guided walk somebody has finished."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from core import InvalidArgument
from dashboard.visitors import log
from dashboard.visitors.database import Database
from dashboard.visitors.owners import owner_made, owner_of
from dashboard.visitors.schema import LONGEST_STEP, finished_steps


@dataclass(frozen=True)
class Walk:
    """What is done of the walk. Methods raise as those of ``Store`` do."""

    database: Database

    def done(self, visitor: str) -> tuple[str, ...]:
        """Return the finished steps, the one finished last at the end."""
        with self.database.reading() as connection:
            owner = owner_of(connection, visitor)
            query = select(finished_steps.c.step).where(finished_steps.c.profile_id == owner)
            return tuple(connection.scalars(query.order_by(finished_steps.c.at, finished_steps.c.step)))

    def finish(self, visitor: str, step: str) -> bool:
        """Note that ``step`` is done; return whether it was not before."""
        if not 1 <= len(step) <= LONGEST_STEP:
            raise InvalidArgument(f"step must be a name of 1 to {LONGEST_STEP} characters, got {len(step)} characters")

        def work(connection: Connection) -> bool:
            owner = owner_made(connection, visitor)
            mine = select(finished_steps.c.at).where(
                finished_steps.c.profile_id == owner, finished_steps.c.step == step
            )
            if connection.scalar(mine) is not None:
                return False
            connection.execute(insert(finished_steps).values(profile_id=owner, step=step, at=log.now()))
            return True

        return self.database.change(work)
