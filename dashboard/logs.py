"""The log: one line of JSON for each event, and nothing in it that tells of a person.

Our own events name their fields from ``FIELDS``. Of an error nobody had foreseen its type and the lines it went through are
kept, not its words: they may repeat what somebody rated. Of other packages' messages it is kept where they came from.
"""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

# All that an event may tell. No token, digest, name, rating, film or address of a visitor has a place here.
FIELDS = frozenset({"job", "state", "seconds", "dataset", "kind", "version", "database", "model", "what"})
OURS = ("dashboard", "core")
MOST_FRAMES = 12  # the last ones of a traceback
_log = logging.getLogger(__name__)


def event(name: str, **fields: str | float | None) -> None:
    """Write one event; raises ``TypeError`` on a field that is not in ``FIELDS``."""
    unknown = set(fields) - FIELDS
    if unknown:
        raise TypeError(f"an event may tell {', '.join(sorted(FIELDS))}, got {', '.join(sorted(unknown))}")
    _log.info(name, extra={"fields": fields})


def begin(stream: TextIO | None = None) -> logging.Handler:
    """Let everything that is logged from now on be written to ``stream``, or standard error, in this form.

    Streamlit and uvicorn have handlers of their own, which are told to write the same way.
    """
    handler = logging.StreamHandler(stream)
    _dress(handler)
    logging.getLogger().addHandler(handler)
    for name in OURS:
        logging.getLogger(name).setLevel(logging.INFO)
    for logger in [*logging.root.manager.loggerDict.values()]:
        for own in logger.handlers if isinstance(logger, logging.Logger) else ():
            _dress(own)
    return handler


class OneLine(logging.Formatter):
    """Writes a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"time": time, "level": record.levelname.lower(), **_told(record)}
        if record.exc_info and record.exc_info[1] is not None:
            line |= {"error": type(record.exc_info[1]).__name__, "at": list(_frames(record.exc_info[1]))}
        return json.dumps(line, ensure_ascii=False)


def _dress(handler: logging.Handler) -> None:
    handler.setFormatter(OneLine())
    handler.addFilter(_is_news)


def _is_news(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING or _is_ours(record)


def _is_ours(record: logging.LogRecord) -> bool:
    return record.name.partition(".")[0] in OURS


def _told(record: logging.LogRecord) -> dict[str, Any]:
    fields = getattr(record, "fields", None)
    if fields is not None:
        return {"event": record.getMessage(), **fields}
    if _is_ours(record):  # a sentence of ours, which is written for people and names nobody
        return {"event": "message", "message": record.getMessage()}
    return {"event": "message", "logger": record.name, "line": f"{record.module}:{record.lineno}"}


def _frames(error: BaseException) -> Iterator[str]:
    for frame in traceback.extract_tb(error.__traceback__)[-MOST_FRAMES:]:
        yield f"{'/'.join(Path(frame.filename).parts[-2:])}:{frame.lineno} {frame.name}"
