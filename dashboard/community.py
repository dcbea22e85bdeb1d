"""The model that learns from visitors too, those who agreed: made anew when their ratings change, never an overwrite."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from time import monotonic

from core import Id
from dashboard.jobs import JobContext, JobRunner, TooManyJobs
from dashboard.library import Library
from dashboard.visitors import Round, Store, StoreError

# Changes come in bursts: training waits until this many seconds have passed without one, but never this many in all.
QUIET_SECONDS, MOST_SECONDS = 30.0, 300.0
_log = logging.getLogger(__name__)


class Community:
    """Watches the store and trains where those who agreed changed anything; one training of a data set at a time.

    ``kind_of`` says which kind of model a data set starts with. Which version is in use stands in the store: a training
    that was begun earlier never replaces a later one, and none stands that holds somebody who withdrew meanwhile.
    """

    def __init__(
        self,
        library: Library,
        store: Store,
        runner: JobRunner,
        *,
        kind_of: Callable[[str], str],
        quiet: float = QUIET_SECONDS,
        most: float = MOST_SECONDS,
    ) -> None:
        self._library, self._store, self._runner = library, store, runner
        self._kind_of, self._quiet, self._most = kind_of, quiet, most
        self._changed = threading.Condition()
        self._first: float | None = None  # when the oldest change that nobody has looked at came
        self._last = 0.0
        self._tried: dict[str, str | None] = {}  # the basis of the last training: one that failed is not tried again
        store.database.on_change = self.note_change
        threading.Thread(target=self._watch, name="community", daemon=True).start()
        self.note_change()

    def note_change(self) -> None:
        """Say that something in the store changed; it is looked at once it is quiet."""
        with self._changed:
            self._last = monotonic()
            if self._first is None:
                self._first = self._last
                self._changed.notify()

    def look(self) -> None:
        """Begin a training for each data set whose version in use is not made of what may be used now."""
        sharing = self._store.sharing
        for dataset in sharing.datasets():
            basis, current = sharing.basis(dataset), sharing.current(dataset)
            if basis != (current and current.basis) and (dataset not in self._tried or self._tried[dataset] != basis):
                with suppress(TooManyJobs):  # the next change asks again
                    self._runner.start(f"shared:{dataset}", partial(self._train, dataset, basis))

    def _watch(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._first is not None)
                while (left := self._seconds_left()) > 0:
                    self._changed.wait(left)
                self._first = None
            try:
                self.look()
            except StoreError as error:
                _log.warning("%s", error)

    def _seconds_left(self) -> float:
        first = self._last if self._first is None else self._first
        return min(self._last + self._quiet, first + self._most) - monotonic()

    def _train(self, dataset: str, basis: str | None, context: JobContext) -> None:
        self._tried[dataset] = basis
        try:
            begun = self._store.sharing.begin(dataset)
            if begun is None:  # nobody agrees any more
                self._drop(dataset, None)
                return
            self._publish(begun, self._make(begun, context))
        finally:
            self.note_change()  # what came meanwhile

    def _make(self, begun: Round, context: JobContext) -> str:
        base = self._library.prepare(begun.dataset, self._kind_of(begun.dataset), context)
        people: list[dict[Id, float]] = [shelf.stars for shelf in begun.shelves]
        return self._library.retrain_shared(base, people, context)

    def _publish(self, begun: Round, folder: str) -> None:
        if self._store.sharing.publish(begun, folder):
            self._drop(begun.dataset, begun.id)
        else:
            self._library.drop(folder)

    def _drop(self, dataset: str, number: int | None) -> None:
        for folder in self._store.sharing.drop_before(dataset, number):
            self._library.drop(folder)
