"""Write the report on two saved models: ``python -m dashboard.report --baseline DIR --candidate DIR --out FILE.html``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from core import InvalidArgument, ReelspaceError, load_model, review
from dashboard.report.content import make_report
from dashboard.report.page import html_page

MISTAKE = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; 2 where a person can mend what is wrong."""
    parser = argparse.ArgumentParser(prog="python -m dashboard.report", description=__doc__, allow_abbrev=False)
    parser.add_argument(
        "--baseline", type=Path, required=True, metavar="DIR", help="a folder that `train --split` wrote"
    )
    parser.add_argument(
        "--candidate", "--model", dest="candidate", type=Path, required=True, metavar="DIR", help="another such folder"
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="the HTML file; the JSON lies beside it"
    )
    parser.add_argument("--refits", type=int, default=5, metavar="N", help="fits of each with other seeds; 0 for none")
    parser.add_argument("--k", type=int, default=10, help="length of the lists")
    chosen = parser.parse_args(arguments)
    try:
        _check_name(chosen.out)
        baseline, candidate = load_model(chosen.baseline), load_model(chosen.candidate)
        found = review(baseline, candidate, n_refits=chosen.refits, k=chosen.k)
        report = make_report(found, baseline)
        files = {chosen.out: html_page(report), chosen.out.with_suffix(".json"): _json(report.as_dict())}
        for path, text in files.items():
            path.write_text(text, encoding="utf-8")
    except ReelspaceError as error:
        print(f"Error: {' '.join(str(error).split())}", file=sys.stderr)
        return MISTAKE
    except OSError as error:
        print(f"Error: --out {chosen.out} could not be written: {error.strerror}", file=sys.stderr)
        return MISTAKE
    print(chosen.out)
    return 0


def _check_name(out: Path) -> None:
    """The JSON lies beside the page under the same name: a page of that name would be lost."""
    if out.suffix not in (".html", ".htm"):
        raise InvalidArgument(f"--out must end in .html, got {out.name!r}")


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1)


if __name__ == "__main__":
    sys.exit(main())
