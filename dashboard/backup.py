"""Visitors' ratings in a file and back: ``python -m dashboard.backup save FILE``, ``… restore FILE``.

Saving needs no stop of the app. Restoring needs an empty database, on whichever kind the environment names: stop the
app, name a new place (``REELSPACE_DATABASE``), restore, start.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from core import ReelspaceError
from dashboard.visitors import open_store, restore, save
from dashboard.words import count


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; 2 where a person can mend what is wrong."""
    parser = argparse.ArgumentParser(prog="python -m dashboard.backup", description=__doc__)
    parser.add_argument("command", choices=("save", "restore"))
    parser.add_argument("file", type=Path, help="the saved database, usually visitors.jsonl.gz")
    chosen = parser.parse_args(arguments)
    try:
        with closing(open_store()) as store:
            rows = (save if chosen.command == "save" else restore)(store.database, chosen.file)
    except ReelspaceError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{chosen.file} could not be written: {error.strerror}.", file=sys.stderr)
        return 2
    print(f"{chosen.command}d {count(rows['profile'], 'profile')}, {count(rows['event'], 'change')}: {chosen.file}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
