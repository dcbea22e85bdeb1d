"""Reading and changing, each in one transaction; changes that come at once share one wait for the disk."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from typing import Any, TypeVar

import psycopg
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from dashboard.metrics import WRITES
from dashboard.visitors.engine import READS_ONLY, is_sqlite
from dashboard.visitors.errors import in_plain_words
from dashboard.visitors.quick import AT_LENGTH, Quick, run

Result = TypeVar("Result")
TAKEN = (
    sqlite3.IntegrityError,
    psycopg.IntegrityError,
)  # another process was here first, and the words assumed it was not
UNREAD, UNSAVED = "Your ratings could not be read", "Nothing was saved"


class _Ticket:
    """One change that waits: what to do, and what came of it. ``leads`` tells its thread to commit for all who wait."""

    def __init__(self, work: Callable[[Connection], Any], quick: Quick | None) -> None:
        self.work = work
        self.quick = quick
        self.result: Any = None
        self.error: BaseException | None = None
        self.leads = False
        self.woken = threading.Event()


class Database:
    """What the store stands on: any number of threads may read and change at once.

    A commit waits for the disk, and while it waits others come. They form a line: whoever finds nobody committing
    commits for all who wait, in one transaction, then hands on to the first who came meanwhile (group commit: DeWitt
    et al., *Implementation techniques for main memory database systems*, SIGMOD 1984, section 5.2). Nobody hears
    "saved" before the disk has it. Where one change of a group fails, each is tried by itself.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.on_change: Callable[[], object] = lambda: None  # called after each commit, in the thread that made it
        self._line = threading.Lock()
        self._waiting: list[_Ticket] = []
        self._is_committing = False

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection to read from; a database that refuses becomes a ``StoreError``."""
        with in_plain_words(UNREAD), self.engine.connect() as connection:
            yield connection.execution_options(**{READS_ONLY: True})

    @WRITES.time()
    def change(self, work: Callable[[Connection], Result], *, quick: Quick | None = None) -> Result:
        """Do ``work`` in a transaction; when this returns its result, it is on the disk.

        ``quick`` is the same in fewer words, tried first where it is given. ``work`` may be done twice, of which one is
        taken back: it must change nothing but the database. Raises what ``work`` raises, and ``StoreError`` when the
        database refuses; then nothing of it was kept.
        """
        ticket = _Ticket(work, quick)
        with self._line:
            self._waiting.append(ticket)
            ticket.leads = not self._is_committing
            self._is_committing = True
        if not ticket.leads:
            ticket.woken.wait()
        if ticket.leads:
            self._lead()
        if ticket.error is not None:
            with in_plain_words(UNSAVED):
                raise ticket.error
        return ticket.result

    def scrub(self) -> None:
        """Let nothing of what was deleted linger in the file: its space is overwritten already, the log beside it is not.

        Waits for nobody: while others read the log, it is emptied at a later time.
        """
        if is_sqlite(self.engine):
            with suppress(SQLAlchemyError, sqlite3.Error), closing(self.engine.raw_connection()) as connection:
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _lead(self) -> None:
        with self._line:
            group, self._waiting = self._waiting, []
        try:
            self._commit(self._at_length(group))
        finally:
            with self._line:
                self._is_committing = bool(self._waiting)
                heir = self._waiting[0] if self._waiting else None
            for ticket in group:
                ticket.woken.set()
            if heir is not None:
                heir.leads = True
                heir.woken.set()
            self.on_change()

    def _at_length(self, group: Sequence[_Ticket]) -> list[_Ticket]:
        """Do what is quickly done; return whose work is still to be done: of a group that was refused, each one's."""
        quick = {ticket: ticket.quick for ticket in group if ticket.quick is not None}
        found = [AT_LENGTH] * len(quick)
        try:
            found = run(self.engine, list(quick.values())) if quick else []
        except BaseException as error:  # noqa: BLE001 - carried to the threads that asked
            if not isinstance(error, Exception) or (len(quick) == 1 and not isinstance(error, TAKEN)):
                for ticket in quick:
                    ticket.error = error
        for ticket, result in zip(quick, found, strict=True):
            ticket.result = result
        return [each for each in group if each not in quick or (each.result is AT_LENGTH and each.error is None)]

    def _commit(self, group: Sequence[_Ticket]) -> None:
        if not group:
            return
        has_begun = False
        try:
            with self.engine.begin() as connection:
                has_begun = True
                for ticket in group:
                    ticket.result = ticket.work(connection)
        except BaseException as error:  # noqa: BLE001 - carried to the threads that asked
            if has_begun and len(group) > 1 and isinstance(error, Exception):
                for ticket in group:
                    self._commit([ticket])
            else:
                for ticket in group:
                    ticket.error = error
