"""Several commands one after another in one process: most of what a command takes is its start.

``python -m tests.support.commands`` reads a JSON list of commands, each with its arguments and its
input, and prints a JSON list of what each printed. It ends at the first that fails, as that does.
"""

from __future__ import annotations

import io
import json
import sys
from contextlib import redirect_stdout

from ezee.cli import main


def run(arguments: list[str], given: str) -> str:
    """Run one as ``ezee`` does; returns what it printed."""
    sys.argv = ["ezee", *arguments]
    sys.stdin = io.StringIO(given)
    with redirect_stdout(io.StringIO()) as printed:
        try:
            main()
        except SystemExit as end:
            if end.code not in {0, None}:
                raise
    return printed.getvalue()


if __name__ == "__main__":
    commands = json.load(sys.stdin)
    printed = [run(each, given) for each, given in commands]
    print(json.dumps(printed))  # noqa: T201
