"""What can go wrong, as a person should read it.

    ReelspaceError
    ├── InvalidArgument    (ValueError)        an argument outside what is allowed
    ├── DataError          (ValueError)        a file whose content cannot be used
    ├── UnknownId          (KeyError)          a user or film that the data do not hold
    ├── FoldInRefused      (ValueError)        a model that cannot take a new person
    ├── DatasetUnavailable (OSError)           data that are neither here nor to be fetched
    ├── ArtefactError      (OSError)           a saved model that cannot be read
    └── FitStopped         (InterruptedError)  training that was asked to stop

Every message is one sentence that names the argument or the file and line, the value, and what is allowed;
the program shows it as it stands.
"""

from __future__ import annotations

from pathlib import Path


class ReelspaceError(Exception):
    """The mother of all errors that are meant for a person."""

    def __str__(self) -> str:
        # KeyError would print its message in quotes, OSError may prepend an error number.
        return " ".join(str(part) for part in self.args)


class InvalidArgument(ReelspaceError, ValueError):
    """An argument lies outside what is allowed."""


class DataError(ReelspaceError, ValueError):
    """The content of a file cannot be used."""

    @classmethod
    def at(cls, path: str | Path, line: int | None, problem: str, *, unit: str = "Line") -> DataError:
        """Return the error for ``line`` (counted from 1, header included) of the file ``path``.

        ``unit`` is "Row" for files without lines.
        """
        name = Path(path).name
        return cls(f"{name}: {problem}" if line is None else f"{unit} {line} of {name}: {problem}")


class UnknownId(ReelspaceError, KeyError):
    """A user or film id does not occur in the data."""


class FoldInRefused(ReelspaceError, ValueError):
    """This kind of model cannot take a new person without training."""


class DatasetUnavailable(ReelspaceError, OSError):
    """The data are not on this machine and could not be fetched."""


class ArtefactError(ReelspaceError, OSError):
    """A saved model is damaged, incomplete or of another format version."""


class FitStopped(ReelspaceError, InterruptedError):
    """Training was asked to stop; there is no model."""
